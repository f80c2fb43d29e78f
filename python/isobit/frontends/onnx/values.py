"""What a name in an ONNX graph can stand for while the graph is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_PROBES = (1_000_003, 1_000_033)


_KINDS = {"FLOAT": "f", "DOUBLE": "f", "FLOAT16": "f", "BFLOAT16": "f", "BOOL": "b"}
KIND_NAMES = {"f": "floating-point numbers", "i": "integers", "b": "booleans"}


def kind_of(element: str) -> str:
    """``f`` (floating point), ``i`` (integers) or ``b`` (booleans) for an element type of ONNX."""
    return _KINDS.get(element, "i")


@dataclass(frozen=True)
class Tensor:
    """Data that depends on the inputs: the tensor of this name in the graph that is being built.

    Parameters
    ----------
    name : str
        In the graph that is being built, where tensors have no batch axis.
    element : str
        Element type, as ONNX calls it. isobit computes with real numbers; integers and booleans are accepted
        where that is the same.
    batch : int, optional
        Position of the batch axis as ONNX counts; None if there is none, for every sample has the same
        values, or for the model is read without a batch axis.
    """

    name: str
    element: str = "FLOAT"
    batch: int | None = 0

    @property
    def kind(self) -> str:
        """``f``, ``i`` or ``b``; see :func:`kind_of`."""
        return kind_of(self.element)

    def of(self, element: str) -> Tensor:
        """The same tensor with another element type."""
        return replace(self, element=element)

    def at(self, batch: int | None) -> Tensor:
        """The same tensor with the batch axis elsewhere."""
        return replace(self, batch=batch)


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


def shape_constant(shape: tuple[int, ...], batch: int | None, source: str) -> Constant:
    """The shape of a tensor with its batch axis, as the operator Shape returns it."""
    if batch is None:
        return Constant(np.array(shape, dtype=np.int64), source)
    array, other = (np.array([*shape[:batch], n, *shape[batch:]], dtype=np.int64) for n in _PROBES)
    return Constant(array, source, other)
