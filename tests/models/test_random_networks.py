"""At least 300 random networks: the same bits from the oracle, every path of the engine, and ap_fixed.

ISOBIT_TEST_SEED chooses other networks.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import cxx
import engine
import oracle
from isobit import _core as core
from models import ap_source, random_networks

FIRST = 1000 * int(os.environ.get("ISOBIT_TEST_SEED", "0"))
NETWORKS = 300
PER_PROGRAM = 25
SAMPLES = 4
MODELS = cxx.ROOT / "tests" / "models"


@pytest.mark.parametrize("group", range(NETWORKS // 50))
def test_every_path_of_the_engine(group):
    """Narrowest, 16, 32, 64 and 128 bit lanes on every instruction set, threads, f64, trace replay."""
    for seed in range(FIRST + 50 * group, FIRST + 50 * (group + 1)):
        spec = random_networks.network(seed)
        engine.check(core, spec, random_networks.samples(spec, 8, seed), repeat=(1, 5, 40, 300)[seed % 4])


def expected_output(specs, inputs):
    """What a generated program should write: for each sample all tensors, once for each policy."""
    numbers = []
    for spec, samples in zip(specs, inputs, strict=True):
        for sample in samples:
            raws = oracle.run(spec, sample)
            tensors = [
                engine.as_int64(raws[number], tensor["format"])
                for number, tensor in enumerate(spec["tensors"])
            ]
            numbers += [*tensors, *tensors]
    return np.concatenate(numbers)


def compile_and_run(folder, specs, inputs, vendor):
    """The raws that the static formats give, in the order of `expected_output`."""
    folder.mkdir()
    (folder / "networks.cpp").write_text(ap_source.program(specs, SAMPLES))
    program = cxx.build(
        folder / "networks.cpp", folder / "networks", "-I", str(MODELS), vendor=vendor, quick=True
    )
    raws = [
        engine.as_int64(raws, spec["tensors"][number]["format"])
        for spec, samples in zip(specs, inputs, strict=True)
        for sample in samples
        for raws, number in zip(sample, spec["inputs"], strict=True)
    ]
    np.concatenate(raws).astype("<i8").tofile(folder / "inputs.bin")
    code, _ = cxx.run(program, folder / "inputs.bin", folder / "outputs.bin")
    assert code == 0
    return np.fromfile(folder / "outputs.bin", dtype="<i8")


@pytest.mark.first
def test_compiled_with_ap_fixed(tmp_path):
    """Static formats, once with the vendor's integers and ap_fixed at the ports, once with plain ones."""
    vendor = cxx.vendor_include()
    cxx.compiler()
    groups = []
    for first in range(FIRST, FIRST + NETWORKS, PER_PROGRAM):
        specs = [random_networks.network(seed) for seed in range(first, first + PER_PROGRAM)]
        inputs = [random_networks.samples(spec, SAMPLES, i) for i, spec in enumerate(specs)]
        groups.append((tmp_path / str(first), specs, inputs))
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda group: compile_and_run(*group, vendor), groups))
    compared = 0
    for (folder, specs, inputs), result in zip(groups, results, strict=True):
        np.testing.assert_array_equal(result, expected_output(specs, inputs), err_msg=str(folder))
        compared += len(specs)
    assert compared >= 300
