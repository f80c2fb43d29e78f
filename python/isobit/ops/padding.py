"""Operators that repeat, select or surround elements, and keep the format of their input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import size
from isobit.ops.layer import Layer
from isobit.ops.movement import Movement
from isobit.ops.roles import BOUND, OUTPUT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_MODES = ("constant", "reflect", "edge", "wrap")


class Pad(Movement):
    """Elements around the input: a constant, or its own elements (modes as in ONNX and ``numpy.pad``).

    ``pads`` has all begins, then all ends, over all axes of a sample; negative ones crop. ``value`` has the
    role ``weight`` and is cast to the format of the result.
    """

    name = "pad"
    attributes = declare(
        {
            "pads": Attribute(Kind.INTS),
            "mode": Attribute(Kind.STR, "constant", _MODES),
            "value": Attribute(Kind.FLOAT, 0.0),
        }
    )
    roles = (OUTPUT, BOUND)
    hls4ml_classes = ("ZeroPadding1D", "ZeroPadding2D")

    def shape(self, layer: Layer) -> Shape:
        """Every axis longer by its two pads."""
        source, pads = layer.input_shape, layer.attrs["pads"]
        rank = len(source)
        if len(pads) != 2 * rank:
            raise layer.refuse(
                f"pads {pads} must be {2 * rank} numbers for the shape {source}: all begins, then all ends"
            )
        for axis, n in enumerate(source):
            begin, end = pads[axis], pads[rank + axis]
            if n + begin + end < 1 or -min(begin, 0) >= n or -min(end, 0) >= n:
                raise layer.refuse(f"pads {begin} and {end} leave nothing of axis {axis} ({n})")
            left = n + min(begin, 0) + min(end, 0)
            if layer.attrs["mode"] == "reflect" and max(begin, end) >= left:
                raise layer.refuse(
                    f"reflecting {begin} and {end} elements needs a longer axis {axis} than {left}"
                )
        return tuple(n + pads[axis] + pads[rank + axis] for axis, n in enumerate(source))

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The value around."""
        return {"weight": np.array([layer.attrs["value"]])}

    def lower(self, layer: LayerLowering) -> None:
        """One gather, from the input and where needed from a constant."""
        source, attrs = layer.input_shape, layer.attrs
        elements = np.arange(size(source)).reshape(source)
        rank = len(source)
        kept = []
        for axis, n in enumerate(source):
            begin, end = attrs["pads"][axis], attrs["pads"][rank + axis]
            kept.append(slice(-min(begin, 0), n + min(end, 0)))
        widths = [(max(attrs["pads"][a], 0), max(attrs["pads"][rank + a], 0)) for a in range(rank)]
        if attrs["mode"] != "constant":
            layer.gather(np.pad(elements[tuple(kept)], widths, mode=attrs["mode"]).ravel())
            return
        chosen = np.pad(elements[tuple(kept)], widths, constant_values=-1).ravel()
        if np.all(chosen >= 0):
            layer.gather(chosen)
            return
        outside = layer.temporary(1, layer.tensor_format(layer.output))
        layer.emit(
            "constant",
            inputs=[],
            output=outside,
            constants=[layer.scalar(BOUND, "value", attrs["value"])],
        )
        layer.gather(np.maximum(chosen, 0), (chosen < 0).astype(np.int64), [*layer.inputs, outside])


class Take(Movement):
    """Chosen indices along one axis, as ``numpy.take``: cropping, repeating, nearest-neighbour upsampling."""

    name = "take"
    attributes = declare({"axis": Attribute(Kind.INT), "indices": Attribute(Kind.INTS)})
    hls4ml_classes = ("UpSampling1D", "UpSampling2D", "Cropping1D", "Cropping2D")

    def shape(self, layer: Layer) -> Shape:
        """As many as there are indices along the axis."""
        axis, indices = layer.axis(), layer.attrs["indices"]
        n = layer.input_shape[axis]
        wrong = [i for i in indices if not 0 <= i < n]
        if wrong or not indices:
            found = f"{wrong[0]} is not" if wrong else "there are none"
            raise layer.refuse(f"indices must lie in 0 to {n - 1} along axis {axis}; {found}")
        return layer.replaced(axis, len(indices))

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source, attrs = layer.input_shape, layer.attrs
        elements = np.arange(size(source)).reshape(source)
        layer.gather(np.take(elements, attrs["indices"], axis=attrs["axis"]).ravel())


class BroadcastTo(Movement):
    """The input repeated into a larger shape, by NumPy's rules."""

    name = "broadcast_to"
    attributes = declare({"shape": Attribute(Kind.INTS)})

    def shape(self, layer: Layer) -> Shape:
        """The attribute ``shape``."""
        target: Shape = layer.attrs["shape"]
        try:
            fits = min(target, default=1) >= 1 and np.broadcast_shapes(layer.input_shape, target) == target
        except ValueError:
            fits = False
        if not fits:
            raise layer.refuse(f"the shape {layer.input_shape} does not broadcast to {target}")
        return target

    def lower(self, layer: LayerLowering) -> None:
        """One gather."""
        source = layer.input_shape
        elements: npt.NDArray[np.int64] = np.arange(size(source)).reshape(source)
        layer.gather(np.broadcast_to(elements, layer.shape).ravel())
