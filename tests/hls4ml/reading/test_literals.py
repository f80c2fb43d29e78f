"""Long braces of numbers: cut out of the source, and read as C++ reads them."""

from __future__ import annotations

import numpy as np
import pytest

from isobit.hls4ml.reading.literals import cut_numbers, parse_numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (b"1, -2.5, +3e2, .5, 7., 1.5e-05, 0.25\n , 00.5, 0", [1, -2.5, 300, 0.5, 7, 1.5e-05, 0.25, 0.5, 0]),
        (b"1,2,", [1, 2]),
        (b"1 2, 3", None),
        (b"1,, 3", None),
        (b"1, 010", None),  # eight
        (b"-07, 1", None),
        (b"1e, 3", None),
        (b"1-2, 3", None),
        (b"1.2.3", None),
        (b"1" * 401, None),
        (b"", []),
    ],
)
def test_numbers(text, values):
    found = parse_numbers(text)
    if values is None:
        assert found is None
    else:
        np.testing.assert_array_equal(found, values)


def test_nearest_double():
    """Decimal text is the nearest float64, ties to even, as a compiler takes it."""
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2**63, 2000).view(np.float64)
    values = values[np.isfinite(values) & (abs(values) < 1e30) & (abs(values) > 1e-30)]
    np.testing.assert_array_equal(parse_numbers(", ".join(map(repr, values.tolist())).encode()), values)


def test_lines_stay():
    bodies = {}
    long = b", ".join([b"1.5\n"] * 40)
    source = b"a b[40] = {" + long + b"};\nint c[2] = {1, 2};\nd e[40] = {" + long + b"};\nend"
    found = cut_numbers(source, bodies)
    assert found.count(b"\n") == source.count(b"\n")
    assert b"{1, 2}" in found
    assert list(bodies.values()) == [long, long]
    assert all(name.encode() in found for name in bodies)


def test_other_braces_stay():
    """Braces inside of braces, and blanks without numbers."""
    source = b"x y[9] = {" + b"{1, 2}, " * 30 + b"{3, 4}};\nnamespace {" + b" " * 200 + b"}\n"
    assert cut_numbers(source, {}) == source
    with pytest.raises(ValueError, match="reserved"):
        cut_numbers(b"int isobit_numbers_1;", {})
