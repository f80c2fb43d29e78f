"""Inputs that hold indices: their natural formats, and refusals before any work is done."""

from __future__ import annotations

import numpy as np
import pytest

from isobit import ConfigError, GraphError, InputError, Model
from isobit.formats import Format
from isobit.ir import GraphBuilder


def graph(nodes=5, edges=4):
    """Features (nodes, 2), edges (edges, 2); the sum over each node's edges of what their senders hold."""
    made = GraphBuilder("test")
    made.input("x", (nodes, 2))
    made.input("edges", (edges, 2))
    for end, name in enumerate(("senders", "receivers")):
        attrs = {"starts": (0, end), "stops": (edges, end + 1), "steps": (1, 1)}
        made.add("slice", ["edges"], f"{name}_column", attrs)
        made.add("reshape", [f"{name}_column"], name, {"shape": (edges,)})
    made.add("gather_rows", ["x", "senders"], "sent")
    made.add("segment_sum", ["sent", "receivers"], "sums", {"segments": nodes})
    made.output("y", "sums")
    return Model(made.build())


X = np.arange(10.0).reshape(1, 5, 2)
EDGES = np.array([[[0, 1], [4, 1], [2, 3], [5, 5]]])  # the last is nowhere


def test_indices_get_the_smallest_integers_whatever_the_default():
    quantized = graph().quantize({"default": "fixed<8,6>", "input": "fixed<7,6>"})
    assert quantized.formats["x"] == Format.parse("fixed<7,6>")
    for name in ("edges", "senders_column", "senders", "receivers"):
        assert quantized.formats[name] == Format(3, 0, signed=False)
    expected = [[[0, 0], [8, 10], [0, 0], [4, 5], [0, 0]]]
    assert quantized.predict([X, EDGES]).tolist() == expected
    assert graph().predict([X, EDGES]).tolist() == expected


def test_calibration_leaves_indices_alone():
    quantized = graph().quantize(calibration=[X, EDGES], width=12)
    assert quantized.formats["edges"] == Format(3, 0, signed=False)
    np.testing.assert_array_equal(quantized.predict([X, EDGES]), graph().predict([X, EDGES]))


def test_an_input_may_be_given_other_integers():
    quantized = graph().quantize({"default": "fixed<8,6>", "edges": "int<9>"})
    assert quantized.formats["receivers"] == Format.parse("int<9>")


@pytest.mark.parametrize("fmt", ["fixed<8,6>", "uint<2>", "int<3>"])
def test_formats_that_do_not_hold_every_index_are_refused(fmt):
    with pytest.raises(ConfigError, match=r"'edges' holds indices or lengths from 0 to 5.*uint<3>"):
        graph().quantize({"default": "fixed<8,6>", "edges": fmt})


@pytest.mark.parametrize(("wrong", "shown"), [(6, "6"), (-1, "-1"), (1.5, "1.5")])
def test_indices_out_of_range_are_refused(wrong, shown):
    model = graph()
    quantized = model.quantize("fixed<8,6>")
    edges = np.repeat(EDGES.astype(np.float64), 3, axis=0)
    edges[2, 1, 0] = wrong
    x = np.repeat(X, 3, axis=0)
    for call in (model.predict, quantized.predict, quantized.trace, quantized.verify):
        with pytest.raises(InputError, match=f"'edges': sample 2, element .1, 0. is {shown}.*from 0 to 5"):
            call([x, edges])


def test_raw_indices_out_of_range_are_refused():
    quantized = graph().quantize("fixed<8,6>")
    edges = EDGES.copy()
    edges[0, 1, 0] = 6
    with pytest.raises(InputError, match=r"'edges': sample 0, element .1, 0. is 6.*from 0 to 5"):
        quantized.predict_raw([np.zeros((1, 5, 2), int), edges])


def test_shapes_and_attributes_that_do_not_fit_are_refused():
    made = GraphBuilder("test")
    made.input("x", (5, 2))
    made.input("index", (4,))
    with pytest.raises(GraphError, match=r"rows of shape \(5, 2\) need an index of shape \(5,\), not \(4,\)"):
        made.add("segment_sum", ["x", "index"], "sums", {"segments": 2})
    with pytest.raises(GraphError, match="segments must be at least 1, not 0"):
        made.add("segment_max", ["x", "index"], "sums", {"segments": 0})
    with pytest.raises(GraphError, match=r"axis 2 is not an axis of the shape \(5, 2\)"):
        made.add("gather", ["x", "index"], "taken", {"axis": 2})


MOVED = {
    "take": {"axis": 0, "indices": (2, 0, 0, 1)},
    "pad": {"pads": (0, 1)},
    "reshape": {"shape": (3,)},
    "transpose": {"perm": (0,)},
    "slice": {"starts": (1,), "stops": (3,), "steps": (1,)},
    "broadcast_to": {"shape": (2, 3)},
    "identity": {},
}


@pytest.mark.parametrize("op", MOVED)
def test_what_passes_indices_on_asks_the_same_of_its_input(op):
    made = GraphBuilder("test")
    made.input("x", (5, 2))
    made.input("index", (3,))
    made.add(op, ["index"], "moved", MOVED[op])
    made.add("gather", ["x", "moved"], "y")
    made.output("y", "y")
    quantized = Model(made.build()).quantize("fixed<8,6>")
    assert quantized.formats["index"] == Format(3, 0, signed=False)
    quantized.predict([X, [[0, 1, 4]]])
    with pytest.raises(InputError, match=r"'index': sample 0, element 2 is 5.*layer 'y'.*from 0 to 4"):
        quantized.predict([X, [[0, 1, 5]]])


@pytest.mark.parametrize("op", ["concatenate", "where"])
def test_all_that_are_joined_or_chosen_from_hold_indices(op):
    made = GraphBuilder("test")
    made.input("x", (5, 2))
    names = [made.input(name, (3,)) for name in ("condition", "a", "b")]
    joined, attrs = (names, {}) if op == "where" else (names[1:], {"axis": 0})
    made.add(op, joined, "index", attrs)
    made.add("gather", ["x", "index"], "y")
    made.output("y", "y")
    model = Model(made.build())
    assert {name: legal.count for name, legal in model.index_ranges.items()} == {"a": 5, "b": 5}


def test_computed_indices_must_be_integers():
    made = GraphBuilder("test")
    made.input("x", (5, 2))
    made.add("reduce_sum", ["x"], "index", {"axes": (1,)})
    made.add("gather_rows", ["x", "index"], "y")
    made.output("y", "y")
    model = Model(made.build())
    with pytest.raises(ConfigError, match=r"layer 'y': it reads indices from 'index'.*fixed<8,6>.*uint<W>"):
        model.quantize("fixed<8,6>")
    quantized = model.quantize({"default": "fixed<8,6>", "index": "int<6>"})
    x = np.zeros((1, 5, 2))
    x[0, :, 1] = [0, 2, 9, -1, 4]  # 9 and -1 are nowhere
    assert quantized.predict(x)[0, :, 1].tolist() == [0, 9, 0, 0, 4]
