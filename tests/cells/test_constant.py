"""Tensors that do not depend on the data."""

from __future__ import annotations

from hypothesis import strategies as st

import isobit
from cells.suite import CellSuite, Layer, shapes, trained
from isobit.ir import GraphBuilder


class TestConstant(CellSuite):
    op = "constant"

    def layer(self, draw):
        return Layer([], constants={"value": trained(draw, draw(shapes()))})

    def model(self, draw):
        """A constant that an input is added to, for a model has inputs."""
        constant = self.layer(draw).constants["value"]
        builder = GraphBuilder("test")
        x = builder.input("x0", draw(st.sampled_from([constant.shape, (1,)])))
        builder.add("constant", [], "layer", constants={"value": constant})
        builder.output("y", builder.add("add", [x, "layer"], "sum"))
        return isobit.Model(builder.build())
