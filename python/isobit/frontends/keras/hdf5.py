"""HDF5 from untrusted files, through h5py, with the doors closed that libhdf5 leaves open.

libhdf5 follows links into other files, loads filter plug-ins, allocates what a file declares and, fed with
damaged files, was seen to loop for ever in the heap of variable-length strings and to crash on nested
variable-length types. Therefore the file is a copy in memory; links are followed one by one, hard ones only;
types, layouts, filters and sizes are looked at before anything is read; and the string heaps are checked
here.
"""

from __future__ import annotations

import contextlib
import math
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np

from isobit.errors import FileFormatError, IsobitError
from isobit.ir import FloatArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_ELEMENTS = 32 << 20
MAX_ATTRIBUTE_BYTES = 16 << 20
MAX_CHILDREN = 100_000

_HEAP = b"GCOL\x01"
_HEAP_HEADER = 16
_FILTERS = {1: "gzip", 2: "shuffle", 3: "fletcher32"}
# What h5py was seen to raise on damaged files.
_H5PY_ERRORS = (
    AttributeError,
    KeyError,
    MemoryError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)

Path = tuple[str, ...]


class Hdf5:
    """A read-only HDF5 file in memory; a context manager.

    Parameters
    ----------
    data : bytes
        The whole file.
    where : str
        What it is, for messages.

    Raises
    ------
    FileFormatError
        From every method, when the file is damaged or holds what Keras never writes: soft or external links,
        external or virtual storage, other filters than gzip, shuffle and fletcher32, other types than strings
        (attributes) and IEEE floating point numbers (weights), more than 32 Mi numbers in all.
    """

    def __init__(self, data: bytes, where: str) -> None:
        import h5py

        self.where = where
        self._h5 = h5py
        self._elements_left = MAX_ELEMENTS
        _check_heaps(data, where)
        with self._reading(()):
            self._file = h5py.File(h5py.h5f.open_file_image(data))

    def __enter__(self) -> Hdf5:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._reading(()):
            self._file.close()

    def children(self, path: Path) -> list[str]:
        """Names in a group, sorted; empty if there is no such group."""
        with self._reading(path):
            group = self._open(path)
            if not isinstance(group, self._h5.h5g.GroupID):
                return []
            if len(group) > MAX_CHILDREN:
                raise self._damaged(path, f"the group has {len(group)} members")
            return sorted(name.decode("utf-8") for name in group)

    def is_group(self, path: Path) -> bool:
        """Whether there is a group of this path."""
        with self._reading(path):
            return isinstance(self._open(path), self._h5.h5g.GroupID)

    def datasets(self, path: Path) -> Iterator[Path]:
        """The paths of all datasets below a group."""
        with self._reading(path):
            pending = [(path, self._open(path))]
            visited = set()
            while pending:
                place, group = pending.pop()
                if not isinstance(group, self._h5.h5g.GroupID):
                    yield place
                    continue
                address = self._h5.h5o.get_info(group).addr
                if address in visited:
                    raise self._damaged(place, "the group is linked twice, or is inside of itself")
                visited.add(address)
                for name in self.children(place):
                    pending.append(((*place, name), self._step(place, group, name)))

    def strings(self, path: Path, name: str) -> list[str] | None:
        """An attribute as a list of strings, None if the group has no such attribute.

        Keras splits lists that are too long for an attribute over ``name0``, ``name1``, ...; they are joined.
        """
        with self._reading(path):
            owner = self._open(path)
            if owner is None:
                return None
            if self._h5.h5a.exists(owner, name.encode()):
                return self._attribute(path, owner, name)
            joined: list[str] = []
            number = 0
            while self._h5.h5a.exists(owner, f"{name}{number}".encode()):
                joined += self._attribute(path, owner, f"{name}{number}")
                number += 1
            return joined if number else None

    def array(self, path: Path) -> FloatArray:
        """A dataset of floating point numbers, as a read-only float64 array."""
        with self._reading(path):
            dataset = self._open(path)
            if not isinstance(dataset, self._h5.h5d.DatasetID):
                raise self._damaged(path, "there is no such dataset")
            shape = self._check_dataset(path, dataset)
            array = np.empty(shape, dtype=np.float64)
            if array.size:
                dataset.read(self._h5.h5s.ALL, self._h5.h5s.ALL, array)
            array.setflags(write=False)
            return array

    def _open(self, path: Path) -> Any:
        """The object of a path, link by link; None if it does not exist."""
        current = self._h5.h5o.open(self._file.id, b"/")
        for depth, name in enumerate(path):
            if current is not None:
                current = self._step(path[:depth], current, name)
        return current

    def _step(self, path: Path, group: Any, name: str) -> Any:
        """A member of the group of this path; None if there is none."""
        encoded = name.encode()
        if encoded in (b"", b".", b"..") or b"/" in encoded:
            raise self._damaged(path, f"{name!r} is no name of a group or dataset")
        if not isinstance(group, self._h5.h5g.GroupID) or not group.links.exists(encoded):
            return None
        if group.links.get_info(encoded).type != self._h5.h5l.TYPE_HARD:
            raise self._damaged((*path, name), "soft and external links are not followed")
        return self._h5.h5o.open(group, encoded)

    def _attribute(self, path: Path, owner: Any, name: str) -> list[str]:
        attribute = self._h5.h5a.open(owner, name.encode())
        shape = attribute.shape
        if shape is None or math.prod(shape) == 0:
            return []
        kind = attribute.get_type()
        if kind.get_class() != self._h5.h5t.STRING or len(shape) > 1:
            raise self._damaged(path, f"the attribute {name!r} is no list of strings")
        if attribute.get_storage_size() > MAX_ATTRIBUTE_BYTES:
            raise self._damaged(path, f"the attribute {name!r} has {attribute.get_storage_size()} bytes")
        values = np.empty(shape, dtype=attribute.dtype)
        attribute.read(values)
        return [value if isinstance(value, str) else bytes(value).decode("utf-8") for value in values.flat]

    def _check_dataset(self, path: Path, dataset: Any) -> tuple[int, ...]:
        h5 = self._h5
        kind, plan = dataset.get_type(), dataset.get_create_plist()
        if kind.get_class() == h5.h5t.INTEGER:
            raise self._damaged(path, "the weights are integers; quantized Keras models are not supported")
        if not any(kind.equal(known) for known in _float_types(h5)):
            raise self._damaged(path, "the weights are no float16, float32 or float64 numbers")
        if plan.get_external_count() or plan.get_layout() == h5.h5d.VIRTUAL:
            raise self._damaged(path, "external and virtual datasets are not read")
        shape = dataset.shape
        if shape is None:
            raise self._damaged(path, "the dataset has no shape")
        sizes = [math.prod(shape)]
        if plan.get_layout() == h5.h5d.CHUNKED:
            sizes.append(math.prod(plan.get_chunk()))
            for number in range(plan.get_nfilters()):
                if plan.get_filter(number)[0] not in _FILTERS:
                    raise self._damaged(path, f"supported filters are {', '.join(_FILTERS.values())}")
        elif dataset.get_storage_size() != sizes[0] * kind.get_size():
            raise self._damaged(
                path, f"shape {shape} and the {dataset.get_storage_size()} bytes stored differ"
            )
        self._elements_left -= sizes[0]
        if self._elements_left < 0 or max(sizes) > MAX_ELEMENTS:
            raise self._damaged(path, f"with shape {shape} the weights exceed {MAX_ELEMENTS} numbers in all")
        return tuple(int(n) for n in shape)

    def _damaged(self, path: Path, text: str) -> FileFormatError:
        return FileFormatError(f"{self.where}, {'/' + '/'.join(path)!r}: {text}")

    @contextlib.contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except IsobitError:
            raise
        except _H5PY_ERRORS as error:
            raise self._damaged(path, f"the HDF5 file is damaged ({error})") from None


