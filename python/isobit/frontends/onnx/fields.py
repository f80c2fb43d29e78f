"""What the messages of an ONNX file consist of: the number, name and type of every field.

This restates `onnx.proto` of IR version 14 as data, along which :mod:`isobit.frontends.onnx.wire` walks; a
test compares it with the installed onnx. A field that is not here ends in an error, so that what a newer
version of ONNX adds is not overlooked.
"""

from __future__ import annotations

from typing import NamedTuple

IR_VERSION = 14
"""The newest version of the file format that isobit knows."""

INT, UINT, FLOAT, DOUBLE, TEXT, BYTES = "int", "uint", "float", "double", "text", "bytes"


class Field(NamedTuple):
    """One field; ``type`` is one of the types above, or the message that it holds."""

    name: str
    type: str
    many: bool = False


def _one(name: str, kind: str) -> Field:
    return Field(name, kind)


def _many(name: str, kind: str) -> Field:
    return Field(name, kind, True)


_DOC = _one("doc_string", TEXT)
_METADATA = _many("metadata_props", "StringStringEntryProto")

FIELDS: dict[str, dict[int, Field]] = {
    "ModelProto": {
        1: _one("ir_version", INT),
        2: _one("producer_name", TEXT),
        3: _one("producer_version", TEXT),
        4: _one("domain", TEXT),
        5: _one("model_version", INT),
        6: _DOC,
        7: _one("graph", "GraphProto"),
        8: _many("opset_import", "OperatorSetIdProto"),
        14: _METADATA,
        20: _many("training_info", "TrainingInfoProto"),
        25: _many("functions", "FunctionProto"),
        26: _many("configuration", "DeviceConfigurationProto"),
    },
    "OperatorSetIdProto": {1: _one("domain", TEXT), 2: _one("version", INT)},
    "StringStringEntryProto": {1: _one("key", TEXT), 2: _one("value", TEXT)},
    "GraphProto": {
        1: _many("node", "NodeProto"),
        2: _one("name", TEXT),
        5: _many("initializer", "TensorProto"),
        10: _DOC,
        11: _many("input", "ValueInfoProto"),
        12: _many("output", "ValueInfoProto"),
        13: _many("value_info", "ValueInfoProto"),
        14: _many("quantization_annotation", "TensorAnnotation"),
        15: _many("sparse_initializer", "SparseTensorProto"),
        16: _METADATA,
    },
    "NodeProto": {
        1: _many("input", TEXT),
        2: _many("output", TEXT),
        3: _one("name", TEXT),
        4: _one("op_type", TEXT),
        5: _many("attribute", "AttributeProto"),
        6: _DOC,
        7: _one("domain", TEXT),
        8: _one("overload", TEXT),
        9: _METADATA,
        10: _many("device_configurations", "NodeDeviceConfigurationProto"),
    },
    "AttributeProto": {
        1: _one("name", TEXT),
        2: _one("f", FLOAT),
        3: _one("i", INT),
        4: _one("s", BYTES),
        5: _one("t", "TensorProto"),
        6: _one("g", "GraphProto"),
        7: _many("floats", FLOAT),
        8: _many("ints", INT),
        9: _many("strings", BYTES),
        10: _many("tensors", "TensorProto"),
        11: _many("graphs", "GraphProto"),
        13: _DOC,
        14: _one("tp", "TypeProto"),
        15: _many("type_protos", "TypeProto"),
        20: _one("type", INT),
        21: _one("ref_attr_name", TEXT),
        22: _one("sparse_tensor", "SparseTensorProto"),
        23: _many("sparse_tensors", "SparseTensorProto"),
    },
    "TensorProto": {
        1: _many("dims", INT),
        2: _one("data_type", INT),
        3: _one("segment", "TensorProto.Segment"),
        4: _many("float_data", FLOAT),
        5: _many("int32_data", INT),
        6: _many("string_data", BYTES),
        7: _many("int64_data", INT),
        8: _one("name", TEXT),
        9: _one("raw_data", BYTES),
        10: _many("double_data", DOUBLE),
        11: _many("uint64_data", UINT),
        12: _DOC,
        13: _many("external_data", "StringStringEntryProto"),
        14: _one("data_location", INT),
        16: _METADATA,
    },
    "TensorProto.Segment": {1: _one("begin", INT), 2: _one("end", INT)},
    "SparseTensorProto": {
        1: _one("values", "TensorProto"),
        2: _one("indices", "TensorProto"),
        3: _many("dims", INT),
    },
    "TensorAnnotation": {
        1: _one("tensor_name", TEXT),
        2: _many("quant_parameter_tensor_names", "StringStringEntryProto"),
    },
    "ValueInfoProto": {1: _one("name", TEXT), 2: _one("type", "TypeProto"), 3: _DOC, 4: _METADATA},
    "TypeProto": {
        1: _one("tensor_type", "TypeProto.Tensor"),
        4: _one("sequence_type", "TypeProto.Sequence"),
        5: _one("map_type", "TypeProto.Map"),
        6: _one("denotation", TEXT),
        7: _one("opaque_type", "TypeProto.Opaque"),
        8: _one("sparse_tensor_type", "TypeProto.SparseTensor"),
        9: _one("optional_type", "TypeProto.Optional"),
    },
    "TypeProto.Tensor": {1: _one("elem_type", INT), 2: _one("shape", "TensorShapeProto")},
    "TypeProto.Sequence": {1: _one("elem_type", "TypeProto")},
    "TypeProto.Map": {1: _one("key_type", INT), 2: _one("value_type", "TypeProto")},
    "TypeProto.Optional": {1: _one("elem_type", "TypeProto")},
    "TypeProto.SparseTensor": {1: _one("elem_type", INT), 2: _one("shape", "TensorShapeProto")},
    "TypeProto.Opaque": {1: _one("domain", TEXT), 2: _one("name", TEXT)},
    "TensorShapeProto": {1: _many("dim", "TensorShapeProto.Dimension")},
    "TensorShapeProto.Dimension": {
        1: _one("dim_value", INT),
        2: _one("dim_param", TEXT),
        3: _one("denotation", TEXT),
    },
    "FunctionProto": {
        1: _one("name", TEXT),
        4: _many("input", TEXT),
        5: _many("output", TEXT),
        6: _many("attribute", TEXT),
        7: _many("node", "NodeProto"),
        8: _DOC,
        9: _many("opset_import", "OperatorSetIdProto"),
        10: _one("domain", TEXT),
        11: _many("attribute_proto", "AttributeProto"),
        12: _many("value_info", "ValueInfoProto"),
        13: _one("overload", TEXT),
        14: _METADATA,
    },
    "TrainingInfoProto": {
        1: _one("initialization", "GraphProto"),
        2: _one("algorithm", "GraphProto"),
        3: _many("initialization_binding", "StringStringEntryProto"),
        4: _many("update_binding", "StringStringEntryProto"),
    },
    "DeviceConfigurationProto": {
        1: _one("name", TEXT),
        2: _one("num_devices", INT),
        3: _many("device", TEXT),
    },
    "NodeDeviceConfigurationProto": {
        1: _one("configuration_id", TEXT),
        2: _many("sharding_spec", "ShardingSpecProto"),
        3: _one("pipeline_stage", INT),
    },
    "ShardingSpecProto": {
        1: _one("tensor_name", TEXT),
        2: _many("device", INT),
        3: _many("index_to_device_group_map", "IntIntListEntryProto"),
        4: _many("sharded_dim", "ShardedDimProto"),
    },
    "ShardedDimProto": {1: _one("axis", INT), 2: _many("simple_sharding", "SimpleShardedDimProto")},
    "SimpleShardedDimProto": {
        1: _one("dim_value", INT),
        2: _one("dim_param", TEXT),
        3: _one("num_shards", INT),
    },
    "IntIntListEntryProto": {1: _one("key", INT), 2: _many("value", INT)},
}
