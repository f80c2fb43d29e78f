"""A plugin gives the bits of the engine, and these are the oracle's, for any network and formats.

ISOBIT_TEST_SEED chooses other networks.
"""

from __future__ import annotations

import os
import random
import shutil

import numpy as np
import pytest

import engine
import oracle
import small_models
from isobit import _core as core
from isobit.backends.cells import schedules
from isobit.plugin.build import compile_model
from isobit.plugin.isa import known_sets
from isobit.plugin.operations import SCHEDULES
from models import random_networks
from plugin import joined

FIRST = 1000 * int(os.environ.get("ISOBIT_TEST_SEED", "0"))


def usable_sets():
    return [isa.name for isa in known_sets() if all(core.cpu_has(feature) for feature in isa.features)]


def networks(first, count):
    """Random networks, and random samples of all their inputs together."""
    specs = [random_networks.network(seed) for seed in range(first, first + count)]
    parts = [random_networks.samples(spec, 20, i) for i, spec in enumerate(specs)]
    samples = [[raws for part in parts for raws in part[row]] for row in range(20)]
    return joined.join(specs), samples


def matrices(seed, count):
    """Dense layers, some with an activation behind, around every edge.

    Of sizes that fill blocks or nearly so, and formats of the widths that decide how they are packed.
    """
    rng = random.Random(seed)  # noqa: S311
    edges = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65]
    specs, parts = [], []
    for number in range(count):
        draw = random_networks.Draw(seed + number)
        draw.wide = False
        data, weight = rng.choice(
            [(7, 8), (8, 8), (8, 8), (9, 8), (15, 9), (16, 16), (17, 8), (20, 24), (40, 30)]
        )
        signed, rows = rng.random() < 0.5, rng.choice([1, 1, 1, 3])
        n_in, n_out = rng.choice(edges), rng.choice(edges)
        draw.tensors.append((rows * n_in, (data, rng.randint(-2, 9), signed, oracle.TRN, oracle.WRAP)))
        fmt = (weight, rng.randint(0, 9), rng.random() < 0.8, oracle.TRN, oracle.WRAP)
        constants = [
            engine.constant([draw.raw(fmt) for _ in range(n_in * n_out)], fmt),
            draw.constant(n_out, low=8, high=16),
        ]
        x = draw.add(
            "dense", [0], rows * n_out, draw.fmt(4, data), formats=[draw.accumulator()], constants=constants,
            ints=[rows, n_in, n_out],
        )  # fmt: skip
        if rng.random() < 0.6:
            draw.activation(x)
        specs.append(engine.network(draw.tensors, [0], [len(draw.tensors) - 1], draw.ops))
        parts.append(random_networks.samples(specs[-1], 12, number))
    return joined.join(specs), [[raws for part in parts for raws in part[row]] for row in range(12)]


def test_random_networks(tmp_path, compiler):
    spec, samples = networks(FIRST, 12)
    joined.check(joined.compiled(spec, tmp_path), spec, samples, oracle.run)


def test_matrices_around_every_edge(tmp_path, compiler):
    spec, samples = matrices(FIRST, 12)
    joined.check(joined.compiled(spec, tmp_path), spec, samples, oracle.run)


@pytest.mark.slow
@pytest.mark.parametrize("isa", usable_sets())
@pytest.mark.parametrize("group", range(2))
def test_more_networks_on_every_instruction_set(isa, group, tmp_path, compiler):
    for make in (networks, matrices):
        spec, samples = make(FIRST + 100 + 25 * group, 25)
        joined.check(joined.compiled(spec, tmp_path, isa), spec, samples)


@pytest.mark.slow
@pytest.mark.parametrize("flags", [("-DISOBIT_NO_OVERRIDES", "-O1"), ("-O3",), ("-O0",)])
def test_the_same_bits_with_other_options(flags, tmp_path, compiler):
    for make in (networks, matrices):
        spec, samples = make(FIRST + 300, 25)
        joined.check(joined.compiled(spec, tmp_path, flags=flags), spec, samples)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["g++", "clang++"])
def test_every_compiler(name, tmp_path, monkeypatch):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on the PATH")
    monkeypatch.setenv("CXX", name)
    for make in (networks, matrices):
        spec, samples = make(FIRST + 400, 25)
        joined.check(joined.compiled(spec, tmp_path), spec, samples)


def test_every_operator_through_predict(tmp_path, compiler):
    """Values in, values out, all batch sizes, threads, several inputs and outputs, `out`."""
    model, _ = small_models.every_operator()
    quantized = model.quantize("fixed<16,6,RND,SAT>")
    plugin = compile_model(quantized, tmp_path, flags=["-O1"])
    assert dict(plugin.inputs) == dict(quantized.inputs)
    assert dict(plugin.outputs) == dict(quantized.outputs)
    assert plugin.input_formats["x"] == quantized.formats["x"]
    assert plugin.output_formats["fc"] == quantized.formats["fc"]
    for samples in (0, 1, 2, 33):
        X = small_models.every_operator_data(samples)
        expected = quantized.predict(X)
        for n_threads in (None, 1, 2, 40):
            for found, wanted in zip(plugin.predict(X, n_threads), expected, strict=True):
                assert found.dtype == wanted.dtype
                np.testing.assert_array_equal(found, wanted)
    out = [np.empty_like(array) for array in expected]
    assert plugin.predict(X, out=out) is out
    for found, wanted in zip(out, expected, strict=True):
        np.testing.assert_array_equal(found, wanted)
    raws = {name: (X[name] * 1024).astype(np.int16) for name in X}
    for found, wanted in zip(plugin.predict_raw(raws), quantized.predict_raw(raws), strict=True):
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)


def test_every_schedule_of_the_engine_is_one_of_plugins():
    cells = schedules()
    assert len(cells) > 20
    assert set(cells.values()) == set(SCHEDULES)
