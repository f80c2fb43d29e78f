"""Resizing by linear interpolation along any axes (bilinear for two)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.errors import ConfigError
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, size
from isobit.ops.layer import Layer
from isobit.ops.roles import BOUND, OUTPUT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_MODES = ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")


class ResizeLinear(Op):
    """Every result is the exact sum of its neighbours times constant weights, cast once.

    ``sizes`` are the lengths of all axes of a sample; where a length changes, the coordinate of result i is
    (for n elements that become m) (i + 1/2) n/m - 1/2 (half_pixel; pytorch_half_pixel: 0 if m is 1), i n/m
    (asymmetric) or i (n-1)/(m-1) (align_corners), no less than 0 and no more than n - 1, as ONNX Resize
    defines it. The weights (products of those of the axes) have the role ``weight``: exact where 16 bits
    hold them.
    """

    name = "resize_linear"
    attributes = declare(
        {"sizes": Attribute(Kind.INTS), "coordinate_mode": Attribute(Kind.STR, "half_pixel", _MODES)}
    )
    roles = (OUTPUT, BOUND)

    def shape(self, layer: Layer) -> Shape:
        """The attribute ``sizes``."""
        sizes: Shape = layer.attrs["sizes"]
        if len(sizes) != len(layer.input_shape) or min(sizes, default=1) < 1:
            raise layer.refuse(
                f"sizes {sizes} must be one positive number per axis of the shape {layer.input_shape}"
            )
        if sum(n != m for n, m in zip(layer.input_shape, sizes, strict=True)) > 3:
            raise layer.refuse(f"at most 3 axes can be resized, {layer.input_shape} to {sizes}")
        return sizes

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The weights of the neighbours."""
        return {"weight": _neighbours(layer)[1]}

    def lower(self, layer: LayerLowering) -> None:
        """A gather and a product for each neighbour, and one sum."""
        from isobit.backends.program import EXACT

        elements, weights = _neighbours(layer)
        if len(elements) == 1:
            layer.gather(elements[0].ravel())
            return
        weight = layer.constant(BOUND, "weight", weights)
        fmt, zero = layer.constant_format(weight), layer.exact("zero", 0.0)
        if fmt.is_pm1:
            raise layer.refuse(
                "the format pm1 of 'weight' has no 0, which interpolation needs; give a format such as "
                "'ufixed<8,1>'",
                ConfigError,
            )
        source = layer.input_format()
        product = Format(source.width + fmt.width, source.frac + fmt.frac, source.signed or fmt.signed)
        terms = []
        for number, chosen in enumerate(elements):
            spread = np.broadcast_to(np.arange(weights[0].size).reshape(weights[0].shape), layer.shape)
            scale = layer.reordered(weight, number * weights[0].size + spread.ravel())
            terms.append(layer.temporary(chosen.size, product))
            layer.emit(
                "affine",
                inputs=[layer.moved(layer.inputs[0], chosen.ravel())],
                output=terms[-1],
                formats=[EXACT],
                constants=[scale, zero],
            )
        layer.emit("add", inputs=terms)


def _neighbours(layer: Layer) -> tuple[list[npt.NDArray[np.int64]], FloatArray]:
    """Element numbers (of the result's shape) and weights (which broadcast to it) of all neighbours."""
    source = layer.input_shape
    places: list[list[tuple[Any, Any]]] = []
    for axis, (n, m) in enumerate(zip(source, layer.attrs["sizes"], strict=True)):
        line = [1] * len(source)
        line[axis] = m
        if n == m:
            places.append([(np.arange(m).reshape(line), np.ones([1] * len(source)))])
            continue
        at = np.clip(_coordinates(n, m, layer.attrs["coordinate_mode"]), 0, n - 1)
        low = np.minimum(np.floor(at).astype(np.int64), max(n - 2, 0))
        part = at - low
        high = np.minimum(low + 1, n - 1)
        places.append(
            [(low.reshape(line), (1 - part).reshape(line)), (high.reshape(line), part.reshape(line))]
        )
    numbers = np.arange(size(source)).reshape(source)
    elements, weights = [], []
    for corner in itertools.product(*places):
        index = np.broadcast_arrays(*(place for place, _ in corner))
        elements.append(numbers[tuple(index)])
        weight = np.ones([1] * len(source))
        for _, factor in corner:
            weight = weight * factor
        weights.append(weight)
    return elements, np.stack(weights)


def _coordinates(n: int, m: int, mode: str) -> FloatArray:
    i = np.arange(m, dtype=np.float64)
    if mode == "asymmetric":
        return i * n / m
    if mode == "align_corners":
        return i * (n - 1) / (m - 1) if m > 1 else i
    if mode == "pytorch_half_pixel" and m == 1:
        return i
    return (2 * i + 1) * n / (2 * m) - 0.5
