"""Operators that move elements without arithmetic: reshape, transpose, slice, concatenate.

They keep the format of their input (concatenate: if all inputs share one) unless configured otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from isobit.formats import Format
from isobit.ir import Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class Movement(Op):
    """Shared by operators with one input that compute nothing."""

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of the input: nothing is computed."""
        return formats[0]

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Moved indices stay what they are."""
        return {} if result is None else {0: result}


class Reshape(Movement):
    """The same elements in C order with another shape."""

    name = "reshape"
    attributes = declare({"shape": Attribute(Kind.INTS)})
    hls4ml_classes = ("Reshape", "Flatten")

    def shape(self, layer: Layer) -> Shape:
        """The attribute ``shape``, which must be fully known and of the same size."""
        target: Shape = layer.attrs["shape"]
        if any(n < 1 for n in target) or size(target) != size(layer.input_shape):
            raise layer.refuse(
                f"cannot reshape {layer.input_shape} ({size(layer.input_shape)} elements) to {target}"
            )
        return target

    def lower(self, layer: LayerLowering) -> None:
        """One gather in the order of the input."""
        layer.gather(np.arange(size(layer.shape)))


class Transpose(Movement):
    """Axes in another order: axis k of the result is axis ``perm[k]`` of the input."""

    name = "transpose"
    attributes = declare({"perm": Attribute(Kind.INTS)})
    hls4ml_classes = ("Transpose", "Permute")

    def shape(self, layer: Layer) -> Shape:
        """The input's shape, permuted."""
        perm: tuple[int, ...] = layer.attrs["perm"]
        if sorted(perm) != list(range(len(layer.input_shape))):
            raise layer.refuse(
                f"perm {perm} is not a permutation of the axes of the shape {layer.input_shape} "
                "(counted from 0 without the batch axis)"
            )
        return tuple(layer.input_shape[axis] for axis in perm)

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source = layer.input_shape
        order = np.arange(size(source)).reshape(source).transpose(layer.attrs["perm"])
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

    def shape(self, layer: Layer) -> Shape:
        """One length per axis, none of them empty."""
        source = layer.input_shape
        for key in self.attributes:
            if len(layer.attrs[key]) != len(source):
                raise layer.refuse(
                    f"{key} {layer.attrs[key]} must have one entry per axis of the shape {source}"
                )
        lengths = []
        for axis, (start, stop, step) in enumerate(
            zip(layer.attrs["starts"], layer.attrs["stops"], layer.attrs["steps"], strict=True)
        ):
            if step == 0 or not 0 <= start < source[axis] or (stop is not None and stop < 0):
                raise layer.refuse(
                    f"cannot slice [{start}:{stop}:{step}] from axis {axis} of length "
                    f"{source[axis]}; starts and stops count from 0, steps are not 0"
                )
            length = len(range(*slice(start, stop, step).indices(source[axis])))
            if length == 0:
                raise layer.refuse(f"the slice [{start}:{stop}:{step}] of axis {axis} is empty")
            lengths.append(length)
        return tuple(lengths)

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source, attrs = layer.input_shape, layer.attrs
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

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of the inputs, if they share one."""
        return formats[0] if all(fmt == formats[0] for fmt in formats) else None

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Moved indices stay what they are."""
        return {} if result is None else dict.fromkeys(range(len(layer.input_shapes)), result)

    def shape(self, layer: Layer) -> Shape:
        """Lengths add up along the axis; all others agree."""
        axis = layer.axis()
        frames = {(*shape[:axis], *shape[axis + 1 :]) for shape in layer.input_shapes}
        if len(frames) != 1 or len({len(shape) for shape in layer.input_shapes}) != 1:
            raise layer.refuse(
                f"the shapes {', '.join(map(str, layer.input_shapes))} cannot be concatenated "
                f"along axis {axis}"
            )
        return layer.replaced(axis, sum(shape[axis] for shape in layer.input_shapes))

    def lower(self, layer: LayerLowering) -> None:
        """One gather over all inputs."""
        axis = layer.axis()
        numbers, elements = [], []
        for number, shape in enumerate(layer.input_shapes):
            elements.append(np.arange(size(shape)).reshape(shape))
            numbers.append(np.full(shape, number))
        layer.gather(np.concatenate(elements, axis).ravel(), np.concatenate(numbers, axis).ravel())
