"""Data from users: checked, and brought into the arrays that the engine takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import InputError, closest
from isobit.formats import Format
from isobit.indices import IndexRange, check_indices
from isobit.ir import Shape
from isobit.ops.base import size
from isobit.rounding import raw_dtype

_EXACT_INTEGER = 2**53
_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


BLOCK = 16384
"""Samples that are converted at a time."""


NO_INDICES: Mapping[str, IndexRange] = MappingProxyType({})
NO_FORESTS: Mapping[str, str] = MappingProxyType({})


def check_values(
    X: Any,
    inputs: Mapping[str, Shape],
    indices: Mapping[str, IndexRange] = NO_INDICES,
    missing: Collection[str] = (),
    without_rule: Mapping[str, str] = NO_FORESTS,
) -> list[npt.NDArray[Any]]:
    """One C-contiguous float32 or float64 array of shape (n, size) for every input of a model.

    Arguments and errors as for :func:`check_arrays`.
    """
    arrays = check_arrays(X, inputs, indices, missing=missing, without_rule=without_rule)
    return [as_floats(array) for array in arrays]


def check_arrays(
    X: Any,
    inputs: Mapping[str, Shape],
    indices: Mapping[str, IndexRange] = NO_INDICES,
    finite: bool = True,
    missing: Collection[str] = (),
    without_rule: Mapping[str, str] = NO_FORESTS,
) -> list[npt.NDArray[Any]]:
    """One array of shape (n, *shape) for every input of a model, checked and otherwise as it was given.

    Parameters
    ----------
    X
        An array-like of shape (n, *shape) for a model with one input; else a list or tuple of these in the
        order of the inputs, or a dict by input name (for one input too).
    inputs : mapping of name to shape
    indices : mapping of name to IndexRange
        Those that hold indices.
    finite : bool
        Whether to look for values that are not finite. The engine meets them anyway; who leaves them to it
        calls :func:`check_finite` for the message.
    missing : collection of str
        Inputs that may hold NaN.
    without_rule : mapping of input to layer
        The forests for whose inputs NaN is refused because they have no rule for missing values.

    Raises
    ------
    InputError
        For wrong shapes, types or names, values that are not finite, indices that are not integers in their
        range, batches of different length.
    """
    arrays = {name: _values(name, array, inputs[name]) for name, array in _by_name(X, inputs).items()}
    if finite:
        for name, array in arrays.items():
            _check_finite(name, array, inputs[name], name in missing, without_rule.get(name))
    check_indices(arrays, indices)
    return _batched(arrays, inputs)


def check_finite(arrays: Sequence[npt.NDArray[Any]], inputs: Mapping[str, Shape]) -> None:
    """Raise :class:`InputError` if one of these arrays (as of :func:`check_arrays`) is not finite."""
    for array, (name, shape) in zip(arrays, inputs.items(), strict=True):
        _check_finite(name, array, shape)


def as_floats(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Checked values as the engine takes them: C-contiguous, float32 or float64, of shape (n, size)."""
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    elif array.dtype not in _FLOATS:
        array = array.astype(np.float64 if array.dtype.itemsize == 8 else np.float32)
    return np.require(array, requirements=["C", "A"]).reshape(len(array), size(array.shape[1:]))


def blocks(arrays: Sequence[npt.NDArray[Any]]) -> Iterator[tuple[slice, list[npt.NDArray[Any]]]]:
    """Checked values for the engine, with where they lie in the batch.

    All at once where nothing has to be converted; else in parts, so that memory does not grow with the
    batch.
    """
    count = len(arrays[0])
    if all(_is_ready(array) for array in arrays):
        yield slice(0, count), [array.reshape(count, -1) if count else as_floats(array) for array in arrays]
        return
    for start in range(0, count, BLOCK):
        part = slice(start, min(start + BLOCK, count))
        yield part, [as_floats(array[part]) for array in arrays]


def _is_ready(array: npt.NDArray[Any]) -> bool:
    """The engine can read this array where it lies."""
    return array.flags.c_contiguous and array.flags.aligned and array.dtype in _FLOATS


def check_raws(
    X: Any,
    inputs: Mapping[str, Shape],
    formats: Mapping[str, Format],
    indices: Mapping[str, IndexRange] = NO_INDICES,
) -> list[npt.NDArray[np.int64]]:
    """As :func:`check_values` for integers: int64 raws (64-bit unsigned ones as their bit pattern).

    Raises
    ------
    InputError
        Also for a raw out of the range of its input's format.
    """
    arrays = {
        name: _raws(name, array, inputs[name], formats[name]) for name, array in _by_name(X, inputs).items()
    }
    check_indices(
        {name: arrays[name].reshape(-1, *inputs[name]) << -formats[name].frac for name in indices}, indices
    )
    return _batched(arrays, inputs)


