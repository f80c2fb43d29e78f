"""What a name in an ONNX graph can stand for while the graph is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_PROBES = (1_000_003, 1_000_033)


@dataclass(frozen=True)
class Tensor:
    """Data that depends on the inputs: the tensor of this name in the graph that is being built.

    ``integer`` marks whole numbers (the result of ArgMax), with which ONNX would compute otherwise.
    """

    name: str
    integer: bool = False


@dataclass(frozen=True)
class Constant:
    """An array known now. ``source`` says where it comes from, for messages.

    An array of which some entries are the (unknown) size of the batch is kept twice, as it would be for two
    sizes. Only operators that move entries are applied to such a pair, so an entry is the batch exactly if
    the two differ.
    """

    array: Array
    source: str
    other: Array | None = None

    @property
    def depends_on_batch(self) -> bool:
        """Whether some entry is the size of the batch."""
        return self.other is not None

    def is_batch(self) -> npt.NDArray[np.bool_]:
        """Which entries are the size of the batch."""
        other = self.array if self.other is None else self.other
        return np.asarray(self.array != other)


@dataclass(frozen=True)
class Unavailable:
    """A result that isobit does not compute; using it is an error with this text."""

    text: str


Value = Tensor | Constant | Unavailable


def pair(array: Array, other: Array | None, source: str) -> Constant:
    """A constant that is the two arrays for two batch sizes, or just one if they are the same."""
    if other is None or np.array_equal(array, other):
        return Constant(array, source)
    return Constant(array, source, other)


def shape_constant(shape: tuple[int, ...], source: str) -> Constant:
    """The shape of a tensor with its batch axis, as the operator Shape returns it."""
    array, other = (np.array([batch, *shape], dtype=np.int64) for batch in _PROBES)
    return Constant(array, source, other)
