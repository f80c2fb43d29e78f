"""LightGBM's text format (``Booster.save_model``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.trees.builder import ForestBuilder, Ints, forest_graph
from isobit.frontends.trees.comparisons import compared
from isobit.ir import FloatArray, Graph

_VERSIONS = ("v2", "v3", "v4")
_ZERO = float(np.float32(1e-35))
"""Up to here LightGBM takes a number for zero."""
_CATEGORICAL, _DEFAULT_LEFT, _MISSING_SHIFT = 1, 2, 2
_MISSING_NONE, _MISSING_ZERO, _MISSING_NAN = 0, 1, 2
_PLAIN = (
    "regression", "regression_l2", "regression_l1", "huber", "fair", "quantile", "mape", "lambdarank",
    "rank_xendcg",
)  # fmt: skip
_EXPONENTIAL = ("poisson", "gamma", "tweedie")
_SIGMOID = ("binary", "multiclassova")
_OTHERS = {"multiclass": "softmax", "cross_entropy": "sigmoid", "cross_entropy_lambda": "softplus"}

Layers = Sequence[tuple[str, Mapping[str, Any]]]


class _Section:
    """Lines ``key=value`` with typed access."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._all: dict[str, str] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._all

    def add(self, line: str) -> None:
        key, _, value = line.partition("=")
        if key in self._all:
            raise FileFormatError(f"{self.where}: {key[:40]!r} is given twice")
        self._all[key] = value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._all.get(key, default)
        if value is None:
            raise FileFormatError(f"{self.where} has no entry {key!r}")
        return value

    def whole(self, key: str, low: int, most: int, default: str | None = None) -> int:
        text = self.text(key, default)
        if len(text) > 19 or not text.strip().isdigit() or not low <= int(text) <= most:
            raise FileFormatError(f"{self.where}: {key}={text[:40]}; it must be an integer, {low} to {most}")
        return int(text)

    def numbers(self, key: str, count: int) -> FloatArray:
        words = self.text(key, "").split()
        if len(words) != count:
            raise FileFormatError(f"{self.where}: {key} has {len(words)} entries; expected are {count}")
        try:
            return np.array([float(word) for word in words], dtype=np.float64)
        except ValueError:
            raise FileFormatError(f"{self.where}: {key} holds something that is not a number") from None

    def wholes(self, key: str, count: int) -> Ints:
        values = self.numbers(key, count)
        if not np.all(np.abs(values) < 2.0**31) or np.any(values != np.floor(values)):
            raise FileFormatError(f"{self.where}: {key} must hold integers")
        return values.astype(np.int64)


def convert(data: bytes, where: str, name: str) -> Graph:
    """The graph of a model; errors are those of :func:`isobit.frontends.trees.load`."""
    head, trees = _sections(data, where)
    version = head.text("version")
    if version not in _VERSIONS:
        raise UnsupportedError(f"{where}: version={version[:40]}; supported: {', '.join(_VERSIONS)}")
    if head.text("linear_tree", "0") not in ("0", ""):
        raise UnsupportedError(f"{where}: linear_tree=1; leaves that are linear models are not supported")
    outputs = head.whole("num_tree_per_iteration", 1, 2**16, default="1")
    features = head.whole("max_feature_idx", 0, 2**18 - 1) + 1
    after = _objective(head, outputs)
    if not trees or len(trees) % outputs:
        raise FileFormatError(f"{where} has {len(trees)} trees for {outputs} outputs")
    share = outputs / len(trees) if "average_output" in head else 1.0
    forest = ForestBuilder()
    for number, tree in enumerate(trees):
        _add_tree(forest, tree, number % outputs, features, share)
    return forest_graph(name, features, forest.constants(outputs, np.zeros(outputs)), outputs, after)


def _sections(data: bytes, where: str) -> tuple[_Section, list[_Section]]:
    """The head and every tree; what follows behind the trees says nothing about predictions."""
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise FileFormatError(f"{where} is not a text file of LightGBM: it is not UTF-8") from None
    if not lines or lines[0].strip() != "tree":
        raise FileFormatError(f"{where} is not a model of LightGBM: it does not begin with the line 'tree'")
    section = head = _Section(where)
    trees: list[_Section] = []
    for line in lines[1:]:
        if line.startswith("Tree="):
            section = _Section(f"{where}, tree {len(trees)}")
            if line[5:].strip() != str(len(trees)):
                raise FileFormatError(f"{section.where}: it is called {line[:40]!r}")
            trees.append(section)
        elif line.strip() == "end of trees":
            return head, trees
        elif line.strip():
            section.add(line.strip())
    raise FileFormatError(f"{where} ends too early: there is no line 'end of trees'")


