"""Look-up tables: correctly rounded contents, the choice of their addresses, and their largest error.

A table is read as ``entries[cast(x, index) - low]``. The index format rounds to nearest and saturates. It has
at most ``size`` addresses (4096 by default), never more than the input has values, and covers the smallest
range (a power of two) beyond which the entries no longer change.
The contents are those of :func:`isobit.ziv.rounded_values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from isobit.formats import Format, Overflow, Rounding
from isobit.functions import Function
from isobit.ir import FloatArray
from isobit.rounding import RawArray, scale, to_value
from isobit.ziv import rounded_values

DEFAULT_SIZE = 2**12
MAX_SIZE = 2**16
_EXHAUSTIVE = 2**20


@dataclass(frozen=True, eq=False)
class Table:
    """One look-up table.

    Parameters
    ----------
    function, parameter
        What is tabulated.
    source : Format
        Format of the numbers that are looked up.
    reachable : (float, float)
        The values among them that can occur.
    index : Format
        Format of the address.
    format : Format
        Format of the entries.
    entries : array
        Raws, one for every address from ``low`` on.
    """

    function: Function
    parameter: float
    source: Format
    reachable: tuple[float, float]
    index: Format
    format: Format
    entries: RawArray

    @property
    def low(self) -> int:
        """The raw address of the first entry."""
        return self.index.min_raw

    @property
    def digest(self) -> str:
        """Hash of contents and addressing; equal tables have equal digests."""
        from hashlib import sha256  # loads OpenSSL, which predictions do without

        text = f"{self.index}|{self.format}|{self.low}|".encode()
        return sha256(text + self.entries.astype("<u8").tobytes()).hexdigest()

    @cached_property
    def max_error(self) -> float:
        """Largest ``|table[x] - f(x)|`` over every value of the input's format that can occur.

        All values are tried when there are at most 2**20; otherwise the ends of every address's interval
        and the extrema of the function, between which the error is monotonic. The true function is taken in
        double precision (relative error below 2**-40).
        """
        step = self.source.lsb
        first, last = (round(x / step) for x in self.reachable)
        if last - first < _EXHAUSTIVE:
            raws = np.arange(first, last + 1, dtype=np.float64)
        else:
            raws = self._cell_ends(first, last)
        x = raws * step
        address = np.clip(np.floor(scale(x, self.index.frac) + 0.5), self.low, self.index.max_raw)
        read = to_value(self.entries, self.format)[(address - self.low).astype(np.int64)]
        return float(np.max(np.abs(read - self.function.values(x, self.parameter))))

    def _cell_ends(self, first: int, last: int) -> FloatArray:
        """Raws of the input at which the address changes, the ends of the range, and the extrema."""
        width = 2.0 ** (self.source.frac - self.index.frac)
        edges = np.ceil((np.arange(self.low, self.index.max_raw + 2) - 0.5) * width)
        turns = np.array(self.function.corners(*self.reachable)) * 2.0**self.source.frac
        ends = np.concatenate([edges, edges - 1, np.floor(turns), np.ceil(turns), [first, last]])
        return ends[(ends >= first) & (ends <= last)]


@lru_cache(maxsize=64)
def make_table(
    function: Function,
    parameter: float,
    source: Format,
    entry: Format,
    size: int = DEFAULT_SIZE,
    reachable: tuple[float, float] | None = None,
) -> Table:
    """The table of a function for inputs of the format ``source``.

    Raises
    ------
    FormatError
        When the entries cannot be computed: a wrapping format for a function that grows beyond 2**256.
    """
    if reachable is None:
        reachable = (source.min, source.max)
    index = _choose_index(function, parameter, source, entry, size, reachable)
    addresses = np.arange(index.min_raw, index.max_raw + 1, dtype=np.float64) * index.lsb
    entries = rounded_values(function, addresses, parameter, entry)
    entries.setflags(write=False)
    return Table(function, parameter, source, reachable, index, entry, entries)


def _choose_index(
    function: Function,
    parameter: float,
    source: Format,
    entry: Format,
    size: int,
    reachable: tuple[float, float],
) -> Format:
    """The index format with the smallest range outside of which the entries are constant."""
    low, high = reachable
    bits = size.bit_length() - 1
    saturating = entry.overflow in (Overflow.SAT, Overflow.SAT_SYM)
    compared = entry if saturating else Format(64, entry.frac, True, entry.rounding, Overflow.SAT)

    def candidate(integer: int) -> Format | None:
        frac = min(source.frac, bits - integer)
        if integer + frac < 1:
            return None
        return Format(integer + frac, frac, source.signed, Rounding.RND, Overflow.SAT)

    def settled(index: Format) -> bool:
        if function.period is not None:
            return False
        if any(abs(turn) > index.max for turn in function.turning if abs(turn) < high):
            return False
        ends = np.array([max(index.min, low), low, min(index.max, high), high])
        raws = rounded_values(function, ends, parameter, compared)
        beyond = (raws == compared.max_raw) | (raws == compared.min_raw)
        return bool(raws[0] == raws[1] and raws[2] == raws[3] and (saturating or not beyond.any()))

    best = candidate(source.integer)
    if best is None:
        return Format(1, 1 - source.integer, source.signed, Rounding.RND, Overflow.SAT)
    while (smaller := candidate(best.integer - 1)) is not None and settled(smaller):
        best = smaller
    return best
