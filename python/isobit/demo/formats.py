"""Formats for the jet tagger, whose inputs are physical quantities in their own units.

One format has to serve all sixteen features: masses of hundreds of GeV and correlations far below one,
whose steps must stay small against their spread. That takes 24 bits (``examples/jet_tagging/README.md``
measures it), for the constants of the standardisation too. Behind it every feature has a spread of one, and
few bits do.
"""

from __future__ import annotations

from typing import Any

from isobit.demo.jets import Jets
from isobit.model import Model
from isobit.quantized import QuantizedModel

INPUT = "fixed<24,11,RND,SAT>"
REASON = (
    f"The input is {INPUT}: it must hold masses of hundreds of GeV and correlations of a hundredth. It and "
    "the constants of the standardisation have 24 bits in both versions, everything behind them 16 or 8, "
    f"sized on {{calibration:,}} jets that the numbers below do not use."
)
NARROW = 10
"""Up to this width the values before ReLUs are cut at plus and minus eight; see :func:`quantize_tagger`."""


def quantize_tagger(model: Model, jets: Jets, width: int) -> QuantizedModel:
    """The tagger with ``width`` bits for everything behind the standardisation.

    Formats are sized from the calibration jets. With few bits, the standardised features and the results of
    dense layers that go into a ReLU get four integer bits: rare outliers, and large negative values, which
    the ReLU drops anyway, would otherwise cost resolution.
    """
    entry = next(iter(model.inputs))
    first = model.graph.consumers(entry)[0].name
    wide = model.quantize({entry: INPUT}, calibration=jets.calibration, width=24).config()[first]
    config: dict[str, Any] = {entry: INPUT, first: {"weight": wide["weight"], "bias": wide["bias"]}}
    if width <= NARROW:
        cut = f"fixed<{width},4,RND,SAT>"
        config[first]["output"] = cut
        for node in model.layers:
            if node.op == "relu":
                config[node.inputs[0]] = {"output": cut}
    return model.quantize(config, calibration=jets.calibration, width=width)
