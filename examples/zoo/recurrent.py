"""Recurrent networks with their published layer sizes and random weights.

A builder returns an `isobit.Model`; `python -m zoo.recurrent` in this folder's parent shows them all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import isobit
from isobit.ir import GraphBuilder

GATES = {"lstm": 4, "gru": 3, "simple_rnn": 1}


def recurrent_constants(
    rng: np.random.Generator, op: str, features: int, units: int, recurrent_bias: bool = False
) -> dict[str, Any]:
    """Weights as Keras draws them at first: uniform (Glorot) and orthogonal; small biases."""
    width = GATES[op] * units
    limit = np.sqrt(6 / (features + width))
    blocks = [np.linalg.qr(rng.normal(size=(units, units)))[0] for _ in range(GATES[op])]
    constants = {
        "weight": rng.uniform(-limit, limit, size=(features, width)),
        "recurrent_weight": np.concatenate(blocks, axis=1),
        "bias": rng.normal(scale=0.1, size=width),
    }
    if recurrent_bias:
        constants["recurrent_bias"] = rng.normal(scale=0.1, size=width)
    return constants


def dense_chain(
    builder: GraphBuilder, rng: np.random.Generator, tensor: str, sizes: Sequence[int], last: str
) -> str:
    """Dense layers with ReLU between them, and an activation behind the last."""
    for number, n_out in enumerate(sizes, start=1):
        n_in = builder.shapes[tensor][-1]
        weight = rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out))
        constants = {"weight": weight, "bias": rng.normal(scale=0.1, size=n_out)}
        tensor = builder.add("dense", [tensor], f"dense{number}", constants=constants)
        activation = last if number == len(sizes) else "relu"
        tensor = builder.add(activation, [tensor], f"{activation}{number}")
    return tensor


def sequence_classifier(
    name: str, op: str, steps: int, features: int, units: int, sizes: Sequence[int], last: str, seed: int = 1
) -> isobit.Model:
    """A recurrent layer over all steps and dense layers on its last state (arXiv:2207.00559)."""
    rng = np.random.default_rng(seed)
    builder = GraphBuilder(name)
    x = builder.input("x", (steps, features))
    constants = recurrent_constants(rng, op, features, units, recurrent_bias=op == "gru")
    state = builder.add(op, [x], op, constants=constants)
    builder.output("y", dense_chain(builder, rng, state, sizes, last))
    return isobit.Model(builder.build())


def top_tagger(op: str = "lstm") -> isobit.Model:
    """Top quarks against other jets from 20 particles of 6 features (arXiv:2207.00559)."""
    return sequence_classifier(f"top tagger, {op}", op, 20, 6, 20, (64, 1), "sigmoid")


def flavour_tagger(op: str = "lstm") -> isobit.Model:
    """b, c and light jets from 15 tracks of 6 features (arXiv:2207.00559)."""
    return sequence_classifier(f"flavour tagger, {op}", op, 15, 6, 120, (50, 10, 3), "softmax")


def quickdraw(op: str = "lstm") -> isobit.Model:
    """Five kinds of drawings from 100 strokes of 3 numbers (arXiv:2207.00559)."""
    return sequence_classifier(f"QuickDraw, {op}", op, 100, 3, 128, (256, 128, 5), "softmax")


def topology_classifier(steps: int = 801, seed: int = 1) -> isobit.Model:
    """QCD, tt and W events from a list of particles and 14 features of the event (arXiv:1807.00083).

    Particles of zeros only are padding: they are masked.
    """
    rng = np.random.default_rng(seed)
    builder = GraphBuilder("topology classifier")
    particles, event = builder.input("particles", (steps, 19)), builder.input("event", (14,))
    mask = builder.add("reduce_sum_abs", [particles], "mask", {"axes": [1]})
    constants = recurrent_constants(rng, "gru", 19, 50, recurrent_bias=True)
    state = builder.add("gru", [particles, mask], "gru", {"mask": True}, constants)
    joined = builder.add("concatenate", [state, event], "joined")
    builder.output("y", dense_chain(builder, rng, joined, (25, 3), "softmax"))
    return isobit.Model(builder.build())


def parameters(model: isobit.Model) -> int:
    """Trained numbers of a model."""
    return sum(array.size for node in model.layers for array in node.constants.values())


ZOO: dict[str, Callable[[], isobit.Model]] = {
    "top tagger, LSTM": lambda: top_tagger("lstm"),
    "top tagger, GRU": lambda: top_tagger("gru"),
    "flavour tagger, LSTM": lambda: flavour_tagger("lstm"),
    "flavour tagger, GRU": lambda: flavour_tagger("gru"),
    "QuickDraw, LSTM": lambda: quickdraw("lstm"),
    "QuickDraw, GRU": lambda: quickdraw("gru"),
    "topology classifier, GRU": topology_classifier,
}


def main() -> None:
    for title, build in ZOO.items():
        model = build()
        shapes = ", ".join(str(shape) for shape in model.inputs.values())
        print(f"{title}: {shapes}, {parameters(model):,} parameters")


if __name__ == "__main__":
    main()
