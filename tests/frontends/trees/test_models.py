"""Models of the libraries themselves, next to their thresholds: every decision is theirs.

Their sums are float32 (XGBoost, scikit-learn through ONNX) or float64 (LightGBM) in the order of the trees,
isobit's float64: 2e-6 and 1e-12 relative to the largest value. A single decision that differs changes a sum
by far more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import isobit
from isobit.trees import Ranks

MODELS = Path(__file__).parent / "models"
FILES = sorted(path.name for path in MODELS.iterdir() if path.suffix in (".json", ".ubj", ".txt", ".onnx"))
OWN = [name for name in FILES if not name.endswith(".onnx")]


def inputs(name):
    with np.load(MODELS / "inputs.npz") as data:
        return data["whole" if name.endswith(".onnx") else "gaps"]


def expected(name):
    with np.load(MODELS / "expected.npz") as data:
        return data[name.rsplit(".", 1)[0]]


def outputs(model, X):
    found = model.predict(X)
    return found[-1] if isinstance(found, list) else found


def test_there_are_models():
    assert len(FILES) == 15


@pytest.mark.parametrize("name", FILES)
def test_predictions_are_those_of_the_library(name):
    theirs = expected(name)
    ours = outputs(isobit.load(MODELS / name), inputs(name)).reshape(theirs.shape)
    tolerance = 1e-12 if name.startswith("lightgbm") else 2e-6
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * np.abs(theirs).max())


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".ubj")])
def test_both_forms_of_xgboost_are_one_model(name):
    binary, text = (isobit.load(MODELS / (name[:-4] + suffix)).graph for suffix in (".ubj", ".json"))
    for one, other in zip(binary, text, strict=True):
        assert one.attrs == other.attrs
        for key in one.constants:
            np.testing.assert_array_equal(one.constants[key], other.constants[key])


@pytest.mark.parametrize("name", OWN)
def test_ranks_decide_the_same(name):
    model = isobit.load(MODELS / name)
    ranks = Ranks(model)
    X = inputs(name)
    codes = ranks.encode(X)
    assert codes.dtype == np.uint8
    np.testing.assert_array_equal(ranks.model.predict(codes), model.predict(X))


@pytest.mark.parametrize("name", ["xgboost_classes.json", "lightgbm_zeros.txt"])
def test_fixed_point_on_ranks_errs_by_its_leaves_only(name):
    """Each leaf is off by half a unit at most, and the sum is exact."""
    ranks = Ranks(isobit.load(MODELS / name))
    codes = ranks.encode(inputs(name))
    exact = ranks.model.trace(codes)["forest"]
    trees = ranks.model.graph.node("forest").constants["root"].size + 1
    for frac in (4, 8, 12, 16):
        fmt = f"fixed<{frac + 6},6,RND,SAT>"
        quantized = ranks.model.quantize({"default": fmt, "features": ranks.format})
        found = quantized.trace(codes)["forest"]
        assert np.abs(found - exact).max() <= (trees + 1) * 2.0 ** -(frac + 1)


def test_every_path_has_the_same_bits():
    ranks = Ranks(isobit.load(MODELS / "xgboost_classes.json"))
    quantized = ranks.model.quantize({"default": "fixed<16,6>", "features": ranks.format})
    assert quantized.verify(ranks.encode(inputs("x.json"))).mismatches == 0


@pytest.mark.parametrize("name", OWN)
def test_infinity_is_refused_and_fixed_point_takes_no_nan(name):
    model = isobit.load(MODELS / name)
    with pytest.raises(isobit.InputError, match="is inf"):
        model.predict(np.full((1, 6), np.inf))
    with pytest.raises(isobit.InputError, match="is nan"):
        model.quantize("fixed<32,16>").predict(np.full((1, 6), np.nan))
