"""Projects that hls4ml writes here for the golden cases: read, and every bit of their outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import isobit
from hls4ml_cases import GoldenCase

pytestmark = pytest.mark.slow
RENAMED = "mlp_mixed_types"
LEAST = 69
"""Cases that hls4ml 1.3.0 converts without QKeras, HGQ and da4ml."""


@pytest.fixture(scope="module")
def projects(shared, tmp_path_factory):
    """Folders by case."""
    for module in ("hls4ml", "keras", "tensorflow", "onnx"):
        pytest.importorskip(module)
    golden = shared / "golden" / "hls4ml"
    if not golden.is_dir():
        pytest.skip("the golden cases are not there")
    target = tmp_path_factory.mktemp("projects")
    cases = sorted(str(path) for path in golden.iterdir() if path.is_dir())
    program = Path(__file__).with_name("convert_golden.py")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(
        [sys.executable, program, target, golden / RENAMED, *cases],
        env=environment, capture_output=True, text=True, timeout=1800,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    written = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("written ")]
    found = {name: (target / name, golden / name) for name in written}
    return {**found, "renamed": (target / "renamed", golden / RENAMED)}


def test_bits(projects):
    different = {}
    for name, (folder, golden) in projects.items():
        case, model = GoldenCase(golden), isobit.load(folder)
        results = model.predict(case.inputs if len(case.inputs) > 1 else case.inputs[0])
        results = results if isinstance(results, list) else [results]
        bits = sum(
            np.count_nonzero(result.reshape(expected.shape) != expected)
            for result, expected in zip(results, case.outputs, strict=True)
        )
        if bits:
            different[name] = bits
    assert not different
    assert len(projects) > LEAST
    assert isobit.load(projects["renamed"][0]).name == "Tagger_v7"


def test_parts_suffice(projects):
    """The firmware folder alone, without hls4ml's headers and text files, and a renamed project."""
    import shutil

    folder, golden = projects["mlp_fixed16_6"]
    expected = isobit.load(folder).predict(GoldenCase(golden).inputs[0])
    for leftover in ("nnet_utils", "ap_types"):
        shutil.rmtree(folder / "firmware" / leftover)
    for text in (folder / "firmware" / "weights").glob("*.txt"):
        text.unlink()
    (folder / "firmware" / "myproject.cpp").rename(folder / "firmware" / "other_name.cpp")
    found = isobit.load(folder / "firmware").predict(GoldenCase(golden).inputs[0])
    np.testing.assert_array_equal(found, expected)
