"""Recurrent layers: SimpleRNN, LSTM, GRU, and RNN around cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable, inside
from isobit.frontends.keras.layers.cells import (
    INERT,
    Cell,
    Kind,
    cell_variables,
    inner_cell_variables,
    inner_cells,
    read_cell,
)
from isobit.frontends.keras.layers.masks import given_mask
from isobit.frontends.keras.nodes import flatten
from isobit.frontends.keras.options import Options, shorten


@dataclass(frozen=True)
class Run:
    """How a layer goes over its sequence.

    Parameters
    ----------
    sequences, state : bool
        Whether the whole sequence is returned, and whether the last states are.
    backwards : bool
        From the last step to the first.
    zero_masked : bool
        Whether the output of a masked step is zero instead of the one before.
    """

    sequences: bool
    state: bool
    backwards: bool
    zero_masked: bool


class RNN(Handler):
    """``RNN(cell)``, also of stacked cells; ``unroll`` changes nothing."""

    irrelevant = frozenset(["unroll", "use_cudnn"])

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Those of the cells; states in the layer are refused."""
        _check_stateful(options)
        return inner_cell_variables(options)

    def convert(self, call: Call) -> Any:
        """A node for each cell and each result."""
        sequence, states, mask = arguments(call)
        run = read_run(call.options)
        return list(self.applied(call, sequence, states, mask, run))

    def applied(
        self, call: Call, sequence: Tensor, states: list[Tensor], mask: Tensor | None, run: Run
    ) -> list[Tensor]:
        """The results for these arguments, which go over the sequence in this way."""
        return unroll(call, self.cells(call, sequence), sequence, states, mask, run)

    def cells(self, call: Call, sequence: Tensor) -> list[Cell]:
        """The layer's cells."""
        cells, features = list[Cell](), sequence.shape[-1]
        for attribute, cell, kind in inner_cells(call.options):
            inner = call.nested(cell, "", attribute)
            cells.append(read_cell(inner, kind, features))
            inner.options.finish(INERT)
            features = cells[-1].units
        return cells


class Recurrent(RNN):
    """``SimpleRNN``, ``LSTM``, ``GRU``: the options of the cell are those of the layer."""

    irrelevant = INERT | RNN.irrelevant

    def __init__(self, kind: Kind) -> None:
        self.kind = kind

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Those of the cell."""
        _check_stateful(options)
        return inside("cell", cell_variables(options))

    def cells(self, call: Call, sequence: Tensor) -> list[Cell]:
        """The only cell."""
        weights = {key.removeprefix("cell/"): array for key, array in call.weights.items()}
        return [read_cell(replace(call, weights=weights), self.kind, sequence.shape[-1])]


def read_run(options: Options) -> Run:
    """What the options say about the way over the sequence."""
    _check_stateful(options)
    options.require("time_major", None, False)
    return Run(
        options.boolean("return_sequences", False),
        options.boolean("return_state", False),
        options.boolean("go_backwards", False),
        options.boolean("zero_output_for_mask", False),
    )


def arguments(call: Call) -> tuple[Tensor, list[Tensor], Tensor | None]:
    """The sequence, the initial states and the mask that the layer heeds.

    Keras 2 writes the states behind the sequence in one list. Keras 3 hands the mask of a sequence to the
    layer only where the sequence is its only tensor; with initial states it is there for later layers only.
    """
    bound = call.bind("sequences", "initial_state", "mask", "training")
    if bound["training"]:
        raise call.refuse("it is called with training = True, which isobit does not implement")
    tensors = flatten(bound["sequences"]) + [x for x in flatten(bound["initial_state"]) if x is not None]
    for tensor in tensors:
        if not isinstance(tensor, Tensor):
            raise call.refuse(f"it is called with {shorten(tensor)}; supported: tensors")
    sequence = tensors[0]
    if len(sequence.shape) != 2:
        raise call.refuse(f"its input has shape {sequence.shape} (without batch); supported: steps, features")
    masks = [mask for mask in flatten(bound["mask"])[:1] if mask is not None]
    mask = given_mask(call, masks[0]) if masks else sequence.mask
    sequence = replace(sequence, mask=mask)
    if not masks and len(tensors) > 1 and call.keras != 2:
        mask = None
    if mask is not None and mask.shape != sequence.shape[:1]:
        raise call.refuse(f"its mask has shape {mask.shape}; supported: one number for each step")
    return sequence, tensors[1:], mask


def unroll(
    call: Call,
    cells: Sequence[Cell],
    sequence: Tensor,
    states: Sequence[Tensor],
    mask: Tensor | None,
    run: Run,
) -> list[Tensor]:
    """The results of a layer: its output, then the states of every cell if they are wanted."""
    count = sum(cell.kind.states for cell in cells)
    if states and len(states) != count:
        raise FileFormatError(f"{call.where} is called with {len(states)} initial states; it has {count}")
    final: list[Tensor] = []
    rest, output = list(states), sequence
    for number, cell in enumerate(cells):
        own, rest = rest[: cell.kind.states], rest[cell.kind.states :]
        last = number == len(cells) - 1
        inputs = [output, *own, *([mask] if mask is not None else [])]
        attrs = {
            **cell.attrs,
            "go_backwards": run.backwards,
            "initial_states": bool(own),
            "mask": mask is not None,
        }
        shown = {
            "output": "sequence" if run.sequences or not last else "last",
            # In between, the steps stay where they are: the next cell turns round by itself.
            "reverse_output": run.backwards and not last,
            "zero_output_for_mask": run.zero_masked and mask is not None and last,
        }
        output = call.emit(
            cell.kind.op, inputs, attrs | shown, cell.constants, suffix="" if last else f"cell_{number}"
        )
        if run.state:
            for name in ("hidden", "state")[: cell.kind.states]:
                final.append(
                    call.emit(cell.kind.op, inputs, attrs | {"output": name}, cell.constants, suffix=name)
                )
        if not last:
            inputs[0] = output
    if run.sequences:
        output = replace(output, mask=sequence.mask)
    return [output, *final]


def _check_stateful(options: Options) -> None:
    if options.boolean("stateful", False):
        raise options.unsupported(
            "stateful",
            "a model of isobit has no hidden state: build it with stateful=False, initial_state as an input "
            "and return_state=True, so that the states are inputs and outputs",
        )
