"""Tree ensembles of ``ai.onnx.ml``, as scikit-learn, LightGBM and XGBoost are exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.frontends.onnx.initializers import as_float64
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor, Unavailable, Value
from isobit.frontends.trees.builder import ForestBuilder
from isobit.frontends.trees.modes import MODES, Tree
from isobit.ir import FloatArray

_LEAF = "LEAF"
_TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
_LAYERS: dict[str, str | None] = {"NONE": None, "SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}


def regressor(layer: Layer) -> Tensor:
    """``TreeEnsembleRegressor``: sums or averages by target."""
    outputs = layer.attributes.integer("n_targets", 1)
    how = layer.attributes.text("aggregate_function", "SUM")
    transform = _known(layer, layer.attributes.text("post_transform", "NONE"))
    entries = _entries(layer, "target", outputs)
    base = _base(layer, outputs)
    ensemble = _Ensemble(layer)
    forest = ensemble.forest(*entries, outputs, _share(layer, how, ensemble.count))
    raw = ensemble.emit(forest, outputs, base, part="forest" if _LAYERS[transform] else "")
    return _after(layer, raw, transform)


def classifier(layer: Layer) -> tuple[Value, ...]:
    """``TreeEnsembleClassifier``: the label, where it is the index of a class, and the scores."""
    names = layer.attributes.texts("classlabels_strings")
    numbers = layer.attributes.integers("classlabels_int64s")
    if (names is None) == (numbers is None):
        raise FileFormatError("it must have one of classlabels_strings and classlabels_int64s")
    classes = len(names or numbers or ())
    transform = _known(layer, layer.attributes.text("post_transform", "NONE"))
    trees, nodes, targets, weights = _entries(layer, "class", classes)
    base = _base(layer, classes, or_one=classes == 2)
    ensemble = _Ensemble(layer)
    if classes == 2 and not np.any(targets):
        raw = _two_classes(layer, ensemble, (trees, nodes, weights), base, transform)
    else:
        if base.size != classes:
            raise layer.refuse(f"base_values has {base.size} entries for {classes} classes")
        forest = ensemble.forest(trees, nodes, targets, weights, classes, 1.0)
        raw = ensemble.emit(forest, classes, base, part="forest")
    scores = _after(layer, raw, transform)
    clear = classes > 2 or not np.any(targets) or (np.all(targets == 1) and np.any(weights < 0))
    return _label(layer, raw, numbers, classes, bool(clear)), scores


def ensemble_of_nodes(layer: Layer) -> Tensor:
    """``TreeEnsemble`` of ai.onnx.ml 5: leaves apart from nodes, and one code for every comparison."""
    outputs = layer.attributes.integer("n_targets", 1)
    code = layer.attributes.integer("aggregate_function", 1)
    number = layer.attributes.integer("post_transform", 0)
    transform = _known(layer, _TRANSFORMS[number] if 0 <= number < len(_TRANSFORMS) else str(number))
    roots = layer.attributes.integers("tree_roots") or ()
    features = _ints(layer, "nodes_featureids")
    n = len(features)
    true, false = _ints(layer, "nodes_truenodeids", n), _ints(layer, "nodes_falsenodeids", n)
    true_leaf, false_leaf = _ints(layer, "nodes_trueleafs", n), _ints(layer, "nodes_falseleafs", n)
    modes, splits = layer.attributes.array("nodes_modes"), layer.attributes.array("nodes_splits")
    weights, members = layer.attributes.array("leaf_weights"), layer.attributes.array("membership_values")
    targets = _ints(layer, "leaf_targetids")
    layer.attributes.array("nodes_hitrates")
    nan_true, has_rule = _missing(layer, n)
    if modes is None or splits is None or weights is None or len(modes) != n or len(splits) != n:
        raise FileFormatError(f"nodes_modes, nodes_splits and leaf_weights must be given, for {n} nodes")
    if weights.shape != targets.shape or not np.all((targets >= 0) & (targets < outputs)):
        raise FileFormatError("leaf_weights and leaf_targetids do not fit each other and n_targets")
    if not roots or np.any(modes >= len(MODES)):
        raise FileFormatError("there are no tree_roots, or nodes_modes holds a code that is not known")
    single = splits.dtype != np.float64
    tree = Tree(single, n)
    sets = _sets(members, modes)
    for i in range(n):
        mode = MODES[int(modes[i])]
        values = sets[i] if mode == "BRANCH_MEMBER" else [float(splits[i])]
        yes = -1 - int(true[i]) if true_leaf[i] else int(true[i])
        no = -1 - int(false[i]) if false_leaf[i] else int(false[i])
        if min(yes, no) < -len(targets):
            raise FileFormatError(f"node {i} leads to a leaf that does not exist")
        tree.add(i, mode, int(features[i]), values, yes, no, bool(nan_true[i]))
    share = _share(layer, {0: "AVERAGE", 1: "SUM", 2: "MIN", 3: "MAX"}.get(code, str(code)), len(roots))
    forest = ForestBuilder(outputs)
    leaf = np.zeros((len(targets), outputs))
    leaf[np.arange(len(targets)), targets] = as_float64(weights) * share
    x = layer.tensor(0)
    (count,) = _row(layer, x)
    for root in roots:
        if not 0 <= root < n:
            raise FileFormatError(f"tree_roots holds {root}, but there are {n} nodes")
        tree.add_to(forest, leaf, range(outputs), root, count, f"the tree of node {root}")
    raw = layer.emit(
        "forest",
        [x],
        {"outputs": outputs, "missing": has_rule},
        forest.constants(outputs, np.zeros(outputs)),
        part="forest" if _LAYERS[transform] else "",
    )
    return _after(layer, raw, transform)


def zip_map(layer: Layer) -> Value:
    """``ZipMap``: refused, for a list of dictionaries is no tensor."""
    raise layer.refuse(
        "its result is a list of dictionaries; convert the model with options={'zipmap': False} (skl2onnx) "
        "or zipmap=False (onnxmltools)"
    )


class _Ensemble:
    """The nodes of a classifier or regressor, tree by tree."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._trees = _ints(layer, "nodes_treeids")
        n = len(self._trees)
        self._modes = layer.attributes.texts("nodes_modes") or ()
        self._nodes, self._features = _ints(layer, "nodes_nodeids", n), _ints(layer, "nodes_featureids", n)
        self._true, self._false = _ints(layer, "nodes_truenodeids", n), _ints(layer, "nodes_falsenodeids", n)
        self._values, self._single = _numbers(layer, "nodes_values", n)
        _numbers(layer, "nodes_hitrates", None)
        self._nan_true, self._has_rule = _missing(layer, n)
        if not n or len(self._modes) != n:
            raise FileFormatError(f"nodes_modes has {len(self._modes)} entries for {n} nodes")
        self._ids: dict[int, dict[int, int]] = {}
        for i, (tree, node) in enumerate(zip(self._trees.tolist(), self._nodes.tolist(), strict=True)):
            if self._ids.setdefault(tree, {}).setdefault(node, i) != i:
                raise FileFormatError(f"node {node} of tree {tree} is given twice")
        self.count = len(self._ids)
        self._x = layer.tensor(0, "fi")
        (self._width,) = _row(layer, self._x)

    def forest(
        self,
        trees: npt.NDArray[np.int64],
        nodes: npt.NDArray[np.int64],
        targets: npt.NDArray[np.int64],
        weights: FloatArray,
        outputs: int,
        share: float,
        values: Sequence[float] | None = None,
    ) -> ForestBuilder:
        """The trees, with weights by (tree, node, target); or, times each of ``values``, by (tree, node)."""
        one_each = values is None and self._one_target(trees, targets)
        width = len(values) if values else 1 if one_each else outputs
        forest = ForestBuilder(width)
        entries: dict[int, list[int]] = {}
        for k, tree in enumerate(trees.tolist()):
            entries.setdefault(tree, []).append(k)
        for tree in entries:
            if tree not in self._ids:
                raise FileFormatError(f"there are weights for tree {tree}, which has no nodes")
        for tree, ids in self._ids.items():
            mine = entries.get(tree, [])
            place = {node: row for row, node in enumerate(ids)}
            leaf = np.zeros((len(ids), width))
            for k in mine:
                node = int(nodes[k])
                if node not in ids or self._modes[ids[node]] != _LEAF:
                    raise FileFormatError(
                        f"there is a weight for node {node} of tree {tree}, which is no leaf"
                    )
                if values:
                    leaf[place[node]] += weights[k] * np.array(values)
                else:
                    leaf[place[node], 0 if one_each else int(targets[k])] += weights[k] * share
            first = [int(targets[mine[0]]) if mine else 0]
            target = range(width) if values or not one_each else first
            self._add(forest, tree, ids, place, leaf, list(target))
        return forest

    def emit(self, forest: ForestBuilder, outputs: int, base: FloatArray, part: str) -> Tensor:
        """The layer of a forest."""
        attrs = {"outputs": outputs, "missing": self._has_rule}
        made = self._layer.emit("forest", [self._x], attrs, forest.constants(outputs, base), part=part)
        return made.of("DOUBLE" if self._x.element == "DOUBLE" else "FLOAT")

    def _one_target(self, trees: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]) -> bool:
        pairs = {(tree, target) for tree, target in zip(trees.tolist(), targets.tolist(), strict=True)}
        return len(pairs) == len({tree for tree, _ in pairs})

    def _add(
        self,
        forest: ForestBuilder,
        number: int,
        ids: dict[int, int],
        place: dict[int, int],
        leaf: FloatArray,
        target: Sequence[int],
    ) -> None:
        where = f"tree {number}"

        def child(node: int) -> int:
            if node not in ids:
                raise FileFormatError(f"{where}: node {node} does not exist")
            return -1 - place[node] if self._modes[ids[node]] == _LEAF else place[node]

        tree = Tree(self._single, len(ids))
        for node, i in ids.items():
            mode = self._modes[i]
            if mode == _LEAF:
                continue
            if mode not in MODES[:6]:
                raise self._layer.refuse(f"{where}: a node has the mode {mode!r}")
            true, false = child(int(self._true[i])), child(int(self._false[i]))
            tree.add(
                place[node], mode, int(self._features[i]), [float(self._values[i])], true, false,
                bool(self._nan_true[i]),
            )  # fmt: skip
        # The first node that is given is the root.
        tree.add_to(forest, leaf, target, child(next(iter(ids))), self._width, where)


