"""RNN, GRU and LSTM: one layer for each direction and each result that is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.handlers.images import MAX_IMAGES
from isobit.frontends.onnx.handlers.selection import cut_out
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor
from isobit.ir import FloatArray

_ACTIVATIONS = {"Tanh": "tanh", "Sigmoid": "sigmoid", "HardSigmoid": "hard_sigmoid", "Relu": "relu"}
_GATES = {"simple_rnn": (0,), "gru": (0, 1, 2), "lstm": (0, 2, 3, 1)}
"""Where the gates of isobit (the order of Keras: i, f, candidate, o) are in ONNX (i, o, f, candidate)."""
_DEFAULTS = {"simple_rnn": ("Tanh",), "gru": ("Sigmoid", "Tanh"), "lstm": ("Sigmoid", "Tanh", "Tanh")}
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_LENGTHS, _STATES = 4, (5, 6)
_PEEPHOLES = 7


@dataclass(frozen=True)
class _Node:
    """A recurrent node as the file states it."""

    op: str
    units: int
    backwards: tuple[bool, ...]
    batch_first: bool
    attrs: tuple[dict[str, Any], ...]
    constants: tuple[dict[str, FloatArray], ...]


def recurrent(op: str) -> Callable[[Layer], tuple[Tensor, ...]]:
    """A handler for a node that becomes layers of the operator ``op``."""

    def handler(layer: Layer) -> tuple[Tensor, ...]:
        node = _read(layer, op)
        x = layer.tensor(0, moved=True)
        rank, position = layer.rank(x), 0 if node.batch_first else 1
        if rank != 3 or x.batch not in (None, position):
            raise layer.refuse(
                f"input 0 has {rank} axes and the batch axis at position {x.batch}; expected are 3, and "
                f"{position} with the attribute layout {int(node.batch_first)}"
            )
        results = ("sequence", "hidden", "state")[: 3 if op == "lstm" else 2]
        wanted = [i < len(layer.outputs) and layer.outputs[i] != "" for i in range(len(results))]
        made = []
        for result, used in zip(results, wanted, strict=True):
            made.append(_result(layer, node, x, result) if used else x)
        return tuple(made)

    return handler


def _read(layer: Layer, op: str) -> _Node:
    direction = layer.attributes.text("direction", "forward")
    if direction not in _DIRECTIONS:
        raise layer.refuse(f"attribute direction is {direction!r}; supported: {', '.join(_DIRECTIONS)}")
    backwards = _DIRECTIONS[direction]
    if layer.attributes.has("clip"):
        raise layer.refuse("attribute clip is given; supported are sums that are not clipped")
    if layer.attributes.flag("input_forget", False):
        raise layer.refuse("attribute input_forget is 1; supported: 0")
    if layer.has(_PEEPHOLES):
        raise layer.refuse("input 7 (peepholes) is given; supported are LSTMs without")
    weight, recurrent_weight = layer.weights(1), layer.weights(2)
    units = recurrent_weight.shape[-1] if recurrent_weight.ndim == 3 else 0
    width = len(_GATES[op]) * units
    bias = layer.weights(3) if layer.has(3) else np.zeros((len(backwards), 2 * width))
    shapes = ((len(backwards), width), (len(backwards), width, units), (len(backwards), 2 * width))
    if units < 1 or (weight.shape[:2], recurrent_weight.shape, bias.shape) != shapes:
        raise FileFormatError(
            f"W, R and B have the shapes {weight.shape}, {recurrent_weight.shape} and {bias.shape}, which do "
            f"not fit {len(backwards)} direction(s)"
        )
    if layer.attributes.integer("hidden_size", units) != units:
        raise FileFormatError(f"attribute hidden_size is not the number of units of R, {units}")
    after = op == "gru" and layer.attributes.flag("linear_before_reset", False)
    attrs = _activations(layer, op, len(backwards))
    for entry in attrs:
        if op == "gru":
            entry["reset_after"] = after
    constants = [
        _constants(op, w, r, b, after) for w, r, b in zip(weight, recurrent_weight, bias, strict=True)
    ]
    batch_first = layer.attributes.flag("layout", False)
    return _Node(op, units, backwards, batch_first, tuple(attrs), tuple(constants))


def _constants(
    op: str, weight: FloatArray, recurrent_weight: FloatArray, bias: FloatArray, after: bool
) -> dict[str, FloatArray]:
    """The constants of one direction, in isobit's order of the gates."""

    def ordered(array: FloatArray) -> FloatArray:
        gates = np.split(array, len(_GATES[op]))
        moved = np.ascontiguousarray(np.concatenate([gates[i] for i in _GATES[op]]).T).copy()
        moved.setflags(write=False)
        return moved

    own, other = np.split(bias, 2)
    biases = {"bias": own, "recurrent_bias": other} if after else {"bias": own + other}
    return {
        "weight": ordered(weight),
        "recurrent_weight": ordered(recurrent_weight),
        **{key: ordered(array) for key, array in biases.items()},
    }


