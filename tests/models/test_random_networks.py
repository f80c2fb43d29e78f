"""At least 300 random networks: the same bits from the oracle, every path of the engine, and HLS kernels.

ISOBIT_TEST_SEED chooses other networks.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

import cxx
import engine
from hls import simulation
from isobit import _core as core
from models import random_networks
from plugin.joined import join

FIRST = 1000 * int(os.environ.get("ISOBIT_TEST_SEED", "0"))
NETWORKS = 300
PER_PROGRAM = 25
SAMPLES = 4


@pytest.mark.parametrize("group", range(NETWORKS // 50))
def test_every_path_of_the_engine(group):
    """Narrowest, 16, 32, 64 and 128 bit lanes on every instruction set, threads, f64, trace replay."""
    for seed in range(FIRST + 50 * group, FIRST + 50 * (group + 1)):
        spec = random_networks.network(seed)
        engine.check(core, spec, random_networks.samples(spec, 8, seed), repeat=(1, 5, 40, 300)[seed % 4])


@pytest.mark.first
@pytest.mark.parametrize("ports", ["int", pytest.param("ap", marks=pytest.mark.slow)])
def test_compiled_with_static_formats(ports, tmp_path):
    """Every tensor, from vendor integers with ap_fixed at the ports, and from plain integers."""
    cxx.compiler()
    firsts = range(FIRST, FIRST + NETWORKS, PER_PROGRAM)
    specs = [random_networks.network(seed) for seed in range(FIRST, FIRST + NETWORKS)]

    def compare(first):
        group = specs[first - FIRST : first - FIRST + PER_PROGRAM]
        samples = [random_networks.samples(spec, SAMPLES, i) for i, spec in enumerate(group)]
        joined = join(group)
        joined["outputs"] = list(range(len(joined["tensors"])))
        together = [[raws for rows in samples for raws in rows[i]] for i in range(SAMPLES)]
        inputs = engine.batches(joined, together)
        simulation.compare(joined, inputs, tmp_path / str(first), ports=ports)

    with ThreadPoolExecutor(2) as pool:
        assert len(list(pool.map(compare, firsts))) * PER_PROGRAM >= 300
