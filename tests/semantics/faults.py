"""Seeded faults: small wrong changes of cast.hpp, each of which the comparison must catch.

A fault is a name and replacements (text, wrong text); white space in the text matches any white space,
and each text stands exactly once in the file.
"""

from __future__ import annotations

import re

FAULTS = {
    # rounding
    "long shifts are cut too short": [
        ("from.width() + 2 ? from.width() + 2", "from.width() ? from.width()"),
    ],
    "powers of two are doubled": [("P::shl(w, P::lit(w, 1), exponent)", "P::shl(w, P::lit(w, 2), exponent)")],
    "half is a whole": [("power_of_two<P>(w, d - 1)", "power_of_two<P>(w, d)")],
    "half is a quarter": [("power_of_two<P>(w, d - 1)", "power_of_two<P>(w, d > 1 ? d - 2 : 0)")],
    "below half is half": [("P::sub(w, half, P::lit(w, 1))", "P::sub(w, half, P::lit(w, 0))")],
    "TRN_ZERO adds too little": [("P::add(w, half, below_half), nothing)", "half, nothing)")],
    "TRN_ZERO for the wrong sign": [
        ("P::add(w, half, below_half), nothing)", "nothing, P::add(w, half, below_half))")
    ],
    "RND sends ties down": [("bias = half;", "bias = below_half;")],
    "RND_ZERO is RND_INF": [
        ("P::less(a, nothing), half, below_half)", "P::less(a, nothing), below_half, half)")
    ],
    "RND_INF is RND_ZERO": [
        ("P::less(a, nothing), below_half, half)", "P::less(a, nothing), half, below_half)")
    ],
    "RND_MIN_INF sends ties up": [("bias = below_half;", "bias = half;")],
    "RND_CONV looks at a dropped bit": [
        (
            "P::wrap(integer_like<1, false>(w), P::shr(w, a, d))",
            "P::wrap(integer_like<1, false>(w), P::shr(w, a, d - 1))",
        )
    ],
    "RND_CONV sends ties to odd": [("P::add(w, below_half, last_kept)", "P::sub(w, half, last_kept)")],
    "the carry of rounding is missing": [("P::shr(w, P::add(w, a, bias), d)", "P::shr(w, a, d)")],
    "TRN and TRN_ZERO are swapped": [
        ("case rounding::trn:", "case rounding::trn_zero :"),
        ("case rounding::trn_zero:", "case rounding::trn :"),
    ],
    "RND and RND_MIN_INF are swapped": [
        ("case rounding::rnd:", "case rounding::rnd_min_inf :"),
        ("case rounding::rnd_min_inf:", "case rounding::rnd :"),
    ],
    "a shift by one is not rounded": [("dropped > 0 ? round_off", "dropped > 1 ? round_off")],
    "one appended bit is lost": [("d < 0 ? -d : 0", "d < 0 ? -d - 1 : 0")],
    # overflow
    "the sign bit counts as magnitude": [("to.width() - (to.is_signed() ? 1 : 0)", "to.width()")],
    "the largest raw is one too large": [
        ("P::sub(w, power_of_two<P>(w, magnitude), P::lit(w, 1))", "power_of_two<P>(w, magnitude)")
    ],
    "the smallest raw is one too large": [
        ("P::sub(w, P::lit(w, -1), largest)", "P::sub(w, P::lit(w, 0), largest)")
    ],
    "unsigned numbers reach -1": [("largest) : P::lit(w, 0)", "largest) : P::lit(w, -1)")],
    "SAT does not clamp below": [("P::max(w, a, smallest<P>(w, high, to)), high)", "a, high)")],
    "SAT does not clamp above": [
        (
            "P::min(to, P::max(w, a, smallest<P>(w, high, to)), high)",
            "P::max(to, a, smallest<P>(w, high, to))",
        )
    ],
    "SAT_SYM reaches the lowest raw": [("P::sub(w, P::lit(w, 0), high)", "smallest<P>(w, high, to)")],
    "SAT_SYM of one bit is always zero": [("to.is_signed() && to.width() > 1", "to.is_signed()")],
    "SAT and SAT_ZERO are swapped": [
        ("case overflow::sat:", "case overflow::sat_zero :"),
        ("case overflow::sat_zero:", "case overflow::sat :"),
    ],
    "SAT_ZERO saturates below": [
        (
            "P::less(a, smallest<P>(w, high, to)), zero, a)",
            "P::less(a, smallest<P>(w, high, to)), smallest<P>(w, high, to), a)",
        )
    ],
    "SAT_ZERO saturates above": [
        ("P::less(high, a), zero, not_below)", "P::less(high, a), high, not_below)")
    ],
    "pm1 takes zero for negative": [
        (
            "P::less(a, P::lit(w, 0)), P::lit(w, -1), P::lit(w, 1))",
            "P::less(P::lit(w, 0), a), P::lit(w, 1), P::lit(w, -1))",
        )
    ],
    "pm1 saturates": [
        (
            "P::select(to, P::less(a, P::lit(w, 0)), P::lit(w, -1), P::lit(w, 1))",
            "P::min(to, P::max(w, a, P::lit(w, -1)), P::lit(w, 1))",
        )
    ],
    "pm1 is turned around": [
        (
            "P::less(a, P::lit(w, 0)), P::lit(w, -1), P::lit(w, 1))",
            "P::less(a, P::lit(w, 0)), P::lit(w, 1), P::lit(w, -1))",
        )
    ],
    "WRAP keeps the lost bits": [("return P::wrap(to, a);", "return a;")],
    "WRAP_SM negates instead of inverting": [
        ("P::sub(w, P::lit(w, -1), wrapped)", "P::sub(w, P::lit(w, 0), wrapped)")
    ],
    "WRAP_SM looks at the rounded number": [("P::shr(w, exact, d), to)", "a, to)")],
    "WRAP_SM looks at a kept bit": [("P::wrap(sum(to, to), floored)", "P::wrap(to, floored)")],
    "WRAP_SM is WRAP": [
        ("P::shl(w, P::wrap(to, a), 0)", "a"),
        ("P::select(to, P::less(high, a), turned, not_below)", "P::wrap(to, a)"),
    ],
    "WRAP_SM turns numbers in range": [
        (
            "P::less(a, smallest<P>(w, high, to)), turned, a)",
            "P::less(a, smallest<P>(w, high, to)), turned, turned)",
        )
    ],
}


def seed(source, replacements):
    """The source with a fault; fails unless each text is found exactly once."""
    spans = []
    for text, wrong in replacements:
        pattern = r"\s+".join(re.escape(word) for word in text.split())
        found = list(re.finditer(pattern, source))
        assert len(found) == 1, f"{text!r} stands {len(found)} times in the file"
        spans.append((found[0].start(), found[0].end(), wrong))
    for start, end, wrong in sorted(spans, reverse=True):
        source = source[:start] + wrong + source[end:]
    return source
