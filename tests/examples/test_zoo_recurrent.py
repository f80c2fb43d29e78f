"""The recurrent networks of examples/zoo: built, quantized, computed on every path, saved and loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from zoo import recurrent

import isobit

PARAMETERS = {  # of arXiv:2207.00559: dense layers, then LSTM or GRU
    "top tagger, LSTM": 1409 + 2160,
    "top tagger, GRU": 1409 + 1680,
    "flavour tagger, LSTM": 6593 + 60960,
    "flavour tagger, GRU": 6593 + 46080,
    "QuickDraw, LSTM": 66565 + 67584,
    "QuickDraw, GRU": 66565 + 51072,
    "topology classifier, GRU": 3 * (19 * 50 + 50 * 50 + 2 * 50) + 64 * 25 + 25 + 25 * 3 + 3,
}
QUICK = [name for name in recurrent.ZOO if "top tagger" in name]
LONG = [name for name in recurrent.ZOO if name not in QUICK]
FORMAT = "fixed<16,6,RND,SAT>"
ERROR = 0.05
"""Of probabilities, against the float model: 10 fractional bits, tables of 4096 addresses."""


def data(model, count, seed=0):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=(count, *shape)).astype(np.float32) for shape in model.inputs.values()]
    if len(arrays) > 1:  # padded, as the mask wants it
        for sample, length in enumerate(rng.integers(1, arrays[0].shape[1], size=count)):
            arrays[0][sample, length:] = 0
    return arrays if len(arrays) > 1 else arrays[0]


def check(name, tmp_path, count):
    model = recurrent.ZOO[name]()
    assert recurrent.parameters(model) == PARAMETERS[name]
    quantized = model.quantize(FORMAT)
    X = data(model, count)
    expected, found = model.predict(X), quantized.predict(X)
    assert np.abs(found - expected).max() < ERROR
    few = [array[:3] for array in X] if isinstance(X, list) else X[:3]
    quantized.verify(few)
    path = tmp_path / "model.isobit"
    quantized.save(path)
    np.testing.assert_array_equal(isobit.load(path).predict(X), found)


@pytest.mark.parametrize("name", QUICK)
def test_network(name, tmp_path):
    check(name, tmp_path, 100)


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_large_network(name, tmp_path):
    check(name, tmp_path, 40)


MEMORY = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from zoo.recurrent import topology_classifier
model = topology_classifier()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
quantized = model.quantize("fixed<16,6,RND,SAT>")
quantized.predict([np.ones((100, 801, 19), np.float32), np.ones((100, 14), np.float32)], n_threads=1)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.slow
def test_801_steps_share_their_weights():
    """Copies for every step would take 801 * 10,350 numbers of 16 bytes, 133 MB for each form of them.

    650 MB were measured with two threads: the tensors of 801 steps for blocks of 64 samples, and the proof.
    """
    folder = Path(recurrent.__file__).parents[1]
    found = subprocess.run(
        [sys.executable, "-c", MEMORY, str(folder)], check=True, capture_output=True, text=True
    )
    assert float(found.stdout) < 900, found.stdout  # MB


def test_a_masked_particle_is_none(tmp_path):
    """Padding behind an event changes nothing."""
    short, long = recurrent.topology_classifier(4), recurrent.topology_classifier(9)
    particles, event = data(short, 20)
    padded = np.concatenate([particles, np.zeros((20, 5, 19), np.float32)], axis=1)
    np.testing.assert_array_equal(
        short.quantize(FORMAT).predict([particles, event]), long.quantize(FORMAT).predict([padded, event])
    )
