"""Devices and what they have, as the vendor's product tables say."""

from __future__ import annotations

from dataclasses import dataclass

from isobit.errors import ConfigError, closest


@dataclass(frozen=True)
class Part:
    """One device.

    Attributes
    ----------
    name : str
        Without package and speed grade.
    lut, ff, dsp, bram18 : int
        Look-up tables, flip-flops, DSP slices, and block memories of 18 Kbit.
    """

    name: str
    lut: int
    ff: int
    dsp: int
    bram18: int


_ALL = (
    Part("xcvu9p", 1_182_240, 2_364_480, 6_840, 4_320),
    Part("xcvu13p", 1_728_000, 3_456_000, 12_288, 5_376),
    Part("xcvu37p", 1_303_680, 2_607_360, 9_024, 4_032),
    Part("xcku115", 663_360, 1_326_720, 5_520, 4_320),
    Part("xcku040", 242_400, 484_800, 1_920, 1_200),
    Part("xcu50", 871_680, 1_743_360, 5_952, 2_688),
    Part("xcu250", 1_728_000, 3_456_000, 12_288, 5_376),
    Part("xcu280", 1_303_680, 2_607_360, 9_024, 4_032),
    Part("xczu7ev", 230_400, 460_800, 1_728, 624),
    Part("xczu9eg", 274_080, 548_160, 2_520, 1_824),
    Part("xc7vx690t", 433_200, 866_400, 3_600, 2_940),
    Part("xc7a100t", 63_400, 126_800, 240, 270),
    Part("xc7z020", 53_200, 106_400, 220, 280),
)
PARTS = {part.name: part for part in _ALL}
"""By name."""


def part_of(name: str) -> Part:
    """The device of a name such as ``xcvu13p-flga2577-2-e``, of which package and speed do not count.

    Raises
    ------
    ConfigError
        For a device that is not in the table.
    """
    device = name.lower().split("-")[0] if isinstance(name, str) else ""
    if device not in PARTS:
        raise ConfigError(f"the resources of part {name!r} are not known here.{closest(device, PARTS)}")
    return PARTS[device]
