"""The result of an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from isobit.hls.estimate.parts import Part

RESOURCES = ("lut", "ff", "dsp", "bram18")


@dataclass(frozen=True)
class LayerEstimate:
    """One layer.

    Attributes
    ----------
    name, operator : str
    strategy : str
    reuse_factor : int
    multiplications, additions : int
        Of one sample, counted in the traced data flow.
    multipliers : int
        Built ones: products at a time, without those by powers of two.
    lut, ff, dsp, bram18 : int
    latency : int
        Cycles from its last input to its last output.
    interval : int
        Cycles between samples.
    """

    name: str
    operator: str
    strategy: str
    reuse_factor: int
    multiplications: int
    additions: int
    multipliers: int
    lut: int
    ff: int
    dsp: int
    bram18: int
    latency: int
    interval: int


@dataclass(frozen=True)
class Estimate:
    """A network in an FPGA.

    Attributes
    ----------
    model : str
    part : Part
    clock_period : float
        In nanoseconds.
    io_type : str
    layers : tuple of LayerEstimate
    latency : int
        Cycles from a sample's input to its output.
    interval : int
        Cycles between samples.
    """

    model: str
    part: Part
    clock_period: float
    io_type: str
    layers: tuple[LayerEstimate, ...]
    latency: int
    interval: int

    def __getitem__(self, name: str) -> LayerEstimate:
        return next(layer for layer in self.layers if layer.name == name)

    def total(self, what: str) -> int:
        """The sum of a column: ``"lut"``, ``"multipliers"``, ..."""
        return int(sum(getattr(layer, what) for layer in self.layers))

    @property
    def latency_ns(self) -> float:
        """Nanoseconds from a sample's input to its output."""
        return self.latency * self.clock_period

    @property
    def utilization(self) -> dict[str, float]:
        """The part of the device's resources that is used, 1 for all."""
        return {name: self.total(name) / max(1, getattr(self.part, name)) for name in RESOURCES}

    def as_dict(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        columns = ("multiplications", "additions", "multipliers", *RESOURCES)
        return {
            "model": self.model,
            "part": self.part.name,
            "clock_period": self.clock_period,
            "io_type": self.io_type,
            "latency": self.latency,
            "latency_ns": self.latency_ns,
            "interval": self.interval,
            "total": {name: self.total(name) for name in columns},
            "utilization": self.utilization,
            "layers": [vars(layer) for layer in self.layers],
        }

    def rows(self) -> list[tuple[str, ...]]:
        """The table as text: a head, the layers, and the total."""
        head = ("layer", "operator", "R", "products", "additions", "multipliers",
                "LUT", "FF", "DSP", "BRAM18", "cycles", "interval")  # fmt: skip
        body = [
            (
                layer.name, layer.operator, f"{layer.reuse_factor}", f"{layer.multiplications:,}",
                f"{layer.additions:,}", f"{layer.multipliers:,}", f"{layer.lut:,}", f"{layer.ff:,}",
                f"{layer.dsp:,}", f"{layer.bram18:,}", f"{layer.latency:,}", f"{layer.interval:,}",
            )
            for layer in self.layers
        ]  # fmt: skip
        sums = [f"{self.total(n):,}" for n in ("multiplications", "additions", "multipliers", *RESOURCES)]
        return [head, *body, ("total", "", "", *sums, f"{self.latency:,}", f"{self.interval:,}")]

    def __str__(self) -> str:
        rows = self.rows()
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = []
        for row in rows:
            cells = [
                cell.ljust(width) if column < 2 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join([self.title(), *lines])

    def title(self) -> str:
        """What the table is about, in one line."""
        used = ", ".join(f"{100 * part:.1f}% {name.upper()}" for name, part in self.utilization.items())
        return (
            f"{self.model} on {self.part.name} at {self.clock_period:g} ns ({self.io_type}): about "
            f"{self.latency_ns:,.0f} ns, a sample every {self.interval:,} cycles; {used}"
        )
