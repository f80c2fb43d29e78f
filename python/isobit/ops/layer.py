"""What an operator is told of one of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from isobit.errors import GraphError, IsobitError
from isobit.ir import FloatArray, Node, Shape


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer with all that its result follows from; every hook of an operator takes one.

    What an operator lowers is a Layer, too (``isobit.backends.layer.LayerLowering``). No shape has the batch
    axis. Every check raises :class:`GraphError` with the layer's name.

    Parameters
    ----------
    name, op : str
        Of the layer, and of its operator.
    attrs : mapping
        All attributes, of the declared types.
    constants : mapping of str to float64 array
        Trained values, under the declared names; optional ones may be missing.
    input_shapes : tuple of shapes
        As many as the operator takes.
    """

    name: str
    op: str
    attrs: Mapping[str, Any]
    constants: Mapping[str, FloatArray]
    input_shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, node: Node, shapes: Mapping[str, Shape]) -> Layer:
        """The layer of a node; ``shapes`` are those of a graph's tensors."""
        return Layer(
            node.name, node.op, node.attrs, node.constants, tuple(shapes[name] for name in node.inputs)
        )

    @property
    def input_shape(self) -> Shape:
        """The shape of the first input."""
        return self.input_shapes[0]

    def refuse(self, why: str, kind: type[IsobitError] = GraphError) -> IsobitError:
        """The error to raise: what is wrong, with the layer's name in front."""
        return kind(f"layer {self.name!r}: {why}")

    def axis(self, default: int | None = None) -> int:
        """The attribute ``axis``, an axis of the first input; where it is None the default, or the last."""
        rank, axis = len(self.input_shape), self.attrs.get("axis")
        if axis is None:
            axis = rank - 1 if default is None else default
        if not 0 <= axis < rank:
            raise self.refuse(
                f"axis {axis} is not an axis of the shape {self.input_shape} "
                "(axes are counted from 0 without the batch axis)"
            )
        return int(axis)

    def replaced(self, axis: int, *lengths: int) -> Shape:
        """The shape of the first input with axes of these lengths (or none) in place of one."""
        return (*self.input_shape[:axis], *lengths, *self.input_shape[axis + 1 :])

    def dimensions(self, what: str, shape: Shape, *names: str) -> Shape:
        """A shape that has one axis for each name; ``what`` has it."""
        if len(shape) != len(names):
            raise self.refuse(f"{what} must have shape ({', '.join(names)}), not {shape}")
        return shape

    def check_constant(self, name: str, shape: Shape, why: str = "") -> None:
        """The constant has this shape, if there is one; ``why`` tells where the shape comes from."""
        if name in self.constants and self.constants[name].shape != shape:
            reason = f" ({why})" if why else ""
            raise self.refuse(f"{name} must have shape {shape}{reason}, not {self.constants[name].shape}")

    def check_broadcast(self, name: str) -> None:
        """The constant broadcasts to the first input without enlarging it."""
        array = self.constants[name]
        try:
            fits = np.broadcast_shapes(array.shape, self.input_shape) == self.input_shape
        except ValueError:
            fits = False
        if not fits:
            raise self.refuse(
                f"{name} of shape {array.shape} does not broadcast to the input shape {self.input_shape}"
            )
