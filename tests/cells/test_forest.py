"""Decision trees of any shape, and forests as tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import drawing
import isobit
from cells.suite import EXAMPLES, CellSuite, Layer, constants_from, trained
from isobit.ir import GraphBuilder


class Drawn:
    """Random trees, node by node."""

    def __init__(self, draw, features, values, deepest):
        self.rng, self.features, self.deepest = drawing.generator(draw), features, deepest
        self.values = values
        self.nodes, self.leaves = [], []

    def tree(self, whole):
        """The root of a new tree: a node or -1 - leaf. ``whole`` trees have all levels."""
        return self.grow(0, whole)

    def grow(self, level, whole):
        stop = level == self.deepest or (not whole and self.rng.integers(4) == 0)
        if stop:
            self.leaves.append(constants_from(self.rng, (self.values,)))
            return -len(self.leaves)
        i = len(self.nodes)
        threshold = float(constants_from(self.rng, ()))
        feature, inclusive = int(self.rng.integers(self.features)), int(self.rng.integers(2))
        self.nodes.append([feature, threshold, inclusive, 0, 0])
        self.nodes[i][3] = self.grow(level + 1, whole)
        self.nodes[i][4] = self.grow(level + 1, whole)
        return i


class TestForest(CellSuite):
    op = "forest"
    form = "auto"
    deepest = 3
    most_trees = 4
    whole = st.booleans()

    def layer(self, draw):
        features, values = draw(st.integers(1, 5)), draw(st.sampled_from([1, 1, 2]))
        outputs = draw(st.integers(values, 3))
        trees = draw(st.integers(outputs, max(outputs, self.most_trees)))
        made = Drawn(draw, features, values, self.deepest)
        roots = [made.tree(draw(self.whole)) for _ in range(trees)]
        # Every output has a tree.
        target = [[(t + k) % outputs for k in range(values)] for t in range(trees)]
        columns = zip(*made.nodes, strict=True) if made.nodes else [[]] * 5
        names = ("feature", "threshold", "inclusive", "left", "right")
        constants = dict(zip(names, columns, strict=True))
        constants |= {"root": roots, "leaf": made.leaves, "target": target}
        if draw(st.booleans()):
            constants["bias"] = trained(draw, (outputs,))
        attrs = {"outputs": outputs, "form": self.form}
        return Layer([(features,)], attrs, {key: np.array(list(v), float) for key, v in constants.items()})


class TestNodes(TestForest):
    form = "nodes"


class TestOneDeepTree(TestForest):
    form = "nodes"
    deepest = 9
    most_trees = 1
    whole = st.sampled_from([False, False, False, True])


class TestCompleteTrees(TestForest):
    form = "nodes"
    deepest = 4
    most_trees = 1
    whole = st.just(True)


def forest(threshold, inclusive=0.0, **attrs):
    """One node: 1 where x < threshold, else 2."""
    builder = GraphBuilder("one node")
    builder.input("x", (1,))
    constants = {
        "feature": [0],
        "threshold": [threshold],
        "inclusive": [inclusive],
        "left": [-1],
        "right": [-2],
        "root": [0],
        "leaf": [[1.0], [2.0]],
        "target": [[0]],
    }
    builder.add("forest", ["x"], "layer", {"outputs": 1, **attrs}, constants)
    builder.output("y", "layer")
    return isobit.Model(builder.build())


@EXAMPLES
@given(
    threshold=st.floats(-40, 40) | st.integers(-640, 640).map(lambda n: n / 16),
    inclusive=st.booleans(),
    form=st.sampled_from(["nodes", "table"]),
)
def test_thresholds_are_compared_exactly_in_fixed_point(threshold, inclusive, form):
    quantized = forest(threshold, float(inclusive), form=form).quantize("fixed<10,6,RND,SAT>")
    raws = np.arange(-512, 512)[:, None]
    values = raws[:, 0] / 16
    below = values <= threshold if inclusive else values < threshold
    expected = np.where(below, 16, 32)
    np.testing.assert_array_equal(quantized.predict_raw(raws)[:, 0], expected)


def test_a_node_that_a_format_decides_needs_no_comparison():
    quantized = forest(100.0, form="nodes").quantize("fixed<8,4>")
    assert quantized.operation_counts["layer"]["comparisons"] == 0
    np.testing.assert_array_equal(quantized.predict(np.array([[-8.0], [7.0]])), [[1.0], [1.0]])


def test_a_forest_that_is_too_large_for_a_table_is_refused():
    builder = GraphBuilder("wide")
    builder.input("x", (5,))
    constants = {
        "feature": np.arange(100) % 5,
        "threshold": np.linspace(-1, 1, 100),
        "inclusive": np.zeros(100),
        "left": np.full(100, -1),
        "right": np.full(100, -2),
        "root": np.arange(100),
        "leaf": [[1.0], [2.0]],
        "target": np.zeros((100, 1)),
    }
    builder.add("forest", ["x"], "layer", {"outputs": 1, "form": "table"}, constants)
    builder.output("y", "layer")
    with pytest.raises(isobit.ConfigError, match="'layer': as one table the forest has 4084101 entries"):
        isobit.Model(builder.build()).quantize("fixed<16,4>")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": [0]}, "left must hold later nodes"),
        ({"right": [-3]}, "right must hold later nodes"),
        ({"root": [1]}, "root must hold nodes"),
        ({"feature": [1]}, "feature that does not exist"),
        ({"feature": [0.5]}, "feature must be an array of integers"),
        ({"inclusive": [2]}, "zeros and ones"),
        ({"target": [[1]]}, "each of the 1 outputs"),
        ({"leaf": [1.0, 2.0]}, "leaf has shape"),
        ({"threshold": [1.0, 2.0]}, "there are 1 nodes"),
        ({"bias": [1.0, 2.0]}, "bias must have shape"),
    ],
)
def test_arrays_that_make_no_forest_are_refused(change, message):
    node = forest(1.0).layers[0]
    builder = GraphBuilder("wrong")
    builder.input("x", (1,))
    with pytest.raises(isobit.GraphError, match=message):
        builder.add("forest", ["x"], "layer", {"outputs": 1}, {**node.constants, **change})
