"""Which element-wise operations follow a sum while it is in registers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from isobit.backends.cells import schedule_of
from isobit.cxx.network import Network

_SUMS = ("dense", "convolution", "rounded_dense", "rounded_convolution")


@dataclass(frozen=True)
class Step:
    """An operation with those that follow it at once.

    Attributes
    ----------
    number : int
    followers : tuple of int
        Operations, in order.
    inner : tuple of int
        Tensors between them, which nothing else reads.
    """

    number: int
    followers: tuple[int, ...] = ()
    inner: tuple[int, ...] = ()


def fused(network: Network) -> Iterator[Step]:
    """The operations in order, each once."""
    readers: dict[int, list[int]] = {}
    for number, op in enumerate(network.operations):
        for tensor in op["inputs"]:
            readers.setdefault(tensor, []).append(number)
    kept = {port.tensor for port in network.outputs}
    done: set[int] = set()
    for number, op in enumerate(network.operations):
        if number in done:
            continue
        followers: list[int] = []
        inner: list[int] = []
        tensor = op["output"]
        while op["cell"] in _SUMS and tensor not in kept and len(readers.get(tensor, ())) == 1:
            (reader,) = readers[tensor]
            if schedule_of(network.operations[reader]["cell"]) != "map" or not _carries(
                network, number, reader
            ):
                break
            followers.append(reader)
            inner.append(tensor)
            tensor = network.operations[reader]["output"]
        done.update(followers)
        yield Step(number, tuple(followers), tuple(inner))


def _carries(network: Network, number: int, follower: int) -> bool:
    """Whether the integers of the sum are wide enough for what follows."""
    return network.lanes[follower] <= max(32, network.lanes[number]) < 128
