"""Tensors stored in the file (or beside it) as NumPy arrays, checked before memory is taken for them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx.external import external_bytes
from isobit.frontends.onnx.limits import MAX_CONSTANTS, MAX_RANK

if TYPE_CHECKING:
    from onnx import TensorProto

_STORAGE = {  # element type: (bytes of one element, field that holds the elements unless raw_data does)
    "FLOAT": (4, "float_data"),
    "DOUBLE": (8, "double_data"),
    "FLOAT16": (2, "int32_data"),
    "BFLOAT16": (2, "int32_data"),
    "INT8": (1, "int32_data"),
    "INT16": (2, "int32_data"),
    "INT32": (4, "int32_data"),
    "INT64": (8, "int64_data"),
    "UINT8": (1, "int32_data"),
    "UINT16": (2, "int32_data"),
    "UINT32": (4, "uint64_data"),
    "UINT64": (8, "uint64_data"),
    "BOOL": (1, "int32_data"),
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
    from onnx import TensorProto, numpy_helper

    kind = element_type(tensor.data_type)
    if kind not in _STORAGE:
        raise UnsupportedError(f"element type {kind} is not supported; supported: {', '.join(_STORAGE)}")
    if tensor.HasField("segment"):
        raise UnsupportedError("a tensor stored in segments is not supported")
    width, field = _STORAGE[kind]
    dims = tuple(int(n) for n in tensor.dims)
    count = _count(dims, limit)
    data = TensorProto(data_type=tensor.data_type, dims=dims)
    stored = [name for name in _FIELDS if len(getattr(tensor, name))]
    external = tensor.data_location == TensorProto.EXTERNAL
    if external:
        if stored or tensor.raw_data:
            raise FileFormatError("data both in the file and in external data")
        data.raw_data = external_bytes(tensor, folder, count * width)
    elif tensor.external_data:
        raise FileFormatError("external data is named, but data_location does not say so")
    elif tensor.raw_data:
        if stored:
            raise FileFormatError(f"data both in raw_data and in {stored[0]}")
        if len(tensor.raw_data) != count * width:
            raise FileFormatError(
                f"shape {dims} of {kind} needs {count * width} bytes, but raw_data has {len(tensor.raw_data)}"
            )
        data = tensor
    else:
        found = len(getattr(tensor, field))
        if found != count or any(name != field for name in stored):
            raise FileFormatError(
                f"shape {dims} of {kind} needs {count} elements in {field}, which has {found}"
            )
        data = tensor
    try:
        return numpy_helper.to_array(data).reshape(dims)
    except (ValueError, OverflowError, TypeError) as error:
        raise FileFormatError(f"data that does not fit its type {kind}: {error}") from None


def as_float64(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The same numbers in double precision (without the warning that NumPy has for some NaNs)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(array, dtype=np.float64)


def element_type(number: int) -> str:
    """Name of an element type, as ONNX calls it."""
    from onnx import TensorProto

    try:
        return str(TensorProto.DataType.Name(number))
    except ValueError:
        return f"number {number}"


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
