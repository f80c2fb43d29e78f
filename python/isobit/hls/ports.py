"""The ports of a design in C++: the types that each kind of port has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from isobit.backends.program import Code
from isobit.hls.parts import stored_kind

_QUANTIZATION = (
    "AP_TRN",
    "AP_TRN_ZERO",
    "AP_RND",
    "AP_RND_ZERO",
    "AP_RND_INF",
    "AP_RND_MIN_INF",
    "AP_RND_CONV",
)
# ports carry bits only: a mode that the vendor lacks (pm1) has no meaning there
_OVERFLOW = ("AP_WRAP", "AP_SAT", "AP_SAT_SYM", "AP_SAT_ZERO", "AP_WRAP_SM", "AP_WRAP")


@dataclass(frozen=True)
class PortKind:
    """What computes inside of a design, and what enters and leaves it.

    Attributes
    ----------
    policy : str
        The policy, which has a header of its name in ``hls_kernels/policy``.
    header : str
        What its port types need.
    vendor : str
        The vendor's header that it needs; empty if it needs none.
    type : callable
        The port type of a format.
    """

    policy: str
    header: str
    vendor: str
    type: Callable[[Code], str]


def _ap(code: Code) -> str:
    width, frac, signed, rounding, overflow = code
    name = "ap_fixed" if signed else "ap_ufixed"
    return f"{name}<{width}, {width - frac}, {_QUANTIZATION[rounding]}, {_OVERFLOW[overflow]}>"


def _ac(code: Code) -> str:
    return f"ac_int<{code[0]}, {'true' if code[2] else 'false'}>"


PORT_KINDS: Mapping[str, PortKind] = {
    "ap": PortKind("ap", '"hls_kernels/vendor/ap.hpp"', "ap_fixed.h", _ap),
    "ac": PortKind("ac", '"hls_kernels/vendor/ac.hpp"', "ac_int.h", _ac),
    "int": PortKind("words", "<cstdint>", "", stored_kind),
}