def _two_classes(
    layer: Layer,
    ensemble: _Ensemble,
    entries: tuple[Any, Any, FloatArray],
    base: FloatArray,
    transform: str,
) -> Tensor:
    """Scores of class 0 alone stand for class 1: 1 - s, s if none is negative, else -s, s (ONNX Runtime)."""
    trees, nodes, weights = entries
    positive = bool(np.all(weights >= 0))
    supported = ("NONE",) if positive else ("NONE", "LOGISTIC")
    if (base.size > 1 and np.any(base)) or transform not in supported:
        raise layer.refuse(
            f"two classes with weights of one, post_transform {transform!r} and {base.size} base_values; "
            f"supported: {', '.join(supported)} and one base value"
        )
    zeros = np.zeros(len(weights), dtype=np.int64)
    forest = ensemble.forest(trees, nodes, zeros, weights, 2, 1.0, values=(-1.0, 1.0))
    shift = float(base[0])
    return ensemble.emit(forest, 2, np.array([(1.0 if positive else 0.0) - shift, shift]), part="forest")


def _label(layer: Layer, raw: Tensor, numbers: tuple[int, ...] | None, classes: int, clear: bool) -> Value:
    """The class of the largest score, where the numbers of the classes are 0 to n-1."""
    if numbers is None or numbers != tuple(range(classes)):
        return Unavailable("the label of classes that are not numbered from 0 (use the scores)")
    if not clear:
        return Unavailable("the label of two classes, on which runtimes differ here (use the scores)")
    return layer.emit("argmax", [raw], {"axis": 0, "keepdims": False}, part="label").of("INT64")