def _float_types(h5: Any) -> tuple[Any, ...]:
    return (
        h5.h5t.IEEE_F32LE,
        h5.h5t.IEEE_F64LE,
        h5.h5t.IEEE_F16LE,
        h5.h5t.IEEE_F32BE,
        h5.h5t.IEEE_F64BE,
        h5.h5t.IEEE_F16BE,
    )


def _check_heaps(data: bytes, where: str) -> None:
    """Walk every global heap collection as libhdf5 will, and refuse one in which that walk would not end.

    Layout: HDF5 File Format Specification, version 3.0, section III.E (collections of 16-byte headed objects;
    object 0 is the free space and the last one).
    """
    start = data.find(_HEAP)
    while start >= 0:
        if start + _HEAP_HEADER > len(data):
            raise FileFormatError(f"{where}: a heap of the HDF5 file is truncated")
        (size,) = struct.unpack_from("<Q", data, start + 8)
        end, position = start + size, start + _HEAP_HEADER
        if end > len(data) or size < _HEAP_HEADER:
            raise FileFormatError(f"{where}: a heap of the HDF5 file is truncated")
        while position + _HEAP_HEADER <= end:
            (index,) = struct.unpack_from("<H", data, position)
            (length,) = struct.unpack_from("<Q", data, position + 8)
            if index == 0:
                if position + length != end:
                    raise FileFormatError(f"{where}: a heap of the HDF5 file is damaged")
                break
            position += _HEAP_HEADER + (length + 7) // 8 * 8
            if position > end:
                raise FileFormatError(f"{where}: a heap of the HDF5 file is damaged")
        start = data.find(_HEAP, start + 1)
