"""Latency and resources of a network in an FPGA, estimated in milliseconds from what it computes.

``docs/estimates.md`` states the method, and how far it is from published figures.
"""

from __future__ import annotations

from isobit.hls.estimate.estimate import estimate
from isobit.hls.estimate.parts import PARTS, Part
from isobit.hls.estimate.table import Estimate, LayerEstimate

__all__ = ["PARTS", "Estimate", "LayerEstimate", "Part", "estimate"]
