"""A C++ project of twenty lines finds the installed headers with find_package(isobit) and runs."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSUMER = Path(__file__).parent / "consumer"
# 1.640625 * -2.25 is -3.69140625 exactly, and -118 / 32 with five fractional bits; 32 saturates to 255 / 32.
EXPECTED = "product -3.69140625 rounded -118 saturated 255\n"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a command and return what it printed; its whole output is in the failure message."""
    # A compiler or generator chosen for isobit itself must not leak into what a stranger's project sees.
    environment = {k: v for k, v in os.environ.items() if k not in {"CMAKE_PREFIX_PATH", "CMAKE_ARGS"}}
    done = subprocess.run(
        [str(c) for c in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def cmake() -> str:
    """Path of the cmake executable."""
    path = shutil.which("cmake")
    if path is None:
        pytest.skip("cmake is not on the PATH")
    return path


@pytest.fixture(scope="module")
def installed(cmake: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the headers alone, in a configuration that cannot see Python or pybind11."""
    build = tmp_path_factory.mktemp("build")
    prefix = tmp_path_factory.mktemp("prefix")
    hidden = [
        f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("Python", "Python3", "pybind11", "Eigen3")
    ]
    run(cmake, "-S", ROOT, "-B", build, "-DISOBIT_BUILD_PYTHON=OFF", *hidden)
    run(cmake, "--install", build, "--prefix", prefix)
    return prefix


@pytest.fixture(scope="module")
def wheel() -> Path:
    """Return the CMake prefix inside the installed Python package."""
    return Path(str(importlib.metadata.distribution("isobit").locate_file("isobit")))


@pytest.mark.parametrize("prefix", ["installed", "wheel"])
def test_consumer_builds_against_package_and_runs(
    prefix: str, cmake: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = request.getfixturevalue(prefix)
    run(cmake, "-S", CONSUMER, "-B", tmp_path, f"-DCMAKE_PREFIX_PATH={where}")
    run(cmake, "--build", tmp_path)
    assert run(tmp_path / "consumer") == EXPECTED


def test_installed_tree_holds_every_header(installed: Path) -> None:
    source = ROOT / "cpp" / "include"
    expected = {p.relative_to(source) for p in source.rglob("*.h*")}
    expected |= {p.relative_to(ROOT) for p in (ROOT / "hls_kernels").rglob("*.h*")}
    include = installed / "include"
    assert {p.relative_to(include) for p in include.rglob("*") if p.is_file()} == expected
    assert expected


def test_a_later_version_is_refused(installed: Path, cmake: str, tmp_path: Path) -> None:
    text = (CONSUMER / "CMakeLists.txt").read_text(encoding="utf-8")
    assert "find_package(isobit 0.1 REQUIRED)" in text
    (tmp_path / "CMakeLists.txt").write_text(text.replace("isobit 0.1", "isobit 99"), encoding="utf-8")
    shutil.copy(CONSUMER / "main.cpp", tmp_path)
    done = subprocess.run(
        [cmake, "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={installed}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert 'compatible with requested version "99"' in " ".join(done.stderr.split())
