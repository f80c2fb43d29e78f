"""Boosted trees for measuring: files of XGBoost with random trees over given data, made without XGBoost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def write_forest(path: Path, X: FloatArray, rounds: int, depth: int, classes: int, seed: int = 1) -> Path:
    """Write a JSON file as XGBoost does: ``rounds`` x ``classes`` complete trees.

    Every node cuts a random feature at a random value of the data; leaves are small normal numbers. With
    one class the sum of the trees is the result, with several each has its own.
    """
    rng = np.random.default_rng(seed)
    trees = [_tree(rng, X, depth, number) for number in range(rounds * classes)]
    per_tree = [number % classes for number in range(len(trees))]
    objective: dict[str, Any] = {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}}
    if classes > 1:
        objective = {"name": "multi:softprob", "softmax_multiclass_param": {"num_class": str(classes)}}
    model = {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(trees))},
        "iteration_indptr": list(range(0, len(trees) + 1, classes)),
        "tree_info": per_tree,
        "trees": trees,
    }
    learner = {
        "attributes": {},
        "feature_names": [],
        "feature_types": [],
        "gradient_booster": {"model": model, "name": "gbtree"},
        "learner_model_param": {
            "base_score": "0E0",
            "boost_from_average": "1",
            "num_class": str(classes if classes > 1 else 0),
            "num_feature": str(X.shape[1]),
            "num_target": "1",
        },
        "objective": objective,
    }
    path.write_text(json.dumps({"learner": learner, "version": [2, 1, 0]}))
    return path


def _tree(rng: np.random.Generator, X: FloatArray, depth: int, number: int) -> Mapping[str, Any]:
    inner, count = 2**depth - 1, 2 ** (depth + 1) - 1
    feature = rng.integers(0, X.shape[1], inner)
    cuts = X[rng.integers(0, len(X), inner), feature]
    leaves = rng.normal(scale=0.1, size=count - inner).astype(np.float32)
    nodes = np.arange(count)
    zeros = [0.0] * count
    return {
        "base_weights": zeros,
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0] * count,
        "id": number,
        "left_children": np.where(nodes < inner, 2 * nodes + 1, -1).tolist(),
        "right_children": np.where(nodes < inner, 2 * nodes + 2, -1).tolist(),
        "loss_changes": zeros,
        "parents": [2147483647, *((nodes[1:] - 1) // 2).tolist()],
        "split_conditions": [float(value) for value in (*cuts, *leaves)],
        "split_indices": [*feature.tolist(), *[0] * (count - inner)],
        "split_type": [0] * count,
        "sum_hessian": [1.0] * count,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(X.shape[1]),
            "num_nodes": str(count),
            "size_leaf_vector": "1",
        },
    }
