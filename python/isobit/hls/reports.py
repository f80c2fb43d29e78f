"""What synthesis tools report, in one form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from isobit.errors import FileFormatError, MissingFileError

RESOURCES = ("LUT", "FF", "DSP", "BRAM_18K", "URAM")


@dataclass(frozen=True)
class Report:
    """What a tool says of a design; what it does not say is None or missing.

    Attributes
    ----------
    tool : str
    clock_period : float
        In nanoseconds: that which the tool estimates to be possible.
    latency : (int, int)
        Cycles from the first input to the last output, at least and at most.
    interval : (int, int)
        Cycles between samples.
    resources : mapping of str to int
        By kind, of :data:`RESOURCES`.
    available : mapping of str to int
        Of the device.
    """

    tool: str
    clock_period: float | None = None
    latency: tuple[int, int] | None = None
    interval: tuple[int, int] | None = None
    resources: Mapping[str, int] = field(default_factory=dict)
    available: Mapping[str, int] = field(default_factory=dict)


def vitis_report(folder: Path, top: str) -> Report:
    """The synthesis report of Vitis HLS, ``csynth.xml``.

    Raises
    ------
    MissingFileError, FileFormatError
        When it is missing or not what it should be.
    """
    path = folder / f"{top}_prj" / "solution1" / "syn" / "report" / "csynth.xml"
    root = _xml(path)
    latency = "PerformanceEstimates/SummaryOfOverallLatency/"
    return Report(
        "Vitis HLS",
        _number(root, "PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod"),
        _pair(root, latency + "Best-caseLatency", latency + "Worst-caseLatency"),
        _pair(root, latency + "Interval-min", latency + "Interval-max"),
        _counts(root, "AreaEstimates/Resources"),
        _counts(root, "AreaEstimates/AvailableResources"),
    )


_BAMBU = {
    "LUT": r"Total estimated area: (\d+)",
    "FF": r"Total number of flip-flops in function [^:]+: (\d+)",
    "DSP": r"Estimated number of DSPs: (\d+)",
}
_BAMBU_CYCLES = r"Average execution: (\d+) cycles"


def bambu_report(printed: str) -> Report:
    """What Bambu prints: its own estimate of the area (in LUTs), and cycles if it simulated.

    It goes from function to function; the top is the last.

    Raises
    ------
    FileFormatError
        When there is no area in it.
    """
    found = {kind: re.findall(pattern, printed) for kind, pattern in _BAMBU.items()}
    resources = {kind: int(numbers[-1]) for kind, numbers in found.items() if numbers}
    if "LUT" not in resources:
        raise FileFormatError("Bambu reported no area in a form that is known here; see what it printed")
    cycles = [int(number) for number in re.findall(_BAMBU_CYCLES, printed)]
    return Report("Bambu", latency=(cycles[-1], cycles[-1]) if cycles else None, resources=resources)


def _xml(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(path).getroot()  # noqa: S314 (the user's own tool wrote it)
    except OSError as error:
        raise MissingFileError(
            f"the report {str(path)!r} cannot be read: {error.strerror or error}"
        ) from None
    except ElementTree.ParseError as error:
        raise FileFormatError(f"{path}: is no report of Vitis HLS: {error}") from None


def _number(root: ElementTree.Element, path: str) -> float | None:
    """The number of an element; None if it is missing, or a word (``undef``)."""
    try:
        return float(root.findtext(path, ""))
    except ValueError:
        return None


def _pair(root: ElementTree.Element, first: str, second: str) -> tuple[int, int] | None:
    low, high = _number(root, first), _number(root, second)
    return None if low is None or high is None else (int(low), int(high))


def _counts(root: ElementTree.Element, path: str) -> dict[str, int]:
    numbers = {kind: _number(root, f"{path}/{kind}") for kind in RESOURCES}
    return {kind: int(number) for kind, number in numbers.items() if number is not None}
