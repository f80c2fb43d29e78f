"""Hard activations: hard sigmoid and swish, binary and ternary tanh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from isobit.formats import PM1, Format
from isobit.ir import FloatArray
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.roles import BIAS, OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class HardSigmoid(Elementwise):
    """``clip(slope * x + offset, 0, 1)``; slope has the role ``weight``, offset the role ``bias``.

    The defaults 0.2 and 0.5 are those of Keras 2 and ONNX; Keras 3 uses 1/6 and 0.5.
    """

    name = "hard_sigmoid"
    attributes = declare({"slope": Attribute(Kind.FLOAT, 0.2), "offset": Attribute(Kind.FLOAT, 0.5)})
    roles = (OUTPUT, WEIGHT, BIAS)
    hls4ml_classes: ClassVar[tuple[str, ...]] = ("Activation", "HardActivation")

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Slope and offset."""
        return {"weight": np.array([layer.attrs["slope"]]), "bias": np.array([layer.attrs["offset"]])}

    def lower(self, layer: LayerLowering) -> None:
        """One cell of the operator's name."""
        attrs = layer.attrs
        layer.emit(
            self.name,
            constants=[
                layer.scalar(WEIGHT, "slope", attrs["slope"]),
                layer.scalar(BIAS, "offset", attrs["offset"]),
            ],
        )


class HardSwish(HardSigmoid):
    """``x * clip(slope * x + offset, 0, 1)`` (Howard et al., arXiv:1905.02244, with slope 1/6)."""

    name = "hard_swish"
    attributes = declare({"slope": Attribute(Kind.FLOAT, 1 / 6), "offset": Attribute(Kind.FLOAT, 0.5)})
    hls4ml_classes = ("Activation",)


class BinaryTanh(Elementwise):
    """+1 if x >= 0, else -1 (Courbariaux et al., arXiv:1602.02830)."""

    name = "binary_tanh"
    hls4ml_classes = ("Activation", "BinaryTanh")

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``pm1``: the two values and nothing else."""
        return PM1

    def lower(self, layer: LayerLowering) -> None:
        """One ``binary_tanh`` cell."""
        layer.emit("binary_tanh")


class TernaryTanh(Elementwise):
    """+1 if x > 1/2, -1 if x < -1/2, else 0 (Li and Liu, arXiv:1605.04711, with the threshold fixed)."""

    name = "ternary_tanh"
    hls4ml_classes = ("Activation", "TernaryTanh")

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """``fixed<2,2>``, the narrowest that holds -1, 0 and 1."""
        return Format(2, 0)

    def lower(self, layer: LayerLowering) -> None:
        """One ``ternary_tanh`` cell."""
        layer.emit("ternary_tanh")
