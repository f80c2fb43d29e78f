"""Results for users: arrays that they give, and one or several results."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import InputError
from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.base import size

_FLOAT32_BITS = 24
_FLOAT32_INTEGER_BITS = 127


def as_sequence(results: Sequence[Any]) -> Any:
    """One result alone, several as a list."""
    return results[0] if len(results) == 1 else list(results)


def value_dtype(fmt: Format) -> type[np.float32] | type[np.float64]:
    """The type of the values of a format: the narrowest that holds them exactly, up to 53 bits."""
    narrow = fmt.width <= _FLOAT32_BITS and fmt.integer <= _FLOAT32_INTEGER_BITS
    return np.float32 if narrow else np.float64


def new_results(formats: Sequence[Format], shapes: Sequence[Shape], count: int) -> list[npt.NDArray[Any]]:
    """Arrays of shape (count, size) for values of these formats."""
    return [
        np.empty((count, math.prod(shape)), value_dtype(fmt))
        for fmt, shape in zip(formats, shapes, strict=True)
    ]


def check_out(
    out: Any, shapes: Mapping[str, Shape], formats: Sequence[Format], count: int
) -> list[npt.NDArray[Any]]:
    """The arrays that ``predict`` writes into, as views of shape (n, size).

    Parameters
    ----------
    out : array or sequence of arrays
        One for every output of the model.
    shapes : mapping of output name to shape
    formats : sequence of Format
        Of the outputs, in the same order.
    count : int
        Number of samples.

    Raises
    ------
    InputError
        When an array is not what ``predict`` would have made.
    """
    arrays = [out] if isinstance(out, np.ndarray) else out
    if not isinstance(arrays, list | tuple) or len(arrays) != len(shapes):
        raise InputError(f"out must hold one array for each of the {len(shapes)} output(s) of the model")
    views = []
    for array, (name, shape), fmt in zip(arrays, shapes.items(), formats, strict=True):
        dtype = np.dtype(value_dtype(fmt))
        if not isinstance(array, np.ndarray) or array.dtype != dtype or array.shape != (count, *shape):
            found = f"{array.dtype} {array.shape}" if isinstance(array, np.ndarray) else type(array).__name__
            raise InputError(
                f"out for {name!r} must be a {dtype} array of shape {(count, *shape)}, not {found}"
            )
        if not (array.flags.c_contiguous and array.flags.writeable and array.flags.aligned):
            raise InputError(f"out for {name!r} must be C-contiguous, aligned and writeable")
        views.append(array.reshape(count, size(shape)))
    return views
