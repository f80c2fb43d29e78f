"""The inputs of an ONNX graph: names, shapes of one sample, and what is known of the batch."""

from __future__ import annotations

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

_TYPES = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")
_KINDS = [name for name in vars(TypeProto) if name.endswith("_type")]


def data_inputs(graph: GraphProto) -> tuple[dict[str, Shape], int | None]:
    """Shapes without the batch axis by name, and the size of the batch if the file fixes it.

    Inputs that have an initializer (as files before IR version 4 list them) are constants and left out.

    Raises
    ------
    FileFormatError
        For inputs that are listed twice or contradict each other.
    UnsupportedError
        For inputs that are not floating-point tensors with a batch axis and fixed dimensions after it.
    """
    stored = {tensor.name for tensor in graph.initializer}
    shapes: dict[str, Shape] = {}
    batches = {}
    for info in graph.input:
        if info.name in shapes:
            raise FileFormatError(f"two inputs are called {info.name!r}")
        if not info.name:
            raise FileFormatError("an input has no name")
        if info.name not in stored:
            batches[info.name], shapes[info.name] = _shape(info)
    if not shapes:
        raise UnsupportedError("the model has no input that depends on data")
    fixed = {batch for batch in batches.values() if batch is not None}
    if len(fixed) > 1:
        raise UnsupportedError(f"the inputs differ in their first axis, which must be the batch: {batches}")
    return shapes, fixed.pop() if fixed and None not in batches.values() else None


def _shape(info: ValueInfoProto) -> tuple[int | None, Shape]:
    """Size of the batch (None if open), and the shape of one sample."""
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
    if not 1 <= len(dims) <= MAX_RANK:
        raise UnsupportedError(f"{where} has {len(dims)} axes; the first must be the batch")
    shape = []
    for axis, dim in enumerate(dims):
        if dim.has("dim_value") and dim.has("dim_param"):
            raise FileFormatError(f"{where}: dimension {axis} is both {dim.dim_value} and {dim.dim_param!r}")
        if axis > 0 and (not dim.has("dim_value") or dim.dim_value < 1):
            raise UnsupportedError(
                f"{where}: dimension {axis} ({_named(dim)}) is not fixed; "
                "only the batch (dimension 0) may be open"
            )
        shape.append(int(dim.dim_value))
    try:
        check_sample(tuple(shape[1:]))
    except UnsupportedError as error:
        raise UnsupportedError(f"{where}: {error}") from None
    return (shape[0] if shape[0] > 0 else None), tuple(shape[1:])


def _named(dim: TensorShapeProtoDimension) -> str:
    return repr(dim.dim_param) if dim.dim_param else str(dim.dim_value) if dim.has("dim_value") else "unnamed"
