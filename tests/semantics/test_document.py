"""The worked numbers of docs/SEMANTICS.md are true."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import oracle

TEXT = (Path(__file__).parents[2] / "docs" / "SEMANTICS.md").read_text()


def table_after(first_header):
    """Rows of the table whose first column header and next ones begin with the given line."""
    lines = TEXT.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(first_header))
    rows = []
    for line in (lines[start], *lines[start + 2 :]):
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows[0], rows[1:]


def test_rounding_table():
    header, rows = table_after("| mode | v |")
    assert [row[0] for row in rows] == [
        "TRN",
        "TRN_ZERO",
        "RND",
        "RND_ZERO",
        "RND_INF",
        "RND_MIN_INF",
        "RND_CONV",
    ]
    for row in rows:
        mode = getattr(oracle, row[0])
        for number, expected in zip(header[2:], row[2:], strict=True):
            assert oracle.round_to_integer(Fraction(number), mode) == int(expected), (row[0], number)


def test_overflow_table():
    header, rows = table_after("| mode | signed |")
    assert len(rows) == 9
    for name, signed, *expected in rows:
        fmt = (4, 0, signed == "yes", oracle.TRN, getattr(oracle, name))
        assert [oracle.cast(int(n), fmt) for n in header[2:]] == [int(n) for n in expected], fmt


def test_sign_magnitude_wrap_ignores_the_carry_of_rounding():
    assert oracle.cast(Fraction("15.5"), (4, 0, True, oracle.RND, oracle.WRAP_SM)) == 0
    assert oracle.cast(16, (4, 0, True, oracle.RND, oracle.WRAP_SM)) == -1