def _activations(layer: Layer, op: str, directions: int) -> list[dict[str, Any]]:
    """The activations of each direction as attributes."""
    given = layer.attributes.texts("activations") or _DEFAULTS[op] * directions
    slopes, offsets = (layer.attributes.numbers(f"activation_{name}") for name in ("alpha", "beta"))
    count = len(_DEFAULTS[op])
    if len(given) != count * directions:
        raise FileFormatError(f"attribute activations {list(given)} does not fit {directions} direction(s)")
    found = []
    for direction in range(directions):
        names = given[direction * count : (direction + 1) * count]
        unknown = [name for name in names if name not in _ACTIVATIONS]
        if unknown:
            raise layer.refuse(
                f"attribute activations has {unknown[0]!r}; supported: {', '.join(_ACTIVATIONS)}"
            )
        if op == "lstm" and names[1] != names[2]:
            raise layer.refuse(f"attribute activations {list(names)}: supported is the same for g and h")
        attrs: dict[str, Any] = {"activation": _ACTIVATIONS[names[-1]]}
        if op != "simple_rnn":
            attrs["recurrent_activation"] = _ACTIVATIONS[names[0]]
        found.append(attrs)
    if slopes is not None or offsets is not None:
        if directions > 1 or [name for name in given if name == "HardSigmoid"] != ["HardSigmoid"]:
            raise layer.refuse("activation_alpha and activation_beta: supported for one HardSigmoid only")
        for name, values in (("slope", slopes), ("offset", offsets)):
            if values is not None:
                found[0][name] = float(values[0])
    return found


def _result(layer: Layer, node: _Node, x: Tensor, result: str) -> Tensor:
    """One output of the node: of each direction, and of each sequence of a model without batch axis."""
    if x.batch is not None:
        made = _directions(layer, node, _Inputs(layer, x, None), result, "")
        return made.at(0 if node.batch_first else (2 if result == "sequence" else 1))
    axis = 0 if node.batch_first else 1
    count = layer.shape(x)[axis]
    if count > MAX_IMAGES:
        raise layer.refuse(f"{count} sequences in one sample; supported are up to {MAX_IMAGES}")
    each = [_directions(layer, node, _Inputs(layer, x, axis, i), result, str(i)) for i in range(count)]
    # Without a batch axis the sequences lie where ONNX has the batch: first, or behind the directions.
    place = 0 if node.batch_first else len(layer.shape(each[0])) - 1
    shape = layer.shape(each[0])
    parts = [
        layer.reshape(one, (*shape[:place], 1, *shape[place:]), part=f"{result}_row{i}")
        for i, one in enumerate(each)
    ]
    return layer.emit("concatenate", parts, {"axis": place}, part=result)


