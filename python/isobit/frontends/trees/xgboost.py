"""XGBoost's own format, as JSON or UBJSON (``Booster.save_model``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.trees.builder import ForestBuilder, forest_graph
from isobit.frontends.trees.comparisons import compared
from isobit.frontends.trees.fields import Fields
from isobit.ir import FloatArray, Graph

_VERSIONS = (1, 2, 3)
_MOST_OUTPUTS = 2**16

Layers = Sequence[tuple[str, Mapping[str, Any]]]


def _logit(p: float) -> float:
    return -math.log(1 / p - 1)


def _same(x: float) -> float:
    return x


_PLAIN: tuple[Callable[[float], float], Layers] = (_same, ())
_LOGISTIC: tuple[Callable[[float], float], Layers] = (_logit, (("sigmoid", {}),))
_EXPONENTIAL: tuple[Callable[[float], float], Layers] = (math.log, (("exp", {}),))
OBJECTIVES: dict[str, tuple[Callable[[float], float], Layers]] = {
    **dict.fromkeys(
        ("reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror"), _PLAIN
    ),
    **dict.fromkeys(("reg:absoluteerror", "reg:quantileerror", "rank:pairwise", "rank:ndcg"), _PLAIN),
    "rank:map": _PLAIN,
    "binary:logitraw": (_logit, ()),
    **dict.fromkeys(("binary:logistic", "reg:logistic"), _LOGISTIC),
    **dict.fromkeys(
        ("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"), _EXPONENTIAL
    ),
    "multi:softprob": (_same, (("softmax", {}),)),
    "multi:softmax": (_same, (("argmax", {}),)),
}
"""By name: base_score as a summand of the trees, and the layers behind them."""


def is_model(document: Any) -> bool:
    """Whether a JSON document looks like a model of XGBoost."""
    return isinstance(document, dict) and "learner" in document and "version" in document


def convert(document: Any, where: str, name: str) -> Graph:
    """The graph of a parsed model; errors are those of :func:`isobit.frontends.trees.load`."""
    whole = Fields(document, where)
    _check_version(whole)
    learner = whole.child("learner")
    parameters = learner.child("learner_model_param")
    features = parameters.whole("num_feature", most=2**18)
    if features == 0:
        raise FileFormatError(f"{parameters.path('num_feature')} is 0; the model reads nothing")
    outputs = max(
        1,
        parameters.whole("num_class", 0, _MOST_OUTPUTS),
        parameters.whole("num_target", 1, _MOST_OUTPUTS),
    )
    margin, after = _objective(learner)
    base = _base_score(parameters, outputs, margin)
    forest = _trees(learner.child("gradient_booster"), features, outputs)
    return forest_graph(name, features, forest.constants(outputs, base), outputs, after)


def _check_version(whole: Fields) -> None:
    version = whole.wholes("version")
    if version.size == 0 or version[0] not in _VERSIONS:
        raise UnsupportedError(
            f"{whole.path('version')} is {version.tolist()}; supported are the versions "
            f"{', '.join(map(str, _VERSIONS))} of XGBoost"
        )


def _objective(learner: Fields) -> tuple[Callable[[float], float], Layers]:
    objective = learner.child("objective")
    name = objective.text("name")
    if name not in OBJECTIVES:
        raise UnsupportedError(
            f"{objective.path('name')} is {name!r}; supported: {', '.join(sorted(OBJECTIVES))}"
        )
    return OBJECTIVES[name]


def _base_score(parameters: Fields, outputs: int, margin: Callable[[float], float]) -> FloatArray:
    """What is added to each output: one number for all until XGBoost 3.0, then a list in brackets."""
    text = parameters.text("base_score")
    try:
        given = [
            float(np.float32(part)) for part in text.strip().removeprefix("[").removesuffix("]").split(",")
        ]
        base = [margin(score) for score in given]
    except (ValueError, ZeroDivisionError):
        raise FileFormatError(
            f"{parameters.path('base_score')} is {text[:40]!r}, which does not fit"
        ) from None
    if len(base) not in (1, outputs) or not np.all(np.isfinite(base)):
        raise FileFormatError(
            f"{parameters.path('base_score')} is {text[:40]!r}; expected are 1 or {outputs} finite numbers"
        )
    return np.broadcast_to(np.array(base), (outputs,)).copy()


def _trees(booster: Fields, features: int, outputs: int) -> ForestBuilder:
    kind = booster.text("name")
    weights = None
    if kind == "dart":
        weights = _single(booster.numbers("weight_drop"))
        booster = booster.child("gbtree")
    elif kind != "gbtree":
        raise UnsupportedError(f"{booster.path('name')} is {kind!r}; supported: 'gbtree', 'dart'")
    model = booster.child("model")
    trees = model.entries("trees")
    classes = model.wholes("tree_info", len(trees))
    if weights is not None and len(weights) != len(trees):
        raise FileFormatError(
            f"{booster.where}: {len(weights)} entries of weight_drop for {len(trees)} trees"
        )
    forest = ForestBuilder()
    for number, (entry, target) in enumerate(zip(trees, classes, strict=True)):
        tree = Fields(entry, f"{model.where}.trees[{number}]")
        if not 0 <= target < outputs:
            raise FileFormatError(f"{model.path('tree_info')}[{number}] is {target} of {outputs} outputs")
        _add_tree(forest, tree, int(target), features, 1.0 if weights is None else float(weights[number]))
    return forest


def _add_tree(forest: ForestBuilder, tree: Fields, target: int, features: int, weight: float) -> None:
    parameters = tree.child("tree_param")
    if parameters.whole("size_leaf_vector", 1) > 1:
        raise UnsupportedError(
            f"{parameters.path('size_leaf_vector')} is {parameters.whole('size_leaf_vector')}: trees with "
            "several values in a leaf are not supported; train with multi_strategy='one_output_per_tree'"
        )
    count = parameters.whole("num_nodes")
    left, right = tree.wholes("left_children", count), tree.wholes("right_children", count)
    feature, condition = tree.wholes("split_indices", count), tree.numbers("split_conditions", count)
    default_left = tree.wholes("default_left", count) != 0
    if "split_type" in tree and np.any(tree.numbers("split_type", count)[left >= 0] != 0):
        raise UnsupportedError(
            f"{tree.path('split_type')}: categorical splits are not supported; encode categories as numbers"
        )
    if count == 0:
        raise FileFormatError(f"{tree.where} has no nodes")
    inner = left != -1
    if np.any(left < -1) or np.any(inner & ((right < 0) | (np.maximum(left, right) >= count))):
        raise FileFormatError(f"{tree.where}: a node has one child only, or one that does not exist")
    if np.any(inner & ((feature < 0) | (feature >= features))):
        raise FileFormatError(f"{tree.where}: a node reads a feature beyond the {features} of the model")
    condition = _single(condition)
    threshold, inclusive = compared(np.where(inner, condition, 0.0), False, default_left, single=True)
    # Leaves are nodes of their own here; each has the row of its number.
    number = np.arange(count)
    child = np.where(inner, number, -1 - number)
    forest.tree(
        np.where(inner, feature, 0),
        threshold,
        inclusive,
        child[np.where(inner, left, 0)],
        child[np.where(inner, right, 0)],
        (weight * np.where(inner, 0.0, condition))[:, None],
        [target],
        root=int(child[0]),
        where=tree.where,
    )


def _single(values: FloatArray) -> FloatArray:
    """The single-precision numbers that the text of a file stands for."""
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)
