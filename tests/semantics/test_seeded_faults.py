"""The comparison with the oracle would notice a wrong cast: every seeded fault is caught."""

from __future__ import annotations

import shutil

import pytest

import cxx
from semantics import cast_cases, faults

CAST = "isobit/cast.hpp"


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    path = tmp_path_factory.mktemp("cases") / "cases.bin"
    cast_cases.write(path)
    return path


def mismatches(folder, cases, *, include):
    source = cxx.ROOT / "tests" / "semantics" / "cast_cases.cpp"
    program = cxx.build(source, folder / "cases", "-w", include=include)  # a fault may leave a name unused
    _, text = cxx.run(program, cases, "scalar")
    return cxx.tallies(text)["scalar<int128>"][1]


@pytest.mark.parametrize("name", faults.FAULTS)
def test_fault_is_caught(name, tmp_path, cases):
    include = tmp_path / "include"
    shutil.copytree(cxx.INCLUDE, include)
    right = (include / CAST).read_text()
    (include / CAST).write_text(faults.seed(right, faults.FAULTS[name]))
    assert mismatches(tmp_path, cases, include=include) > 0


def test_without_a_fault_nothing_is_caught(tmp_path, cases):
    assert mismatches(tmp_path, cases, include=cxx.INCLUDE) == 0