def _known(layer: Layer, transform: str) -> str:
    if transform not in _LAYERS:
        raise layer.refuse(f"attribute post_transform is {transform!r}; supported: {', '.join(_LAYERS)}")
    return transform


def _after(layer: Layer, raw: Tensor, transform: str) -> Tensor:
    op = _LAYERS[transform]
    return raw if op is None else layer.emit(op, [raw])


def _share(layer: Layer, how: str, trees: int) -> float:
    """What the weights are multiplied with."""
    if how not in ("SUM", "AVERAGE"):
        raise layer.refuse(f"attribute aggregate_function is {how}; supported: SUM, AVERAGE")
    return 1.0 if how == "SUM" else 1.0 / trees


def _entries(
    layer: Layer, what: str, outputs: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Tree, node, target and weight of everything that leaves add."""
    trees = _ints(layer, f"{what}_treeids")
    nodes, targets = _ints(layer, f"{what}_nodeids", len(trees)), _ints(layer, f"{what}_ids", len(trees))
    weights, _ = _numbers(layer, f"{what}_weights", len(trees))
    if not len(trees) or not np.all((targets >= 0) & (targets < outputs)):
        raise FileFormatError(f"{what}_ids must hold numbers from 0 to {outputs - 1}")
    return trees, nodes, targets, weights


def _base(layer: Layer, outputs: int, or_one: bool = False) -> FloatArray:
    values, _ = _numbers(layer, "base_values", None)
    if not values.size:
        return np.zeros(outputs)
    if values.size != outputs and not (or_one and values.size == 1):
        raise layer.refuse(f"base_values has {values.size} entries for {outputs} outputs")
    return values


def _missing(layer: Layer, n: int) -> tuple[npt.NDArray[np.int64], bool]:
    """Whether each node sends NaN to its true branch, and whether the file says so."""
    given = layer.attributes.has("nodes_missing_value_tracks_true")
    rules = _ints(layer, "nodes_missing_value_tracks_true")
    if not given or not rules.size:
        return np.zeros(n, dtype=np.int64), False
    if len(rules) != n:
        raise FileFormatError(f"nodes_missing_value_tracks_true has {len(rules)} entries for {n} nodes")
    return rules, True


def _sets(members: Any, modes: Any) -> dict[int, list[float]]:
    """The members of every set, which are stored one after the other with NaN between them."""
    wanted = [i for i, mode in enumerate(modes.tolist()) if MODES[mode] == "BRANCH_MEMBER"]
    found: list[list[float]] = [[]]
    for value in [] if members is None else as_float64(members).ravel().tolist():
        if np.isnan(value):
            found.append([])
        else:
            found[-1].append(value)
    found = [entry for entry in found if entry]
    if len(found) != len(wanted):
        raise FileFormatError(f"membership_values holds {len(found)} sets for {len(wanted)} nodes")
    return dict(zip(wanted, found, strict=True))


def _ints(layer: Layer, name: str, count: int | None = None) -> npt.NDArray[np.int64]:
    values = np.array(layer.attributes.integers(name) or (), dtype=np.int64)
    if count is not None and len(values) != count:
        raise FileFormatError(f"attribute {name} has {len(values)} entries; expected are {count}")
    return values


def _numbers(layer: Layer, name: str, count: int | None) -> tuple[FloatArray, bool]:
    """A list in single precision, or a tensor in double; and whether it is the former."""
    single, double = layer.attributes.numbers(name), layer.attributes.array(f"{name}_as_tensor")
    if single is not None and double is not None and single.size and double.size:
        raise FileFormatError(f"both {name} and {name}_as_tensor are given")
    values = double if double is not None and double.size else single
    wide = np.zeros(0) if values is None else as_float64(values).ravel()
    if count is not None and len(wide) != count:
        raise FileFormatError(f"attribute {name} has {len(wide)} entries; expected are {count}")
    return wide, values is None or values.dtype != np.float64


def _row(layer: Layer, x: Tensor) -> tuple[int]:
    shape = layer.shape(x)
    if len(shape) != 1:
        raise layer.refuse(f"its input has samples of shape {shape}; supported is one row of features")
    return (shape[0],)
