"""High-level synthesis: projects whose C++ has the bits of the engine.

``QuantizedModel.export("hls", folder)`` writes one, :func:`simulate` runs its C simulation.
"""

from __future__ import annotations

from isobit.hls.csim import SimulationReport, simulate
from isobit.hls.layers import export_layer
from isobit.hls.multipliers import legal_reuse_factors
from isobit.hls.project import Written, export_project
from isobit.hls.reports import Report
from isobit.hls.synth import synthesize

__all__ = [
    "Report",
    "SimulationReport",
    "Written",
    "export_layer",
    "export_project",
    "legal_reuse_factors",
    "simulate",
    "synthesize",
]
