"""Decision trees, boosted or random: the sum of the leaves that a sample reaches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.program import decode
from isobit.errors import ConfigError
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op
from isobit.ops.forest_bins import MAX_ENTRIES, Bins
from isobit.ops.forest_nodes import MAX_FEATURES, MAX_NODES, Arranged, Trees
from isobit.ops.layer import Layer
from isobit.ops.roles import BIAS, OUTPUT, WEIGHT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

SMALL_TABLE = 4096
"""Entries up to which a forest becomes one table without being asked to."""

_WHOLE = ("feature", "inclusive", "left", "right", "root", "target")


class Forest(Op):
    """Trees of nodes that compare one feature with a threshold; leaves are added up by output, plus bias.

    A node sends a sample left where ``x[feature] < threshold`` (a NaN then goes right), an ``inclusive`` one
    where ``x[feature] <= threshold`` (a NaN then goes left): with neighbouring floats as thresholds these
    two express every rule of the training libraries. Thresholds are compared exactly, whatever the format
    of the input. ``missing`` says that NaN may be among the features of the unquantized model.

    ``left`` and ``right`` hold the index of a later node, or ``-1 - row`` for a row of ``leaf``; ``root``
    does for each tree. Value ``k`` of a leaf of tree ``t`` goes to output ``target[t, k]``.
    """

    name = "forest"
    attributes = declare(
        {
            "outputs": Attribute(Kind.INT, least=1),
            "missing": Attribute(Kind.BOOL, False),
            "form": Attribute(Kind.STR, "auto", ("auto", "nodes", "table")),
        }
    )
    constants = declare(
        {
            "feature": Constant("array of shape (n_nodes,)"),
            "threshold": Constant("array of shape (n_nodes,)"),
            "inclusive": Constant("zeros and ones, shape (n_nodes,)"),
            "left": Constant("array of shape (n_nodes,)"),
            "right": Constant("array of shape (n_nodes,)"),
            "root": Constant("array of shape (n_trees,)"),
            "leaf": Constant("array of shape (n_leaves, n_values)"),
            "target": Constant("array of shape (n_trees, n_values)"),
            "bias": Constant("array of shape (outputs,)", optional=True),
        }
    )
    roles = (OUTPUT, WEIGHT, BIAS)

    def shape(self, layer: Layer) -> Shape:
        """One row of ``outputs`` elements from one row of features."""
        (features,) = layer.dimensions("the input", layer.input_shape, "features")
        wrong = _wrong(layer.constants, int(layer.attrs["outputs"]), features)
        if wrong:
            raise layer.refuse(wrong)
        return (int(layer.attrs["outputs"]),)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Leaves, and bias (zeros where there is none)."""
        return {"weight": layer.constants["leaf"], "bias": _bias(layer)}

    def lower(self, layer: LayerLowering) -> None:
        """A value for every tree, and their sum; or one table."""
        leaf = layer.constant(WEIGHT, "leaf", layer.constants["leaf"])
        bias = layer.constant(BIAS, "bias", _bias(layer))
        trees = Trees.of(layer.constants)
        if not layer.quantized:
            arranged = Arranged.of(trees, None)
            thresholds = layer.known_raws(layer.input_format(), None, arranged.trained_thresholds())
            _emit_trees(layer, arranged, thresholds, leaf, bias)
            return
        trees = trees.in_format(layer.input_format())
        if layer.attrs["form"] != "nodes" and _emit_table(layer, trees, leaf, bias):
            return
        arranged = Arranged.of(trees, layer.input_format())
        raws = layer.known_raws(
            _without_modes(layer.input_format()), arranged.thresholds, arranged.trained_thresholds()
        )
        _emit_trees(layer, arranged, raws, leaf, bias)


def _emit_trees(
    layer: LayerLowering,
    arranged: Arranged,
    thresholds: dict[str, Any],
    leaf: dict[str, Any],
    bias: dict[str, Any],
) -> None:
    target = layer.constants["target"].astype(np.int64)
    values = target.shape[1]
    order = arranged.leaf_positions(values)
    leaves = {**leaf, "raw": leaf["raw"][order], "value": leaf["value"][order]}
    of_trees = layer.temporary(target.size, decode(leaf["format"]))
    layer.emit("tree", output=of_trees, constants=[thresholds, leaves], ints=arranged.ints(values))
    by_output = np.argsort(target.ravel(), kind="stable")
    counts = np.bincount(target.ravel(), minlength=layer.shape[0])
    begins = np.concatenate([[0], np.cumsum(counts)])
    layer.emit(
        "sum_of_trees",
        inputs=[of_trees],
        constants=[bias],
        ints=np.concatenate([[1, len(counts), counts.max()], begins, by_output]),
    )


