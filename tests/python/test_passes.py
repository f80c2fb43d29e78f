"""Passes keep what a model computes and what it is called from outside."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from isobit import GraphError
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.passes import DEFAULT, UNFOLDED, run_passes
from isobit.passes.affine import fold_affine
from isobit.passes.dead import remove_dead
from isobit.passes.identity import remove_identity

RNG = np.random.default_rng(3)


def norm(n):
    return {
        "mean": RNG.normal(size=n),
        "variance": RNG.uniform(0.5, 2, n),
        "gamma": RNG.normal(size=n),
        "beta": RNG.normal(size=n),
    }


def dense_norm_model():
    builder = GraphBuilder("m")
    builder.input("x", (6,))
    builder.add("affine", ["x"], "standardise", constants={"scale": RNG.uniform(1, 2, 6), "bias": np.ones(6)})
    builder.add("dense", ["standardise"], "fc", constants={"weight": RNG.normal(size=(6, 4))})
    builder.add("dropout", ["fc"], "drop", {"rate": 0.1})
    builder.add("batch_norm", ["drop"], "bn", constants=norm(4))
    builder.add("relu", ["bn"], "act")
    builder.add("identity", ["act"], "copy")
    builder.add("tanh", ["act"], "unused")
    builder.output("y", "copy")
    return builder.build()


def same_outputs(before, after, samples=50):
    X = {name: RNG.normal(size=(samples, *shape)) for name, shape in before.inputs.items()}
    expected, found = Model(before).predict(X), Model(after).predict(X)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)  # float arithmetic in another order


def test_default_passes_fold_batch_norm_into_dense():
    graph = dense_norm_model()
    unfolded = run_passes(graph, UNFOLDED)
    assert [(n.name, n.op) for n in unfolded] == [
        ("standardise", "affine"),
        ("fc", "dense"),
        ("bn", "affine"),
        ("act", "relu"),
    ]
    folded = run_passes(graph, DEFAULT)
    assert [n.name for n in folded] == ["standardise", "fc", "act"]
    assert dict(folded.outputs) == {"y": "act"}
    same_outputs(unfolded, folded)


def test_affine_layers_fold_into_one_another():
    builder = GraphBuilder("m")
    builder.input("x", (3, 2))
    builder.add("affine", ["x"], "a", constants={"scale": RNG.normal(size=2), "bias": [[1], [2], [3]]})
    builder.add("affine", ["a"], "b", constants={"scale": RNG.normal(size=(3, 1)), "bias": 0.5})
    builder.output("y", "b")
    graph = builder.build()
    folded = run_passes(graph, [fold_affine])
    assert [n.name for n in folded] == ["b"]
    assert dict(folded.outputs) == {"y": "b"}
    same_outputs(graph, folded)


@pytest.mark.parametrize("scale", [3.0, np.arange(1.0, 5), np.arange(1.0, 5)[None]])
def test_scales_per_output_fold_into_dense(scale):
    builder = GraphBuilder("m")
    builder.input("x", (3, 2))
    builder.add("dense", ["x"], "fc", constants={"weight": RNG.normal(size=(2, 4)), "bias": np.ones(4)})
    builder.add("affine", ["fc"], "a", constants={"scale": scale, "bias": 0.25})
    builder.output("y", "a")
    graph = builder.build()
    folded = fold_affine(graph)
    assert [n.name for n in folded] == ["fc"]
    same_outputs(graph, folded)


@pytest.mark.parametrize(("op", "weight"), [("conv", (3, 2, 4)), ("conv_transpose", (3, 4, 2))])
def test_scales_per_channel_fold_into_convolutions(op, weight):
    builder = GraphBuilder("test")
    builder.input("x", (5, 4))
    builder.add(op, ["x"], "conv", {"groups": 2, "strides": [2]}, {"weight": RNG.normal(size=weight)})
    constants = {"scale": RNG.normal(size=4), "bias": RNG.normal(size=4)}
    builder.add("affine", ["conv"], "norm", constants=constants)
    builder.output("y", "norm")
    before = builder.build()
    after = run_passes(before)
    assert [(node.name, node.op) for node in after] == [("conv", op)]
    same_outputs(before, after)


def test_a_scale_per_row_does_not_fold_into_dense():
    builder = GraphBuilder("m")
    builder.input("x", (3, 2))
    builder.add("dense", ["x"], "fc", constants={"weight": RNG.normal(size=(2, 4))})
    builder.add("affine", ["fc"], "a", constants={"scale": RNG.normal(size=(3, 1)), "bias": 0.0})
    builder.output("y", "a")
    assert [n.name for n in fold_affine(builder.build())] == ["fc", "a"]


def test_a_layer_that_others_read_is_not_folded():
    graph = dense_norm_model()
    seen = dataclasses.replace(graph, outputs={"y": "copy", "hidden": "fc"})
    folded = run_passes(seen, DEFAULT)
    assert [n.name for n in folded] == ["standardise", "fc", "bn", "act"]
    assert dict(folded.outputs) == {"y": "act", "hidden": "fc"}


def test_identities_that_show_an_input():
    builder = GraphBuilder("m")
    builder.input("x", (3,))
    builder.add("identity", ["x"], "first")
    builder.add("dropout", ["first"], "second")
    builder.output("y", "second")
    graph = remove_identity(builder.build())
    assert graph.nodes == ()
    assert dict(graph.outputs) == {"y": "x"}


def test_dead_layers_go_and_inputs_stay():
    graph = remove_dead(dataclasses.replace(dense_norm_model(), outputs={"y": "standardise"}))
    assert [n.name for n in graph] == ["standardise"]
    assert list(graph.inputs) == ["x"]


def test_a_pass_that_breaks_the_graph_is_named():
    def lose_everything(graph):
        return dataclasses.replace(graph, nodes=())

    with pytest.raises(GraphError, match="after the pass lose_everything: output 'y'"):
        run_passes(dense_norm_model(), [lose_everything])


def test_a_pass_that_renames_outputs_is_refused():
    def rename(graph):
        return dataclasses.replace(graph, outputs={"z": "act"})

    with pytest.raises(GraphError, match="rename changed the inputs or outputs"):
        run_passes(dense_norm_model(), [rename])
