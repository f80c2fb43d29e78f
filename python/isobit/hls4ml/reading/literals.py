"""Braces full of numbers, taken out of a source before it is parsed, and what a C++ compiler reads in them.

A weight array of a million numbers is one constant for everybody but the parser, which would make a million
nodes of it. Such bodies are cut out; a name stands for each.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

_RUN = re.compile(rb"[0-9eE+\-.,\s{}]{64,}")
_OCTAL = re.compile(rb"(?:^|[,\s])[+\-]?0\d+(?=[,\s]|$)")
_MAX_DIGITS = 400
MAX_NUMBERS = 1 << 26
MARKER = "isobit_numbers_"


def cut_numbers(text: bytes, bodies: dict[str, bytes]) -> bytes:
    """The source with names for the numbers in long braces, its lines kept; ``bodies`` gets the numbers.

    Raises
    ------
    ValueError
        When the source uses such names itself.
    """
    if MARKER.encode() in text:
        raise ValueError(f"the name {MARKER} is reserved")
    pieces, end = [], 0
    for run in _RUN.finditer(text):
        begin, stop = text.find(b"{", *run.span()), text.rfind(b"}", *run.span())
        if begin < 0 or stop < begin:
            continue
        body = text[begin + 1 : stop]
        if b"{" in body or b"}" in body or not any(48 <= character <= 57 for character in body):
            continue
        name = f"{MARKER}{len(bodies)}"
        bodies[name] = body
        pieces += [text[end : begin + 1], name.encode(), b"\n" * body.count(b"\n")]
        end = stop
    pieces.append(text[end:])
    return b"".join(pieces)


def parse_numbers(body: bytes) -> npt.NDArray[np.float64] | None:
    """The numbers of a long brace as the nearest float64; None when they are no decimal literals of C++."""
    items = body.split(b",")
    if not items[-1].strip():
        items.pop()  # C++ allows a comma behind the last number
    # Python reads literals as C++ does, but for octal ones; there are no letters for its other spellings.
    if len(items) > MAX_NUMBERS or max(map(len, items), default=0) > _MAX_DIGITS or _OCTAL.search(body):
        return None
    try:
        return np.fromiter(map(float, items), dtype=np.float64, count=len(items))
    except ValueError:
        return None
