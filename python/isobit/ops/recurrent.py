"""Recurrent layers over the steps of a sequence: SimpleRNN, LSTM and GRU, as Keras and ONNX have them.

The states are never hidden: they begin at zero or come as further inputs, and leave as outputs
(:class:`isobit.Stateful` carries them from call to call).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.functions import value_range
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op, Ranges
from isobit.ops.layer import Layer
from isobit.ops.roles import (
    ACCUMULATOR,
    BIAS,
    HIDDEN,
    OFFSET,
    OUTPUT,
    RECURRENT_BIAS,
    RECURRENT_TABLE,
    RECURRENT_WEIGHT,
    SLOPE,
    STATE,
    TABLE,
    WEIGHT,
    Role,
)
from isobit.ops.unrolled import TABULATED, Steps

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_ACTIVATIONS = ("tanh", "sigmoid", "hard_sigmoid", "relu", "linear")
_SATURATED = 16.0
"""Beyond it, sigmoid and tanh are at their ends in every format that a table has."""


def _attributes(*outputs: str, **more: Attribute) -> Mapping[str, Attribute]:
    return declare(
        {
            "activation": Attribute(Kind.STR, "tanh", _ACTIVATIONS),
            **more,
            "slope": Attribute(Kind.FLOAT, 0.2),
            "offset": Attribute(Kind.FLOAT, 0.5),
            "output": Attribute(Kind.STR, "last", ("sequence", "last", "hidden", *outputs)),
            "go_backwards": Attribute(Kind.BOOL, False),
            "reverse_output": Attribute(Kind.BOOL, False),
            "initial_states": Attribute(Kind.BOOL, False),
            "mask": Attribute(Kind.BOOL, False),
            "lengths": Attribute(Kind.BOOL, False),
            "zero_output_for_mask": Attribute(Kind.BOOL, False),
        }
    )


class Recurrent(Op):
    """What the recurrent layers have in common.

    Inputs: the sequence (steps, features); the states if ``initial_states``, each (units,); if ``mask`` one
    number for each step (0: the step is skipped); if ``lengths`` the number of steps that count, 0 to all of
    them (others are refused before any work where they come with the data).

    Result: by ``output`` the ``sequence`` (steps, units), its ``last`` row, the final ``hidden`` state or,
    for an LSTM, its ``state``. A skipped step keeps the states; in the sequence it repeats the row before
    (zeros at the start), or is zero if ``zero_output_for_mask``. ``go_backwards`` reads the steps from the
    last to the first; ``reverse_output`` turns the sequence round once more.

    ``slope`` and ``offset`` belong to ``hard_sigmoid`` (defaults of Keras 2 and ONNX; Keras 3: 1/6).
    """

    gates: ClassVar[int]
    states: ClassVar[int] = 1
    constants = declare(
        {
            "weight": Constant("array of shape (features, gates * units)"),
            "recurrent_weight": Constant("array of shape (units, gates * units)"),
            "bias": Constant("array of shape (gates * units,)", optional=True),
            "recurrent_bias": Constant("array of shape (gates * units,)", optional=True),
        }
    )
    max_inputs: ClassVar[int | None] = None

    def check_attrs(self, layer: Layer) -> None:
        """A sequence is masked in one way."""
        if layer.attrs["mask"] and layer.attrs["lengths"]:
            raise layer.refuse("attributes mask and lengths exclude each other")

    def shape(self, layer: Layer) -> Shape:
        """(steps, units) for the sequence, else (units,)."""
        steps, features = layer.dimensions("the sequence", layer.input_shape, "steps", "features")
        recurrent = layer.constants["recurrent_weight"]
        units = recurrent.shape[0] if recurrent.ndim == 2 else 0
        width = self.gates * units
        if units < 1:
            raise layer.refuse("recurrent_weight must have shape (units, gates * units)")
        for name, expected in (
            ("recurrent_weight", (units, width)),
            ("weight", (features, width)),
            ("bias", (width,)),
            ("recurrent_bias", (width,)),
        ):
            layer.check_constant(
                name, expected, f"for {features} features, {units} units and {self.gates} gates"
            )
        wanted: list[tuple[str, tuple[Shape, ...]]] = []
        if layer.attrs["initial_states"]:
            wanted += [(f"initial state {i}", ((units,),)) for i in range(self.states)]
        if layer.attrs["mask"]:
            wanted.append(("mask", ((steps,),)))
        if layer.attrs["lengths"]:
            wanted.append(("length", ((), (1,))))
        if len(layer.input_shapes) != 1 + len(wanted):
            names = ", ".join(["the sequence", *(f"the {name}" for name, _ in wanted)])
            raise layer.refuse(
                f"operator {self.name} with these attributes takes {1 + len(wanted)} "
                f"input(s): {names}; not {len(layer.input_shapes)}"
            )
        for (name, shapes), found in zip(wanted, layer.input_shapes[1:], strict=True):
            if found not in shapes:
                raise layer.refuse(f"the {name} must have shape {shapes[-1]}, not {found}")
        return (steps, units) if layer.attrs["output"] == "sequence" else (units,)

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """A length is 0 to the number of steps."""
        return {len(layer.input_shapes) - 1: layer.input_shape[0] + 1} if layer.attrs["lengths"] else {}

    def used_roles(self, layer: Layer) -> tuple[Role, ...]:
        """Without the tables and constants that the layer's activations and biases do not have."""
        unused: set[Role] = set()
        if "hard_sigmoid" not in _activations(layer):
            unused |= {SLOPE, OFFSET}
        if "recurrent_bias" not in layer.constants:
            unused.add(RECURRENT_BIAS)
        if layer.attrs["output"] != "state":
            unused.add(HIDDEN)
        return tuple(role for role in self.roles if role not in unused)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Weights, biases, and slope and offset where they are used."""
        values = {"bias": np.zeros(1), **layer.constants}
        if "hard_sigmoid" in _activations(layer):
            values |= {name: np.array([layer.attrs[name]]) for name in ("slope", "offset")}
        return values

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """Sigmoid reaches 1, so that a gate can be wholly open; tanh stops short of its ends."""
        ranges: dict[str, tuple[float, float]] = {}
        for role, attribute in (("table", "activation"), ("recurrent_table", "recurrent_activation")):
            activation = layer.attrs.get(attribute)
            if activation in ("sigmoid", "hard_sigmoid"):
                ranges[role] = (0.0, 1.0)
            elif activation == "tanh":
                ranges[role] = value_range(TABULATED["tanh"], 0.0, (-_SATURATED, _SATURATED))
        return ranges


class SimpleRnn(Recurrent):
    """``h_t = activation(x_t W + h_{t-1} U + b)``."""

    name = "simple_rnn"
    gates = 1
    attributes = _attributes()
    roles = (
        OUTPUT, WEIGHT, RECURRENT_WEIGHT, BIAS, RECURRENT_BIAS, ACCUMULATOR, TABLE, SLOPE, OFFSET,
    )  # fmt: skip
    hls4ml_classes = ("SimpleRNN",)

    def used_roles(self, layer: Layer) -> tuple[Role, ...]:
        """The activation goes straight into the output: without a table it has no format of its own."""
        roles = super().used_roles(layer)
        return tuple(role for role in roles if role is not TABLE or layer.attrs["activation"] in TABULATED)

    def lower(self, layer: LayerLowering) -> None:
        """A dense cell and a gate for each step."""
        steps = Steps(layer, self.gates, OUTPUT)
        activation = steps.activation(TABLE, "activation", steps.sum_format())
        for t in steps:
            total = steps.recurrent_sum()
            h = steps.new_hidden()
            steps.gate(activation, h, (steps.inputs, steps.row(t)), (total, 0))
            steps.finish(t, h)
        steps.emit_result()


class Gru(Recurrent):
    """``h_t = z h_{t-1} + (1 - z) n`` with gates z and r (update, reset) and the candidate n.

    With ``reset_after`` (cuDNN, PyTorch, the default of Keras; ``linear_before_reset`` of ONNX) the
    candidate is ``activation(x W + b + r (h U + b'))``, else ``activation(x W + b + (r h) U + b')`` with
    ``r h`` in the format of h. Gates in the order of Keras: z, r, candidate.
    """

    name = "gru"
    gates = 3
    attributes = _attributes(
        recurrent_activation=Attribute(Kind.STR, "sigmoid", _ACTIVATIONS),
        reset_after=Attribute(Kind.BOOL, True),
    )
    roles = (
        OUTPUT, WEIGHT, RECURRENT_WEIGHT, BIAS, RECURRENT_BIAS, ACCUMULATOR, RECURRENT_TABLE, TABLE, SLOPE,
        OFFSET,
    )  # fmt: skip
    hls4ml_classes = ("GRU", "QGRU")

    def lower(self, layer: LayerLowering) -> None:
        """Dense cells, gates and one blend for each step."""
        after = bool(layer.attrs["reset_after"])
        steps = Steps(layer, self.gates, OUTPUT)
        u = steps.units
        gates = [*range(2 * u)]
        candidate = [*range(2 * u, 3 * u)]
        source = steps.reset_sum_format(RECURRENT_TABLE) if after else steps.sum_format()
        recurrent = steps.activation(RECURRENT_TABLE, "recurrent_activation", steps.sum_format())
        activation = steps.activation(TABLE, "activation", source)
        for t in steps:
            row = steps.row(t)
            total = steps.recurrent_sum(columns=None if after else gates)
            zr = layer.internal(RECURRENT_TABLE, 2 * u)
            steps.gate(recurrent, zr, (steps.inputs, row), (total, 0))
            n = layer.internal(TABLE, u)
            if after:
                steps.gate(activation, n, (steps.inputs, row + 2 * u), (zr, u), (total, 2 * u))
            else:
                kept = layer.temporary(u, layer.tensor_format(steps.hidden))
                steps.emit("gated", kept, (zr, u), (steps.hidden, 0))
                total = steps.recurrent_sum(columns=candidate, source=kept)
                steps.gate(activation, n, (steps.inputs, row + 2 * u), (total, 0))
            h = steps.new_hidden()
            steps.emit("gru_state", h, (zr, 0), (steps.hidden, 0), (n, 0))
            steps.finish(t, h)
        steps.emit_result()


class Lstm(Recurrent):
    """``c_t = i g + f c_{t-1}``, ``h_t = o activation(c_t)`` with gates i, f, o and the candidate g.

    c has the role ``state``; h has the role ``output`` or, where the result is the state c, ``hidden``.
    Gates in the order of Keras: i, f, candidate, o.
    """

    name = "lstm"
    gates = 4
    states = 2
    attributes = _attributes("state", recurrent_activation=Attribute(Kind.STR, "sigmoid", _ACTIVATIONS))
    roles = (
        OUTPUT, STATE, HIDDEN, WEIGHT, RECURRENT_WEIGHT, BIAS, RECURRENT_BIAS, ACCUMULATOR, RECURRENT_TABLE,
        TABLE, SLOPE, OFFSET,
    )  # fmt: skip
    hls4ml_classes = ("LSTM", "QLSTM")

    def lower(self, layer: LayerLowering) -> None:
        """A dense cell, gates, and the cells of both states for each step."""
        of_state = layer.attrs["output"] == "state"
        # The three gates side by side: one cell computes them.
        u = layer.constants["recurrent_weight"].shape[0]
        order = [*range(2 * u), *range(3 * u, 4 * u), *range(2 * u, 3 * u)]
        steps = Steps(layer, self.gates, HIDDEN if of_state else OUTPUT, STATE, order)
        recurrent = steps.activation(RECURRENT_TABLE, "recurrent_activation", steps.sum_format())
        activation = steps.activation(TABLE, "activation", steps.sum_format(), steps.state)
        for t in steps:
            row = steps.row(t)
            total = steps.recurrent_sum()
            ifo, g = layer.internal(RECURRENT_TABLE, 3 * u), layer.internal(TABLE, u)
            steps.gate(recurrent, ifo, (steps.inputs, row), (total, 0))
            steps.gate(activation, g, (steps.inputs, row + 3 * u), (total, 3 * u))
            c = layer.internal(STATE, u)
            steps.emit("lstm_state", c, (ifo, 0), (g, 0), (ifo, u), (steps.state, 0))
            h = steps.new_hidden()
            steps.gated(activation, TABLE, h, (ifo, 2 * u), c)
            steps.finish(t, h, c)
        steps.emit_result()


def _activations(layer: Layer) -> set[Any]:
    return {layer.attrs["activation"], layer.attrs.get("recurrent_activation")}