def _emit_table(layer: LayerLowering, trees: Trees, leaf: dict[str, Any], bias: dict[str, Any]) -> bool:
    """Emit the forest as one table, where that is asked for or is small."""
    asked = layer.attrs["form"] == "table"
    most = MAX_ENTRIES if asked else SMALL_TABLE
    source = layer.input_format()
    bins = Bins.of(trees, layer.shape[0], source)
    entries = bins.entries
    table = None
    if entries <= most:
        table = bins.table(trees, leaf, bias, layer.constants["target"].astype(np.int64))
    if table is None:
        if asked:
            raise layer.refuse(
                f"as one table the forest has {entries} entries; at most {MAX_ENTRIES} entries of 60 bits "
                "are supported. Use form='nodes', or fewer bits",
                ConfigError,
            )
        return False
    thresholds = layer.known_raws(
        _without_modes(source), bins.thresholds, np.ldexp(np.float64(bins.thresholds), -source.frac)
    )
    steps = layer.known_raws(bins.index, bins.steps, bins.steps.astype(np.float64))
    layer.emit(
        "binned",
        constants=[thresholds, steps],
        tables=[table],
        ints=np.concatenate([[layer.shape[0], bins.count, len(bins.features)], bins.features]),
    )
    return True


def _without_modes(fmt: Format) -> Format:
    """A format that has a raw between any two (``pm1`` has none between its own)."""
    return Format(fmt.width, fmt.frac, fmt.signed)


def _bias(layer: Layer) -> FloatArray:
    return layer.constants.get("bias", np.zeros(layer.attrs["outputs"]))


def _wrong(constants: Mapping[str, FloatArray], outputs: int, features: int) -> str:
    """What is wrong with the arrays of a forest; empty if nothing is."""
    for key in _WHOLE:
        array = constants[key]
        if array.ndim != 1 + (key == "target") or np.any(array != np.floor(array)):
            return f"{key} must be an array of integers, not of shape {array.shape}"
    n = constants["feature"].size
    for key in ("threshold", "inclusive", "left", "right"):
        if constants[key].shape != (n,):
            return f"{key} has shape {constants[key].shape}, but there are {n} nodes"
    leaf, target = constants["leaf"], constants["target"]
    trees = constants["root"].size
    if leaf.ndim != 2 or not leaf.size or target.shape != (trees, leaf.shape[1]) or not trees:
        return f"leaf has shape {leaf.shape} and target {target.shape}; they must be (n_leaves, n_values) and (n_trees, n_values)"  # fmt: skip # noqa: E501
    if n > MAX_NODES or features > MAX_FEATURES:
        return f"{n} nodes and {features} features; isobit handles {MAX_NODES} and {MAX_FEATURES}"
    if np.any(~np.isin(constants["inclusive"], (0, 1))):
        return "inclusive must hold zeros and ones"
    if not _within(constants["feature"], 0, features):
        return f"a node reads a feature that does not exist; the input has {features}"
    for key in ("left", "right"):
        child: npt.NDArray[Any] = constants[key]
        inner = child >= 0
        if not _within(child, -len(leaf), n) or np.any(child[inner] <= np.flatnonzero(inner)):
            return f"{key} must hold later nodes, or -1 - row for a row of leaf"
    if not _within(constants["root"], -len(leaf), n):
        return "root must hold nodes, or -1 - row for a row of leaf"
    if not _within(target, 0, outputs) or len(np.unique(target)) != outputs:
        return f"target must name each of the {outputs} outputs"
    if "bias" in constants and constants["bias"].shape != (outputs,):
        return f"bias must have shape {(outputs,)}, not {constants['bias'].shape}"
    return ""


def _within(array: FloatArray, low: int, end: int) -> bool:
    return bool(np.all((array >= low) & (array < end)))
