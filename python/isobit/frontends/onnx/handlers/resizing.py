"""Resize: nearest neighbours are chosen, linear and cubic interpolation are sums with constant weights."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Array, Tensor
from isobit.ir import FloatArray

_MODES = ("nearest", "linear", "cubic")
_COORDINATES = (*("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"),)
_NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
_POLICIES = ("stretch", "not_larger", "not_smaller")
_OWN = ("half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel")
"""What the operator ``resize_linear`` knows."""


@dataclass(frozen=True)
class _Options:
    """The attributes of a Resize node."""

    mode: str
    coordinates: str
    nearest: str
    cubic: float
    antialias: bool
    exclude_outside: bool


def resize(layer: Layer) -> Tensor:
    """Each axis on its own, in the order of the axes."""
    x = layer.tensor(0, moved=True)
    options = _options(layer)
    targets = _targets(layer, x)
    if options.mode == "linear" and _is_plain(layer, x, options, targets):
        sizes = list(layer.shape(x))
        for axis, (length, _) in targets.items():
            sizes[axis] = length
        return layer.emit(
            "resize_linear", [x], {"sizes": tuple(sizes), "coordinate_mode": options.coordinates}
        )
    for axis, (length, scale) in targets.items():
        n = layer.shape(x)[axis]
        if (length, scale) == (n, 1.0):
            continue
        at = _positions(n, length, scale, options.coordinates)
        if options.mode == "nearest" and not options.antialias:
            x = layer.emit(
                "take", [x], {"axis": axis, "indices": _chosen(at, n, options.nearest)}, part="axis"
            )
        else:
            x = _interpolated(layer, x, axis, _matrix(at, n, scale, options))
    return layer.emit("identity", [x])


def upsample(layer: Layer) -> Tensor:
    """What Resize replaced in opset 10."""
    if layer.opset > 9:
        raise FileFormatError(f"opset {layer.opset} has no Upsample; Resize took its place in opset 10")
    return resize(layer)


def _options(layer: Layer) -> _Options:
    def choice(name: str, default: str, known: tuple[str, ...]) -> str:
        found = layer.attributes.text(name, default)
        if found not in known:
            raise layer.refuse(f"attribute {name} is {found!r}; supported: {', '.join(known)}")
        return found

    mode = choice("mode", "nearest", _MODES)
    before = layer.opset < 11  # floor(i / scale), as Upsample had it
    coordinates = choice(
        "coordinate_transformation_mode", "asymmetric" if before else "half_pixel", _COORDINATES
    )
    nearest = choice("nearest_mode", "floor" if before else "round_prefer_floor", _NEAREST)
    layer.attributes.number("extrapolation_value", 0.0)  # of tf_crop_and_resize only, which is refused
    return _Options(
        mode,
        coordinates,
        nearest,
        layer.attributes.number("cubic_coeff_a", -0.75),
        layer.attributes.flag("antialias", False),
        layer.attributes.flag("exclude_outside", False),
    )


def _targets(layer: Layer, x: Tensor) -> dict[int, tuple[int, float]]:
    """Length and scale of the axes that are resized, by axes of a sample."""
    first = 1 if layer.opset < 11 else 2
    given = layer.attributes.integers("axes")
    axes = tuple(range(layer.rank(x))) if given is None else given
    policy = layer.attributes.text("keep_aspect_ratio_policy", "stretch")
    if policy not in _POLICIES:
        raise layer.refuse(
            f"attribute keep_aspect_ratio_policy is {policy!r}; supported: {', '.join(_POLICIES)}"
        )
    by_sizes = layer.has(3) and layer.array(3).size > 0
    if layer.op == "Upsample" and layer.opset < 9:
        numbers = [float(n) for n in _given(layer.attributes.numbers("scales"))]
    else:
        numbers = [float(n) for n in (layer.integers(3) if by_sizes else layer.weights(first).ravel())]
    if len(numbers) != len(axes) or min(numbers, default=1.0) <= 0:
        raise FileFormatError(f"scales or sizes {numbers} do not fit {len(axes)} axes")
    targets: dict[int, tuple[int, float]] = {}
    sizes: dict[int, float] = {}
    for axis, number in zip(axes, numbers, strict=True):
        if layer.axis(axis, layer.rank(x)) == x.batch and (number == 1.0 or by_sizes):
            if by_sizes and number != layer.fixed_batch:
                raise layer.refuse(
                    "input 3 (sizes) gives the batch axis a size; give scales, or axes without it"
                )
            continue
        counted = layer.data_axis(axis, x)
        n = layer.shape(x)[counted]
        sizes[counted] = number
        targets[counted] = (int(number), number / n) if by_sizes else (math.floor(n * number), number)
    if by_sizes and policy != "stretch":
        ratios = [number / layer.shape(x)[axis] for axis, number in sizes.items()]
        scale = min(ratios) if policy == "not_larger" else max(ratios)
        for axis in sizes:
            length = math.floor(scale * layer.shape(x)[axis] + 0.5)
            targets[axis] = (length, scale)
    if any(length < 1 for length, _ in targets.values()):
        raise layer.refuse(f"nothing is left of {x.name!r}: {targets}")
    return targets


def _given(scales: Array | None) -> Array:
    if scales is None:
        raise FileFormatError("attribute scales is missing")
    return scales


def _is_plain(layer: Layer, x: Tensor, options: _Options, targets: dict[int, tuple[int, float]]) -> bool:
    """Whether the operator ``resize_linear`` computes this: no scales but those of the lengths."""
    changed = {a: t for a, t in targets.items() if t != (layer.shape(x)[a], 1.0)}
    exact = all(length == layer.shape(x)[axis] * scale for axis, (length, scale) in changed.items())
    own = options.coordinates in _OWN and not options.antialias and not options.exclude_outside
    return exact and own and 0 < len(changed) <= 3


def _positions(n: int, length: int, scale: float, mode: str) -> FloatArray:
    """Where the elements of the result lie among n elements."""
    i = np.arange(length, dtype=np.float64)
    if mode == "asymmetric":
        return i / scale
    if mode == "align_corners":
        reach = n * scale - 1
        return i * (n - 1) / reach if reach > 0 and length > 1 else i * 0.0
    if mode == "pytorch_half_pixel" and length == 1:
        return i
    centre = (i + 0.5) / scale - 0.5
    if mode == "half_pixel_symmetric":
        return n / 2 * (1 - length / (n * scale)) + centre
    return centre


def _chosen(at: FloatArray, n: int, mode: str) -> tuple[int, ...]:
    """The nearest elements."""
    rounded = {
        "round_prefer_floor": np.ceil(at - 0.5),
        "round_prefer_ceil": np.floor(at + 0.5),
        "floor": np.floor(at),
        "ceil": np.ceil(at),
    }[mode]
    return tuple(int(i) for i in np.clip(rounded, 0, n - 1))


def _matrix(at: FloatArray, n: int, scale: float, options: _Options) -> FloatArray:
    """Weights of n elements in each element of the result, as ONNX Resize defines them."""
    stretch = max(1.0, 1.0 / scale) if options.antialias else 1.0
    reach = (1 if options.mode == "linear" else 2) * stretch
    matrix = np.zeros((n, len(at)))
    for column, x in enumerate(at):
        places = np.arange(math.floor(x - reach) + 1, math.ceil(x + reach))
        distance = np.abs(places - x) / stretch
        weights = (
            np.maximum(0.0, 1.0 - distance) if options.mode == "linear" else _cubic(distance, options.cubic)
        )
        if options.exclude_outside or options.antialias:
            weights = (
                np.where((places >= 0) & (places < n), weights, 0.0) if options.exclude_outside else weights
            )
            weights = weights / weights.sum()
        np.add.at(matrix[:, column], np.clip(places, 0, n - 1), weights)
    return matrix


def _cubic(s: FloatArray, a: float) -> FloatArray:
    """Keys' convolution kernel (IEEE Trans. ASSP 29, 1981)."""
    near = ((a + 2) * s - (a + 3)) * s * s + 1
    far = ((a * s - 5 * a) * s + 8 * a) * s - 4 * a
    return np.where(s <= 1, near, np.where(s < 2, far, 0.0))


def _interpolated(layer: Layer, x: Tensor, axis: int, matrix: FloatArray) -> Tensor:
    """A product with the weights along one axis."""
    rank = len(layer.shape(x))
    order = [*(a for a in range(rank) if a != axis), axis]
    turned = x if axis == rank - 1 else layer.emit("transpose", [x], {"perm": tuple(order)}, part="turned")
    made = layer.emit("dense", [turned], constants={"weight": matrix}, part=f"axis{axis}")
    if axis == rank - 1:
        return made
    return layer.emit("transpose", [made], {"perm": tuple(int(i) for i in np.argsort(order))}, part="back")
