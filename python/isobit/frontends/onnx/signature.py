"""The inputs of an ONNX graph: names, shapes of one sample, and what is known of the batch."""

from __future__ import annotations

from typing import NamedTuple

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx.initializers import element_type
from isobit.frontends.onnx.limits import MAX_RANK
from isobit.frontends.onnx.messages import (
    GraphProto,
    TensorShapeProtoDimension,
    TypeProto,
    ValueInfoProto,
)
from isobit.frontends.onnx.scope import check_sample
from isobit.ir import Shape

_TYPES = (
    *("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16", "BOOL"),
    *("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"),
)
_KINDS = [name for name in vars(TypeProto) if name.endswith("_type")]


class DataInput(NamedTuple):
    """Shape of one sample of an input, and its element type."""

    shape: Shape
    element: str


def data_inputs(graph: GraphProto, batch: bool) -> tuple[dict[str, DataInput], int | None]:
    """Inputs by name, and the size of the batch if the file fixes it.

    Inputs that have an initializer (as files before IR version 4 list them) are constants and left out.
    Without ``batch`` the shapes of the file are those of samples.

    Raises
    ------
    FileFormatError
        For inputs that are listed twice or contradict each other.
    UnsupportedError
        For inputs that are not tensors of numbers with a batch axis and fixed dimensions after it.
    """
    stored = {tensor.name for tensor in graph.initializer}
    found: dict[str, DataInput] = {}
    batches: dict[str, int | None] = {}
    for info in graph.input:
        if info.name in found:
            raise FileFormatError(f"two inputs are called {info.name!r}")
        if not info.name:
            raise FileFormatError("an input has no name")
        if info.name not in stored:
            batches[info.name], found[info.name] = _input(info, batch)
    if not found:
        raise UnsupportedError("the model has no input that depends on data")
    fixed = {batch for batch in batches.values() if batch is not None}
    if len(fixed) > 1:
        raise UnsupportedError(f"the inputs differ in their first axis, which must be the batch: {batches}")
    return found, fixed.pop() if fixed and None not in batches.values() else None


def _input(info: ValueInfoProto, batch: bool) -> tuple[int | None, DataInput]:
    """Size of the batch (None if open), and the input."""
    where = f"input {info.name!r}"
    kinds = [name for name in _KINDS if info.type.has(name)]
    if kinds != ["tensor_type"]:
        raise UnsupportedError(
            f"{where} is no tensor but {' and '.join(kinds) or 'without a type'}; supported are tensors"
        )
    tensor = info.type.tensor_type
    element = element_type(tensor.elem_type)
    if element not in _TYPES:
        raise UnsupportedError(f"{where} has element type {element}; supported: {', '.join(_TYPES)}")
    if not tensor.has("shape"):
        raise UnsupportedError(
            f"{where} has no shape; export the model with fixed dimensions after the batch"
        )
    dims = tensor.shape.dim
    first = 1 if batch else 0
    if not first <= len(dims) <= MAX_RANK:
        raise UnsupportedError(
            f"{where} has {len(dims)} axes; the first must be the batch (isobit.load(..., batch=False) reads "
            "models whose tensors have no batch axis)"
        )
    shape = []
    for axis, dim in enumerate(dims):
        if dim.has("dim_value") and dim.has("dim_param"):
            raise FileFormatError(f"{where}: dimension {axis} is both {dim.dim_value} and {dim.dim_param!r}")
        if axis >= first and (not dim.has("dim_value") or dim.dim_value < 1):
            allowed = "only the batch (dimension 0) may be open" if batch else "none may be open or empty"
            raise UnsupportedError(f"{where}: dimension {axis} ({_named(dim)}) is not fixed; {allowed}")
        shape.append(int(dim.dim_value))
    try:
        check_sample(tuple(shape[first:]))
    except UnsupportedError as error:
        raise UnsupportedError(f"{where}: {error}") from None
    return (shape[0] if batch and shape[0] > 0 else None), DataInput(tuple(shape[first:]), element)


def _named(dim: TensorShapeProtoDimension) -> str:
    return repr(dim.dim_param) if dim.dim_param else str(dim.dim_value) if dim.has("dim_value") else "unnamed"
