"""Affine layers and batch normalisation."""

from __future__ import annotations

import numpy as np

from cells.suite import CellSuite, Layer, broadcastable, shapes, trained
from isobit.ir import GraphBuilder
from isobit.passes import UNFOLDED, run_passes


class TestAffine(CellSuite):
    op = "affine"

    def layer(self, draw):
        shape = draw(shapes())
        constants = {
            "scale": trained(draw, broadcastable(draw, shape)),
            "bias": trained(draw, broadcastable(draw, shape)),
        }
        return Layer([shape], constants=constants)


def test_batch_normalisation_becomes_affine():
    builder = GraphBuilder("test")
    builder.input("x", (2, 3))
    constants = {
        "mean": [1.0, -2.0, 0.5],
        "variance": [4.0, 0.25, 1.0],
        "gamma": [2.0, 1.0, -1.0],
        "beta": [0.0, 0.125, 3.0],
    }
    builder.add("batch_norm", ["x"], "bn", {"epsilon": 0.0}, constants)
    builder.output("y", "bn")
    (node,) = run_passes(builder.build(), UNFOLDED)
    assert node.op == "affine"
    np.testing.assert_array_equal(np.broadcast_to(node.constants["scale"], (2, 3)), [[1.0, 2.0, -1.0]] * 2)
    np.testing.assert_array_equal(np.broadcast_to(node.constants["bias"], (2, 3)), [[-1.0, 4.125, 3.5]] * 2)
