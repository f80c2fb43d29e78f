"""Single layers with formats of 30 to 64 bits: right to the last bit, or refused by the proof."""

from __future__ import annotations

import pytest

import engine
from isobit import _core as core
from models import random_networks


class WideDraw(random_networks.Draw):
    """Formats whose products need 64 or 128 bits."""

    def data_format(self):
        return self.fmt(30, 64)

    def constant(self, count, low=20, high=50):
        fmt = self.fmt(low, high, modes=False)
        return engine.constant([self.raw(fmt) for _ in range(count)], fmt)

    def accumulator(self):
        return engine.EXACT if self.rng.random() < 0.5 else self.fmt(30, 64)


def one_layer(seed):
    draw = WideDraw(seed)
    cells = ["dense", "gather", "merge", "argmax", *random_networks.ACTIVATIONS]
    cell = cells[seed % len(cells)]
    size = draw.rng.randint(1, 4)
    draw.tensors = [(size, draw.data_format()), (size, draw.data_format())]
    if cell == "dense":
        draw.dense(0, draw.rng.choice([1, 3, 5, 9]))
    elif cell == "gather":
        draw.gather(0, 1)
    elif cell == "merge":
        draw.merge(0, 1)
    elif cell == "argmax":
        draw.add("argmax", [0], 1, ints=[1, size])
    else:
        draw.add(cell, [0], size, **random_networks.ACTIVATIONS[cell](draw, size))
    return cell, engine.network(draw.tensors, [0, 1], [2], draw.ops)


def bits_in_flight(spec):
    """A bound on the bits of anything that the layer computes, from its formats alone."""
    (op,) = spec["ops"]
    inputs = [spec["tensors"][number]["format"] for number in op["inputs"]]
    constants = [constant["format"] for constant in op["constants"]]
    terms = [*inputs, *constants]
    targets = [spec["tensors"][op["output"]]["format"], *(fmt for fmt in op["formats"] if fmt[0])]
    alone = op["cell"] in ("gather", "linear", "relu", "argmax")
    factors = terms[:1] if alone else [*inputs, *constants[:1]]
    fracs = [sum(fmt[1] for fmt in factors), *(fmt[1] for fmt in (*terms, *targets))]
    widths = sum(fmt[0] for fmt in factors)
    return max(widths, *(fmt[0] for fmt in (*terms, *targets))) + max(fracs) - min(fracs) + 8


def check(seed):
    """True if the engine took the layer."""
    cell, spec = one_layer(seed)
    samples = random_networks.samples(spec, 10, seed)
    try:
        program = core.Program(spec)
    except core.ProofFailed:
        assert bits_in_flight(spec) > 100, f"seed {seed}: refused {cell} without need"
        return False
    engine.check(core, spec, samples, repeat=3, program=program)
    return True


@pytest.mark.parametrize("group", range(4))
def test_wide_layers(group):
    taken = sum(check(seed) for seed in range(150 * group, 150 * (group + 1)))
    assert taken >= 75
