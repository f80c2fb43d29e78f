"""What a profile measures, recomputed independently: with Python integers, or by brute force."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import oracle
from isobit.formats import Format
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.profile import measure
from isobit.profile.classification import roc
from isobit.profile.octaves import Octaves
from isobit.profile.tally import Tally


def two_layers(seed=0):
    rng = np.random.default_rng(seed)
    build = GraphBuilder("two")
    build.input("x", (5,))
    build.add("dense", ["x"], "fc", constants={"weight": rng.normal(size=(5, 6)), "bias": rng.normal(size=6)})
    build.add("relu", ["fc"], "act")
    build.add("dense", ["act"], "out", constants={"weight": rng.normal(size=(6, 2))})
    build.output("y", "out")
    return Model(build.build())


def rounded(exact, fmt):
    """An exact number in units of the last place of a format, by the oracle."""
    return oracle.round_to_integer(Fraction(exact) * Fraction(2) ** fmt.frac, int(fmt.rounding))


def inputs(X, fmt):
    """The integers of inputs, cast by the oracle."""
    code = (fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow))
    return np.array([[oracle.cast(value, code) for value in row] for row in X.tolist()])


def count(model, layer, raws, fmt):
    """Overflows of a dense layer below and above its format, from the integers of all samples."""
    weight, bias = (model.tensors.get(f"{layer}.{part}") for part in ("weight", "bias"))
    below = above = 0
    source = model.formats[model.graph.node(layer).inputs[0]]
    for row in raws.tolist():
        for column in range(weight.shape[1]):
            total = sum(
                Fraction(raw, 1) * Fraction(2) ** -source.frac
                * int(weight.raw[place, column]) * Fraction(2) ** -weight.format.frac
                for place, raw in enumerate(row)
            )  # fmt: skip
            if bias is not None:
                total += int(bias.raw[column]) * Fraction(2) ** -bias.format.frac
            number = rounded(total, fmt)
            below += number < fmt.min_raw
            above += number > fmt.max_raw
    return below, above


@pytest.mark.parametrize("modes", ["", ",RND,SAT", ",TRN_ZERO,SAT_SYM", ",RND_CONV,SAT_ZERO", ",RND,WRAP_SM"])
def test_overflow_is_counted_exactly(modes):
    X = np.random.default_rng(3).normal(size=(150, 5)) * 1.5
    config = {
        "default": "fixed<12,4,RND,SAT>",
        "x": "fixed<9,2,RND,SAT>",
        "fc": {"output": f"fixed<7,3{modes}>"},
        "out": {"output": f"fixed<6,2{modes}>"},
    }
    model = two_layers().quantize(config)
    [profile] = measure({"q": model}, X).models
    found = {tensor.name: tensor for tensor in profile.values}
    trace = model.trace_raw(inputs(X, model.formats["x"]))
    total = 0
    for layer, source in (("fc", "x"), ("out", "act")):
        expected = count(model, layer, trace[source], model.formats[layer])
        overflow = found[layer].overflow
        assert (overflow.below, overflow.above) == expected
        assert overflow.casts == 150 * model.graph.node(layer).shape[0]
        assert overflow.countable
        assert not overflow.excluded
        total += sum(expected)
    assert total > 0, "this test must see overflow"
    fmt = model.formats["x"]
    whole = [rounded(value, fmt) for value in X.ravel().tolist()]
    outside = sum(number < fmt.min_raw for number in whole), sum(number > fmt.max_raw for number in whole)
    assert (found["x"].overflow.below, found["x"].overflow.above) == outside
    assert sum(outside) > 0


def test_accumulators_with_a_format_are_watched():
    X = np.random.default_rng(3).normal(size=(150, 5)) * 1.5
    config = {
        "default": "fixed<12,4,RND,SAT>",
        "x": "fixed<9,2,RND,SAT>",
        "fc": {"accumulator": "fixed<10,3>", "output": "fixed<8,3>"},
    }
    model = two_layers().quantize(config)
    [profile] = measure({"q": model}, X).models
    [accumulator] = profile.accumulators
    assert accumulator.name == "fc.accumulator"
    raws = inputs(X, model.formats["x"])
    overflow = accumulator.overflow
    assert (overflow.below, overflow.above) == count(model, "fc", raws, Format.parse("fixed<10,3>"))
    assert overflow.events > 0
    assert profile.overflows[0] >= overflow.events


def test_the_proof_excludes_overflow():
    X = np.random.default_rng(3).normal(size=(50, 5))
    model = two_layers().quantize({"default": "fixed<24,10,RND,SAT>", "x": "fixed<9,2,RND,SAT>"})
    [profile] = measure({"q": model}, X).models
    layers = [tensor for tensor in profile.values if tensor.role == "output"]
    assert all(tensor.overflow.excluded and tensor.overflow.events == 0 for tensor in layers)


def test_a_format_of_64_bits_is_not_countable():
    model = two_layers().quantize({"default": "fixed<16,4>", "fc": {"output": "fixed<64,-20>"}})
    [profile] = measure({"q": model}, np.ones((3, 5))).models
    [layer] = [tensor for tensor in profile.values if tensor.name == "fc"]
    assert not layer.overflow.countable


def test_distances_and_constants():
    X = np.random.default_rng(4).normal(size=(5000, 5))
    model = two_layers()
    quantized = model.quantize("fixed<12,5,RND,SAT>")
    [profile] = measure({"q": quantized}, X).models
    exact, fixed = model.trace(X), quantized.trace(X)
    for tensor in profile.values:
        difference = fixed[tensor.name].astype(np.float64) - exact[tensor.name]
        assert tensor.distance.rms == pytest.approx(np.sqrt(np.mean(difference**2)))
        assert tensor.distance.max == np.max(np.abs(difference))
        assert tensor.fixed.total == difference.size
        assert tensor.fixed.zeros == np.count_nonzero(fixed[tensor.name] == 0)
    assert {tensor.name for tensor in profile.constants} >= {"fc.weight", "fc.bias", "out.weight"}
    for tensor in profile.constants:
        assert tensor.distance.max <= tensor.format.lsb / 2


def test_octaves():
    octaves = Octaves()
    octaves.add(np.array([0.0, 1.0, 1.5, -2.0, 0.25]))
    octaves.add(np.array([3.9, -0.26, 0.0]))
    assert octaves.counts == {0: 2, 1: 2, -2: 2}
    assert (octaves.zeros, octaves.total, octaves.low, octaves.high) == (2, 8, -2.0, 3.9)
    assert octaves.fractions(-1, 0) == {-1: 2 / 8, 0: 4 / 8}


@pytest.mark.parametrize(
    ("text", "raws", "idle"),
    [
        ("fixed<8,4>", [3, -4], (5, 0)),
        ("fixed<8,4>", [127, -128], (0, 0)),
        ("fixed<8,4>", [64, -64], (0, 6)),
        ("ufixed<8,4>", [64], (1, 6)),
        ("fixed<8,4>", [0], (7, 0)),
        ("ufixed<64,0>", [2**63], (0, 63)),
    ],
)
def test_bits_that_are_never_used(text, raws, idle):
    fmt = Format.parse(text)
    tally = Tally("t", "t", "linear", "output", fmt)
    array = np.array(raws, dtype=np.uint64 if fmt.width == 64 else np.int64)
    tally.add(np.zeros(len(raws)), array)
    profile = tally.profile()
    assert (profile.idle_high, profile.idle_low) == idle


def test_roc_against_all_pairs():
    rng = np.random.default_rng(0)
    signal = rng.random(200) < 0.4
    scores = np.round(rng.normal(size=200) + signal, 1)
    curve = roc(scores, signal)
    pairs = np.sign(scores[signal][:, None] - scores[~signal][None, :])
    assert curve.area == pytest.approx(np.mean((pairs + 1) / 2))
    assert (curve.signal, curve.background) == (signal.sum(), (~signal).sum())
    for cut in np.unique(scores):
        place = np.flatnonzero(np.isclose(curve.efficiency, np.mean(scores[signal] >= cut)))
        assert np.any(np.isclose(curve.mistag[place], np.mean(scores[~signal] >= cut)))
