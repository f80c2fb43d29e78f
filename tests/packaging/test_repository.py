"""Rules that every file of the repository keeps: portable, small, self-contained, one version number."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import cxx
import isobit
from isobit.hls.headers import vendor_folder

ROOT = cxx.ROOT
HEADERS = sorted((ROOT / "cpp" / "include" / "isobit").rglob("*.h*"))
HLS_HEADERS = sorted((ROOT / "hls_kernels").rglob("*.h*"))
HEADER_FLAGS = ["-std=c++14", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-fsyntax-only"]
MAX_JET_BYTES = 3_000_000
MAX_LINES = 400


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Files under version control, and those that are about to be."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = [ROOT / name for name in listing.stdout.split("\0") if name]
    return [f for f in files if f.is_file()]


def lines_matching(files: list[Path], pattern: str) -> list[str]:
    """Return `file:line: text` of every line of a text file in which the pattern occurs."""
    found = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if re.search(pattern, line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


def test_nothing_is_compiled_for_the_building_machine(tracked: list[Path]) -> None:
    assert lines_matching(tracked, "-m(arch|tune|cpu)=nati" + "ve") == []


def test_no_path_of_a_machine_is_written_down(tracked: list[Path]) -> None:
    assert lines_matching(tracked, r"(?<![\w.}*/])/(wo" + r"rk|ro" + r"ot|ho" + r"me|tm" + r"p)/\w") == []


def test_arithmetic_stays_in_registers() -> None:
    """num.hpp says why: compilers leave objects of classes that are declared const in memory."""
    include, engine = ROOT / "cpp" / "include" / "isobit", ROOT / "cpp" / "src" / "engine"
    files = [include / name for name in ("num.hpp", "cast.hpp", "policy/derived.hpp")]
    files += [*sorted((include / "cells").glob("*.hpp")), *sorted((engine / "schedules").glob("*.hpp"))]
    conversion = r"(static_cast|__builtin_convertvector)\b"
    local = rf"^\s+const (auto|R|dyn\w*|num<.*>|view<.*>) \w+(\[\]|\(| = (?!{conversion}))"
    assert lines_matching(files, local) == []


def test_sources_are_short_enough_to_read(tracked: list[Path]) -> None:
    suffixes = {".py", ".hpp", ".cpp", ".h"}
    lengths = {str(f.relative_to(ROOT)): f.read_bytes().count(b"\n") for f in tracked if f.suffix in suffixes}
    assert {name: n for name, n in lengths.items() if n > MAX_LINES} == {}


def test_shipped_jets_are_small() -> None:
    jets = [f for f in (ROOT / "python" / "isobit" / "data").rglob("*") if f.suffix in {".npz", ".npy"}]
    assert 0 < sum(f.stat().st_size for f in jets) <= MAX_JET_BYTES


def test_package_data_is_installed() -> None:
    source = ROOT / "python" / "isobit"
    expected = {
        f.relative_to(source) for f in (source / "data").rglob("*") if f.is_file() and f.suffix != ".pyc"
    }
    installed = Path(isobit.__file__).parent
    assert (installed / "py.typed").is_file()
    assert {f for f in expected if not (installed / f).is_file()} == set()


def test_version_is_the_same_everywhere() -> None:
    assert importlib.metadata.version("isobit") == isobit.__version__
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {isobit.__version__}\n" in citation


def compile_alone(compiler: str, header: Path, *flags: str) -> None:
    """Assert that a header needs nothing before it and gives no warning in the language of HLS compilers."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on the PATH")
    command = [
        compiler,
        *HEADER_FLAGS,
        f"-I{cxx.INCLUDE}",
        *flags,
        "-include",
        str(header),
        "-x",
        "c++",
        "/dev/null",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("header", HEADERS, ids=lambda h: str(h.relative_to(ROOT / "cpp" / "include")))
def test_header_compiles_alone(header: Path, compiler: str) -> None:
    compile_alone(compiler, header)


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("header", HLS_HEADERS, ids=lambda h: str(h.relative_to(ROOT)))
def test_hls_header_compiles_alone(header: Path, compiler: str) -> None:
    compile_alone(
        compiler,
        header,
        "-isystem",
        str(vendor_folder("ap_fixed.h")),
        "-isystem",
        str(vendor_folder("ac_int.h")),
    )