class _Inputs:
    """The inputs of one sequence: it, its length and its initial states."""

    def __init__(self, layer: Layer, x: Tensor, axis: int | None, number: int = 0) -> None:
        self._layer, self._axis, self._number = layer, axis, number
        self.sequence = x if axis is None else self._one(x, axis)

    def length(self) -> list[Tensor]:
        """The number of steps that count, where it is given."""
        if not self._layer.has(_LENGTHS):
            return []
        lengths = self._layer.data(_LENGTHS, "i")
        if lengths.batch is None and self._axis is None:
            raise self._layer.refuse(
                "input 4 (sequence_lens) is a constant; supported is data beside a batch axis"
            )
        return [lengths if self._axis is None else self._one(lengths, 0)]

    def states(self, direction: int, count: int, batch_first: bool, units: int) -> list[Tensor]:
        """The initial states of one direction; zeros for one that is missing, nothing if all are."""
        layer = self._layer
        if not any(layer.has(i) for i in _STATES[:count]):
            return []
        states = []
        for i in _STATES[:count]:
            if not layer.has(i):
                zeros = np.zeros(units)
                states.append(layer.numbers(zeros, part=f"zeros{i}"))
                continue
            states.append(self._state(i, direction, batch_first))
        return states

    def _state(self, i: int, direction: int, batch_first: bool) -> Tensor:
        """Of (directions, batch, units), or (batch, directions, units), one row."""
        layer = self._layer
        x = layer.data(i, moved=True)
        batch = 0 if batch_first else 1
        if layer.rank(x) != 3 or x.batch not in (None, batch):
            raise FileFormatError(f"input {i} ({x.name!r}) of shape {layer.shown(x)} does not hold states")
        if x.batch is None and self._axis is None:
            if layer.shape(x)[batch] != 1:
                raise layer.refuse(f"input {i} ({x.name!r}) is a constant that varies along the batch axis")
            x = self._one(x, batch)
        elif self._axis is not None:
            x = self._one(x, batch)
        row = cut_out(layer, x, {0: slice(direction, direction + 1)}, part=f"state{i}")
        return layer.reshape(row, layer.shape(x)[1:], part=f"initial{i}")

    def _one(self, x: Tensor, axis: int) -> Tensor:
        """The sequence's own part along an axis, which goes."""
        layer, shape = self._layer, self._layer.shape(x)
        cut = cut_out(layer, x, {axis: slice(self._number, self._number + 1)}, part="one")
        return layer.reshape(cut, (*shape[:axis], *shape[axis + 1 :]), part="own")


def _directions(layer: Layer, node: _Node, inputs: _Inputs, result: str, part: str) -> Tensor:
    """(steps, directions, units) of a sequence, or (directions, units) of states."""
    made = []
    for direction, backwards in enumerate(node.backwards):
        states = inputs.states(direction, 2 if node.op == "lstm" else 1, node.batch_first, node.units)
        lengths = inputs.length()
        attrs = {
            **node.attrs[direction],
            "output": result,
            "go_backwards": backwards,
            "reverse_output": backwards and result == "sequence",
            "initial_states": bool(states),
            "lengths": bool(lengths),
            "zero_output_for_mask": bool(lengths),
        }
        name = "_".join(filter(None, ["" if result == "sequence" else result, _side(node, backwards), part]))
        one = layer.emit(
            node.op, [inputs.sequence, *states, *lengths], attrs, node.constants[direction], part=name
        )
        shape = layer.shape(one)
        made.append(layer.reshape(one, (*shape[:-1], 1, shape[-1]), part=f"{name}_direction"))
    if len(made) == 1:
        return made[0]
    axis = len(layer.shape(made[0])) - 2
    return layer.emit("concatenate", made, {"axis": axis}, part=f"{result}_directions{part}")


def _side(node: _Node, backwards: bool) -> str:
    return "" if len(node.backwards) == 1 else ("backward" if backwards else "forward")
