"""What the flags of every plugin must make of the headers."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from isobit.cxx.toolchain import find_compiler, include_folder


@pytest.mark.parametrize("optimize", ["-O1", "-O2", "-O3"])
def test_no_schedule_is_taken_for_one_without_effect(optimize, tmp_path, compiler):
    library = tmp_path / "library.so"
    source = Path(__file__).with_name("narrow_to_wide.cpp")
    find_compiler().compile(source, library, include_folder(), [optimize])
    workspace = (ctypes.c_int8 * 256)(3, -5, 7)
    ctypes.CDLL(str(library)).run(workspace)
    assert list((ctypes.c_int16 * 6).from_buffer(workspace, 64)) == [3 << 8, -5 << 8, 7 << 8] * 2
