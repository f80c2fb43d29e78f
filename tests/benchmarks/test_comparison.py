"""The comparison with peers: who is in it, who is missing, and the goals."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import isobit
from isobit.benchmarking import contestants, goals, race
from isobit.benchmarking.clock import Times
from isobit.benchmarking.comparison import compare
from isobit.benchmarking.contestants.keras_layers import write_keras
from isobit.benchmarking.networks import NETWORKS, mlp, packaged_tagger, tagger, users_network
from isobit.benchmarking.plots import draw_peers
from isobit.errors import UnsupportedError

TINY = race.Effort((64,), 1, 0.1)


def small(folder, **arguments):
    return mlp(folder, (4, 6, 3), **arguments)


def result(key, name, **times):
    return race.Result(key, name, 64, {what: Times((t, t)) for what, t in times.items()}, 0.0, None, "")


def test_the_trained_tagger_gets_its_features_standardised(tmp_path):
    network, whole = tagger(tmp_path), packaged_tagger()
    assert [node.op for node in network.model.layers] == ["dense", "relu"] * 3 + ["dense", "softmax"]
    y = network.model.predict(network.samples(100))
    np.testing.assert_allclose(y, whole.model.predict(whole.samples(100)), atol=1e-5)  # inputs in float32


def test_every_network_runs_in_all_its_formats(tmp_path):
    for make in NETWORKS.values():
        network = make(tmp_path)
        X = network.samples(16)
        assert X.dtype == np.float32
        for label in network.formats:
            assert len(network.quantized(label).predict(X)) == 16
        unknown = set(network.skip) - set(contestants.CONTESTANTS)
        assert not unknown


def test_contestants_compute_the_same_network():
    pytest.importorskip("onnxruntime")
    keys = ("isobit", "onnxruntime", "onnxruntime-int8")
    report = compare({"tagger": tagger}, keys, TINY)
    names = {row["name"] for row in report.rows if row["cores"] == 1}
    assert {name.split()[0] for name in names} == {"isobit", "ONNX"}
    assert len(names) == 3 + 2
    exact = next(row for row in report.rows if row["name"] == "ONNX Runtime float32")
    assert exact["deviation"] < 1e-3  # in percent, float32 against float64
    # Weights of 8 bits and more find the class of almost every jet; other weights would find one in five.
    agreed = [row["agreement"] for row in report.rows if row["name"] != "isobit 6 bits"]
    assert min(agreed) > 90


def test_a_row_says_what_was_measured():
    (row,) = [row for row in compare({"s": small}, ("isobit",), TINY).rows if row["name"] == "isobit 8 bits"][
        :1
    ]
    assert row["network"] == "MLP 4-6-3"
    assert row["batch"] == 64
    assert set(row["quantities"]) == {race.BULK, race.BATCH_1, "alone: Program.run"}
    assert 0 < row["alone"] < row["first"]


def test_missing_peers_are_shown_as_missing(monkeypatch, tmp_path):
    for module in ("onnxruntime", "tensorflow", "hls4ml.converters", "alkaid.trace"):
        monkeypatch.setitem(sys.modules, module, None)
    keys = ("isobit", "onnxruntime", "tflite-int8", "hls4ml-vitis", "alkaid")
    report = compare({"tagger": tagger}, keys, TINY)
    single = [row for row in report.rows if row["cores"] == 1]
    reasons = {row["name"]: row["missing"] for row in single if "missing" in row}
    assert set(reasons) == {contestants.CONTESTANTS[key].title for key in keys[1:]}
    assert all(reason.startswith("missing: not installed") for reason in reasons.values())
    assert any("ONNX Runtime float32: missing" in row["contestant"] for row in single)
    assert "ONNX Runtime float32: missing: not installed" in report.markdown()
    assert "not measured (missing: not installed" in report.goals_markdown()
    assert {goal.reached for goal in report.goals} == {None}
    assert any("not installed" in goal.remark for goal in report.goals)
    pytest.importorskip("matplotlib")
    assert "missing: not installed" in draw_peers(report, tmp_path / "peers.svg").read_text()


def test_what_is_not_run_and_what_fails_have_their_reasons(monkeypatch):
    def broken(network, folder, kind):
        raise ValueError("no such thing")

    monkeypatch.setattr("isobit.benchmarking.contestants.onnx_runtime.prepare", broken)
    network = lambda folder: small(folder, skip={"alkaid": "too large"})  # noqa: E731
    report = compare({"s": network}, ("isobit", "onnxruntime", "alkaid"), TINY)
    reasons = {row["name"]: row["missing"] for row in report.rows if "missing" in row}
    assert reasons == {
        "ONNX Runtime float32": "failed: ValueError: no such thing",
        "alkaid interpreter": "not run: too large",
    }


def test_our_own_failure_is_no_missing_peer(monkeypatch):
    def broken(network, folder):
        raise ValueError("no such thing")

    monkeypatch.setattr("isobit.benchmarking.contestants.isobit_engine.prepare", broken)
    with pytest.raises(ValueError, match="no such thing"):
        compare({"s": small}, ("isobit",), TINY)


def test_what_is_timed_without_python_must_compute_the_same(tmp_path):
    network = small(tmp_path)
    y = np.zeros((1, 3))
    wrong = contestants.Contestant(
        "peer", lambda batch: network.model.predict, lambda x: {"loop": contestants.Loop(list, 1, lambda: y)}
    )
    with pytest.raises(ValueError, match="peer: its loop computes something else"):
        race.race(network, {"onnxruntime": lambda cores: [wrong]}, 1, TINY)


def test_goals_compare_with_the_fastest_of_a_peer():
    wanted = goals.Wanted("8 bits", "tagger", ("isobit 8 bits", "bulk"), ("tflite-int8", "bulk"), 1.2)
    ours = result("isobit", "isobit 8 bits", bulk=1.0)
    slow, fast = (result("tflite-int8", f"TFLite {t}", bulk=t) for t in (3.0, 1.5))
    met = wanted.measured([ours, slow, fast])
    assert (met.value, met.reached) == (1.5, True)
    assert "TFLite 1.5" in met.remark
    assert wanted.measured([result("isobit", "isobit 8 bits", bulk=2.0), fast]).reached is False


def test_goals_of_one_format_look_only_at_contestants_in_it():
    wanted = goals.Wanted("6", "tagger", ("isobit 6 bits", "bulk"), ("alkaid", "bulk"), 100, "6 bits")
    results = [
        result("isobit", "isobit 6 bits", bulk=1.0),
        result("alkaid", "alkaid 8 bits", bulk=50.0),
        result("alkaid", "alkaid 6 bits", bulk=200.0),
    ]
    assert wanted.measured(results).value == 200.0


def test_every_goal_can_be_measured_by_the_contestants_that_there_are():
    for wanted in goals.GOALS:
        assert wanted.network in NETWORKS
        assert wanted.theirs[0] in contestants.CONTESTANTS
        assert wanted.ours[0].startswith("isobit")


def test_a_users_model_has_one_input_and_one_output(tmp_path):
    model = small(tmp_path).model
    network = users_network(model, np.arange(8.0).reshape(2, 4), None, None)
    np.testing.assert_array_equal(network.samples(3)[2], [0, 1, 2, 3])
    assert network.classes
    two = isobit.Model(
        type(model.graph)("two", model.graph.inputs, model.graph.nodes, {"a": "relu2", "b": "softmax4"})
    )
    with pytest.raises(UnsupportedError, match="2 outputs"):
        users_network(two, None, None, None)


def test_keras_gets_the_same_weights(tmp_path):
    for network in (packaged_tagger(), small(tmp_path)):
        files = tmp_path / "architecture.json", tmp_path / "weights.h5"
        write_keras(network, *files)
        X = network.samples(50)
        read = isobit.load(files[0], weights=files[1])
        # The same float64 arithmetic on the same constants, up to the order of a folded normalisation.
        np.testing.assert_allclose(read.predict(X), network.model.predict(X), rtol=1e-9, atol=1e-12)
