"""What one operation costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """How one layer is built.

    Attributes
    ----------
    strategy : str
        ``latency``: unrolled; ``resource``: in steps that share multipliers, positions one after the other.
    reuse_factor : int
        Products for which one multiplier serves.
    stream : bool
        Whether the elements of a tensor come position by position.
    clock_period : float
        In nanoseconds.
    """

    strategy: str
    reuse_factor: int
    stream: bool
    clock_period: float

    @property
    def one_position(self) -> bool:
        """Whether the multipliers are those of a single position."""
        return self.stream or self.strategy == "resource"


@dataclass(frozen=True)
class Cost:
    """Resources and time.

    Attributes
    ----------
    multipliers : int
        Products at a time, in DSP slices or in look-up tables; products with powers of two are none.
    lut, ff, dsp, bram18 : float
    nanoseconds : float
        Of logic, one after the other, for the first result.
    cycles : int
        Memory reads, which end a cycle, and steps of shared multipliers before the last one.
    interval : int
        Cycles between samples.
    """

    multipliers: int
    lut: float
    ff: float
    dsp: int
    bram18: int
    nanoseconds: float
    cycles: int
    interval: int
