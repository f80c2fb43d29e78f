"""The steps of a recurrent layer, unrolled: cells of its own for each, constants and tables shared by all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.backends.exact import dense_format, product_format, sum_format
from isobit.backends.program import EXACT, decode
from isobit.errors import ConfigError
from isobit.formats import Format
from isobit.functions import Function
from isobit.ops.lookup import SIGMOID, TANH
from isobit.ops.roles import (
    ACCUMULATOR,
    BIAS,
    OFFSET,
    RECURRENT_BIAS,
    RECURRENT_WEIGHT,
    SLOPE,
    WEIGHT,
    Role,
)

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

TABULATED: dict[str, Function] = {"sigmoid": SIGMOID, "tanh": TANH}
"""The activations that are read from a table."""

Slice = tuple[int, int]
"""A tensor, and the element that a cell reads first."""

_FLAG = Format(1, 0, signed=False)


@dataclass(frozen=True)
class Activation:
    """An activation in one of its roles: the end of the cells' names, and what they take."""

    cell: str
    constants: Sequence[dict[str, Any]]
    tables: Sequence[dict[str, Any]]


class Steps:
    """Iterating gives the step of the sequence that is read next.

    Parameters
    ----------
    layer : LayerLowering
    gates : int
        Blocks of columns of the weights.
    hidden, state : Role
        Of h, and of the second state if there is one.
    order : sequence of int, optional
        How columns of weights and biases are rearranged.

    Attributes
    ----------
    inputs : int
        ``x W + b`` of every step, row by row.
    hidden, state : int
        The tensors of the states before the step.
    """

    def __init__(
        self,
        layer: LayerLowering,
        gates: int,
        hidden: Role,
        state: Role | None = None,
        order: Sequence[int] | None = None,
    ) -> None:
        self._layer, self._hidden_role = layer, hidden
        self._count = layer.input_shape[0]
        self.units = int(layer.constants["recurrent_weight"].shape[0])
        self._width = gates * self.units
        columns = list(range(self._width)) if order is None else order
        weight = self._constant(WEIGHT, "weight", columns)
        bias = self._constant(BIAS, "bias", columns)
        self._weight = self._constant(RECURRENT_WEIGHT, "recurrent_weight", columns)
        self._bias = (
            self._constant(RECURRENT_BIAS, "recurrent_bias", columns)
            if "recurrent_bias" in layer.constants
            else layer.zeros(self._width)
        )
        self._input_sum = dense_format(layer.name, layer.input_format(), weight, bias)
        self._recurrent_sum = dense_format(layer.name, layer.role_format(hidden), self._weight, self._bias)
        self._parts: dict[tuple[int, ...], tuple[dict[str, Any], dict[str, Any]]] = {}
        total = layer.temporary(self._count * self._width, self._input_sum)
        self.inputs = self._sum(layer.inputs[0], weight, bias, total, self._count)
        given = iter(layer.inputs[1:])
        self.hidden = self._initial(hidden, given)
        self.state = self._initial(state, given) if state is not None else -1
        self._mask = self._mask_of(given)
        self._shown: list[int] = []

    def __iter__(self) -> Iterator[int]:
        order = range(self._count)
        return iter(reversed(order) if self._layer.attrs["go_backwards"] else order)

    def row(self, t: int) -> int:
        """Where the sums of step t begin in ``inputs``."""
        return t * self._width

    def recurrent_sum(self, columns: Sequence[int] | None = None, source: int | None = None) -> int:
        """``h U + b`` (some columns of it, or of another tensor than h), exact."""
        weight, bias = self._weight, self._bias
        if columns is not None:
            key = tuple(columns)
            if key not in self._parts:
                both = _columns(weight, columns, self._width), _columns(bias, columns, self._width)
                self._parts[key] = both
            weight, bias = self._parts[key]
        total = self._layer.temporary(int(bias["raw"].size), self._recurrent_sum)
        return self._sum(self.hidden if source is None else source, weight, bias, total)

    def new_hidden(self) -> int:
        """A tensor for h."""
        return self._layer.internal(self._hidden_role, self.units)

    def sum_format(self) -> Format:
        """What a gate adds up, behind the cast of the accumulator."""
        return self._accumulated(sum_format(self._layer.name, self._input_sum, self._recurrent_sum))

    def reset_sum_format(self, gate: Role) -> Format:
        """The same for ``x + r h`` with r in the format of a role."""
        name, reset = self._layer.name, self._layer.role_format(gate)
        return self._accumulated(
            sum_format(name, self._input_sum, product_format(name, reset, self._recurrent_sum))
        )

    def activation(self, role: Role, attribute: str, source: Format, state: int | None = None) -> Activation:
        """The activation that an attribute names, of numbers of a format and those of a state."""
        layer, name = self._layer, self._layer.attrs[attribute]
        if name in TABULATED:
            if state is not None:
                source = sum_format(layer.name, source, layer.tensor_format(state))
            return Activation("lookup", (), [layer.table(role, TABULATED[name], source)])
        if name == "hard_sigmoid":
            attrs = layer.attrs
            constants = [
                layer.scalar(SLOPE, "slope", attrs["slope"]),
                layer.scalar(OFFSET, "offset", attrs["offset"]),
            ]
            return Activation(name, constants, ())
        return Activation(name, (), ())

    def gate(self, activation: Activation, output: int, *sources: Slice) -> None:
        """The activation of the sum of two slices, or of the first and the product of the others."""
        kind = "gate" if len(sources) == 2 else "reset_gate"
        self.emit(
            f"{kind}_{activation.cell}",
            output,
            *sources,
            formats=[self._layer.format(ACCUMULATOR)],
            constants=activation.constants,
            tables=activation.tables,
        )

    def gated(self, activation: Activation, role: Role, output: int, gate: Slice, source: int) -> None:
        """A gate times the activation of a whole tensor, in the format of a role."""
        if activation.cell == "lookup":  # whose entries have that format
            self.emit("gated_lookup", output, gate, (source, 0), tables=activation.tables)
            return
        activated = self._layer.internal(role, self.units)
        self._layer.emit(activation.cell, inputs=[source], output=activated, constants=activation.constants)
        self.emit("gated", output, gate, (activated, 0))

    def emit(self, cell: str, output: int, *sources: Slice, **what: Any) -> None:
        """A cell over slices, all as long as its output."""
        ints = [number for _, first in sources for number in (first, 1)]
        self._layer.emit(cell, inputs=[tensor for tensor, _ in sources], output=output, ints=ints, **what)

    def finish(self, t: int, hidden: int, state: int | None = None) -> None:
        """The states after step t; they stay what they were where the step is masked."""
        if self._mask < 0:
            self._shown.append(hidden)
        else:
            hidden = self._masked(t, hidden, self.hidden)
            state = None if state is None else self._masked(t, state, self.state)
            self._shown.append(self._shown_of(t, hidden))
        self.hidden = hidden
        if state is not None:
            self.state = state

    def emit_result(self) -> None:
        """The layer's output from the steps."""
        layer, attrs = self._layer, self._layer.attrs
        if attrs["output"] == "state":
            layer.emit("linear", inputs=[self.state])
            return
        shown = [self.hidden] if attrs["output"] == "hidden" else self._shown
        if attrs["output"] == "last":
            shown = shown[-1:]
        if attrs["reverse_output"]:
            shown = shown[::-1]
        numbers, elements = np.divmod(np.arange(len(shown) * self.units), self.units)
        layer.emit("gather", inputs=shown, ints=np.stack([numbers, elements], axis=-1))

    def _shown_of(self, t: int, hidden: int) -> int:
        """The row of the sequence."""
        attrs = self._layer.attrs
        if attrs["zero_output_for_mask"]:
            self._need_zero(self._hidden_role)
            row = self.new_hidden()
            self._layer.emit("masked_to_zero", [self._mask, hidden], row, ints=[t, 0, 0, 1])
            return row
        if not attrs["initial_states"]:
            return hidden
        before = self._shown[-1] if self._shown else self._zeros(self._hidden_role)
        return self._masked(t, hidden, before)

    def _masked(self, t: int, new: int, before: int) -> int:
        result = self._layer.temporary(self.units, self._layer.tensor_format(new))
        self._layer.emit("masked", [self._mask, new, before], result, ints=[t, 0, 0, 1, 0, 1])
        return result

    def _mask_of(self, given: Iterator[int]) -> int:
        """The tensor with one number for each step, -1 if all steps count."""
        layer, attrs = self._layer, self._layer.attrs
        if attrs["lengths"]:
            mask = layer.temporary(self._count, _FLAG)
            layer.emit(
                "within_length", [next(given)], mask, constants=[layer.positions(self._count)], ints=[0, 0]
            )
            return mask
        return next(given) if attrs["mask"] else -1

    def _initial(self, role: Role, given: Iterator[int]) -> int:
        """A state in front of the first step: an input, cast into the state's format, or zero."""
        if not self._layer.attrs["initial_states"]:
            return self._zeros(role)
        state = self._layer.internal(role, self.units)
        self._layer.emit("linear", inputs=[next(given)], output=state)
        return state

    def _need_zero(self, role: Role) -> None:
        if self._layer.role_format(role).is_pm1:
            raise ConfigError(
                f"layer {self._layer.name!r}: the format pm1 of {role.name!r} has no 0, with which states "
                "begin and masked rows are filled; give a format such as 'fixed<8,2>', or initial states"
            )

    def _zeros(self, role: Role) -> int:
        self._need_zero(role)
        state = self._layer.internal(role, self.units)
        self._layer.emit("constant", inputs=[], output=state, constants=[self._layer.zeros(self.units)])
        return state

    def _constant(self, role: Role, name: str, columns: Sequence[int]) -> dict[str, Any]:
        values = self._layer.constants.get(name, np.zeros(self._width))
        return _columns(self._layer.constant(role, name, values), columns, self._width)

    def _accumulated(self, exact: Format) -> Format:
        chosen = self._layer.format(ACCUMULATOR)
        return decode(chosen) if chosen[0] else exact

    def _sum(
        self, source: int, weight: dict[str, Any], bias: dict[str, Any], total: int, rows: int = 1
    ) -> int:
        """Rows of exact products with a weight matrix."""
        n_out = int(bias["raw"].size)
        n_in = weight["raw"].size // n_out
        self._layer.emit(
            "dense",
            inputs=[source],
            output=total,
            formats=[EXACT],
            constants=[weight, bias],
            ints=[rows, n_in, n_out],
        )
        return total


def _columns(constant: dict[str, Any], chosen: Sequence[int], width: int) -> dict[str, Any]:
    """Columns of a constant of so many."""
    return {
        "format": constant["format"],
        **{
            key: np.ascontiguousarray(constant[key].reshape(-1, width)[:, list(chosen)]).ravel()
            for key in ("raw", "value")
        },
    }
