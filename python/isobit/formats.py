"""Number formats: width, fractional bits, sign, rounding and overflow.

A number is an integer ``raw`` together with a format; its value is ``raw * 2**-frac``.
``docs/SEMANTICS.md`` is the normative text.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, replace
from typing import TypeVar

from isobit.errors import FormatError

MAX_WIDTH = 64
"""Of formats that users write, and of all data and constants."""
MAX_EXACT_WIDTH = 128
"""Of the exact accumulators that the proof reports."""
MAX_FRAC = 128


class Rounding(enum.IntEnum):
    """What happens to dropped fractional bits; names as in ``ap_fixed`` without the ``AP_``."""

    TRN = 0
    TRN_ZERO = 1
    RND = 2
    RND_ZERO = 3
    RND_INF = 4
    RND_MIN_INF = 5
    RND_CONV = 6


class Overflow(enum.IntEnum):
    """What happens to values out of range; names as in ``ap_fixed`` without the ``AP_``."""

    WRAP = 0
    SAT = 1
    SAT_SYM = 2
    SAT_ZERO = 3
    WRAP_SM = 4
    PM1 = 5
    """Not of ``ap_fixed``: the format ``pm1`` of binary networks, see :data:`PM1`."""


_Mode = TypeVar("_Mode", Rounding, Overflow)

_FIXED = re.compile(r"(?:ap_|ac_)?(u?)fixed<([^<>]*)>")
_INTEGER = re.compile(r"(?:ap_|ac_)?(u?)int<([^<>]*)>")
_HELP = (
    "Write for example 'fixed<16,6>', 'ufixed<8,0>', 'ap_fixed<16,6,AP_RND,AP_SAT>' or 'int<8>': "
    f"width 1 to {MAX_WIDTH}, integer bits (with the sign), then rounding "
    f"({', '.join(r.name for r in Rounding)}) and overflow "
    f"({', '.join(o.name for o in Overflow if o is not Overflow.PM1)}); or 'pm1', for -1 and +1."
)


@dataclass(frozen=True)
class Format:
    """A fixed-point number format.

    Parameters
    ----------
    width : int
        Total number of bits, 1 to 64, the sign included (exact accumulators of the proof: up to 128).
    frac : int
        Number of fractional bits; negative, or larger than ``width``, is allowed (-128 to 128).
    signed : bool
        Two's complement if true.
    rounding, overflow
        What a cast *into* this format does.

    Raises
    ------
    FormatError
        When a field is out of range.
    """

    width: int
    frac: int
    signed: bool = True
    rounding: Rounding = Rounding.TRN
    overflow: Overflow = Overflow.WRAP

    def __post_init__(self) -> None:
        if not 1 <= self.width <= MAX_EXACT_WIDTH:
            raise FormatError(f"format width {self.width} is not in 1 to {MAX_WIDTH}. {_HELP}")
        if self.overflow is Overflow.WRAP_SM and not self.signed:
            raise FormatError("WRAP_SM (sign-magnitude wrapping) exists for signed formats only")
        if self.is_pm1 and (self.width, self.frac, self.signed, self.rounding) != (2, 0, True, Rounding.TRN):
            raise FormatError("the overflow mode PM1 belongs to the format 'pm1' only; write 'pm1'")
        if not -MAX_FRAC <= self.frac <= MAX_FRAC:
            raise FormatError(
                f"format with {self.frac} fractional bits: supported are -{MAX_FRAC} to {MAX_FRAC}."
            )

    @classmethod
    def parse(cls, text: str | Format) -> Format:
        """Read ``fixed<W,I[,Q[,O]]>`` and its relatives, with or without ``ap_`` and ``AP_``, or ``pm1``.

        Raises
        ------
        FormatError
            When the text is not a format; the message shows how one is written.
        """
        if isinstance(text, Format):
            return text
        if not isinstance(text, str):
            raise FormatError(f"a number format must be a string, not {type(text).__name__}. {_HELP}")
        compact = re.sub(r"\s+", "", text)
        if compact == "pm1":
            return PM1
        fixed, integer = _FIXED.fullmatch(compact), _INTEGER.fullmatch(compact)
        match = fixed or integer
        if match is None:
            raise FormatError(f"{text!r} is not a number format. {_HELP}")
        signed, fields = match.group(1) == "", match.group(2).split(",")
        try:
            width = int(fields[0])
            if width > MAX_WIDTH:
                raise ValueError(f"its width {width} is not in 1 to {MAX_WIDTH}")
            if integer is not None:
                if len(fields) != 1:
                    raise ValueError("an integer format has a width only")
                return cls(width, 0, signed)
            if not 2 <= len(fields) <= 5:
                raise ValueError("a fixed-point format has a width and integer bits, and up to two modes")
            rounding = _mode(Rounding, fields[2]) if len(fields) > 2 else Rounding.TRN
            overflow = _mode(Overflow, fields[3]) if len(fields) > 3 else Overflow.WRAP
            if len(fields) == 5 and int(fields[4]) != 0:
                raise ValueError("saturation bits (the fifth field) are supported only as 0")
            return cls(width, width - int(fields[1]), signed, rounding, overflow)
        except ValueError as error:
            if isinstance(error, FormatError):
                raise FormatError(f"{text!r}: {error}") from None
            raise FormatError(f"{text!r} is not a number format: {error}. {_HELP}") from None

    @property
    def is_pm1(self) -> bool:
        """Whether the only values are -1 and +1."""
        return self.overflow is Overflow.PM1

    @property
    def integer(self) -> int:
        """Integer bits, the sign included (the ``I`` of ``ap_fixed<W,I>``)."""
        return self.width - self.frac

    @property
    def min_raw(self) -> int:
        """The smallest raw that a cast into this format produces."""
        if not self.signed:
            return 0
        low = -(1 << (self.width - 1))
        symmetric = self.is_pm1 or (self.overflow is Overflow.SAT_SYM and self.width > 1)
        return low + 1 if symmetric else low

    @property
    def max_raw(self) -> int:
        """The largest raw of this format."""
        return (1 << (self.width - int(self.signed))) - 1

    @property
    def lsb(self) -> float:
        """The value of one unit in the last place."""
        return 2.0**-self.frac

    @property
    def min(self) -> float:
        """The smallest value."""
        return self.min_raw * self.lsb

    @property
    def max(self) -> float:
        """The largest value."""
        return self.max_raw * self.lsb

    def with_modes(self, rounding: Rounding, overflow: Overflow) -> Format:
        """The same width and fractional bits, other modes."""
        return replace(self, rounding=rounding, overflow=overflow)

    def __str__(self) -> str:
        if self.is_pm1:
            return "pm1"
        name = "fixed" if self.signed else "ufixed"
        modes = ""
        if (self.rounding, self.overflow) != (Rounding.TRN, Overflow.WRAP):
            modes = f",{self.rounding.name},{self.overflow.name}"
        return f"{name}<{self.width},{self.integer}{modes}>"


PM1 = Format(2, 0, True, Rounding.TRN, Overflow.PM1)
"""The format of binary networks: its values are -1 and +1, and a cast takes the sign (0 becomes +1).

Its raws are -1 and 1, in the arithmetic of a signed format of two bits; packed layers hold them as single
bits.
"""


def _mode(kind: type[_Mode], text: str) -> _Mode:
    name = text.removeprefix("AP_").removeprefix("SC_")
    known = [mode.name for mode in kind if mode is not Overflow.PM1]  # which is written "pm1"
    if name not in known:
        raise ValueError(f"{text!r} is no {kind.__name__.lower()} mode (known: {', '.join(known)})")
    return kind[name]
