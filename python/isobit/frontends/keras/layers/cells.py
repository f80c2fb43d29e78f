"""The cells of recurrent layers: options and weights of SimpleRNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isobit.frontends.keras.class_names import snake_case
from isobit.frontends.keras.layers.activations import HARD_SIGMOID, function_name
from isobit.frontends.keras.layers.base import Call, Variable, inner_layer, inside
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray

INERT = frozenset(
    [
        *(
            f"{part}_{what}"
            for part in ("kernel", "recurrent", "bias")
            for what in ("initializer", "regularizer")
        ),
        *("kernel_constraint", "recurrent_constraint", "bias_constraint", "unit_forget_bias"),
        *("dropout", "recurrent_dropout", "implementation", "seed"),
    ]
)
"""Options of cells that only matter in training, or choose between programs for the same function."""
_ACTIVATIONS = ("tanh", "sigmoid", "hard_sigmoid", "relu", "linear")


@dataclass(frozen=True)
class Kind:
    """A kind of cell: the operator, its gates and its states."""

    op: str
    gates: int
    states: int = 1


KINDS = {"SimpleRNN": Kind("simple_rnn", 1), "GRU": Kind("gru", 3), "LSTM": Kind("lstm", 4, 2)}
STACKED = "StackedRNNCells"


@dataclass(frozen=True)
class Cell:
    """A cell with its weights, ready to become a node.

    Parameters
    ----------
    kind : Kind
    units : int
    attrs : mapping
        Attributes of the operator that belong to the cell.
    constants : mapping of str to array
    """

    kind: Kind
    units: int
    attrs: Mapping[str, Any]
    constants: Mapping[str, FloatArray]


def cell_variables(options: Options) -> tuple[Variable, ...]:
    """Kernels and bias of a cell."""
    kernels = (Variable("kernel"), Variable("recurrent_kernel"))
    return (*kernels, Variable("bias")) if options.boolean("use_bias", True) else kernels


def read_cell(call: Call, kind: Kind, features: int) -> Cell:
    """The cell that the options of a call describe; its weights have no prefix."""
    options, constants = call.options, {}
    units = options.integer("units")
    if units < 1:
        raise options.malformed("units", "a positive integer")
    width = kind.gates * units
    constants["weight"] = call.weight("kernel", (features, width))
    constants["recurrent_weight"] = call.weight("recurrent_kernel", (units, width))
    attrs = _activations(call, kind)
    biased = options.boolean("use_bias", True)
    if kind.op == "gru":
        # Keras 1 and early Keras 2 had no such option: they applied the gate before the product.
        after = options.boolean("reset_after", call.keras is None or call.keras > 2)
        attrs["reset_after"] = after
        if biased and after:
            bias = call.weight("bias", (2, width))
            constants["bias"], constants["recurrent_bias"] = bias[0], bias[1]
            return Cell(kind, units, attrs, constants)
    if biased:
        constants["bias"] = call.weight("bias", (width,))
    return Cell(kind, units, attrs, constants)


def inner_cells(options: Options) -> list[tuple[str, Mapping[str, Any], Kind]]:
    """The cells of an ``RNN`` layer: where the layer keeps each, its description and kind."""
    cell = inner_layer(options, "cell", options.raw("cell"))
    if cell["class_name"] != STACKED:
        return [("cell", cell, _kind(options, cell))]
    described = cell["config"].get("cells")
    if not isinstance(described, list) or not described:
        raise options.malformed("cell", "a description of stacked cells")
    found, counts = [], dict[str, int]()
    for entry in described:
        inner = inner_layer(options, "cell", entry)
        stem = snake_case(inner["class_name"])
        number = counts.get(stem, 0)
        counts[stem] = number + 1
        place = stem if number == 0 else f"{stem}_{number}"
        found.append((f"cell/cells/{place}", inner, _kind(options, inner)))
    return found


def inner_cell_variables(options: Options) -> tuple[Variable, ...]:
    """The variables of the cells of an ``RNN`` layer."""
    return tuple(
        variable
        for attribute, cell, _ in inner_cells(options)
        for variable in inside(
            attribute, cell_variables(Options(options.layer, cell["class_name"], cell["config"]))
        )
    )


def _kind(options: Options, cell: Mapping[str, Any]) -> Kind:
    name = cell["class_name"]
    if not name.endswith("Cell") or name[: -len("Cell")] not in KINDS:
        raise options.unsupported(
            "cell", "supported: SimpleRNNCell, GRUCell, LSTMCell and StackedRNNCells of these"
        )
    return KINDS[name[: -len("Cell")]]


def _activations(call: Call, kind: Kind) -> dict[str, Any]:
    attrs: dict[str, Any] = {"activation": _activation(call, "activation", "tanh")}
    if kind.gates > 1:
        attrs["recurrent_activation"] = _activation(call, "recurrent_activation", "sigmoid")
    if "hard_sigmoid" in attrs.values():
        if call.keras not in HARD_SIGMOID:
            raise call.refuse(
                "hard_sigmoid differs between Keras 2 and 3, and the file does not state its Keras version"
            )
        attrs |= HARD_SIGMOID[call.keras]
    return attrs


def _activation(call: Call, key: str, default: str) -> str:
    value = call.options.raw(key)
    name = default if value is None and key not in call.options else function_name(call, value)
    if name not in _ACTIVATIONS:
        raise call.options.unsupported(key, f"supported: {', '.join(_ACTIVATIONS)}")
    return name
