"""The format pm1 from the outside: configurations, integers in, files, refusals."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import isobit
from isobit.formats import PM1
from isobit.ir import GraphBuilder

RNG = np.random.default_rng(5)
WEIGHT = RNG.normal(size=(6, 3))


def model(activation="binary_tanh"):
    builder = GraphBuilder("binary")
    x = builder.input("x", (6,))
    h = builder.add("dense", [x], "fc", constants={"weight": WEIGHT})
    builder.output("y", builder.add(activation, [h], "act"))
    return isobit.Model(builder.build())


def quantized(**layers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return model().quantize({"default": "fixed<16,6>", **layers})


def test_weights_become_their_signs_and_the_activation_says_so_by_itself():
    q = quantized(fc={"weight": "pm1"}, x="pm1")
    assert q.formats["act"] == q.formats["x"] == PM1
    assert q.tensors["fc.weight"].raw.tolist() == np.where(WEIGHT < 0, -1, 1).tolist()
    X = RNG.normal(size=(50, 6))
    expected = np.where(np.where(X < 0, -1.0, 1.0) @ np.where(WEIGHT < 0, -1.0, 1.0) < 0, -1.0, 1.0)
    np.testing.assert_array_equal(q.predict(X), expected)
    q.verify(X)


def test_zero_is_plus_one_and_the_smallest_negative_number_is_not():
    q = quantized(x="pm1", fc={"weight": "pm1"})
    X = np.array([[0.0, -0.0, 5e-324, -5e-324, 1e300, -1e300]])
    assert q.trace(X)["x"].tolist() == [[1, 1, 1, -1, 1, -1]]
    X = np.array([[0.0, -0.0, 1e-45, -1e-45, 3e38, -3e38]], dtype=np.float32)
    assert q.trace(X)["x"].tolist() == [[1, 1, 1, -1, 1, -1]]


def test_a_file_keeps_it(tmp_path):
    q = quantized(x="pm1", fc={"weight": "pm1"})
    q.save(tmp_path / "m.isobit")
    loaded = isobit.load(tmp_path / "m.isobit")
    assert loaded.config() == q.config()
    assert loaded.config()["fc"]["weight"] == "pm1"
    raws = RNG.choice([-1, 1], size=(20, 6))
    np.testing.assert_array_equal(loaded.predict_raw(raws), q.predict_raw(raws))


@pytest.mark.parametrize("raw", [0, 2, -2])
def test_integers_in_are_minus_one_or_one(raw):
    q = quantized(x="pm1")
    raws = np.ones((3, 6), dtype=np.int64)
    raws[1, 4] = raw
    with pytest.raises(
        isobit.InputError, match=rf"sample 1, feature 4 is {raw}, out of the range of pm1, -1 or 1"
    ):
        q.predict_raw(raws)


def test_a_table_of_signs_is_refused():
    with pytest.raises(isobit.ConfigError, match="layer 'act': a table cannot have the format pm1"):
        model("tanh").quantize({"default": "fixed<16,6>", "act": "pm1"})


def test_ternary_tanh_has_two_bits():
    q = model("ternary_tanh").quantize("fixed<16,6>")
    assert str(q.formats["act"]) == "fixed<2,2>"
