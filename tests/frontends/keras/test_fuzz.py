"""Damaged files end in isobit's own errors: no crash, no other exception, no hang, no memory beyond 1 GiB.

libhdf5 is not written for hostile files, so each run is a process of its own; what is tested is the reader
with its checks around h5py. The seeds are fixed: a failing one can be repeated with ``fuzz_worker.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from frontends.keras.test_fixtures import DATA, unpack

WORKER = Path(__file__).with_name("fuzz_worker.py")
CASES = {"zip": 150, "config": 250, "weights": 150, "hdf5": 200, "header": 250, "pair": 150}
MAX_MIB = 1024


@pytest.mark.parametrize("mutation", CASES)
@pytest.mark.parametrize("version", ["keras-3.15.1", "keras-2.21.0"])
def test_damaged_files(tmp_path: Path, version: str, mutation: str) -> None:
    cases = CASES[mutation]
    outcomes, peak = run(tmp_path, version, mutation, 0, cases)
    assert sum(outcomes.values()) == cases
    # Damage that is never noticed would mean that it never reaches what is read.
    assert outcomes.get("FileFormatError", 0) + outcomes.get("UnsupportedError", 0) > cases // 5
    assert peak < MAX_MIB


@pytest.mark.slow
@pytest.mark.parametrize("mutation", CASES)
def test_many_damaged_files(tmp_path: Path, mutation: str) -> None:
    outcomes, peak = run(tmp_path, "keras-3.15.1", mutation, 100_000, 102_000)
    assert sum(outcomes.values()) == 2_000
    assert peak < MAX_MIB


def run(folder: Path, version: str, mutation: str, first: int, end: int) -> tuple[dict[str, int], int]:
    """Outcomes and peak memory of a range of seeds."""
    unpack(DATA / f"{version}.zip", folder)
    command = [sys.executable, str(WORKER), str(folder), mutation, str(first), str(end)]
    # The worker imports what this process imports, wherever that was found.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    last = folder / f"fuzz_{mutation}" / "last_seed"
    seed = last.read_text() if last.exists() else "none"
    assert done.returncode == 0, f"{mutation}, seed {seed}: exit {done.returncode}\n{done.stderr[-3000:]}"
    result = json.loads(done.stdout)
    return result["outcomes"], result["peak"]
