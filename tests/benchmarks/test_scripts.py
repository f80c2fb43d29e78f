"""Every benchmark runs at tiny size and measures what it says; nothing asserts how long anything takes."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from click.testing import CliRunner

import isobit

SCRIPTS = ("bench_startup", "bench_throughput", "bench_layers", "bench_memory", "bench_scaling")


@pytest.mark.parametrize("name", SCRIPTS)
def test_quick_run_writes_its_rows(script, tmp_path, name):
    module = script(name)
    result = CliRunner().invoke(module.main, ["--quick", "--output", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0
    written = json.loads((tmp_path / f"{name.removeprefix('bench_')}.json").read_text())
    numbers = [value for row in written["rows"] for value in row.values() if isinstance(value, float)]
    assert numbers or written["notes"]
    assert all(np.isfinite(numbers))


def test_the_start_is_measured_without_a_compiler(script):
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        script("bench_startup").run("import subprocess\nsubprocess.run(['g++', '--version'])")


def test_every_contestant_computes_the_same_network(script):
    report = script("bench_throughput").measure(bulk=64, rounds=1, hls4ml=False)
    rows = [row for row in report.rows if row["network"].startswith("MLP")]
    assert {row["contestant"].split()[0] for row in rows} == {"isobit", "ONNX"}
    assert all(row["agreement"] > 95 for row in rows)  # in percent, against float64; 16 bits against 64
    assert len(report.goals) == 2


def test_a_missing_peer_is_shown_as_missing(script, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    report = script("bench_throughput").measure(bulk=64, rounds=1, hls4ml=False)
    assert [row["contestant"][:21] for row in report.rows].count("missing: ONNX Runtime") == 2


def test_memory_of_an_unknown_kind_of_input_is_an_error(script):
    with pytest.raises(RuntimeError, match="complex"):
        script("bench_memory").measure_apart("jet tagger", "complex", 10, 1)


def test_the_peer_gets_the_same_weights(script, tmp_path):
    networks, keras_files = script("networks"), script("contestants.keras_files")
    for network in (networks.jet_tagger(), networks.mlp(tmp_path, (4, 6, 3))):
        files = tmp_path / "architecture.json", tmp_path / "weights.h5"
        keras_files.write_keras(network, *files)
        X = network.samples(50)
        read, expected = isobit.load(files[0], weights=files[1]), isobit.load(network.path)
        # The same float64 arithmetic on the same constants, up to the order of a folded normalisation.
        np.testing.assert_allclose(read.predict(X), expected.predict(X), rtol=1e-9, atol=1e-12)


def test_the_parts_of_a_call_are_all_there(script):
    rows = script("bench_layers").measure(batch=64, rounds=2).rows
    layers = isobit.load(script("networks").jet_tagger().path).layers
    assert len(rows) == len(layers) + 4  # input, output, predict and the sum
    assert sum(row["nanoseconds"] for row in rows[:-1]) == pytest.approx(rows[-1]["nanoseconds"])


@pytest.mark.slow
def test_hls4ml_runs_the_network(script, tmp_path):
    pytest.importorskip("hls4ml")
    networks, peer = script("networks"), script("contestants.hls4ml_emulation")
    network = networks.mlp(tmp_path, (4, 6, 3))
    predict, c_function = peer.prepare(network, tmp_path, "Vitis")
    X = network.samples(200)
    y = predict.predict(X)
    np.testing.assert_array_equal(y, c_function.predict(X))
    # Its softmax is too coarse to compare probabilities; other weights would agree in half the classes.
    assert np.mean(y.argmax(axis=1) == isobit.load(network.path).predict(X).argmax(axis=1)) > 0.9
