"""Models whose layers do not fit together, or unfold without end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from frontends.keras.build import (
    archive,
    called,
    functional,
    input_layer,
    layer,
    refuse,
    sequential,
    tensor,
)
from isobit.errors import UnsupportedError


def test_layers_in_a_circle(tmp_path: Path) -> None:
    layers = [
        called(input_layer(4)),
        called(layer("Add", "a"), "x", "b"),
        called(layer("Flatten", "b"), "a"),
    ]
    refuse(archive(tmp_path, functional(layers, ["x"], ["b"])), "['a', 'b'] form a cycle")


@pytest.mark.parametrize(
    ("inbound", "phrase"),
    [
        (tensor("y"), "no layer 'y'"),
        (tensor("x", 3), "form a cycle or are not connected"),
        (tensor("x", 0, 1), "uses output 1 of call 0 of 'x'"),
        ({"class_name": "__keras_tensor__", "config": {}}, "names no tensor"),
    ],
)
def test_tensor_that_does_not_exist(tmp_path: Path, inbound: Any, phrase: str) -> None:
    layers = [called(input_layer(4)), called(layer("Flatten"), inbound)]
    refuse(archive(tmp_path, functional(layers, ["x"], ["it"])), phrase)


def test_call_without_inputs(tmp_path: Path) -> None:
    spec = {**layer("Concatenate"), "name": "it", "inbound_nodes": [{"args": [[]], "kwargs": {}}]}
    refuse(
        archive(tmp_path, functional([called(input_layer(4)), spec], ["x"], ["it"])), "'it'", "without inputs"
    )


def test_two_layers_of_one_name(tmp_path: Path) -> None:
    refuse(
        archive(tmp_path, sequential(input_layer(4), layer("Flatten"), layer("Flatten"))),
        "two layers called 'it'",
    )


@pytest.mark.parametrize("inner", [layer("Flatten"), layer("Permute", dims=[1])])
def test_models_that_unfold_without_end(tmp_path: Path, inner: Any) -> None:
    """Sixteen levels, each calling the one below eight times: 8^16 layers."""
    model = functional([called(input_layer(4)), called(inner, "x")], ["x"], ["it"], name="level0")
    for level in range(1, 16):
        below = called(model, "x")
        name = below["name"]
        below["inbound_nodes"] = [
            {"args": [tensor("x" if n == 0 else name, max(n - 1, 0))], "kwargs": {}} for n in range(8)
        ]
        model = functional([called(input_layer(4)), below], ["x"], [], name=f"level{level}")
        model["config"]["output_layers"] = [[name, 8, 0]]
    refuse(archive(tmp_path, model), "unfolds to more than", kind=UnsupportedError)


def test_constants_that_unfold_without_end(tmp_path: Path) -> None:
    """Two numbers, spread over four million features, in each of a hundred calls."""
    spec = {**layer("Normalization", "n", axis=[-1], mean=0.5, variance=2.0), "name": "n"}
    sources = [tensor("x"), *(tensor("n", number) for number in range(99))]
    spec["inbound_nodes"] = [{"args": [source], "kwargs": {}} for source in sources]
    model = functional([called(input_layer(4 << 20)), spec], ["x"], [])
    model["config"]["output_layers"] = [["n", 99, 0]]
    refuse(archive(tmp_path, model), "unfolds to more than", "constants", kind=UnsupportedError)


def test_models_nested_too_deep(tmp_path: Path) -> None:
    model = sequential(input_layer(4), layer("Flatten"), name="m0")
    for level in range(1, 20):
        model = sequential(model, name=f"m{level}")
    refuse(archive(tmp_path, model), "more than 16 deep", kind=UnsupportedError)
