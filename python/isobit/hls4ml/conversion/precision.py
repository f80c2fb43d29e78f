"""Number types as hls4ml writes and compares them.

hls4ml tells integers from fixed-point numbers without fractional bits, prints them in its own way, and has a
type for "not decided yet" (``auto``), which is None here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from isobit.errors import ConfigError, FormatError
from isobit.formats import Format, Overflow, Rounding

_TYPE = re.compile(r"(?P<vendor>ap_|ac_)?(?P<unsigned>u?)(?P<kind>fixed|int)<(?P<fields>[^<>]+)>")
_ROUNDINGS = {mode.name: mode for mode in Rounding}
_OVERFLOWS = {mode.name: mode for mode in (Overflow.WRAP, Overflow.SAT, Overflow.SAT_ZERO, Overflow.SAT_SYM)}
_HELP = (
    "write 'ap_fixed<W,I>', 'ap_fixed<W,I,AP_RND,AP_SAT>', 'ap_ufixed<...>', 'ap_int<W>', the same without "
    "'ap_', or 'auto'"
)


@dataclass(frozen=True)
class Precision:
    """A fixed-point or integer type; equality is hls4ml's.

    Parameters
    ----------
    width, integer : int
        Bits in total and left of the point, the sign included.
    signed : bool
    rounding, overflow
        Modes of a cast into the type.
    whole : bool
        Whether it is an integer type: its constants are printed without decimals, and it equals no
        fixed-point type.
    """

    width: int
    integer: int
    signed: bool = True
    rounding: Rounding = Rounding.TRN
    overflow: Overflow = Overflow.WRAP
    whole: bool = False

    @property
    def fractional(self) -> int:
        """Bits right of the point; negative if the last ones left of it are missing."""
        return self.width - self.integer

    @property
    def format(self) -> Format:
        """As isobit's format.

        Raises
        ------
        FormatError
            When it is wider than isobit can represent.
        """
        # ap_int and ap_uint take the integer part of what is assigned to them.
        rounding = Rounding.TRN_ZERO if self.whole else self.rounding
        return Format(self.width, self.fractional, self.signed, rounding, self.overflow)

    def __str__(self) -> str:
        sign = "" if self.signed else "u"
        if self.whole:
            return f"{sign}int<{self.width}>"
        return f"{sign}fixed<{self.width},{self.integer},{self.rounding.name},{self.overflow.name},0>"


def integer_type(width: int, signed: bool) -> Precision:
    """``ap_int<width>`` or ``ap_uint<width>``."""
    return Precision(width, width, signed, whole=True)


def parse_precision(where: str, text: Any) -> Precision | None:
    """A type as a configuration of hls4ml writes it; None for ``auto``.

    Parameters
    ----------
    where : str
        Begins the message of an error.

    Raises
    ------
    ConfigError
        For types that are not understood, and for floating point and saturation bits, which isobit does not
        emulate.
    """
    if not isinstance(text, str):
        raise ConfigError(f"{where}: a type must be a string, not {type(text).__name__}; {_HELP}")
    compact = re.sub(r"\s+", "", text)
    if compact.lower() == "auto":
        return None
    match = _TYPE.fullmatch(compact)
    if match is None:
        raise ConfigError(f"{where}: {text!r} is no type that isobit emulates; {_HELP}")
    fields = match["fields"].split(",")
    try:
        if match["vendor"] == "ac_":
            signed, fields = _ac_sign(fields, match["kind"])
        else:
            signed = not match["unsigned"]
        precision = _precision(match["kind"], signed, fields)
        precision.format  # noqa: B018, checks the width
    except (ValueError, FormatError) as error:
        raise ConfigError(f"{where}: {text!r}: {error}; {_HELP}") from None
    return precision


def _precision(kind: str, signed: bool, fields: list[str]) -> Precision:
    width = int(fields[0])
    if kind == "int":
        if len(fields) > 1:
            raise ValueError("an integer type has a width only")
        return integer_type(width, signed)
    if not 2 <= len(fields) <= 5:
        raise ValueError("a fixed-point type has 2 to 5 fields")
    rounding = _mode(_ROUNDINGS, fields[2]) if len(fields) > 2 else Rounding.TRN
    overflow = _mode(_OVERFLOWS, fields[3]) if len(fields) > 3 else Overflow.WRAP
    if len(fields) == 5 and int(fields[4]) != 0:
        raise ValueError("saturation bits other than 0 are not emulated")
    return Precision(width, int(fields[1]), signed, rounding, overflow)


def _ac_sign(fields: list[str], kind: str) -> tuple[bool, list[str]]:
    """The sign of ``ac_fixed<W,I,S,...>`` and ``ac_int<W,S>``, and the other fields."""
    place = 2 if kind == "fixed" else 1
    signed = len(fields) <= place or fields[place].lower() not in ("false", "0")
    return signed, fields[:place] + fields[place + 1 :]


def _mode(modes: dict[str, Any], text: str) -> Any:
    name = text.upper().removeprefix("AP_").removeprefix("AC_")
    if name not in modes:
        raise ValueError(f"{text!r} is no mode; known: {', '.join(modes)}")
    return modes[name]
