"""Object headers of HDF5 files, read in Python where libhdf5 must not be trusted with a hostile file.

On damaged or hostile files libhdf5 loops in the heap of variable-length strings, allocates what a string's
length field says (up to 4 GiB), and inflates compressed blocks without bound. Therefore these strings are
read here, and `check_group` refuses everything that may be compressed. Layouts are those of the HDF5 File
Format Specification, version 3.0: IV.A (headers and messages), III.E (global heap).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

MAX_BLOCKS = 10_000
MAX_TEXT_BYTES = 16 << 20

_SYMBOL_TABLE = 0x11
_CONTINUATION = 0x10
_ATTRIBUTE = 0x0C
# Link info, link, group info, attribute info: groups and attributes in the storage of newer versions.
_NEW_STORAGE = (0x02, 0x06, 0x0A, 0x15)
_SHARED = 0x02
_HEAP = b"GCOL"
_HEADER_SIZE = 16


class Headers:
    """Headers of the objects of a file.

    Parameters
    ----------
    data : bytes
        The whole file.

    Raises
    ------
    ValueError
        From every method, for damaged headers, and for the newer storage that Keras never writes; `Hdf5`,
        which knows the name of the file, makes a proper error of it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._heaps: dict[int, dict[int, bytes]] = {}
        self._text_left = MAX_TEXT_BYTES
        # Superblock of version 0 or 1, addresses and lengths of eight bytes.
        if len(data) < 16 or data[8] > 1 or data[13] != 8 or data[14] != 8:
            raise ValueError("the HDF5 file is not in the layout that Keras writes (superblock 0)")

    def check_group(self, address: int) -> None:
        """Refuse a group whose links or attributes are not stored in the old, plain way."""
        kinds = {kind for kind, _ in self._messages(address)}
        if _SYMBOL_TABLE not in kinds or kinds.intersection(_NEW_STORAGE):
            raise ValueError("the group is not stored in the way in which Keras writes groups")

    def strings(self, address: int, name: str, count: int) -> list[str]:
        """An attribute of variable-length strings of the object at this address."""
        for kind, body in self._messages(address):
            if kind == _ATTRIBUTE:
                found, values = _attribute(body)
                if found == name.encode():
                    if len(values) < 16 * count:
                        raise ValueError(f"the attribute {name!r} is truncated")
                    return [self._string(*struct.unpack_from("<IQI", values, 16 * n)) for n in range(count)]
        raise ValueError(f"the attribute {name!r} is not stored in the way in which Keras writes attributes")

    def _messages(self, address: int) -> Iterator[tuple[int, bytes]]:
        """Type and body of every message of a version 1 header, continuation blocks included."""
        version, _, _, _, size = struct.unpack("<BBHII", self._slice(address, 12))
        if version != 1:
            raise ValueError("the HDF5 object is not in the layout that Keras writes (header version 1)")
        blocks = [(address + _HEADER_SIZE, size)]
        for start, length in blocks:
            block, position = self._slice(start, length), 0
            while position + 8 <= length:
                kind, size, flags = struct.unpack_from("<HHB", block, position)
                body = block[position + 8 : position + 8 + size]
                if len(body) != size or flags & _SHARED:
                    raise ValueError("the header of an HDF5 object is damaged")
                if kind == _CONTINUATION and size >= 16:
                    blocks.append(struct.unpack_from("<QQ", body))
                    if len(blocks) > MAX_BLOCKS:
                        raise ValueError("the header of an HDF5 object is damaged: it has no end")
                yield kind, body
                position += 8 + size

    def _string(self, length: int, address: int, index: int) -> str:
        if length == 0:
            return ""
        if address not in self._heaps:
            self._heaps[address] = self._heap(address)
        content = self._heaps[address].get(index)
        if content is None or len(content) < length:
            raise ValueError("a string of the HDF5 file is damaged")
        self._text_left -= length
        if self._text_left < 0:
            raise ValueError(f"the strings of the HDF5 file exceed {MAX_TEXT_BYTES} bytes")
        return content[:length].decode("utf-8")

    def _heap(self, address: int) -> dict[int, bytes]:
        """The objects of one collection of the global heap."""
        signature, version, size = struct.unpack("<4sB3xQ", self._slice(address, _HEADER_SIZE))
        if signature != _HEAP or version != 1:
            raise ValueError("a string of the HDF5 file is damaged")
        block, objects, position = self._slice(address, size), {}, _HEADER_SIZE
        while position + _HEADER_SIZE <= size:
            index, length = struct.unpack_from("<H6xQ", block, position)
            if index == 0:
                break
            position += _HEADER_SIZE
            if position + length > size:
                raise ValueError("a string of the HDF5 file is damaged")
            objects[index] = block[position : position + length]
            position += _padded(length)
        return objects

    def _slice(self, start: int, length: int) -> bytes:
        if start + length > len(self._data):
            raise ValueError("the HDF5 file is truncated or damaged")
        return self._data[start : start + length]


def _attribute(body: bytes) -> tuple[bytes, bytes]:
    """Name and data of an attribute message of version 1, 2 or 3."""
    if len(body) < 9:
        raise ValueError("an attribute of the HDF5 file is damaged")
    version, flags, name_size, type_size, space_size = struct.unpack_from("<BBHHH", body)
    if version not in (1, 2, 3) or (version > 1 and flags):
        raise ValueError("an attribute of the HDF5 file is damaged")
    start = 9 if version == 3 else 8
    sizes = [_padded(n) if version == 1 else n for n in (name_size, type_size, space_size)]
    return body[start : start + name_size].rstrip(b"\0"), body[start + sum(sizes) :]


def _padded(size: int) -> int:
    return (size + 7) // 8 * 8
