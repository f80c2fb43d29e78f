"""Where the tensors of a plugin lie in its workspace, and as which integers."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from isobit.cxx.network import Network

ALIGNMENT = 64
PADDING = 64
"""Elements that registers may read and write past the end of a tensor."""

_STORAGE = (
    ("std::int8_t", 1, -(2**7), 2**7 - 1),
    ("std::uint8_t", 1, 0, 2**8 - 1),
    ("std::int16_t", 2, -(2**15), 2**15 - 1),
    ("std::uint16_t", 2, 0, 2**16 - 1),
    ("std::int32_t", 4, -(2**31), 2**31 - 1),
    ("std::int64_t", 8, -(2**63), 2**63 - 1),
    ("int128", 16, -(2**127), 2**127 - 1),
)


@dataclass(frozen=True)
class Storage:
    """An integer type."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Place:
    """A tensor in the workspace."""

    storage: Storage
    offset: int


def storage_for(low: int, high: int, least_bytes: int = 1) -> Storage:
    """The narrowest integer type, of so many bytes or more, that holds all of a range."""
    return next(
        Storage(name, size)
        for name, size, least, most in _STORAGE
        if least <= low and high <= most and size >= least_bytes
    )


def padded(count: int, multiple: int) -> int:
    """The next multiple."""
    return -(-count // multiple) * multiple


class Layout:
    """The workspace of one call.

    Parameters
    ----------
    network : Network
    scratch_bytes : int
        Of the rows that schedules need besides tensors; one after the other, they share the memory.
    least_bytes : mapping of int to int
        Tensors that are kept in integers at least so wide.
    skipped : set of int
        Tensors that take no memory.
    """

    def __init__(
        self, network: Network, scratch_bytes: int, least_bytes: Mapping[int, int], skipped: Container[int]
    ) -> None:
        self.places: dict[int, Place] = {}
        end = 0
        for tensor, (low, high) in enumerate(network.ranges):
            if tensor in skipped:
                continue
            storage = storage_for(low, high, least_bytes.get(tensor, 1))
            self.places[tensor] = Place(storage, end)
            end = padded(end + (network.size(tensor) + PADDING) * storage.bytes, ALIGNMENT)
        self.scratch = end
        self.bytes = padded(end + scratch_bytes, ALIGNMENT)
