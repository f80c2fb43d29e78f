"""What isobit states about ONNX agrees with the installed onnx: fields, types, definitions of operators."""

from __future__ import annotations

import subprocess
import sys

import onnx
import pytest
from onnx import AttributeProto, TensorProto, onnx_ml_pb2

from isobit.errors import FileFormatError
from isobit.frontends.onnx import fields, messages
from isobit.frontends.onnx.file import MIN_OPSET
from isobit.frontends.onnx.schemas import LATEST_OPSET, SCHEMAS, schema_of
from isobit.frontends.onnx.table import OPERATORS

INSTALLED = min(LATEST_OPSET, onnx.defs.onnx_opset_version())


def descriptors() -> dict[str, object]:
    """All message types of the installed onnx by name, without that of the package."""
    found = {}
    waiting = list(onnx_ml_pb2.DESCRIPTOR.message_types_by_name.values())
    while waiting:
        message = waiting.pop()
        found[message.full_name.removeprefix("onnx.")] = message
        waiting.extend(message.nested_types)
    return found


def kind_of(field: object) -> str:
    """The type of a field as isobit calls it."""
    if field.message_type is not None:
        return field.message_type.full_name.removeprefix("onnx.")
    names = {
        "INT32": fields.INT,
        "INT64": fields.INT,
        "ENUM": fields.INT,
        "UINT64": fields.UINT,
        "FLOAT": fields.FLOAT,
        "DOUBLE": fields.DOUBLE,
        "STRING": fields.TEXT,
        "BYTES": fields.BYTES,
    }
    return next(kind for name, kind in names.items() if field.type == getattr(field, f"TYPE_{name}"))


@pytest.mark.parametrize("message", descriptors())
def test_fields_are_those_of_onnx(message: str) -> None:
    known = fields.fields_of(message)
    for field in descriptors()[message].fields:
        assert known[field.number] == (field.name, kind_of(field), field.is_repeated)


def test_only_fields_are_kept() -> None:
    for message, keeper in messages.CLASSES.items():
        kept = {name for name in vars(keeper) if not name.startswith("_")}
        assert kept <= {field.name for field in fields.fields_of(message).values()}


def test_names_of_types_are_those_of_onnx() -> None:
    for enum, names in (
        (TensorProto.DataType, messages.ELEMENT_TYPES),
        (AttributeProto.AttributeType, messages.ATTRIBUTE_TYPES),
    ):
        assert all(names[number] == name for name, number in enum.items())
    assert TensorProto.EXTERNAL == messages.EXTERNAL


def test_the_installed_onnx_is_not_newer_than_what_isobit_knows() -> None:
    assert onnx.defs.onnx_opset_version() <= LATEST_OPSET
    assert onnx.IR_VERSION <= fields.IR_VERSION


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_those_of_onnx(operator: str) -> None:
    for opset in range(MIN_OPSET, INSTALLED + 1):
        try:
            expected = onnx.defs.get_schema(operator, opset, "")
        except onnx.defs.SchemaError:
            with pytest.raises(FileFormatError, match="no operator"):
                schema_of(operator, opset)
            continue
        schema = schema_of(operator, opset)
        assert expected.since_version in schema.versions
        # GroupNormalization 18 scales groups instead of channels; the handler refuses Upsample 10.
        assert not expected.deprecated or operator in ("GroupNormalization", "Upsample")
        assert schema.inputs == (expected.min_input, expected.max_input)
        assert schema.outputs == (expected.min_output, expected.max_output)
        assert set(schema.attributes) == set(expected.attributes)


def test_every_operator_of_the_table_has_a_schema_and_the_other_way_round() -> None:
    assert list(SCHEMAS) == list(OPERATORS)


def test_reading_a_file_loads_neither_onnx_nor_protobuf() -> None:
    code = (
        "import sys, isobit\n"
        "from importlib.resources import files\n"
        "isobit.load(files('isobit') / 'data' / 'jet_tagger.onnx')\n"
        "print(*[m for m in ('onnx', 'google.protobuf', 'ml_dtypes') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
