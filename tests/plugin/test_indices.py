"""Indices and lengths that are none, given to a compiled network."""

from __future__ import annotations

import numpy as np
import pytest

from isobit import InputError, Model
from isobit.ir import GraphBuilder
from isobit.plugin.build import compile_model

STEPS, ROWS = 3, 5


@pytest.fixture(scope="module")
def quantized():
    """A recurrent layer over as many steps as an input says, and rows that another input names."""
    rng = np.random.default_rng(0)
    made = GraphBuilder("indices")
    made.input("x", (STEPS, 2))
    made.input("length", ())
    made.input("rows", (ROWS, 2))
    made.input("index", (4,))
    constants = {"weight": rng.normal(size=(2, 3)), "recurrent_weight": rng.normal(size=(3, 3))}
    made.add("simple_rnn", ["x", "length"], "rnn", {"lengths": True}, constants)
    made.add("gather_rows", ["rows", "index"], "taken")
    made.output("h", "rnn")
    made.output("y", "taken")
    return Model(made.build()).quantize("fixed<12,4>")


@pytest.fixture
def plugin(quantized, tmp_path, compiler):
    return compile_model(quantized, tmp_path, name="indices")


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return {
        "x": rng.normal(size=(4, STEPS, 2)).astype(np.float32),
        "length": np.arange(4.0),
        "rows": rng.normal(size=(4, ROWS, 2)),
        "index": np.array([[0, 1, 2, 3], [4, 5, -0.0, 1], [5, 5, 5, 5], [2, 2, 2, 2]], np.float32),
    }


def raws_of(batch, formats):
    return {
        name: np.asarray(array * 2.0 ** formats[name].frac).astype(np.int64) for name, array in batch.items()
    }


def test_what_is_legal_gives_the_same_bits(quantized, plugin, batch):
    for ours, theirs in zip(plugin.predict(batch), quantized.predict(batch), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    raws = raws_of(batch, quantized.formats)
    for ours, theirs in zip(plugin.predict_raw(raws), quantized.predict_raw(raws), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(
    ("name", "place", "wrong"),
    [("length", (2,), -1), ("length", (2,), 4), ("length", (2,), 0.5), ("length", (2,), 1e30),
     ("index", (2, 3), 6), ("index", (2, 3), -1), ("index", (2, 3), 4.25)],
)  # fmt: skip
def test_what_is_none_is_refused(plugin, batch, name, place, wrong, n_threads):
    batch[name][place] = wrong
    where = f"input '{name}', sample 2, element {place[1] if len(place) > 1 else 0}"
    with pytest.raises(InputError, match=f"an index or a length is negative, too large or not.*{where}"):
        plugin.predict(batch, n_threads=n_threads)


@pytest.mark.parametrize(("name", "place", "wrong"), [("index", (1, 0), 6), ("index", (1, 0), 7)])
def test_raws_are_checked_too(plugin, quantized, batch, name, place, wrong):
    raws = raws_of(batch, quantized.formats)
    raws[name][place] = wrong
    with pytest.raises(InputError, match=f"an index or a length.*input '{name}', sample 1, element 0"):
        plugin.predict_raw(raws)
