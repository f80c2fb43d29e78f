"""Tree ensembles of ai.onnx.ml against ONNX Runtime, on thresholds, next to them, and on missing values."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

import isobit
from isobit.trees import Ranks

MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")
FEATURES, CUTS = 3, np.float32([-1.5, -0.1, 0.0, 0.3, 2.0])


class Trees:
    """Random trees as the attributes of a node."""

    def __init__(self, seed, trees, depth, outputs, modes=MODES, one=None, rules=True):
        self.rng = np.random.default_rng(seed)
        self.outputs, self.modes, self.one = outputs, modes, one
        self.nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "modes", "values")}
        self.nodes |= {key: [] for key in ("truenodeids", "falsenodeids", "missing_value_tracks_true")}
        self.leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
        for tree in range(trees):
            self.count = 0
            self.grow(tree, depth)
        if not rules:
            del self.nodes["missing_value_tracks_true"]

    def grow(self, tree, depth):
        node, self.count = self.count, self.count + 1
        place = len(self.nodes["nodeids"])
        leaf = depth == 0 or (node > 0 and self.rng.random() < 0.2)
        row = {
            "treeids": tree,
            "nodeids": node,
            "featureids": 0 if leaf else int(self.rng.integers(FEATURES)),
            "modes": "LEAF" if leaf else str(self.rng.choice(self.modes)),
            "values": 0.0 if leaf else float(self.rng.choice(CUTS)),
            "truenodeids": 0,
            "falsenodeids": 0,
            "missing_value_tracks_true": 0 if leaf else int(self.rng.integers(2)),
        }
        for key, value in row.items():
            self.nodes[key].append(value)
        if leaf:
            for target in range(self.outputs) if self.one is None else [self.one]:
                for key, value in (
                    ("treeids", tree),
                    ("nodeids", node),
                    ("ids", target),
                    ("weights", float(self.rng.normal())),
                ):
                    self.leaves[key].append(value)
            return node
        self.nodes["truenodeids"][place] = self.grow(tree, depth - 1)
        self.nodes["falsenodeids"][place] = self.grow(tree, depth - 1)
        return node

    def attributes(self, leaf):
        return {f"nodes_{key}": value for key, value in self.nodes.items()} | {
            f"{leaf}_{key}": value for key, value in self.leaves.items()
        }


def saved(path, op, outputs, version=3, **attributes):
    node = helper.make_node(op, ["X"], [name for name, _ in outputs], domain="ai.onnx.ml", **attributes)
    graph = helper.make_graph(
        [node],
        "trees",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", version)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def samples(missing):
    rng = np.random.default_rng(1)
    near = np.concatenate([CUTS, np.nextafter(CUTS, np.float32(9)), np.nextafter(CUTS, np.float32(-9))])
    X = rng.choice(near, (400, FEATURES)).astype(np.float32)
    if missing:
        X[rng.random(X.shape) < 0.2] = np.nan
    return X


def compare(path, missing):
    X = samples(missing)
    expected = onnxruntime.InferenceSession(str(path)).run(None, {"X": X})
    found = isobit.load(path).predict(X)
    for ours, theirs in zip(found if isinstance(found, list) else [found], expected, strict=True):
        np.testing.assert_allclose(ours.reshape(theirs.shape), theirs, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rules", [True, False])
def test_regressor(tmp_path, seed, rules):
    trees = Trees(seed, trees=5, depth=4, outputs=1 + seed % 3, modes=MODES, rules=rules)
    extra = {"base_values": [0.5] * trees.outputs} if seed % 2 else {}
    path = saved(
        tmp_path / "model.onnx",
        "TreeEnsembleRegressor",
        [("Y", TensorProto.FLOAT)],
        n_targets=trees.outputs,
        aggregate_function="AVERAGE" if seed == 2 else "SUM",
        **trees.attributes("target"),
        **extra,
    )
    compare(path, missing=False)


@pytest.mark.parametrize("mode", ["BRANCH_LEQ", "BRANCH_LT"])
def test_missing_values_follow_the_rule(tmp_path, mode):
    trees = Trees(3, trees=5, depth=4, outputs=1, modes=(mode,))
    path = saved(
        tmp_path / "model.onnx",
        "TreeEnsembleRegressor",
        [("Y", TensorProto.FLOAT)],
        n_targets=1,
        **trees.attributes("target"),
    )
    compare(path, missing=True)


def test_missing_values_without_a_rule_are_refused(tmp_path):
    trees = Trees(3, trees=2, depth=2, outputs=1, rules=False)
    path = saved(
        tmp_path / "model.onnx",
        "TreeEnsembleRegressor",
        [("Y", TensorProto.FLOAT)],
        n_targets=1,
        **trees.attributes("target"),
    )
    X = samples(missing=False)
    X[7, 1] = np.nan
    model = isobit.load(path)
    (forest,) = (node.name for node in model.layers if node.op == "forest")
    message = rf"sample 7, feature 1 is nan \(1 .*the forest '{forest}' has no rule for missing values"
    with pytest.raises(isobit.InputError, match=message):
        model.predict(X)
    with pytest.raises(isobit.InputError, match=message):
        Ranks(model).encode(X)


SCORES = [("label", TensorProto.INT64), ("scores", TensorProto.FLOAT)]


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX"])
def test_classifier(tmp_path, transform):
    trees = Trees(4, trees=4, depth=3, outputs=3)
    path = saved(
        tmp_path / "model.onnx",
        "TreeEnsembleClassifier",
        SCORES,
        classlabels_int64s=[0, 1, 2],
        post_transform=transform,
        **trees.attributes("class"),
    )
    compare(path, missing=False)


@pytest.mark.parametrize(
    ("transform", "positive", "one"),
    [
        ("NONE", True, 0),
        ("NONE", False, 0),
        ("LOGISTIC", False, 0),
        ("NONE", False, 1),
        ("LOGISTIC", False, 1),
        ("SOFTMAX", False, 1),
    ],
)
def test_classifier_with_weights_of_one_of_two_classes(tmp_path, transform, positive, one):
    trees = Trees(5, trees=4, depth=3, outputs=2, one=one)
    if positive:
        trees.leaves["weights"] = [abs(w) / 8 for w in trees.leaves["weights"]]
    path = saved(
        tmp_path / "model.onnx",
        "TreeEnsembleClassifier",
        SCORES,
        classlabels_int64s=[0, 1],
        post_transform=transform,
        **trees.attributes("class"),
    )
    compare(path, missing=False)


def ensemble(path, modes, splits, members=None, **more):
    """x0 decides between two leaves by each mode in turn: the trees are single nodes."""
    n = len(modes)
    attributes = {
        "n_targets": 1,
        "nodes_modes": helper.make_tensor("m", TensorProto.UINT8, [n], modes),
        "nodes_splits": helper.make_tensor("s", TensorProto.FLOAT, [n], splits),
        "nodes_featureids": [0] * n,
        "nodes_truenodeids": list(range(0, 2 * n, 2)),
        "nodes_falsenodeids": list(range(1, 2 * n, 2)),
        "nodes_trueleafs": [1] * n,
        "nodes_falseleafs": [1] * n,
        "leaf_targetids": [0] * (2 * n),
        "leaf_weights": helper.make_tensor("w", TensorProto.FLOAT, [2 * n], [2.0**i for i in range(2 * n)]),
        "tree_roots": list(range(n)),
        **more,
    }
    if members is not None:
        attributes["membership_values"] = helper.make_tensor("v", TensorProto.FLOAT, [len(members)], members)
    return saved(path, "TreeEnsemble", [("Y", TensorProto.FLOAT)], version=5, **attributes)


def test_every_comparison_of_tree_ensemble(tmp_path):
    path = ensemble(tmp_path / "model.onnx", list(range(7)), [0.3] * 7, [0.0, 0.3, 2.0, np.nan])
    X = samples(missing=False)
    x = X[:, 0]
    t = np.float32(0.3)
    decided = [x <= t, x < t, x >= t, x > t, x == t, x != t, np.isin(x, np.float32([0, 0.3, 2]))]
    expected = sum(np.where(d, 4.0**i, 2 * 4.0**i) for i, d in enumerate(decided))
    np.testing.assert_array_equal(isobit.load(path).predict(X)[:, 0], expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aggregate_function": "MAX"}, "aggregate_function is MAX; supported: SUM, AVERAGE"),
        ({"post_transform": "PROBIT"}, "post_transform is 'PROBIT'"),
        ({"n_targets": 2, "target_ids": [2] * 2}, "target_ids"),
        ({"nodes_modes": ["BRANCH_NEW", "LEAF", "LEAF"]}, "the mode 'BRANCH_NEW'"),
        ({"nodes_truenodeids": [7, 0, 0]}, "node 7 does not exist"),
        ({"nodes_featureids": [3, 0, 0]}, "a feature beyond the 3"),
        ({"nodes_values": [0.5]}, "nodes_values has 1 entries; expected are 3"),
        ({"base_values": [0.5, 1.0]}, "base_values has 2 entries for 1"),
        ({"nodes_truenodeids": [0, 0, 0]}, "leads back to itself"),
        ({"something": 1}, "something"),
    ],
)
def test_refused(tmp_path, change, message):
    attributes = {
        "n_targets": 1,
        "nodes_treeids": [0, 0, 0],
        "nodes_nodeids": [0, 1, 2],
        "nodes_featureids": [0, 0, 0],
        "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
        "nodes_values": [0.5, 0.0, 0.0],
        "nodes_truenodeids": [1, 0, 0],
        "nodes_falsenodeids": [2, 0, 0],
        "target_treeids": [0, 0],
        "target_nodeids": [1, 2],
        "target_ids": [0, 0],
        "target_weights": [1.0, 2.0],
    }
    path = saved(
        tmp_path / "model.onnx", "TreeEnsembleRegressor", [("Y", TensorProto.FLOAT)], **(attributes | change)
    )
    with pytest.raises(isobit.IsobitError, match=message) as caught:
        isobit.load(path)
    assert "TreeEnsembleRegressor" in str(caught.value)