def _by_name(X: Any, inputs: Mapping[str, Shape]) -> dict[str, Any]:
    names = list(inputs)
    if isinstance(X, Mapping):
        for name in X:
            if name not in inputs:
                raise InputError(f"the model has no input {name!r}.{closest(str(name), names)}")
        missing = [name for name in names if name not in X]
        if missing:
            raise InputError(f"no data for the input {missing[0]!r}; the inputs are {', '.join(names)}")
        return {name: X[name] for name in names}
    if len(names) == 1:
        return {names[0]: X}
    if isinstance(X, list | tuple) and len(X) == len(names):
        return dict(zip(names, X, strict=True))
    found = f"{len(X)} of them" if isinstance(X, list | tuple) else type(X).__name__
    raise InputError(
        f"the model has {len(names)} inputs ({', '.join(names)}): give a list with one array for each, or a "
        f"dict by name, not {found}"
    )


def _values(name: str, data: Any, shape: Shape) -> npt.NDArray[Any]:
    array = _numeric(name, data)
    if array.dtype.kind in "iu":
        _check_integers(name, array)
    elif array.dtype.itemsize > 8:
        raise InputError(f"input {name!r} has type {array.dtype}; convert it to float64 first")
    _check_shape(name, array, shape)
    return array


def _check_finite(
    name: str,
    array: npt.NDArray[Any],
    shape: Shape,
    missing: bool = False,
    forest: str | None = None,
) -> None:
    if missing and np.isnan(array).any():
        array = np.where(np.isnan(array), 0, array)
    # minimum and maximum pass NaN on and need no memory, unlike a mask of the whole batch
    if array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        finite = np.isfinite(array.reshape(len(array), size(shape)))
        sample, feature = (int(i) for i in np.argwhere(~finite)[0])
        value = array.reshape(finite.shape)[sample, feature]
        why = "fixed-point numbers cannot represent it"
        if forest is not None and np.isnan(value):
            why = (
                f"the forest {forest!r} has no rule for missing values. Train with missing values and export "
                "their direction, or replace them by what stood for them in training"
            )
        raise InputError(
            f"input {name!r}: {_position(sample, feature, shape)} is {value} "
            f"({int((~finite).sum())} such value(s) in all); {why}"
        )


def _position(sample: int, feature: int, shape: Shape) -> str:
    """Where an element of a flattened sample lies; a scalar is its sample."""
    if not shape:
        return f"sample {sample}"
    where = feature if len(shape) == 1 else tuple(int(i) for i in np.unravel_index(feature, shape))
    return f"sample {sample}, feature {where}"


def _check_integers(name: str, array: npt.NDArray[Any]) -> None:
    if array.dtype.itemsize == 8 and array.size:
        largest = max(int(array.max()), -int(array.min()))
        if largest > _EXACT_INTEGER:
            raise InputError(
                f"input {name!r} holds the integer {largest}, beyond 2**53, which float64 does not represent "
                "exactly; use predict_raw"
            )


def _raws(name: str, data: Any, shape: Shape, fmt: Format) -> npt.NDArray[np.int64]:
    array = _numeric(name, data)
    if array.dtype.kind not in "iu":
        raise InputError(
            f"input {name!r} has type {array.dtype}, but raws are integers (value * 2**{fmt.frac} for {fmt})"
            "; predict takes values"
        )
    _check_shape(name, array, shape)
    if array.size and not _all_raws(array, fmt):
        wrong = np.array([not _all_raws(raw, fmt) for raw in array.ravel()])
        sample, feature = divmod(int(np.argmax(wrong)), size(shape))
        raise InputError(
            f"input {name!r}: {_position(sample, feature, shape)} is {array.flat[np.argmax(wrong)]}, "
            f"out of the range of {fmt}, {fmt.min_raw} {'or' if fmt.is_pm1 else 'to'} {fmt.max_raw}"
        )
    raws = array.astype(raw_dtype(fmt)).reshape(len(array), size(shape))
    return np.ascontiguousarray(raws).view(np.int64)


def _all_raws(array: npt.NDArray[Any], fmt: Format) -> bool:
    inside = fmt.min_raw <= int(array.min()) and int(array.max()) <= fmt.max_raw
    return inside and not (fmt.is_pm1 and bool(np.any(array == 0)))


def _numeric(name: str, data: Any) -> npt.NDArray[Any]:
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise InputError(f"input {name!r} is not a rectangular array: {error}") from None
    if array.size == 0 and not isinstance(data, np.ndarray):
        array = np.empty(array.shape)
    if array.dtype.kind not in "iuf":
        raise InputError(
            f"input {name!r} has type {array.dtype}; supported are float32, float64 and integers"
            + ("; convert booleans with .astype(np.float32)" if array.dtype.kind == "b" else "")
        )
    return array


def _check_shape(name: str, array: npt.NDArray[Any], shape: Shape) -> None:
    expected = "(n, " + ", ".join(map(str, shape)) + ")" if shape else "(n,)"
    if array.shape == shape and array.ndim:
        raise InputError(
            f"input {name!r} has shape {array.shape}, one sample without the batch axis; expected is "
            f"{expected}: write X[None] for a batch of one"
        )
    if array.ndim != len(shape) + 1 or array.shape[1:] != shape:
        raise InputError(f"input {name!r} has shape {array.shape}; expected is {expected}")


def _batched(arrays: dict[str, Any], inputs: Mapping[str, Shape]) -> list[npt.NDArray[Any]]:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name!r}: {length}" for name, length in lengths.items())
        raise InputError(f"the inputs have different numbers of samples ({counts})")
    return [arrays[name] for name in inputs]
