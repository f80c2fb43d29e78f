"""Random graphs full of transpositions: the pass keeps their values, and leaves no more of them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from frontends.reference import evaluate
from isobit.ir import Graph, GraphBuilder
from isobit.passes import move_transposes, remove_dead, run_passes

GRAPHS = 150


class Grower:
    """A graph that grows by random layers on random tensors."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 (tests)
        self.numbers = np.random.default_rng(seed)
        self.builder = GraphBuilder("test")
        rank = self.random.randint(2, 4)
        self.tensors = [self.builder.input("x", [self.random.randint(1, 3) for _ in range(rank)])]

    def graph(self) -> Graph:
        """Some layers, half of them transpositions; two outputs."""
        for number in range(self.random.randint(4, 14)):
            step = Grower.turn if self.random.random() < 0.5 else self.random.choice(STEPS)
            made = step(self, f"layer{number}")
            if made is not None:
                self.tensors.append(made)
        for number, tensor in enumerate({self.tensors[-1], self.random.choice(self.tensors)}):
            self.builder.output(f"y{number}", tensor)
        return self.builder.build()

    def some(self) -> str:
        """A tensor, more often a late one."""
        return self.random.choice([*self.tensors, *self.tensors[-2:], *self.tensors[-2:]])

    def shape(self, tensor: str) -> tuple[int, ...]:
        return self.builder.shapes[tensor]

    def turn(self, name: str) -> str:
        x = self.some()
        perm = list(range(len(self.shape(x))))
        self.random.shuffle(perm)
        return self.builder.add("transpose", [x], name, {"perm": tuple(perm)})

    def relu(self, name: str) -> str:
        return self.builder.add("relu", [self.some()], name)

    def affine(self, name: str) -> str:
        x = self.some()
        shape = [n if self.random.random() < 0.5 else 1 for n in self.shape(x)]
        constants = {"scale": self.numbers.normal(size=shape[self.random.randint(0, len(shape)) :])}
        return self.builder.add("affine", [x], name, constants={**constants, "bias": self.numbers.normal()})

    def merge(self, name: str) -> str | None:
        x = self.some()
        fitting = [t for t in self.tensors if _broadcast(self.shape(t), self.shape(x))]
        op = self.random.choice(["add", "multiply", "subtract", "maximum", "less", "where"])
        count = 3 if op == "where" else 2
        return self.builder.add(op, [x, *(self.random.choice(fitting) for _ in range(count - 1))], name)

    def with_constant(self, name: str) -> str:
        x = self.some()
        shape = self.shape(x)[self.random.randint(0, len(self.shape(x))) :]
        value = self.builder.add(
            "constant", [], f"{name}_c", constants={"value": self.numbers.normal(size=shape)}
        )
        return self.builder.add("add", [x, value], name)

    def concatenate(self, name: str) -> str:
        x = self.some()
        same = [t for t in self.tensors if self.shape(t) == self.shape(x)]
        axis = self.random.choice([None, *range(len(self.shape(x)))])
        return self.builder.add("concatenate", [x, self.random.choice(same)], name, {"axis": axis})

    def pad(self, name: str) -> str:
        x = self.some()
        pads = tuple(self.random.randint(0, 1) for _ in range(2 * len(self.shape(x))))
        return self.builder.add("pad", [x], name, {"pads": pads, "value": 0.5})

    def cut(self, name: str) -> str:
        x = self.some()
        starts = tuple(self.random.randint(0, n - 1) for n in self.shape(x))
        attrs = {"starts": starts, "stops": (None,) * len(starts), "steps": (1,) * len(starts)}
        return self.builder.add("slice", [x], name, attrs)

    def along(self, name: str) -> str:
        x = self.some()
        axis = self.random.randrange(len(self.shape(x)))
        op = self.random.choice(["softmax", "cumsum", "argmax", "take"])
        attrs = {"axis": axis}
        if op == "take":
            attrs["indices"] = tuple(self.random.randrange(self.shape(x)[axis]) for _ in range(2))
        if op == "argmax":
            attrs["keepdims"] = self.random.random() < 0.5 or len(self.shape(x)) < 3
        return self.builder.add(op, [x], name, attrs)

    def reduce(self, name: str) -> str | None:
        x = self.some()
        rank = len(self.shape(x))
        axes = tuple(self.random.sample(range(rank), self.random.randint(1, rank)))
        keepdims = self.random.random() < 0.5 or rank - len(axes) < 2
        op = self.random.choice(["reduce_sum", "reduce_max", "reduce_mean"])
        return self.builder.add(op, [x], name, {"axes": axes, "keepdims": keepdims})

    def flatten(self, name: str) -> str:
        """Followed by a dense layer, which takes up the order."""
        x = self.some()
        size = int(np.prod(self.shape(x)))
        flat = self.builder.add("reshape", [x], f"{name}_flat", {"shape": (size,)})
        dense = self.builder.add(
            "dense", [flat], name, constants={"weight": self.numbers.normal(size=(size, 4))}
        )
        return self.builder.add("reshape", [dense], f"{name}_back", {"shape": (2, 2)})

    def dense(self, name: str) -> str:
        x = self.some()
        weight = self.numbers.normal(size=(self.shape(x)[-1], self.random.randint(1, 3)))
        return self.builder.add("dense", [x], name, constants={"weight": weight})


STEPS = (
    *(Grower.relu, Grower.affine, Grower.merge, Grower.with_constant, Grower.concatenate, Grower.pad),
    *(Grower.cut, Grower.along, Grower.reduce, Grower.flatten, Grower.dense),
)


def _broadcast(source: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(source, target) == target
    except ValueError:
        return False


@pytest.mark.parametrize("block", range(3))
def test_values_stay_and_transpositions_go(block: int) -> None:
    before = after = 0
    for seed in range(block * GRAPHS, (block + 1) * GRAPHS):
        graph = run_passes(Grower(seed).graph(), [remove_dead])
        moved = run_passes(graph, [move_transposes])
        x = {"x": np.random.default_rng(seed).normal(size=(2, *graph.inputs["x"]))}
        expected, found = evaluate(graph, x), evaluate(moved, x)
        assert list(expected) == list(found)
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-9, err_msg=f"seed {seed}")
        counts = [[node.op for node in g].count("transpose") for g in (graph, moved)]
        assert counts[1] <= counts[0], seed
        before, after = before + counts[0], after + counts[1]
    assert after < before / 2
