"""LSTM and GRU as firmware computes them: every step has a format, activations come from given tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import Op
from isobit.ops.chain import Chain
from isobit.ops.layer import Layer
from isobit.ops.roles import (
    BIAS,
    OUTPUT,
    RECURRENT_BIAS,
    RECURRENT_WEIGHT,
    STEPS,
    WEIGHT,
    Role,
    RoleKind,
)

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_INPUT_SUM = Role("input_accumulator", RoleKind.DATA)
_RECURRENT_SUM = Role("recurrent_accumulator", RoleKind.DATA)
_ACTIVATION = Role("activation_entries", RoleKind.CONSTANT)
_GATE = Role("recurrent_activation_entries", RoleKind.CONSTANT)
_SUMS = ("dense", "rounded_dense", "ascending_dense")


class StepwiseRecurrent(Op):
    """What both have in common.

    The products with the inputs and with h are two sums, in the accumulators of their own roles, each with
    its own bias; ``input_sum`` and ``recurrent_sum`` name the cells. Their results, the sum of both, the
    activations and everything in between but the states have the format of the role ``accumulator``; the
    states have that of the output. Activations are ``entries[cast(x, index)]``, or ``relu`` without a table.

    Input (steps, features); result the sequence (steps, units), or its last row.
    """

    gates: ClassVar[int]
    attributes = declare(
        {
            "input_sum": Attribute(Kind.STR, "dense", _SUMS),
            "recurrent_sum": Attribute(Kind.STR, "dense", _SUMS),
            "activation": Attribute(Kind.STR, "tanh"),
            "recurrent_activation": Attribute(Kind.STR, "sigmoid"),
            "index": Attribute(Kind.STR, None),
            "recurrent_index": Attribute(Kind.STR, None),
            "output": Attribute(Kind.STR, "last", ("sequence", "last")),
            "go_backwards": Attribute(Kind.BOOL, False),
        }
    )
    constants = declare(
        {
            "weight": Constant("array of shape (features, gates * units)"),
            "recurrent_weight": Constant("array of shape (units, gates * units)"),
            "bias": Constant("array of shape (gates * units,)"),
            "recurrent_bias": Constant("array of shape (gates * units,)"),
            "activation_entries": Constant("array of one number for each address", optional=True),
            "recurrent_activation_entries": Constant("array of one number for each address", optional=True),
        }
    )
    roles: ClassVar[tuple[Role, ...]] = (
        OUTPUT, WEIGHT, RECURRENT_WEIGHT, BIAS, RECURRENT_BIAS, _INPUT_SUM, _RECURRENT_SUM, STEPS,
        _ACTIVATION, _GATE,
    )  # fmt: skip

    def used_roles(self, layer: Layer) -> tuple[Role, ...]:
        """Without tables that the layer does not have."""
        tables = (_ACTIVATION, _GATE)
        return tuple(role for role in self.roles if role not in tables or role.name in layer.constants)

    def shape(self, layer: Layer) -> Shape:
        """(steps, units) for the sequence, else (units,)."""
        steps, features = layer.dimensions("the sequence", layer.input_shape, "steps", "features")
        units = layer.constants["recurrent_weight"].shape[0]
        width = self.gates * units
        for name, shape in (
            ("recurrent_weight", (units, width)),
            ("weight", (features, width)),
            ("bias", (width,)),
            ("recurrent_bias", (width,)),
        ):
            layer.check_constant(name, shape, f"{features} features, {units} units, {self.gates} gates")
        for entries, index in (
            ("activation_entries", "index"),
            ("recurrent_activation_entries", "recurrent_index"),
        ):
            if (entries in layer.constants) != (layer.attrs[index] is not None):
                raise layer.refuse(f"the constant {entries} and the attribute {index} belong together")
            if entries in layer.constants:
                index_format = Format.parse(layer.attrs[index])
                count = index_format.max_raw - index_format.min_raw + 1
                layer.check_constant(entries, (count,), f"one for every raw of {index_format}")
        return (steps, units) if layer.attrs["output"] == "sequence" else (units,)

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """All of them: the roles have their names."""
        return dict(layer.constants)

    def lower(self, layer: LayerLowering) -> None:
        """The cells of one step after the other."""
        steps = _Steps(layer, self.gates)
        for row in steps:
            self.step(steps, row)
        steps.finish()

    def step(self, steps: _Steps, row: int) -> None:
        """One step, whose inputs are a tensor."""
        raise NotImplementedError


class StepwiseLstm(StepwiseRecurrent):
    """``c = g i + c f``, ``h = o activation(c)``; gates in the order of Keras: i, f, candidate, o."""

    name = "stepwise_lstm"
    gates = 4

    def step(self, steps: _Steps, row: int) -> None:
        """Sums, three gates and a candidate, both states."""
        u = steps.units
        sums = steps.sums(row)
        total = steps.combined("add", *sums, steps.between)
        gates = steps.activated(steps.part(total, [*range(2 * u), *range(3 * u, 4 * u)]), "gate")
        candidate = steps.activated(steps.part(total, range(2 * u, 3 * u)), "activation")
        i, f, o = (steps.part(gates, range(k * u, (k + 1) * u)) for k in range(3))
        c = steps.blended("lstm_state", candidate, i, steps.state, f)
        steps.advance(steps.combined("multiply", o, steps.activated(c, "activation"), steps.result), c)


class StepwiseGru(StepwiseRecurrent):
    """``h = n (1 - z) + h z``, ``n = activation(x W + b + r (h U + b'))``; gates z, r, candidate.

    With ``reset_first`` (PyTorch) the gates are r, z, candidate.
    """

    name = "stepwise_gru"
    gates = 3
    attributes = declare({**StepwiseRecurrent.attributes, "reset_first": Attribute(Kind.BOOL, False)})

    def step(self, steps: _Steps, row: int) -> None:
        """Sums, two gates, a candidate and the state."""
        u = steps.units
        of_inputs, of_h = steps.sums(row)
        both = steps.combined(
            "add", steps.part(of_inputs, range(2 * u)), steps.part(of_h, range(2 * u)), steps.between
        )
        gates = steps.activated(both, "gate")
        first, second = steps.part(gates, range(u)), steps.part(gates, range(u, 2 * u))
        r, z = (first, second) if steps.layer.attrs["reset_first"] else (second, first)
        kept = steps.combined("multiply", r, steps.part(of_h, range(2 * u, 3 * u)), steps.between)
        candidate = steps.combined("add", steps.part(of_inputs, range(2 * u, 3 * u)), kept, steps.between)
        n = steps.activated(candidate, "activation")
        steps.advance(steps.blended("gru_state", z, steps.h, n))


@dataclass
class _Steps:
    """The tensors of a layer while its steps are emitted; iterating gives the inputs of each."""

    layer: LayerLowering
    gates: int
    h: int = -1
    state: int = -1
    done: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        layer = self.layer
        self.units = layer.constants["recurrent_weight"].shape[0]
        self.result, self.between = layer.role_format(OUTPUT), layer.role_format(STEPS)
        self.chain = Chain(layer)
        self._weights = {
            role.name: layer.constant(role, role.name, layer.constants[role.name])
            for role in (WEIGHT, BIAS, RECURRENT_WEIGHT, RECURRENT_BIAS)
        }
        self._tables = {
            "activation": self._table("activation_entries", "index", layer.attrs["activation"]),
            "gate": self._table(
                "recurrent_activation_entries", "recurrent_index", layer.attrs["recurrent_activation"]
            ),
        }
        self.h = self._zeros()
        self.state = self.h

    def __iter__(self) -> Iterator[int]:
        steps, features = self.layer.input_shape
        order = range(steps)[::-1] if self.layer.attrs["go_backwards"] else range(steps)
        for step in order:
            yield self.chain.taken(self.layer.inputs[0], np.arange(features) + step * features)

    def sums(self, row: int) -> tuple[int, int]:
        """The products with the inputs, and with h."""
        attrs, width, weights = self.layer.attrs, self.between, self._weights
        of_inputs = self.chain.dense(
            attrs["input_sum"], row, self.layer.role_format(_INPUT_SUM), width, 1,
            weights["weight"], weights["bias"],
        )  # fmt: skip
        of_h = self.chain.dense(
            attrs["recurrent_sum"], self.h, self.layer.role_format(_RECURRENT_SUM), width, 1,
            weights["recurrent_weight"], weights["recurrent_bias"],
        )  # fmt: skip
        return of_inputs, of_h

    def part(self, tensor: int, elements: Any) -> int:
        """Neighbouring elements."""
        return self.chain.taken(tensor, list(elements))

    def combined(self, cell: str, first: int, second: int, fmt: Format) -> int:
        """Two tensors of one size, element by element."""
        return self.chain.combined(cell, first, second, fmt, self._size(first))

    def activated(self, tensor: int, which: str) -> int:
        """An activation, cast into the format in between."""
        size, table = self._size(tensor), self._tables[which]
        made = self.layer.temporary(size, self.between)
        if table is None:
            self.layer.emit("relu", inputs=[tensor], output=made)
        else:
            self.layer.emit("lookup", inputs=[tensor], output=made, tables=[table])
        return made

    def blended(self, cell: str, *tensors: int) -> int:
        """A state from several tensors of its size."""
        made = self.layer.temporary(self.units, self.result)
        self.layer.emit(cell, inputs=list(tensors), output=made, ints=[0, 1] * len(tensors))
        return made

    def advance(self, h: int, state: int = -1) -> None:
        """The states after a step."""
        self.h, self.state = h, state
        self.done.append(h)

    def finish(self) -> None:
        """The sequence in the order of the inputs, or what came last."""
        layer = self.layer
        if layer.attrs["output"] == "last":
            layer.gather(np.arange(self.units), inputs=[self.done[-1]])
            return
        rows = self.done[::-1] if layer.attrs["go_backwards"] else self.done
        numbers = np.repeat(np.arange(len(rows)), self.units)
        layer.gather(np.tile(np.arange(self.units), len(rows)), numbers, inputs=rows)

    def _size(self, tensor: int) -> int:
        return self.layer.tensor_size(tensor)

    def _zeros(self) -> int:
        zeros = self.layer.temporary(self.units, self.result)
        self.layer.emit("constant", inputs=[], output=zeros, constants=[self.layer.zeros(self.units)])
        return zeros

    def _table(self, entries: str, index: str, function: str) -> dict[str, Any] | None:
        layer = self.layer
        if entries not in layer.constants:
            return None
        known = function if function in ("sigmoid", "tanh") else "given"
        return layer.given_table(entries, layer.constants[entries], Format.parse(layer.attrs[index]), known)
