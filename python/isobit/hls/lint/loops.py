"""What LLVM's scalar evolution says about the number of iterations of loops."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FUNCTION = re.compile(r"Determining loop execution counts for: @(.*)$")
_LOOP = re.compile(r"Loop %(\"[^\"]*\"|[^:\s]+): (.*)$")
_EXIT = re.compile(r"  exit count for (\S+): (.*)$")
_COUNT = re.compile(r"backedge-taken count is (.*)$")
_REFERENCE = re.compile(r"<%[^>]*>|<n[us]*w>")
_PLAIN = re.compile(r"\d+$")


@dataclass
class Trips:
    """How often a loop jumps back, one less than its iterations.

    Attributes
    ----------
    header : str
        Label of its first block.
    exact : int or None
        The number, if it is constant.
    most : int or None
        A constant that it does not exceed.
    constant_most : bool
        Whether nothing but a constant limits it.
    only_outer : bool
        Whether it follows from the counters of outer loops and constants alone.
    bounded_exit : bool
        Whether one of several exits is taken after a number of iterations that data do not change.
    """

    header: str
    exact: int | None = None
    most: int | None = None
    constant_most: bool = False
    only_outer: bool = False
    bounded_exit: bool = False


def read_trips(text: str) -> dict[str, Trips]:
    """What the pass ``print<scalar-evolution>`` printed, by ``"<function> <first block>"``."""
    found: dict[str, Trips] = {}
    function, trip = "", None
    for line in text.splitlines():
        begins = _FUNCTION.match(line)
        if begins:
            function = begins[1].strip('"')
            continue
        leaves = _EXIT.match(line)
        if leaves and trip:
            trip.bounded_exit |= _known(leaves[2])
            continue
        loop = _LOOP.match(line)
        if loop:
            header = loop[1].strip('"')
            trip = found.setdefault(f"{function} {header}", Trips(header))
            _read(trip, loop[2])
    return found


def _read(trip: Trips, text: str) -> None:
    count = _COUNT.search(text)
    if not count:
        return
    value = count[1].strip()
    constant = int(value) if _PLAIN.match(value) else None
    if text.startswith(("backedge-taken", "<multiple exits> backedge-taken")):
        trip.exact = constant
        trip.only_outer = constant is None and _known(value)
    elif text.startswith(("constant max", "max backedge")):
        trip.most = constant
    elif text.startswith("symbolic max"):
        trip.constant_most = constant is not None


def _known(value: str) -> bool:
    """Whether an expression names nothing but constants and counters of outer loops."""
    rest = _REFERENCE.sub("", value)
    return "%" not in rest and "@" not in rest and "COULDNOTCOMPUTE" not in rest
