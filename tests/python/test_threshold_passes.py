"""Batch normalisations before signs as thresholds: the same values, around every threshold too."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isobit.formats import PM1
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.passes import BINARY, UNFOLDED, run_passes
from isobit.passes.thresholds import activation_to_thresholds

RNG = np.random.default_rng(8)
SCALES = st.floats(-8, 8) | st.sampled_from([0.0, 1.0, -1.0, 1e-300, -3e300, 0.1])


def affine_then(activation, scale, bias):
    builder = GraphBuilder("m")
    builder.input("x", (len(scale),))
    builder.add("affine", ["x"], "bn", constants={"scale": scale, "bias": bias})
    builder.output("y", builder.add(activation, ["bn"], "act"))
    return builder.build()


def exact(activation, x, scale, bias):
    z = Fraction(float(x)) * Fraction(float(scale)) + Fraction(float(bias))
    if activation == "binary_tanh":
        return 1 if z >= 0 else -1
    return 1 if z > Fraction(1, 2) else -1 if z < Fraction(-1, 2) else 0


@given(st.lists(st.tuples(SCALES, st.floats(-8, 8) | st.just(0.5)), min_size=1, max_size=4), st.data())
@pytest.mark.parametrize("activation", ["binary_tanh", "ternary_tanh"])
def test_every_float_is_on_its_side(activation, lines, data):
    scale, bias = (np.array(values) for values in zip(*lines, strict=True))
    graph = run_passes(affine_then(activation, scale, bias), [activation_to_thresholds])
    (node,) = graph
    assert (node.name, node.op) == ("act", "multi_threshold")
    rows = [node.constants["thresholds"].T]
    with np.errstate(over="ignore"):  # thresholds that nothing reaches
        rows += [np.nextafter(rows[0], np.inf), np.nextafter(rows[0], -np.inf)]
    rows.append(
        np.reshape(data.draw(st.lists(st.floats(-20, 20), min_size=len(lines), max_size=len(lines))), (1, -1))
    )
    X = np.clip(np.concatenate(rows), -1e308, 1e308)
    expected = [[exact(activation, x, s, b) for x, s, b in zip(row, scale, bias, strict=True)] for row in X]
    assert Model(graph).predict(X).tolist() == expected


def network():
    """Three binary layers with batch normalisations, two of them on integers."""
    builder = GraphBuilder("bnn")
    last, n_in = builder.input("x", (9,)), 9
    for i, n_out in enumerate((70, 33, 8)):
        weight = RNG.choice([-1.0, 1.0], size=(n_in, n_out))
        last = builder.add("dense", [last], f"fc{i}", constants={"weight": weight})
        norm = {
            "mean": RNG.normal(size=n_out, scale=3),
            "variance": RNG.uniform(0.5, 40, n_out),
            "gamma": RNG.normal(size=n_out) * (RNG.random(n_out) > 0.1),
            "beta": RNG.normal(size=n_out),
        }
        last = builder.add("batch_norm", [last], f"bn{i}", constants=norm)
        last = builder.add("binary_tanh", [last], f"act{i}")
        n_in = n_out
    builder.output("y", last)
    return builder.build()


def test_binary_networks_keep_only_integers():
    graph = network()
    folded = run_passes(graph, BINARY)
    operators = [node.op for node in folded]
    assert operators == ["dense", "multi_threshold", "dense", "binary_tanh", "dense", "binary_tanh"]
    for name in ("fc1", "fc2"):
        constants = folded.node(name).constants
        assert set(np.unique(constants["weight"])) == {-1.0, 1.0}
        np.testing.assert_array_equal(constants["bias"], np.rint(constants["bias"]))
    X = np.round(RNG.normal(size=(500, 9)) * 64) / 64
    np.testing.assert_array_equal(Model(folded).predict(X), Model(run_passes(graph, UNFOLDED)).predict(X))


def test_quantized_binary_networks_equal_the_float_network():
    """Not a bit is lost where inputs and weights fit in their formats."""
    graph = network()
    exact_sums = {
        f"fc{i}": {"output": "fixed<16,16>", "weight": "pm1", "bias": "fixed<16,16>"} for i in (1, 2)
    }
    config = {"default": "fixed<16,8>", "x": "fixed<12,6>", "fc0": {"weight": "pm1"}, **exact_sums}
    config["fc0"]["output"] = "fixed<20,14>"
    q = Model(run_passes(graph, BINARY)).quantize(config)
    assert all(q.formats[f"act{i}"] == PM1 for i in range(3))
    X = np.round(RNG.normal(size=(300, 9)) * 64) / 64
    np.testing.assert_array_equal(q.predict(X), Model(run_passes(graph, UNFOLDED)).predict(X))
    q.verify(X)


def test_what_others_read_stays():
    graph = affine_then("binary_tanh", [1.0, 2.0], [0.5, 0.5])
    builder = GraphBuilder("m")
    builder.input("x", (2,))
    for node in graph:
        builder.add(node.op, list(node.inputs), node.name, constants=dict(node.constants))
    builder.output("y", "act")
    builder.output("z", "bn")
    assert [node.op for node in run_passes(builder.build(), BINARY)] == ["affine", "binary_tanh"]