def _objective(head: _Section, outputs: int) -> Layers:
    """The layers behind the sums, as ``Booster.predict`` has them; none for a custom objective."""
    words = head.text("objective", "custom").split()
    name, options = (words[0] if words else "custom"), words[1:]
    settings = dict(option.split(":", 1) for option in options if ":" in option)
    flags = [option for option in options if ":" not in option]
    refused = f"{head.where}: objective={' '.join(words)[:60]}"
    if flags:
        raise UnsupportedError(f"{refused}; its option {flags[0]!r} is not supported")
    if name in _SIGMOID:
        try:
            slope = float(settings.get("sigmoid", "1"))
        except ValueError:
            raise FileFormatError(f"{refused}; sigmoid must be a number") from None
        scale = [("affine", {"scale": slope, "bias": 0.0})] if slope != 1 else []
        return [*scale, ("sigmoid", {})]
    if name in _PLAIN or name == "custom":
        return ()
    if name in _EXPONENTIAL:
        return [("exp", {})]
    if name in _OTHERS:
        return [(_OTHERS[name], {})]
    known = ", ".join(sorted((*_PLAIN, *_EXPONENTIAL, *_SIGMOID, *_OTHERS)))
    raise UnsupportedError(f"{refused}; supported: {known}")


def _add_tree(forest: ForestBuilder, tree: _Section, target: int, features: int, share: float) -> None:
    leaves = tree.whole("num_leaves", 1, 2**20)
    if tree.whole("num_cat", 0, 2**20, default="0"):
        raise UnsupportedError(
            f"{tree.where}: num_cat={tree.text('num_cat')}; categorical splits are not supported"
        )
    if tree.text("is_linear", "0") != "0":
        raise UnsupportedError(f"{tree.where}: is_linear=1; leaves that are linear models are not supported")
    values = tree.numbers("leaf_value", leaves)[:, None] * share
    n = leaves - 1
    feature = tree.wholes("split_feature", n)
    left, right = tree.wholes("left_child", n), tree.wholes("right_child", n)
    decision, threshold = tree.wholes("decision_type", n), tree.numbers("threshold", n)
    if np.any((feature < 0) | (feature >= features)):
        raise FileFormatError(f"{tree.where}: a node reads a feature beyond the {features} of the model")
    if np.any(decision & _CATEGORICAL):
        raise UnsupportedError(f"{tree.where}: decision_type has a categorical split, which is not supported")
    if np.any((decision < 0) | (decision >> _MISSING_SHIFT > _MISSING_NAN)):
        raise UnsupportedError(f"{tree.where}: decision_type has a missing type that is not known")
    nodes = _rules(feature, threshold, decision, left, right)
    forest.tree(*nodes, values, [target], root=0 if n else -1, where=tree.where)


def _rules(
    feature: Ints, threshold: FloatArray, decision: Ints, left: Ints, right: Ints
) -> tuple[Ints, FloatArray, npt.NDArray[np.bool_], Ints, Ints]:
    """Nodes ``x <= threshold``. NaN counts as 0 without a rule, and goes where 0 does if 0 is missing."""
    default_left = (decision & _DEFAULT_LEFT) != 0
    missing = decision >> _MISSING_SHIFT
    zero_left = np.where(missing == _MISSING_ZERO, default_left, threshold >= 0)
    nan_left = np.where(missing == _MISSING_NAN, default_left, zero_left)
    limits, inclusive = compared(threshold, True, nan_left)
    plain = (missing != _MISSING_ZERO) | np.where(default_left, threshold >= _ZERO, threshold < -_ZERO)
    arrays = [list(part) for part in (feature, limits, inclusive, left, right)]
    for i in np.flatnonzero(~plain).tolist():
        _zero_as_missing(arrays, i, float(threshold[i]), bool(default_left[i]))
    features, lefts, rights = (np.array(arrays[k], dtype=np.int64) for k in (0, 3, 4))
    return features, np.array(arrays[1], dtype=np.float64), np.array(arrays[2], dtype=bool), lefts, rights


def _zero_as_missing(arrays: list[list[Any]], i: int, threshold: float, default_left: bool) -> None:
    """Node i as up to four: below the zeros and above them as usual, zeros and NaN to their own side."""
    feature, left, right = arrays[0][i], arrays[3][i], arrays[4][i]
    default = left if default_left else right
    below, above = left, right
    if threshold < -_ZERO:
        below = _append(arrays, feature, np.nextafter(threshold, np.inf), False, left, right)
    elif threshold >= _ZERO:
        above = _append(arrays, feature, np.nextafter(threshold, np.inf), False, left, right)
    zeros = _append(arrays, feature, _ZERO, True, default, above)
    for column, value in zip(arrays, (feature, -_ZERO, False, below, zeros), strict=True):
        column[i] = value


def _append(
    arrays: list[list[Any]], feature: int, threshold: float, inclusive: bool, left: int, right: int
) -> int:
    for column, value in zip(arrays, (feature, threshold, inclusive, left, right), strict=True):
        column.append(value)
    return len(arrays[0]) - 1
