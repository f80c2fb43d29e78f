"""The cast of the C++ headers: run-time formats against the oracle, static ones against ap_fixed."""

from __future__ import annotations

import pytest

import cxx
from semantics import cast_cases

SOURCES = cxx.ROOT / "tests" / "semantics"


def assert_all_right(code, text, at_least):
    counted = cxx.tallies(text)
    assert counted, text
    assert {name: wrong for name, (_, wrong) in counted.items() if wrong} == {}, text
    assert {name: cases for name, (cases, _) in counted.items() if cases < at_least.get(name, 1)} == {}
    assert code == 0
    return counted


@pytest.mark.parametrize("flags", [(), ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")])
def test_run_time_formats_equal_the_oracle(tmp_path, flags):
    """All policies; those with narrow words wherever the interval proof says that they fit."""
    program = cxx.build(SOURCES / "cast_cases.cpp", tmp_path / "cast_cases", *flags, optimize="-O1")
    cases = cast_cases.write(tmp_path / "cases.bin", seed=len(flags) + 1)
    code, text = cxx.run(program, tmp_path / "cases.bin")
    counted = assert_all_right(code, text, {"lanes<int16>": 10_000, "f64": 20_000})
    assert counted["scalar<int128>"][0] == counted["interval, whole"][0] == cases


@pytest.mark.first
def test_static_formats_equal_ap_fixed(tmp_path):
    """At least 250,000 casts are what the vendor's ap_fixed does, in every policy."""
    vendor = cxx.vendor_include()
    program = cxx.build(SOURCES / "ap_cast.cpp", tmp_path / "ap_cast", vendor=vendor, quick=True)
    code, text = cxx.run(program)
    print(text)
    names = ("scalar<int128>", "scalar<int128>, dyn", "ap", "scalar<int64>", "f64", "interval")
    counted = assert_all_right(code, text, dict.fromkeys(names, 250_000))
    assert set(names) < set(counted)
