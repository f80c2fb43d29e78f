"""The protobuf encoding of ONNX files: one strict walk that checks every byte and keeps what isobit reads.

A parser of the usual kind would drop fields that it does not know, merge messages that are given twice, and
let a small file of empty messages fill the memory. Here such files end in an error that says where they are
damaged. No other package has to be imported for it, so that a program which loads a model starts quickly.

The encoding (https://protobuf.dev/programming-guides/encoding/): a message is a sequence of fields, each a
tag (8 * number + wire type) and a value, which is a variable-length integer, 4 or 8 bytes, or a length and
so many bytes (text, bytes, a message, or several numbers "packed" one after the other).
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from isobit.errors import FileFormatError
from isobit.frontends.onnx.encoded import numbers, real, signed, varint
from isobit.frontends.onnx.fields import DOUBLE, FIELDS, FLOAT, INT, TEXT, UINT, fields_of
from isobit.frontends.onnx.limits import MAX_FIELDS, MAX_PACKED_BYTES
from isobit.frontends.onnx.messages import CLASSES, Message, ModelProto

_MAX_DEPTH = 64
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRES = {INT: _VARINT, UINT: _VARINT, FLOAT: _FIXED32, DOUBLE: _FIXED64}
_LENGTHS = {_FIXED32: 4, _FIXED64: 8}


class _Known(NamedTuple):
    """What the walk has to know of a field."""

    name: str
    type: str
    wire: int
    many: bool
    kept: bool


def parse_model(data: bytes) -> ModelProto:
    """The model that these bytes encode.

    Raises
    ------
    FileFormatError
        Where the encoding breaks off, does not follow the schema, or would take too much memory.
    """
    model = ModelProto()
    _Walk(data).message("ModelProto", model, 0, len(data), 1)
    return model


class _Walk:
    """The way through one file, and how much was met on it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._view = memoryview(data)
        self._fields = 0
        self._packed = 0

    def message(self, kind: str, target: Message | None, position: int, end: int, depth: int) -> None:
        """Read a message from this part of the file into the object (into nothing, if it is not kept)."""
        if depth > _MAX_DEPTH:
            raise FileFormatError(f"messages are nested more than {_MAX_DEPTH} deep (byte {position})")
        lists: dict[_Known, bytearray] = {}
        while position < end:
            start = position
            field, wire, number, position, stop = self._next(kind, position, end, depth)
            keeper = target if field.kept else None
            if keeper is not None and not field.many and keeper.has(field.name):
                raise FileFormatError(f"field {field.name} of {kind} is given twice (byte {start})")
            value: Any
            if field.type in FIELDS:
                value = None if keeper is None else CLASSES[field.type]()
                self.message(field.type, value, position, stop, depth + 1)
            elif field.type == TEXT:
                value = self._text(field.name, start, position, stop)
            elif field.wire == _BYTES:
                value = self._view[position:stop]
            elif field.many:
                self._count_packed(field, wire, stop - position)
                if keeper is not None:
                    lists.setdefault(field, bytearray()).extend(self._view[position:stop])
                keeper = None
            elif wire == _VARINT:
                value = signed(number, field.type)
            else:
                value = real(self._view[position:stop], field.type)
            if keeper is not None:
                _keep(keeper, field, value)
            position = stop
        for field, raw in lists.items():
            try:
                setattr(target, field.name, numbers(raw, field.type))
            except FileFormatError as error:
                raise FileFormatError(f"{field.name} of {kind} before byte {end}: {error}") from None

    def _next(self, kind: str, start: int, end: int, depth: int) -> tuple[_Known, int, int, int, int]:
        """The next field of a message: wire type, its value if that is a varint, and where its data lie."""
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise FileFormatError(f"it has more than {MAX_FIELDS} fields; no network needs so many")
        tag, position = varint(self._data, start, end)
        field, wire = _known(kind).get(tag >> 3), tag & 7
        if field is None:
            raise FileFormatError(
                f"unknown field {tag >> 3} of {kind} at byte {start}: the file is damaged, "
                "no ONNX file, or made with a newer version of onnx than isobit knows"
            )
        if wire != field.wire and not (wire == _BYTES and field.many):
            raise FileFormatError(f"field {field.name} of {kind} is damaged (byte {start})")
        number = 0
        if wire == _VARINT:
            number, stop = varint(self._data, position, end)
        elif wire == _BYTES:
            length, position = varint(self._data, position, end)
            stop = position + length
        else:
            stop = position + _LENGTHS[wire]
        if stop > end:
            raise FileFormatError(
                f"it breaks off: {field.name} of {kind} should reach byte {stop}, "
                f"but {'the file' if depth == 1 else kind} ends at byte {end}"
            )
        return field, wire, number, position, stop

    def _text(self, name: str, start: int, position: int, stop: int) -> str:
        try:
            return self._data[position:stop].decode("utf-8")
        except UnicodeDecodeError:
            raise FileFormatError(f"the {name} at byte {start} is not UTF-8 text") from None

    def _count_packed(self, field: _Known, wire: int, length: int) -> None:
        if wire == _BYTES and field.wire == _VARINT:
            self._packed += length
            if self._packed > MAX_PACKED_BYTES:
                raise FileFormatError(
                    f"it has more than {MAX_PACKED_BYTES >> 20} MiB of integers one by one; "
                    "save weights as raw_data (onnx.numpy_helper.from_array does)"
                )


def _keep(target: Message, field: _Known, value: Any) -> None:
    if not field.many:
        setattr(target, field.name, value)
    elif target.has(field.name):
        getattr(target, field.name).append(value)
    else:
        setattr(target, field.name, [value])


@functools.cache
def _known(message: str) -> dict[int, _Known]:
    """The fields of a message by number; those are kept that its class has."""
    keeper = CLASSES.get(message)
    return {
        number: _Known(name, kind, _WIRES.get(kind, _BYTES), many, hasattr(keeper, name))
        for number, (name, kind, many) in fields_of(message).items()
    }
