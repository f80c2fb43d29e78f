"""The example host, built against an installed isobit, and what C++ users see of the loader."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

import cxx

EXAMPLE = cxx.ROOT / "examples" / "framework"


def run(*command, cwd=None):
    environment = {k: v for k, v in os.environ.items() if k not in {"CMAKE_PREFIX_PATH", "CMAKE_ARGS"}}
    done = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """An installation of the headers."""
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not on the PATH")
    build, prefix = tmp_path_factory.mktemp("build"), tmp_path_factory.mktemp("prefix")
    run(cmake, "-S", cxx.ROOT, "-B", build, "-DISOBIT_BUILD_PYTHON=OFF")
    run(cmake, "--install", build, "--prefix", prefix)
    return prefix


def test_two_networks_and_two_versions_on_eight_threads(prefix, tmp_path, compiler):
    plugins, build = tmp_path / "plugins", tmp_path / "build"
    run(sys.executable, EXAMPLE / "make_plugins.py", plugins)
    run("cmake", "-S", EXAMPLE, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", build)
    told = run(build / "host", plugins, "60000")
    assert "60000 events on 8 threads, 3 networks each" in told
    assert "180000 answers, 0 wrong\n" in told
    assert told.count(", version 1, ") == 2
    assert told.count(", version 2, ") == 1
    # it notices a wrong answer, and another network under a known name
    values = bytearray((plugins / "tagger_v1.outputs").read_bytes())
    values[1] ^= 1
    (plugins / "tagger_v1.outputs").write_bytes(values)
    done = subprocess.run([build / "host", plugins, "2000"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "6000 answers, 1 wrong\n" in done.stdout
    shutil.copy(plugins / "libtagger_v2.so", plugins / "libtagger_v1.so")
    done = subprocess.run([build / "host", plugins], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "holds another network than expected" in done.stderr
