"""Tensors stored in the file (or beside it) as NumPy arrays, checked before memory is taken for them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx.external import external_bytes
from isobit.frontends.onnx.limits import MAX_CONSTANTS, MAX_RANK
from isobit.frontends.onnx.messages import ELEMENT_TYPES, EXTERNAL, Bytes, TensorProto, numbered

_STORAGE = {  # element type: (type in NumPy, field that holds the elements unless raw_data does)
    "FLOAT": ("f4", "float_data"),
    "DOUBLE": ("f8", "double_data"),
    "FLOAT16": ("f2", "int32_data"),
    "BFLOAT16": ("u2", "int32_data"),
    "INT8": ("i1", "int32_data"),
    "INT16": ("i2", "int32_data"),
    "INT32": ("i4", "int32_data"),
    "INT64": ("i8", "int64_data"),
    "UINT8": ("u1", "int32_data"),
    "UINT16": ("u2", "int32_data"),
    "UINT32": ("u4", "uint64_data"),
    "UINT64": ("u8", "uint64_data"),
    "BOOL": ("?", "int32_data"),
}
_FIELDS = ("float_data", "double_data", "int32_data", "int64_data", "uint64_data", "string_data")


def decode(tensor: TensorProto, folder: Path, limit: int) -> npt.NDArray[Any]:
    """The array of a tensor, in its own element type, if it has at most ``limit`` elements.

    Raises
    ------
    FileFormatError
        When the shape and the stored data contradict each other, or external data is not there.
    UnsupportedError
        For element types that isobit does not read, and tensors in segments.
    """
    kind = element_type(tensor.data_type)
    if kind not in _STORAGE:
        raise UnsupportedError(f"element type {kind} is not supported; supported: {', '.join(_STORAGE)}")
    if tensor.has("segment"):
        raise UnsupportedError("a tensor stored in segments is not supported")
    code, field = _STORAGE[kind]
    stored_type = np.dtype(code)
    dims = tuple(int(n) for n in tensor.dims)
    count = _count(dims, limit)
    width = stored_type.itemsize
    stored = [name for name in _FIELDS if len(getattr(tensor, name))]
    if tensor.data_location == EXTERNAL:
        if stored or tensor.raw_data:
            raise FileFormatError("data both in the file and in external data")
        array = _from_bytes(external_bytes(tensor, folder, count * width), stored_type)
    elif tensor.external_data or tensor.data_location:
        raise FileFormatError("external data is named, but data_location does not say so")
    elif tensor.raw_data:
        if stored:
            raise FileFormatError(f"data both in raw_data and in {stored[0]}")
        if len(tensor.raw_data) != count * width:
            raise FileFormatError(
                f"shape {dims} of {kind} needs {count * width} bytes, but raw_data has {len(tensor.raw_data)}"
            )
        array = _from_bytes(tensor.raw_data, stored_type)
    else:
        found = len(getattr(tensor, field))
        if found != count or any(name != field for name in stored):
            raise FileFormatError(
                f"shape {dims} of {kind} needs {count} elements in {field}, which has {found}"
            )
        array = _from_numbers(np.asarray(getattr(tensor, field)), stored_type, kind)
    return (_as_bfloat16(array) if kind == "BFLOAT16" else array).reshape(dims)


def _from_bytes(raw: Bytes, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Little-endian elements, one after the other; without a copy where the machine reads them so."""
    return np.frombuffer(raw, dtype.newbyteorder("<")).astype(dtype, copy=False)


def _from_numbers(found: npt.NDArray[Any], dtype: np.dtype[Any], kind: str) -> npt.NDArray[Any]:
    """Elements of a field of wider numbers; half precision as the integers of its bit patterns."""
    if dtype.kind == "f" and dtype.itemsize > 2:
        return found.astype(dtype)
    held = np.dtype(np.uint16) if dtype.kind == "f" else dtype
    array = found.astype(held)
    if not np.array_equal(array, found):
        raise FileFormatError(f"data that does not fit its type {kind}: {found[array != found][0]}")
    return array.view(dtype)


def _as_bfloat16(patterns: npt.NDArray[np.uint16]) -> npt.NDArray[Any]:
    """Bit patterns as numbers of the type that NumPy lacks."""
    try:
        from ml_dtypes import bfloat16
    except ImportError:
        raise UnsupportedError("element type BFLOAT16 needs the package ml_dtypes; install it") from None
    return patterns.view(bfloat16)


def as_float64(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The same numbers in double precision (without the warning that NumPy has for some NaNs)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(array, dtype=np.float64)


def element_of(array: npt.NDArray[Any]) -> str:
    """The element type of an array, as ONNX calls it."""
    code = array.dtype.str.lstrip("<>|=").replace("b1", "?")
    return next((kind for kind, (stored, _) in _STORAGE.items() if stored == code), "BFLOAT16")


def element_type(number: int) -> str:
    """Name of an element type, as ONNX calls it."""
    return numbered(ELEMENT_TYPES, number)


def _count(dims: tuple[int, ...], limit: int) -> int:
    if len(dims) > MAX_RANK or any(n < 0 for n in dims):
        shown = ", ".join(map(str, dims[:8])) + (", ..." if len(dims) > 8 else "")
        raise FileFormatError(f"shape ({shown}) is impossible")
    count = math.prod(dims)
    if count > limit:
        raise UnsupportedError(
            f"shape {dims} has {count} elements; the constants of a file may have {MAX_CONSTANTS} in all"
        )
    return count
