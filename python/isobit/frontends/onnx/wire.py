"""A look at the protobuf encoding before the parser sees it.

The parser would take the file as it is: fields that it does not know would be dropped, names that are no
text returned as bytes, and a small file of empty messages would fill the memory. Here such files end
in an error that says where they are damaged.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from isobit.errors import FileFormatError
from isobit.frontends.onnx.limits import MAX_FIELDS, MAX_PACKED_BYTES

_MAX_DEPTH = 64
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class _Field:
    """What the schema says of one field; ``message`` is the type of a nested message."""

    name: str
    wire: int
    text: bool = False
    message: Any = None


def check_wire(data: bytes, descriptor: Any) -> None:
    """Walk over an encoded message of the type of this descriptor.

    Raises
    ------
    FileFormatError
        Where the encoding breaks off, does not follow the schema, or would take too much memory.
    """
    stack = [(len(data), descriptor)]
    position = fields = packed = 0
    while stack:
        end, message = stack[-1]
        if position == end:
            stack.pop()
            continue
        fields += 1
        if fields > MAX_FIELDS:
            raise FileFormatError(f"it has more than {MAX_FIELDS} fields; no network needs so many")
        start = position
        tag, position = _varint(data, position, end)
        field, wire = _known(message).get(tag >> 3), tag & 7
        if field is None:
            raise FileFormatError(
                f"unknown field {tag >> 3} of {message.name} at byte {start}: the file is damaged, "
                "no ONNX file, or made with a newer version of onnx than the installed one"
            )
        if wire != field.wire and wire != _BYTES:
            raise FileFormatError(f"field {field.name} of {message.name} is damaged (byte {start})")
        if wire == _VARINT:
            _, position = _varint(data, position, end)
            continue
        if wire == _BYTES:
            length, position = _varint(data, position, end)
        else:
            length = 8 if wire == _FIXED64 else 4
        stop = position + length
        if stop > end:
            raise FileFormatError(
                f"it breaks off: {field.name} of {message.name} should reach byte {stop}, "
                f"but {'the file' if len(stack) == 1 else message.name} ends at byte {end}"
            )
        if field.message is not None:
            if len(stack) == _MAX_DEPTH:
                raise FileFormatError(f"messages are nested more than {_MAX_DEPTH} deep (byte {start})")
            stack.append((stop, field.message))
            continue
        if field.text:
            _check_text(data[position:stop], field, start)
        elif field.wire == _VARINT:
            packed += length
            if packed > MAX_PACKED_BYTES:
                raise FileFormatError(
                    f"it has more than {MAX_PACKED_BYTES >> 20} MiB of integers one by one; "
                    "save weights as raw_data (onnx.numpy_helper.from_array does)"
                )
        position = stop


def _varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """A variable-length integer and the position after it."""
    value = shift = 0
    while position < end and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise FileFormatError(f"it breaks off, or is damaged, at byte {position}")


def _check_text(raw: bytes, field: _Field, start: int) -> None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise FileFormatError(f"the {field.name} at byte {start} is not UTF-8 text") from None


@functools.cache
def _known(descriptor: Any) -> dict[int, _Field]:
    """The fields of a message type by number."""
    fixed32 = (
        (descriptor_type := _types()).TYPE_FLOAT,
        descriptor_type.TYPE_FIXED32,
        descriptor_type.TYPE_SFIXED32,
    )
    fixed64 = descriptor_type.TYPE_DOUBLE, descriptor_type.TYPE_FIXED64, descriptor_type.TYPE_SFIXED64
    known = {}
    for field in descriptor.fields:
        if field.type == descriptor_type.TYPE_MESSAGE:
            entry = _Field(field.name, _BYTES, message=field.message_type)
        elif field.type in (descriptor_type.TYPE_STRING, descriptor_type.TYPE_BYTES):
            entry = _Field(field.name, _BYTES, text=field.type == descriptor_type.TYPE_STRING)
        elif field.type in fixed32:
            entry = _Field(field.name, _FIXED32)
        elif field.type in fixed64:
            entry = _Field(field.name, _FIXED64)
        else:
            entry = _Field(field.name, _VARINT)
        known[field.number] = entry
    return known


def _types() -> Any:
    from google.protobuf.descriptor import FieldDescriptor

    return FieldDescriptor
