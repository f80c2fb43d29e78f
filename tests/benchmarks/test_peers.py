"""The peers that need heavy packages or a compiler: they compute the same network."""

from __future__ import annotations

import pytest

import isobit
from isobit.benchmarking import race
from isobit.benchmarking.comparison import compare
from isobit.benchmarking.networks import forest, mlp, users_network

TINY = race.Effort((64,), 1, 0.1)


def small(folder):
    return mlp(folder, (4, 6, 3))


def rows(key, make=small):
    """The rows of one contestant on one core; none of them missing."""
    found = compare({"s": make}, ("isobit", key), TINY).rows
    theirs = [row for row in found if row["cores"] == 1 and row["key"] == key]
    assert [row.get("missing") for row in theirs] == [None] * len(theirs)
    assert theirs
    return theirs


@pytest.mark.slow
def test_tensorflow_lite():
    pytest.importorskip("tensorflow")
    (exact,) = rows("tflite")
    assert exact["deviation"] < 1e-3  # in percent, float32 against float64
    both = rows("tflite-int8")
    assert len(both) == 2
    for row in both:
        assert row["agreement"] > 95  # 8 bits
        assert set(row["quantities"]) == {"bulk", "batch 1", "alone: invoke", "alone: inner Invoke"}
    # Converting with NumPy or inside the model is the same quantization.
    assert both[0]["deviation"] == pytest.approx(both[1]["deviation"], rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["hls4ml-vitis", "hls4ml-quartus"])
def test_hls4ml(key):
    pytest.importorskip("hls4ml")
    (row,) = rows(key)
    # Its softmax is too coarse to compare probabilities; other weights would agree in half the classes.
    assert row["agreement"] > 90
    assert row["alone"] < row["first"]


def test_alkaid_computes_the_same_bits():
    pytest.importorskip("alkaid")
    found = rows("alkaid")
    assert {row["name"] for row in found} == {
        f"alkaid {bits}, {what}"
        for bits in ("fixed<16,6>", "8 bits", "6 bits")
        for what in ("predict", "interpreter")
    }
    assert all("same bits as isobit" in row["remark"] for row in found)


def test_alkaid_is_refused_where_its_bits_differ(monkeypatch, tmp_path):
    pytest.importorskip("alkaid")
    from isobit.benchmarking.contestants import alkaid_interpreter

    network = small(tmp_path)
    wide, narrow = (network.model.quantize(f"fixed<{width},3,RND,SAT>") for width in (9, 8))
    logic, layer = alkaid_interpreter._traced(narrow)
    other = users_network(network.model, None, {"9 bits": lambda network: wide}, None)
    with pytest.raises(ValueError, match="not those of isobit"):
        alkaid_interpreter._check(other, "9 bits", logic, layer)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(isobit.QuantizedModel, "compile"), reason="no plugins")
def test_the_plugin_through_its_c_abi():
    for row in rows("plugin"):
        assert row["name"].startswith("isobit plugin")
        assert set(row["quantities"]) == {"bulk", "batch 1", "alone: C function"}


def small_forest(folder):
    return forest(folder, rounds=3, depth=3, classes=3)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["xgboost", "treelite", "tl2cgen", "conifer"])
def test_libraries_for_trees(key):
    pytest.importorskip(key)
    pytest.importorskip("xgboost")
    for row in rows(key, small_forest):
        # The others add float32 leaves; conifer truncates thresholds and leaves to 16 bits.
        assert key == "conifer" or row["deviation"] < 1e-3
        assert row["agreement"] > 95


@pytest.mark.parametrize("key", ["xgboost", "treelite", "tl2cgen", "conifer"])
def test_libraries_for_trees_compute_no_networks(key):
    (row,) = (
        row
        for row in compare({"s": small}, ("isobit", key), TINY).rows
        if row["key"] == key and row["cores"] == 1
    )
    assert row["missing"] == "not run: the model is no forest"
