"""Operators that leave the numbers as they are: Identity, Dropout in inference, casts between floats."""

from __future__ import annotations

from isobit.frontends.onnx.initializers import element_type
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_WIDE = ("FLOAT", "DOUBLE")


def identity(layer: Layer) -> Tensor:
    """The input."""
    x = layer.tensor(0, integer=True)
    return Tensor(layer.emit("identity", [x]).name, x.integer)


def dropout(layer: Layer) -> Tensor:
    """Nothing in inference; the rate is kept as information."""
    if layer.opset < 12:
        rate = layer.attributes.number("ratio", 0.5)
    else:
        layer.attributes.integer("seed", 0)  # of the random numbers during training
        rate = layer.scalar(1) if layer.has(1) else 0.5
        if layer.has(2) and layer.array(2).any():
            raise layer.refuse("input 2 (training_mode) is true; export the model for inference")
    if not 0 <= rate < 1:
        raise layer.refuse(f"the ratio is {rate}; supported: 0 to below 1")
    return layer.emit("dropout", [layer.tensor(0)], {"rate": rate})


def cast(layer: Layer) -> Tensor:
    """To float32 or float64, which keeps the numbers (those of ArgMax, too)."""
    kind = element_type(layer.attributes.integer("to", 0))
    layer.attributes.integer("saturate", 1)  # concerns 8-bit floats only, which are refused
    layer.attributes.text("round_mode", "up")  # likewise
    if kind not in _WIDE:
        raise layer.refuse(f"attribute to is {kind}, which changes numbers; supported: {', '.join(_WIDE)}")
    return layer.emit("identity", [layer.tensor(0, integer=True)])
