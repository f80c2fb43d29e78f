"""Random networks of layers: trained in floating point, quantized role by role, judged by the oracle."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isobit
import oracle
from cells.suite import CellSuite, trained
from isobit.ir import GraphBuilder

ACTIVATIONS = {
    "relu": {}, "clip": {"low": 0.0, "high": 6.0}, "leaky_relu": {"alpha": 0.25}, "sigmoid": {}, "tanh": {},
    "softplus": {}, "silu": {}, "gelu": {}, "elu": {}, "selu": {}, "softsign": {}, "hard_sigmoid": {},
    "binary_tanh": {}, "ternary_tanh": {}, "thresholded_relu": {"theta": 0.5},
}  # fmt: skip


class TestRandomModels(CellSuite):
    widest = 16
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def model(self, draw):
        """Dense layers with activations, a second input or a branch that is merged, perhaps a softmax."""
        builder = GraphBuilder("random")
        size = draw(st.integers(1, 5))
        tensor = builder.input("x0", (size,))
        if draw(st.booleans()):
            other = builder.input("x1", (draw(st.integers(1, 3)),))
            tensor = builder.add("concatenate", [tensor, other], "joined")
        for number in range(draw(st.integers(1, 3))):
            tensor = self.block(draw, builder, tensor, number)
        if draw(st.booleans()):
            tensor = builder.add(
                draw(st.sampled_from(["softmax", "log_softmax", "argmax"])), [tensor], "head"
            )
        builder.output("y", tensor)
        return isobit.Model(builder.build())

    def block(self, draw, builder, tensor, number):
        n_in, n_out = builder.shapes[tensor][0], draw(st.integers(1, 5))
        constants = {"weight": trained(draw, (n_in, n_out), 2.0), "bias": trained(draw, (n_out,), 1.0)}
        result = builder.add("dense", [tensor], f"dense{number}", constants=constants)
        op = draw(st.sampled_from(list(ACTIVATIONS)))
        result = builder.add(op, [result], f"{op}{number}", ACTIVATIONS[op])
        if n_in == n_out and draw(st.booleans()):
            merge = draw(st.sampled_from(["add", "subtract", "multiply", "maximum", "average"]))
            result = builder.add(merge, [result, tensor], f"{merge}{number}")
        return result

    def table_format(self, draw, role):
        """Tables of exp must hold exp(0) = 1, if only by saturating."""
        if role != "exp_table":
            return super().table_format(draw, role)
        return self.format(draw, 14, min_width=2, frac=st.integers(0, 12), overflows=(oracle.SAT,))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_verify_agrees(data):
    """`verify` runs every path by itself and finds nothing."""
    quantized = TestRandomModels().quantized(data.draw)
    report = quantized.verify(samples=40)
    assert len(report.paths) >= 8


@pytest.mark.parametrize("default", ["fixed<16,6>", "fixed<8,3,RND,SAT>", "fixed<6,2,RND_CONV,SAT_SYM>"])
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_one_format_for_everything(default, data):
    model = TestRandomModels().model(data.draw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        model.quantize(default).verify(samples=20)
