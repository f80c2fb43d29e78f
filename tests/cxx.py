"""Compiling and running the C++ programs of the tests, and finding the vendor's ap headers."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INCLUDE = ROOT / "cpp" / "include"
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


def compiler(*, quick=False):
    """The C++ compiler; without one the test is skipped, visibly.

    ``quick`` prefers clang, which takes half of the time of g++ for programs that are all templates.
    """
    names = ("clang++", "g++") if quick else ("g++", "clang++")
    found = os.environ.get("CXX") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip("no C++ compiler (g++, clang++ or CXX)")
    return found


def vendor_include():
    """The folder of ap_fixed.h: ISOBIT_AP_INCLUDE, or that of an installed hls4ml wheel; else skips."""
    given = os.environ.get("ISOBIT_AP_INCLUDE")
    if given:
        folder = Path(given)
        assert (folder / "ap_fixed.h").exists(), f"ISOBIT_AP_INCLUDE={given} has no ap_fixed.h"
        return folder
    spec = importlib.util.find_spec("hls4ml")  # does not import it
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "templates" / "vivado" / "ap_types"
        if (folder / "ap_fixed.h").exists():
            return folder
    pytest.skip("ap_fixed.h not found: pip install hls4ml, or set ISOBIT_AP_INCLUDE to its folder")


def compile_command(source, output, *flags, include=INCLUDE, vendor=None, optimize="-O0", quick=False):
    """The command line that builds a program from one source file."""
    system = ["-isystem", str(vendor)] if vendor else []
    return [
        compiler(quick=quick), "-std=c++17", optimize, *WARNINGS, *flags,
        "-I", str(include), "-I", str(ROOT), *system, str(source), "-o", str(output),
    ]  # fmt: skip


def build(source, output, *flags, **options):
    """Compile, or fail with the compiler's words."""
    command = compile_command(source, output, *flags, **options)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{source} does not compile:\n{done.stderr[:4000]}"
    return output


def run(program, *arguments):
    """(exit code, printed text) of a program."""
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr[:4000]
    return done.returncode, done.stdout


def tallies(text):
    """What the programs count: name -> (cases, mismatches)."""
    rows = re.findall(r"^(\S.*?)\s+cases=(\d+) mismatches=(\d+)$", text, re.MULTILINE)
    return {name: (int(cases), int(wrong)) for name, cases, wrong in rows}
