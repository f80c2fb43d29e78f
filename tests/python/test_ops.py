"""Operators: attributes and constants are checked, shapes inferred, errors name layer and reason."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import oracle_layers
import oracles
from cells.suite import suites
from frontends import reference
from isobit import GraphError
from isobit.ir import Graph, GraphBuilder, Node
from isobit.ops import REGISTRY
from isobit.ops.base import Op
from isobit.spec import check


def builder(**shapes):
    made = GraphBuilder("test")
    for name, shape in (shapes or {"x": (4, 6)}).items():
        made.input(name, shape)
    return made


def shape_of(op, inputs=("x",), attrs=None, constants=None, **shapes):
    made = builder(**shapes)
    made.add(op, list(inputs), "layer", attrs, constants)
    return made.shapes["layer"]


def refusal(op, inputs=("x",), attrs=None, constants=None, **shapes):
    made = builder(**shapes)
    with pytest.raises(GraphError) as caught:
        made.add(op, list(inputs), "layer", attrs, constants)
    assert "'layer'" in str(caught.value)
    return str(caught.value)


def test_every_operator_has_a_suite_an_oracle_and_a_definition():
    without_cell = {"identity", "dropout", "batch_norm"}  # gone before anything is lowered
    assert set(REGISTRY) - set(suites()) == without_cell
    assert set(REGISTRY) - set(oracle_layers.RULES | oracles.merged("LAYERS")) <= without_cell
    assert set(REGISTRY) <= set(reference.RULES | oracles.merged("DEFINITIONS"))
    assert all(isinstance(op, Op) and op.name == name for name, op in REGISTRY.items())


def test_every_operator_says_what_it_is():
    for op in REGISTRY.values():
        assert type(op).__doc__
        assert op.roles[0].name == "output"


@pytest.mark.parametrize(
    ("op", "attrs", "constants", "shape"),
    [
        ("dense", {}, {"weight": np.ones((6, 3))}, (4, 3)),
        ("affine", {}, {"scale": 2.0, "bias": np.zeros((4, 1))}, (4, 6)),
        ("batch_norm", {"axis": 0}, {"mean": np.zeros(4), "variance": np.ones(4)}, (4, 6)),
        ("clip", {"low": 0}, {}, (4, 6)),
        ("prelu", {}, {"alpha": np.zeros(6)}, (4, 6)),
        ("softmax", {"axis": 0}, {}, (4, 6)),
        ("argmax", {}, {}, (4,)),
        ("argmax", {"axis": 0}, {}, (6,)),
        ("argmax", {"axis": 0, "keepdims": True}, {}, (1, 6)),
        ("reshape", {"shape": (2, 12)}, {}, (2, 12)),
        ("transpose", {"perm": (1, 0)}, {}, (6, 4)),
        ("slice", {"starts": (3, 0), "stops": (None, 5), "steps": (-2, 2)}, {}, (2, 3)),
        ("slice", {"starts": (3, 0), "stops": (1, 6), "steps": (-1, 1)}, {}, (2, 6)),
        ("concatenate", {}, {}, (4, 6)),
        ("dropout", {"rate": 0.5}, {}, (4, 6)),
    ],
)
def test_shapes(op, attrs, constants, shape):
    assert shape_of(op, attrs=attrs, constants=constants) == shape


def test_shapes_of_merges_broadcast():
    assert shape_of("add", ("x", "y", "z"), x=(4, 6), y=(4, 1), z=(1,)) == (4, 6)
    assert shape_of("concatenate", ("x", "y"), {"axis": 0}, x=(4, 6), y=(2, 6)) == (6, 6)


@pytest.mark.parametrize(
    ("op", "attrs", "constants", "text"),
    [
        ("dens", {}, {}, "no operator 'dens'"),
        ("leaky_relu", {"alfa": 1.0}, {}, "no attribute 'alfa'. Did you mean 'alpha'"),
        ("relu", {"max_value": 6}, {}, "no attribute 'max_value'. It has none"),
        ("leaky_relu", {"alpha": "a"}, {}, "alpha must be a finite number, not 'a'"),
        ("leaky_relu", {"alpha": float("nan")}, {}, "alpha must be a finite number"),
        ("leaky_relu", {"alpha": True}, {}, "alpha must be a finite number, not True"),
        ("leaky_relu", {"alpha": None}, {}, "alpha must be a finite number, not None"),
        ("gelu", {"approximate": "fast"}, {}, "supported: 'none', 'tanh'"),
        ("argmax", {"keepdims": 1}, {}, "keepdims must be True or False"),
        ("softmax", {"axis": 2}, {}, "axis 2 is not an axis"),
        ("softmax", {"axis": -1}, {}, "axis -1 is not an axis"),
        ("softmax", {"axis": 0.5}, {}, "axis must be an integer"),
        ("clip", {}, {}, "at least one of low and high"),
        ("clip", {"low": 2, "high": 1}, {}, "low 2.0 above high 1.0"),
        ("dropout", {"rate": 1.0}, {}, "not in \\[0, 1\\)"),
        ("dense", {}, {}, "needs the constant 'weight'"),
        ("dense", {}, {"weight": np.ones((5, 3))}, "expects 5 inputs.*shape \\(4, 6\\)"),
        ("dense", {}, {"weight": np.ones(6)}, "must have shape \\(n_in, n_out\\), not \\(6,\\)"),
        ("dense", {}, {"weight": np.ones((6, 3)), "bias": np.ones(4)}, "\\(3,\\), not \\(4,\\)"),
        ("dense", {}, {"weight": np.ones((6, 3)), "kernel": 1}, "no constant 'kernel'"),
        ("dense", {}, {"weight": np.full((6, 3), np.inf)}, "not finite \\(inf at \\(0, 0\\)"),
        ("affine", {}, {"scale": np.ones(5), "bias": 0}, "scale of shape \\(5,\\) does not broadcast"),
        ("affine", {}, {"scale": np.ones((2, 4, 6)), "bias": 0}, "does not broadcast"),
        ("batch_norm", {}, {"mean": np.zeros(4), "variance": np.ones(6)}, "mean must have shape \\(6,\\)"),
        ("batch_norm", {}, {"mean": np.zeros(6), "variance": -np.ones(6)}, "not positive"),
        ("batch_norm", {"epsilon": -1}, {"mean": 0, "variance": 0}, "epsilon must be at least 0, not -1.0"),
        ("reshape", {"shape": (5, 5)}, {}, "cannot reshape \\(4, 6\\) \\(24 elements\\)"),
        ("reshape", {"shape": (-1, 12)}, {}, "cannot reshape"),
        ("reshape", {}, {}, "needs the attribute 'shape'"),
        ("transpose", {"perm": (0, 2)}, {}, "not a permutation"),
        ("slice", {"starts": (0,), "stops": (1,), "steps": (1,)}, {}, "one entry per axis"),
        ("slice", {"starts": (0, 0), "stops": (1, 0), "steps": (1, 1)}, {}, "is empty"),
        ("slice", {"starts": (-1, 0), "stops": (None, 1), "steps": (1, 1)}, {}, "cannot slice"),
        ("slice", {"starts": (0, 0), "stops": (1, 1), "steps": (1, 0)}, {}, "cannot slice"),
        ("subtract", {}, {}, "takes 2 input\\(s\\), not 1"),
        ("add", {}, {}, "takes at least 2 input\\(s\\), not 1"),
    ],
)
def test_what_does_not_fit_is_refused(op, attrs, constants, text):
    made = builder()
    with pytest.raises(GraphError, match=text) as caught:
        made.add(op, ["x"], "layer", attrs, constants)
    assert "'layer'" in str(caught.value)


def test_merges_that_do_not_broadcast_are_refused():
    assert "do not broadcast" in refusal("add", ("x", "y"), x=(4, 6), y=(3, 6))
    assert "concatenated" in refusal("concatenate", ("x", "y"), {"axis": 0}, x=(4, 6), y=(4, 5))


def test_names_are_unique_and_not_empty():
    made = builder()
    with pytest.raises(GraphError, match="two layers or inputs are called 'x'"):
        made.add("relu", ["x"], "x")
    with pytest.raises(GraphError, match="empty name"):
        made.add("relu", ["x"], "")
    assert made.unique("x") == "x_1"
    with pytest.raises(GraphError, match="reads 'later', which nothing makes"):
        made.add("relu", ["later"], "early")


def legal_graph():
    made = builder()
    made.add("dense", ["x"], "fc", constants={"weight": np.ones((6, 3))})
    made.add("relu", ["fc"], "act")
    made.output("y", "act")
    return made.build()


def broken(node_name, **changes):
    graph = legal_graph()
    nodes = tuple(
        dataclasses.replace(node, **changes) if node.name == node_name else node for node in graph.nodes
    )
    return dataclasses.replace(graph, nodes=nodes)


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        (lambda: broken("act", inputs=("fd",)), r"reads 'fd'.*Known: 'fc', 'x'"),
        (lambda: broken("act", inputs=("act",)), "reads 'act', which is made later"),
        (lambda: broken("act", op="rely"), "no operator 'rely'. Did you mean 'relu'"),
        (lambda: broken("act", name="fc"), "two layers or inputs are called 'fc'"),
        (lambda: broken("act", shape=(4, 7)), "states the shape \\(4, 7\\).*makes \\(4, 3\\)"),
        (lambda: broken("act", op="leaky_relu"), "are not complete"),
        (lambda: broken("fc", constants={"weight": np.ones((6, 3), np.float32)}), "not a float64 array"),
        (lambda: broken("fc", constants={"weight": np.full((6, 3), np.nan)}), "not finite"),
        (lambda: dataclasses.replace(legal_graph(), outputs={"y": "ac"}), "shows 'ac'.*Did you mean 'act'"),
        (lambda: dataclasses.replace(legal_graph(), outputs={}), "no output"),
        (lambda: dataclasses.replace(legal_graph(), inputs={}), "no input"),
        (lambda: dataclasses.replace(legal_graph(), inputs={"x": (0, 6)}), "fixed positive integer"),
        (lambda: dataclasses.replace(legal_graph(), inputs={"x": (None, 6)}), "fixed positive integer"),
        (
            lambda: dataclasses.replace(legal_graph(), inputs={"x": (2**20, 2**20)}),
            "elements; isobit handles",
        ),
    ],
)
def test_illegal_graphs_are_refused(graph, text):
    with pytest.raises(GraphError, match=text):
        check(graph())


def test_graphs_are_frozen():
    graph = legal_graph()
    with pytest.raises(dataclasses.FrozenInstanceError):
        graph.name = "other"
    with pytest.raises(ValueError, match="read-only"):
        graph.node("fc").constants["weight"][0, 0] = 1
    with pytest.raises(TypeError):
        graph.node("fc").attrs["new"] = 1
    assert isinstance(graph, Graph)
    assert isinstance(graph.node("fc"), Node)
    assert [node.name for node in graph.consumers("fc")] == ["act"]
