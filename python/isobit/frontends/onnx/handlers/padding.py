"""Elements around tensors, and parts of a given size: Pad and CenterCropPad."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_MODES = ("constant", "reflect", "edge", "wrap")


def pad(layer: Layer) -> Tensor:
    """A constant, or the tensor's own elements, around it; pads and value were attributes up to opset 10."""
    x = layer.tensor(0, "fib", moved=True)
    mode = layer.attributes.text("mode", "constant")
    if mode not in _MODES:
        raise layer.refuse(f"attribute mode is {mode!r}; supported: {', '.join(_MODES)}")
    value = 0.0
    if layer.opset < 11:
        given = layer.attributes.integers("pads")
        value = layer.attributes.number("value", 0.0)
    else:
        given = layer.integers(1)
        if layer.has(2):
            array = layer.weights(2, whole=True)
            if array.size != 1:
                raise FileFormatError(f"input 2, the value, has shape {array.shape}; it must be one number")
            value = float(array.reshape(()))
    axes = layer.integers(3) if layer.has(3) else tuple(range(layer.rank(x)))
    if given is None or len(given) != 2 * len(axes):
        raise FileFormatError(f"the pads {given} do not fit {len(axes)} axes")
    rank = len(layer.shape(x))
    pads = [0] * (2 * rank)
    for i, axis in enumerate(axes):
        begin, end = given[i], given[len(axes) + i]
        if layer.axis(axis, layer.rank(x)) == x.batch and begin == end == 0:
            continue
        counted = layer.data_axis(axis, x)
        pads[counted], pads[rank + counted] = begin, end
    return padded(layer, x, pads, mode, value)


def padded(layer: Layer, x: Tensor, pads: list[int], mode: str = "constant", value: float = 0.0) -> Tensor:
    """The layer, after what the operator ``pad`` does not take has been refused."""
    rank = len(layer.shape(x))
    for axis, n in enumerate(layer.shape(x)):
        begin, end = pads[axis], pads[rank + axis]
        left = n + min(begin, 0) + min(end, 0)
        if left < 1 or n + begin + end < 1:
            raise layer.refuse(f"pads {begin} and {end} leave nothing of an axis of length {n}")
        if mode == "reflect" and max(begin, end) >= left:
            raise layer.refuse(f"reflecting {begin} and {end} elements needs a longer axis than {left}")
    return layer.emit("pad", [x], {"pads": tuple(pads), "mode": mode, "value": value})


def center_crop_pad(layer: Layer) -> Tensor:
    """Zeros around, or the middle of a tensor, so that its axes have given lengths."""
    x = layer.tensor(0, "fib", moved=True)
    lengths = layer.integers(1)
    axes = layer.attributes.integers("axes") or tuple(range(layer.rank(x)))
    if len(lengths) != len(axes):
        raise FileFormatError(f"the shape {lengths} does not fit {len(axes)} axes")
    rank = len(layer.shape(x))
    pads = [0] * (2 * rank)
    for axis, length in zip(axes, lengths, strict=True):
        counted = layer.data_axis(axis, x)
        more = length - layer.shape(x)[counted]
        first = more // 2 if more >= 0 else -(-more // 2)
        pads[counted], pads[rank + counted] = first, more - first
    return padded(layer, x, pads)
