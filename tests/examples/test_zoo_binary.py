"""The binary and ternary networks of the zoo: thresholds are exact, every path has the same bits."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import isobit
from isobit.formats import PM1
from isobit.model import Model
from isobit.passes import BINARY, UNFOLDED, run_passes

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
from zoo import binary

NETWORKS = {
    "jet_bnn": binary.jet_bnn,
    "jet_bnn_wide": lambda: binary.jet_bnn((448, 224, 224, 5)),
    "jet_tnn": binary.jet_tnn,
    "mnist_bnn": binary.mnist_bnn,
    "cnv_small": lambda: binary.cnv((16, 16, 3), (4, 6), (16, 10)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_network(name, tmp_path):
    graph = NETWORKS[name]()
    unfolded, folded = Model(run_passes(graph, UNFOLDED)), Model(run_passes(graph, BINARY))
    shape = graph.inputs["x"]
    X = np.round(np.random.default_rng(2).normal(size=(40, *shape)) * 64) / 64
    reference, found = unfolded.trace(X), folded.trace(X)
    hidden = [
        node.name for node in folded.graph if node.op in ("binary_tanh", "ternary_tanh", "multi_threshold")
    ]
    assert hidden
    for layer in hidden:
        np.testing.assert_array_equal(found[layer], reference[layer], err_msg=layer)

    q = folded.quantize(binary.formats(folded.graph))
    traced = q.trace(X)
    for layer in hidden:  # sums of signs are integers: nothing is rounded before the last layer
        np.testing.assert_array_equal(traced[layer], reference[layer], err_msg=layer)
        if "bnn" in name:
            assert q.formats[layer] == PM1
    assert q.verify(X[:8]).mismatches == 0
    q.save(tmp_path / "network.isobit")
    np.testing.assert_array_equal(isobit.load(tmp_path / "network.isobit").predict(X), q.predict(X))
