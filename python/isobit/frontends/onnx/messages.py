"""The content of an ONNX file: one class for each message that isobit reads, with ONNX's own names.

A class lists the fields that are kept; a field that the file does not give has the value of the class. The
others (documentation, shapes of intermediate tensors and the like) are checked and left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

Numbers = npt.NDArray[Any] | tuple[()]
"""Numbers that a message holds several of."""

Bytes = bytes | memoryview


class Message:
    """What all messages have."""

    def has(self, name: str) -> bool:
        """Whether the file gives this field."""
        return name in self.__dict__


class StringStringEntryProto(Message):
    """A key and its value."""

    key: str = ""
    value: str = ""


class OperatorSetIdProto(Message):
    """Version of an operator set."""

    domain: str = ""
    version: int = 0


class TensorProtoSegment(Message):
    """Stands for a part of a tensor, which isobit refuses."""


class TensorProto(Message):
    """An array."""

    dims: Numbers = ()
    data_type: int = 0
    segment: TensorProtoSegment | None = None
    float_data: Numbers = ()
    int32_data: Numbers = ()
    string_data: Sequence[Bytes] = ()
    int64_data: Numbers = ()
    name: str = ""
    raw_data: Bytes = b""
    double_data: Numbers = ()
    uint64_data: Numbers = ()
    external_data: Sequence[StringStringEntryProto] = ()
    data_location: int = 0


class SparseTensorProto(Message):
    """A sparse array, which isobit refuses by the name of its values."""

    values: TensorProto = TensorProto()


class AttributeProto(Message):
    """An attribute of a node; ``type`` says which of the values is meant."""

    name: str = ""
    ref_attr_name: str = ""
    type: int = 0
    f: float = 0.0
    i: int = 0
    s: Bytes = b""
    t: TensorProto = TensorProto()
    floats: Numbers = ()
    ints: Numbers = ()
    strings: Sequence[Bytes] = ()


class NodeProto(Message):
    """One use of an operator."""

    input: Sequence[str] = ()
    output: Sequence[str] = ()
    name: str = ""
    op_type: str = ""
    domain: str = ""
    attribute: Sequence[AttributeProto] = ()


class TensorShapeProtoDimension(Message):
    """One dimension: a number or a name."""

    dim_value: int = 0
    dim_param: str = ""


class TensorShapeProto(Message):
    """A shape."""

    dim: Sequence[TensorShapeProtoDimension] = ()


class TypeProtoTensor(Message):
    """The type of a tensor."""

    elem_type: int = 0
    shape: TensorShapeProto = TensorShapeProto()


class TypeProtoOther(Message):
    """Stands for a type that is no tensor, which isobit refuses."""


class TypeProto(Message):
    """The type of an input: one of these."""

    tensor_type: TypeProtoTensor = TypeProtoTensor()
    sequence_type: TypeProtoOther | None = None
    map_type: TypeProtoOther | None = None
    opaque_type: TypeProtoOther | None = None
    sparse_tensor_type: TypeProtoOther | None = None
    optional_type: TypeProtoOther | None = None


class ValueInfoProto(Message):
    """Name and type of an input or output."""

    name: str = ""
    type: TypeProto = TypeProto()


class TensorAnnotation(Message):
    """A quantization annotation, which isobit refuses by the name of the tensor."""

    tensor_name: str = ""


class GraphProto(Message):
    """The network."""

    node: Sequence[NodeProto] = ()
    name: str = ""
    initializer: Sequence[TensorProto] = ()
    sparse_initializer: Sequence[SparseTensorProto] = ()
    input: Sequence[ValueInfoProto] = ()
    output: Sequence[ValueInfoProto] = ()
    quantization_annotation: Sequence[TensorAnnotation] = ()


class FunctionProto(Message):
    """A model-local function, which isobit refuses by its name."""

    name: str = ""


class TrainingInfoProto(Message):
    """Stands for a training graph, which isobit refuses."""


class ModelProto(Message):
    """The whole file."""

    ir_version: int = 0
    opset_import: Sequence[OperatorSetIdProto] = ()
    graph: GraphProto = GraphProto()
    training_info: Sequence[TrainingInfoProto] = ()
    functions: Sequence[FunctionProto] = ()


CLASSES: dict[str, type[Message]] = {
    "ModelProto": ModelProto,
    "GraphProto": GraphProto,
    "NodeProto": NodeProto,
    "AttributeProto": AttributeProto,
    "TensorProto": TensorProto,
    "TensorProto.Segment": TensorProtoSegment,
    "SparseTensorProto": SparseTensorProto,
    "TensorAnnotation": TensorAnnotation,
    "ValueInfoProto": ValueInfoProto,
    "TypeProto": TypeProto,
    "TypeProto.Tensor": TypeProtoTensor,
    "TypeProto.Sequence": TypeProtoOther,
    "TypeProto.Map": TypeProtoOther,
    "TypeProto.Optional": TypeProtoOther,
    "TypeProto.SparseTensor": TypeProtoOther,
    "TypeProto.Opaque": TypeProtoOther,
    "TensorShapeProto": TensorShapeProto,
    "TensorShapeProto.Dimension": TensorShapeProtoDimension,
    "OperatorSetIdProto": OperatorSetIdProto,
    "StringStringEntryProto": StringStringEntryProto,
    "FunctionProto": FunctionProto,
    "TrainingInfoProto": TrainingInfoProto,
}
"""The class of every message that is kept, by the name in :data:`isobit.frontends.onnx.fields.FIELDS`."""

# fmt: off
ELEMENT_TYPES = (
    "UNDEFINED", "FLOAT", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "STRING", "BOOL", "FLOAT16",
    "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128", "BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E4M3FNUZ",
    "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "UINT4", "INT4", "FLOAT4E2M1", "FLOAT8E8M0", "UINT2", "INT2",
    "FLOAT6E2M3", "FLOAT6E3M2",
)
"""Names of the element types of tensors, by their number in the file."""

ATTRIBUTE_TYPES = (
    "UNDEFINED", "FLOAT", "INT", "STRING", "TENSOR", "GRAPH", "FLOATS", "INTS", "STRINGS", "TENSORS",
    "GRAPHS", "SPARSE_TENSOR", "SPARSE_TENSORS", "TYPE_PROTO", "TYPE_PROTOS",
)
"""Names of the types of attributes, by their number in the file."""
# fmt: on

EXTERNAL = 1
"""The ``data_location`` of a tensor whose data are in another file."""


def numbered(names: tuple[str, ...], number: int) -> str:
    """The name of a number that the file holds, for comparisons and messages."""
    return names[number] if 0 <= number < len(names) else f"number {number}"
