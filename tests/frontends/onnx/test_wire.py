"""The reader of the encoding against protobuf: the same contents, and nothing that protobuf refuses."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from frontends.fuzz_onnx import case
from frontends.fuzz_onnx_models import originals
from frontends.onnx.build import model, nested, node
from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.onnx import encoded, load
from isobit.frontends.onnx.fields import BYTES, TEXT, fields_of
from isobit.frontends.onnx.initializers import decode
from isobit.frontends.onnx.messages import CLASSES, Message
from isobit.frontends.onnx.messages import TensorProto as Read
from isobit.frontends.onnx.wire import parse_model

CASES = 3000
ELEMENTS = {
    TensorProto.FLOAT: "f4",
    TensorProto.DOUBLE: "f8",
    TensorProto.FLOAT16: "f2",
    TensorProto.INT8: "i1",
    TensorProto.INT16: "i2",
    TensorProto.INT32: "i4",
    TensorProto.INT64: "i8",
    TensorProto.UINT8: "u1",
    TensorProto.UINT16: "u2",
    TensorProto.UINT32: "u4",
    TensorProto.UINT64: "u8",
    TensorProto.BOOL: "?",
}
ENUMS = {
    ("AttributeProto", "type"): AttributeProto.AttributeType,
    ("TensorProto", "data_location"): TensorProto.DataLocation,
}


def assert_same(found: Message, expected: Any, kind: str) -> None:
    """Every field that isobit keeps holds what protobuf read."""
    for name, field, many in fields_of(kind).values():
        if not hasattr(CLASSES[kind], name):
            continue
        value, wanted = getattr(found, name), getattr(expected, name)
        if many:
            assert len(value) == len(wanted)
        elif (kind, name) in ENUMS and value not in ENUMS[kind, name].values():
            continue  # protobuf drops what its enumeration lacks; isobit keeps it, and refuses it later
        else:
            assert found.has(name) == expected.HasField(name)
        if field in CLASSES:
            pairs = zip(value, wanted, strict=True) if many else [(value, wanted)] * found.has(name)
            for inner, counterpart in pairs:
                assert_same(inner, counterpart, field)
        elif field in (TEXT, BYTES):
            assert (list(value) if many else value) == (list(wanted) if many else wanted)
        else:
            assert np.array_equal(np.asarray(value), np.asarray(wanted), equal_nan=True)


def test_damaged_files_are_read_as_by_protobuf_or_refused() -> None:
    models, accepted = originals(), 0
    for number in range(CASES):
        _, data = case(number, models)
        try:
            found = parse_model(data)
        except FileFormatError:
            continue
        expected = onnx.ModelProto()
        expected.ParseFromString(data)
        assert_same(found, expected, "ModelProto")
        accepted += 1
    assert accepted > CASES // 3


def graph(tensor: bytes) -> bytes:
    """A file with this initializer."""
    return nested(7, nested(5, tensor))


def tensor_of(written: TensorProto) -> Read:
    """A tensor after it was written to a file, and read from it."""
    holder = onnx.ModelProto()
    holder.graph.initializer.append(written)
    return parse_model(holder.SerializeToString()).graph.initializer[0]


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=100))
def test_signed_integers(numbers: list[int]) -> None:
    found = tensor_of(TensorProto(int64_data=numbers, dims=numbers))
    assert list(found.int64_data) == numbers  # packed
    assert list(found.dims) == numbers  # one by one


@given(st.lists(st.integers(0, 2**64 - 1), max_size=100))
def test_unsigned_integers(numbers: list[int]) -> None:
    assert list(tensor_of(TensorProto(uint64_data=numbers)).uint64_data) == numbers


@given(st.lists(st.floats(), max_size=20), st.lists(st.floats(width=32), max_size=20))
def test_floats(doubles: list[float], singles: list[float]) -> None:
    found = tensor_of(TensorProto(double_data=doubles, float_data=singles))
    assert np.array_equal(np.asarray(found.double_data), doubles, equal_nan=True)
    assert np.array_equal(np.asarray(found.float_data), np.float32(singles), equal_nan=True)


@pytest.mark.parametrize("chunk", [10, 11, 19, 64])
def test_long_lists_are_read_in_chunks(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoded, "_CHUNK", chunk)
    numbers = [sign * 3**k for k in range(39) for sign in (1, -1)] * 3
    assert list(tensor_of(TensorProto(int64_data=numbers)).int64_data) == numbers


def test_numbers_in_several_pieces_are_joined() -> None:
    pieces = b"\x08\x03" + b"\x0a\x02\x04\x05" + b"\x08\x06"  # dims: one, two packed, one
    assert list(parse_model(graph(pieces)).graph.initializer[0].dims) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("tensor", "match"),
    [
        (b"\x22\x03abc", r"float_data of TensorProto .*cut off"),
        (b"\x52\x09" + bytes(9), r"double_data of TensorProto .*cut off"),
        (b"\x3a\x02\x01\x80", r"int64_data of TensorProto .*breaks off"),
        (b"\x3a\x0b" + b"\xff" * 10 + b"\x01", r"int64_data of TensorProto .*damaged"),
        (b"\x3a\x60" + b"\x80" * 96, r"int64_data of TensorProto .*cut off, or damaged"),
        (b"\x3a\x60" + b"\x80" * 95 + b"\x01", r"int64_data of TensorProto .*damaged"),
        (b"\x12\x01\x01", r"data_type of TensorProto is damaged"),
        (b"\x4a\x01a\x4a\x01b", r"raw_data of TensorProto is given twice"),
        (b"\x10\x01\x10\x01", r"data_type of TensorProto is given twice"),
    ],
)
def test_damaged_values_are_refused(tensor: bytes, match: str) -> None:
    with pytest.raises(FileFormatError, match=match):
        parse_model(graph(tensor))


def test_messages_that_are_given_twice_are_refused() -> None:
    """Protobuf would merge them into one."""
    data = model([node("Relu", ["x"], ["y"])], {"x": ["n", 2]}).SerializeToString()
    with pytest.raises(FileFormatError, match=r"graph of ModelProto is given twice \(byte \d+\)"):
        parse_model(data + b"\x3a\x00")


@pytest.mark.parametrize("element", ELEMENTS)
def test_element_types(element: int) -> None:
    array = np.array([[0, 1, 1], [1, 0, 1]], dtype=ELEMENTS[element])
    if array.dtype.kind in "iu":
        array[0, :2] = np.iinfo(array.dtype).min, np.iinfo(array.dtype).max
    elif array.dtype.kind == "f":
        array[0] = np.finfo(array.dtype).smallest_subnormal, -1.5, np.inf
    raw = numpy_helper.from_array(array)
    typed = helper.make_tensor("", element, array.shape, array.ravel())
    assert not typed.raw_data
    for tensor in (raw, typed):
        found = decode(tensor_of(tensor), Path(), 100)
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)
        assert np.array_equal(found, numpy_helper.to_array(tensor))


def test_bfloat16(monkeypatch: pytest.MonkeyPatch) -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([1.5, -3.0, np.inf, 2.0**-130], dtype=ml_dtypes.bfloat16)
    typed = TensorProto(data_type=TensorProto.BFLOAT16, dims=[4], int32_data=array.view("u2").tolist())
    raw = TensorProto(data_type=TensorProto.BFLOAT16, dims=[4], raw_data=array.tobytes())
    for tensor in (raw, typed):
        found = decode(tensor_of(tensor), Path(), 100)
        assert found.dtype == array.dtype
        assert np.array_equal(found.astype("f8"), array.astype("f8"))
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(UnsupportedError, match="BFLOAT16 needs the package ml_dtypes"):
        decode(tensor_of(raw), Path(), 100)


@pytest.mark.parametrize(
    ("element", "number"),
    [
        (TensorProto.INT8, 128),
        (TensorProto.UINT8, -1),
        (TensorProto.UINT16, 2**16),
        (TensorProto.BOOL, 2),
        (TensorProto.FLOAT16, 2**16),
        (TensorProto.BFLOAT16, -1),
    ],
)
def test_numbers_that_their_type_does_not_hold_are_refused(element: int, number: int) -> None:
    tensor = tensor_of(TensorProto(data_type=element, dims=[2], int32_data=[1, number]))
    with pytest.raises(
        FileFormatError, match=f"does not fit its type {TensorProto.DataType.Name(element)}: "
    ):
        decode(tensor, Path(), 100)


def test_data_location_must_be_known() -> None:
    tensor = b"\x08\x01\x10\x01\x70\x05" + b"\x22\x04" + bytes(4)  # dims 1, FLOAT, data_location 5
    with pytest.raises(FileFormatError, match="data_location"):
        decode(parse_model(graph(tensor)).graph.initializer[0], Path(), 100)


def one_input(described: bytes) -> bytes:
    """A file with one ReLU, whose input x has this type."""
    relu = nested(1, nested(1, b"x") + nested(2, b"y") + nested(4, b"Relu"))
    x, y = nested(11, nested(1, b"x") + nested(2, described)), nested(12, nested(1, b"y"))
    return b"\x08\x08" + nested(8, b"\x10\x11") + nested(7, relu + x + y)


FLOATS = b"\x08\x01"  # elem_type
BATCH, TWO, NAMED = nested(1, nested(2, b"n")), nested(1, b"\x08\x02"), nested(2, b"m")


def test_inputs_that_contradict_themselves_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(one_input(nested(1, FLOATS + nested(2, BATCH + TWO))))
    assert load(path).inputs == {"x": (2,)}
    path.write_bytes(one_input(nested(1, FLOATS + nested(2, BATCH + TWO)) + nested(4, b"")))
    with pytest.raises(UnsupportedError, match="no tensor but tensor_type and sequence_type"):
        load(path)
    path.write_bytes(one_input(nested(1, FLOATS + nested(2, BATCH + nested(1, b"\x08\x02" + NAMED)))))
    with pytest.raises(FileFormatError, match="dimension 1 is both 2 and 'm'"):
        load(path)
