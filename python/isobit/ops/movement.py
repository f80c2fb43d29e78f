"""Operators that move elements without arithmetic: reshape, transpose, slice, concatenate.

They keep the format of their input (concatenate: if all inputs share one) unless configured otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.errors import GraphError
from isobit.formats import Format
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, axis_of, size

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Movement(Op):
    """Shared by operators with one input that compute nothing."""

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """The format of the input: nothing is computed."""
        return inputs[0]

    def index_ranges(self, node: Node, shapes: Sequence[Shape], result: int | None) -> dict[int, int]:
        """Moved indices stay what they are."""
        return {} if result is None else {0: result}


class Reshape(Movement):
    """The same elements in C order with another shape."""

    name = "reshape"
    attributes = declare({"shape": Attribute(Kind.INTS)})
    hls4ml_classes = ("Reshape", "Flatten")

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The attribute ``shape``, which must be fully known and of the same size."""
        target: Shape = attrs["shape"]
        if any(n < 1 for n in target) or size(target) != size(inputs[0]):
            raise GraphError(
                f"layer {layer!r}: cannot reshape {inputs[0]} ({size(inputs[0])} elements) to {target}"
            )
        return target

    def lower(self, layer: LayerLowering) -> None:
        """One gather in the order of the input."""
        layer.gather(np.arange(size(layer.node.shape)))


class Transpose(Movement):
    """Axes in another order: axis k of the result is axis ``perm[k]`` of the input."""

    name = "transpose"
    attributes = declare({"perm": Attribute(Kind.INTS)})
    hls4ml_classes = ("Transpose", "Permute")

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The input's shape, permuted."""
        perm: tuple[int, ...] = attrs["perm"]
        if sorted(perm) != list(range(len(inputs[0]))):
            raise GraphError(
                f"layer {layer!r}: perm {perm} is not a permutation of the axes of the shape {inputs[0]} "
                "(counted from 0 without the batch axis)"
            )
        return tuple(inputs[0][axis] for axis in perm)

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source = layer.input_shapes[0]
        order = np.arange(size(source)).reshape(source).transpose(layer.node.attrs["perm"])
        layer.gather(order.ravel())


class Slice(Movement):
    """Python slicing on every axis: ``x[start:stop:step, ...]`` (a stop of None runs to the end)."""

    name = "slice"
    attributes = declare(
        {
            "starts": Attribute(Kind.INTS),
            "stops": Attribute(Kind.INTS_OR_NONE),
            "steps": Attribute(Kind.INTS),
        }
    )
    hls4ml_classes = ("Slice",)

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """One length per axis, none of them empty."""
        source = inputs[0]
        for key in self.attributes:
            if len(attrs[key]) != len(source):
                raise GraphError(
                    f"layer {layer!r}: {key} {attrs[key]} must have one entry per axis of the shape {source}"
                )
        lengths = []
        for axis, (start, stop, step) in enumerate(
            zip(attrs["starts"], attrs["stops"], attrs["steps"], strict=True)
        ):
            if step == 0 or not 0 <= start < source[axis] or (stop is not None and stop < 0):
                raise GraphError(
                    f"layer {layer!r}: cannot slice [{start}:{stop}:{step}] from axis {axis} of length "
                    f"{source[axis]}; starts and stops count from 0, steps are not 0"
                )
            length = len(range(*slice(start, stop, step).indices(source[axis])))
            if length == 0:
                raise GraphError(
                    f"layer {layer!r}: the slice [{start}:{stop}:{step}] of axis {axis} is empty"
                )
            lengths.append(length)
        return tuple(lengths)

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source, attrs = layer.input_shapes[0], layer.node.attrs
        cut = tuple(
            slice(start, stop, step)
            for start, stop, step in zip(attrs["starts"], attrs["stops"], attrs["steps"], strict=True)
        )
        layer.gather(np.arange(size(source)).reshape(source)[cut].ravel())


class Concatenate(Op):
    """Inputs side by side along one axis."""

    name = "concatenate"
    attributes = declare({"axis": Attribute(Kind.INT, None)})
    max_inputs = None
    hls4ml_classes = ("Concatenate",)

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """The format of the inputs, if they share one."""
        return inputs[0] if all(fmt == inputs[0] for fmt in inputs) else None

    def index_ranges(self, node: Node, shapes: Sequence[Shape], result: int | None) -> dict[int, int]:
        """Moved indices stay what they are."""
        return {} if result is None else dict.fromkeys(range(len(shapes)), result)

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """Lengths add up along the axis; all others agree."""
        axis = axis_of(layer, attrs, inputs[0])
        frames = {(*shape[:axis], *shape[axis + 1 :]) for shape in inputs}
        if len(frames) != 1 or len({len(shape) for shape in inputs}) != 1:
            raise GraphError(
                f"layer {layer!r}: the shapes {', '.join(map(str, inputs))} cannot be concatenated "
                f"along axis {axis}"
            )
        return (*inputs[0][:axis], sum(shape[axis] for shape in inputs), *inputs[0][axis + 1 :])

    def lower(self, layer: LayerLowering) -> None:
        """One gather over all inputs."""
        axis = axis_of(layer.node.name, layer.node.attrs, layer.node.shape)
        numbers, elements = [], []
        for number, shape in enumerate(layer.input_shapes):
            elements.append(np.arange(size(shape)).reshape(shape))
            numbers.append(np.full(shape, number))
        layer.gather(np.concatenate(elements, axis).ravel(), np.concatenate(numbers, axis).ravel())
