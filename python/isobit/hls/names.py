"""Names of a model as identifiers of C++ that are in nobody's way."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 48
_KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
        class compl concept const const_cast constexpr continue co_await co_return co_yield decltype
        default delete do double dynamic_cast else enum explicit export extern false float for friend
        goto if inline int long main module mutable namespace new noexcept not not_eq nullptr operator
        or or_eq policy private protected public register reinterpret_cast requires return short signed
        sizeof static static_assert static_cast std struct switch template this thread_local throw true
        try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
        isobit kernels cells hls ap ac words fmt rounding overflow linux unix
        """,
    )
)
_INTERNAL = re.compile(r"[at]\d+\w*")


def identifiers(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """One identifier for each name, all of them different also where letters of one case are the same."""
    used = {name.lower() for name in taken}
    made = []
    for name in names:
        stem = _stem(name)
        unique, number = stem, 2
        while unique.lower() in used:
            unique, number = f"{stem}_{number}", number + 1
        used.add(unique.lower())
        made.append(unique)
    return made


def _stem(name: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:_LONGEST].rstrip("_")
    if not stem or stem[0].isdigit() or stem.lower() in _KEYWORDS or _INTERNAL.fullmatch(stem):
        stem = f"x_{stem}".rstrip("_")
    return stem
