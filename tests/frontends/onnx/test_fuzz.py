"""A bounded run of the fuzzer, always the same cases, in a process with 1 GiB to spare."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from frontends.fuzz_onnx_damage import ON_BYTES, ON_MODELS
from frontends.onnx.build import nested
from isobit.frontends.onnx import limits

CASES = 6000
SECONDS = 300


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, which finds the helpers of the tests."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env=environment,
    )


def test_damaged_files_end_in_clear_errors(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="the memory of a process cannot be limited here")
    result = python("-m", "frontends.fuzz_onnx", str(tmp_path), "--count", str(CASES))
    assert result.returncode == 0, result.stderr[-4000:]
    counts = json.loads(result.stdout)
    kinds = {change.__name__ for change in (*ON_BYTES, *ON_MODELS)}
    assert sum(counts.values()) == CASES
    assert {key.removesuffix(": refused") for key in counts if key.endswith(": refused")} == kinds
    assert counts["truncated: refused"] >= CASES // 8 - 1  # no beginning of a file is a model
    assert sum(n for key, n in counts.items() if key.endswith(": read")) > CASES // 100  # nor is all refused


BOMBS = """
import resource, sys
from pathlib import Path
import frontends.fuzz_onnx as fuzz
from isobit import IsobitError
from isobit.frontends.onnx import load
fuzz.limit_memory(int(sys.argv[2]) << 30)
try:
    graph = load(Path(sys.argv[1]))
except IsobitError as error:
    print("refused", error)
else:
    print("read", len(graph.nodes))
"""


def bombs() -> dict[str, bytes]:
    """Files just below each limit, which take the most memory that a file can take."""
    count = limits.MAX_FIELDS - 100
    head = b"\x08\x08" + nested(8, b"\x10\x11")  # IR version 8, opset 17
    output = nested(12, nested(1, b"y"))
    inputs = nested(
        11, nested(1, b"x") + nested(2, nested(1, b"\x08\x01" + nested(2, nested(1, b"\x08\x01") * 2)))
    )
    attributes = nested(1, nested(1, b"x") + nested(2, b"y") + nested(4, b"Relu") + nested(5, b"") * count)
    packed = nested(5, nested(1, b"\x01" * (limits.MAX_PACKED_BYTES - 64)) + nested(8, b"w"))
    product = nested(1, nested(1, b"x") + nested(1, b"w") + nested(2, b"y") + nested(4, b"MatMul"))
    return {
        "nodes": head + nested(7, output + nested(1, b"") * count),
        "attributes": head + nested(7, inputs + output + attributes),
        "initializers": head + nested(7, inputs + output + nested(5, b"") * count),
        "inputs": head + nested(7, output + nested(11, b"") * count),
        "names": head + nested(7, inputs + output + nested(1, nested(1, b"") * count)),
        "integers": head + nested(7, inputs + output + product + packed),
        "weights": largest_network(),
    }


def largest_network() -> bytes:
    """A matrix product with as many weights as a file may have, which is read."""
    import numpy as np

    from frontends.onnx.build import model, node

    weight = np.zeros((4096, limits.MAX_CONSTANTS // 4096), np.float32)
    nodes = [node("Gemm", ["x", "w"], ["y"], alpha=0.5)]
    return model(nodes, {"x": ["n", 4096]}, constants={"w": weight}).SerializeToString()


@pytest.mark.parametrize(
    "name", ["nodes", "attributes", "initializers", "inputs", "names", "integers", "weights"]
)
def test_no_file_takes_more_than_a_gibibyte_or_two_with_weights(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(bombs()[name])
    result = python("-c", BOMBS, str(path), "2" if name == "weights" else "1")
    assert result.returncode == 0, result.stderr[-4000:]
    assert result.stdout.startswith("read 1" if name == "weights" else "refused"), result.stdout
    assert "too much memory" not in result.stdout
