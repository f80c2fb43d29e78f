"""The instruction sets that a plugin can be compiled for: compiler flags, and what a processor must have."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from isobit.errors import CompileError, closest


@dataclass(frozen=True)
class InstructionSet:
    """An instruction set.

    Attributes
    ----------
    name : str
    flags : tuple of str
        For the compiler.
    features : tuple of str
        What the processor must have, in the names of GCC's ``__builtin_cpu_supports``.
    vector_bytes : int
        Of a register.
    byte_range : (int, int) or None
        Range of activations that the instruction for dot products of bytes takes, if there is one.
    """

    name: str
    flags: tuple[str, ...]
    features: tuple[str, ...]
    vector_bytes: int = 16
    byte_range: tuple[int, int] | None = None


_UNSIGNED, _SIGNED = (0, 255), (-128, 127)
# x86-64-v2, in words that older compilers know
_V2 = InstructionSet(
    "generic", ("-mssse3", "-msse4.1", "-msse4.2", "-mpopcnt"), ("ssse3", "sse4.1", "sse4.2", "popcnt")
)
_AVX2 = InstructionSet(
    "avx2", (*_V2.flags, "-mavx2", "-mfma", "-mbmi2"), (*_V2.features, "avx2", "fma", "bmi2"), 32
)
_AVXVNNI = InstructionSet("avxvnni", (*_AVX2.flags, "-mavxvnni"), (*_AVX2.features, "avxvnni"), 32, _UNSIGNED)
_AVX512 = InstructionSet(
    "avx512",
    (*_AVX2.flags, "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mprefer-vector-width=512"),
    (*_AVX2.features, "avx512f", "avx512bw", "avx512dq", "avx512vl"),
    64,
)
_AVX512VNNI = InstructionSet(
    "avx512vnni", (*_AVX512.flags, "-mavx512vnni"), (*_AVX512.features, "avx512vnni"), 64, _UNSIGNED
)
_X86 = (_AVX512VNNI, _AVX512, _AVXVNNI, _AVX2, _V2)
_ARM = (
    InstructionSet("dotprod", ("-march=armv8.2-a+dotprod",), ("asimddp",), 16, _SIGNED),
    InstructionSet("generic", (), ()),
)
_OTHER = (InstructionSet("generic", (), ()),)

NATIVE = "native"
"""Stands for the best instruction set of this machine."""


def known_sets() -> tuple[InstructionSet, ...]:
    """Those of this machine's architecture, best first."""
    machine = platform.machine().lower()
    if machine in ("x86_64", "amd64"):
        return _X86
    return _ARM if machine in ("aarch64", "arm64") else _OTHER


def choose(name: str = NATIVE) -> InstructionSet:
    """An instruction set by name; ``"native"`` is the best that this processor has.

    Raises
    ------
    CompileError
        When there is no such instruction set (it need not be one of this processor), or this processor has
        none of them.
    """
    from isobit import _core

    sets = known_sets()
    if name == NATIVE:
        for isa in sets:
            if all(_core.cpu_has(feature) for feature in isa.features):
                return isa
        raise CompileError(
            f"this processor lacks what every plugin needs ({', '.join(sets[-1].features)}); predict works "
            "without a plugin"
        )
    for isa in sets:
        if isa.name == name:
            return isa
    raise CompileError(
        f"there is no instruction set {name!r} for {platform.machine()}."
        + closest(name, [NATIVE, *(isa.name for isa in sets)])
    )
