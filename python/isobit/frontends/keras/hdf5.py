"""HDF5 from untrusted files, through h5py, with the doors closed that libhdf5 leaves open.

libhdf5 follows links into other files, loads filter plug-ins and allocates what a file declares. Therefore
the file is a copy in memory; links are followed one by one, hard ones only; types, layouts and sizes are
looked at before anything is read; nothing that may be compressed is touched; and variable-length strings are
not read by libhdf5 (see `hdf5_headers`).
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.hdf5_headers import Headers
from isobit.ir import FloatArray

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MAX_ELEMENTS = 96 << 20
MAX_ATTRIBUTE_BYTES = 16 << 20
MAX_CHILDREN = 100_000

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
        (attributes) and IEEE floating point numbers (weights), more than 96 Mi numbers in all.
    """

    def __init__(self, data: bytes, where: str) -> None:
        import h5py

        self.where = where
        self._h5 = h5py
        self._elements_left = MAX_ELEMENTS
        with self._reading(()):
            self._headers = Headers(data)
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
                address = self._address(group)
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
        current = self._checked(self._h5.h5o.open(self._file.id, b"/"))
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
        return self._checked(self._h5.h5o.open(group, encoded))

    def _checked(self, opened: Any) -> Any:
        if isinstance(opened, self._h5.h5g.GroupID):
            self._headers.check_group(self._address(opened))
        return opened

    def _address(self, opened: Any) -> int:
        return int(self._h5.h5o.get_info(opened).addr)

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
        if kind.is_variable_str():
            return self._headers.strings(self._address(owner), name, math.prod(shape))
        values = np.empty(shape, dtype=attribute.dtype)
        attribute.read(values)
        return [bytes(value).decode("utf-8") for value in values.flat]

    def _check_dataset(self, path: Path, dataset: Any) -> tuple[int, ...]:
        h5 = self._h5
        kind, plan = dataset.get_type(), dataset.get_create_plist()
        if kind.get_class() == h5.h5t.INTEGER:
            raise self._damaged(path, "the weights are integers; quantized Keras models are not supported")
        if not any(kind.equal(known) for known in _float_types(h5)):
            raise self._damaged(path, "the weights are no float16, float32 or float64 numbers")
        if plan.get_external_count() or plan.get_layout() not in (h5.h5d.CONTIGUOUS, h5.h5d.COMPACT):
            raise self._damaged(path, "external, virtual, chunked and compressed datasets are not read")
        shape = dataset.shape
        if shape is None:
            raise self._damaged(path, "the dataset has no shape")
        size = math.prod(shape)
        if dataset.get_storage_size() != size * kind.get_size():
            raise self._damaged(
                path, f"shape {shape} and the {dataset.get_storage_size()} bytes stored differ"
            )
        self._elements_left -= size
        if self._elements_left < 0:
            raise self._damaged(path, f"with shape {shape} the weights exceed {MAX_ELEMENTS} numbers in all")
        return tuple(int(n) for n in shape)

    def _damaged(self, path: Path, text: str) -> FileFormatError:
        return FileFormatError(f"{self.where}, {'/' + '/'.join(path)!r}: {text}")

    @contextlib.contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except FileFormatError:
            raise
        except _H5PY_ERRORS as error:
            raise self._damaged(path, f"the HDF5 file cannot be read ({error})") from None


def _float_types(h5: Any) -> tuple[Any, ...]:
    return (
        h5.h5t.IEEE_F32LE,
        h5.h5t.IEEE_F64LE,
        h5.h5t.IEEE_F16LE,
        h5.h5t.IEEE_F32BE,
        h5.h5t.IEEE_F64BE,
        h5.h5t.IEEE_F16BE,
    )
