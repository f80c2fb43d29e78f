"""Layers that cast in between, and tables whose contents are given."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from cells.suite import CellSuite, Layer, shapes, trained
from cells.test_convolution import TestConv as Convolution
from cells.test_convolution import TestDepthwiseConv as DepthwiseConvolution
from cells.test_dense import TestDense as Dense
from cells.test_pooling import TestAveragePool as AveragePool
from isobit.formats import Format, Overflow, Rounding


class TestRoundedDense(Dense):
    op = "rounded_dense"


class _Accumulating(CellSuite):
    def formats(self, draw, op):
        """A sum in pm1 would count zeros."""
        return {**super().formats(draw, op), "accumulator": self.format(draw, 20)}


class TestAscendingDense(_Accumulating, Dense):
    op = "ascending_dense"


class TestRoundedConv(Convolution):
    op = "rounded_conv"


class TestAscendingConv(_Accumulating, Convolution):
    op = "ascending_conv"


class TestRoundedDepthwiseConv(DepthwiseConvolution):
    op = "rounded_conv"


class TestStepwiseSum(CellSuite):
    op = "stepwise_sum"

    def layer(self, draw):
        shape = draw(shapes())
        return Layer([shape], {"axis": draw(st.integers(0, len(shape) - 1))})


class TestStepwiseAveragePool(AveragePool):
    op = "stepwise_average_pool"


def index(draw, least=1, signed=None):
    """The format of an address, and the number of entries."""
    bits = draw(st.integers(least, 5))
    fmt = Format(
        bits,
        draw(st.integers(-1, 5)),
        draw(st.booleans()) if signed is None else signed,
        draw(st.sampled_from([Rounding.TRN, Rounding.TRN_ZERO, Rounding.RND])),
        draw(st.sampled_from([Overflow.SAT, Overflow.WRAP])),
    )
    return fmt, 1 << bits


class _Tables(CellSuite):
    """Entries have formats that are tables' own."""

    def format_or_pm1(self, draw, widest):
        return self.format(draw, widest, min_width=5)

    def format(self, draw, widest, **options):
        return super().format(draw, widest, **{"min_width": 5, **options})


class TestGivenTable(_Tables):
    op = "given_table"

    def layer(self, draw):
        fmt, count = index(draw)
        attrs = {"index": str(fmt), "function": draw(st.sampled_from(["sigmoid", "tanh"]))}
        return Layer([draw(shapes())], attrs, {"entries": trained(draw, (count,))})


class TestGivenTableElu(_Tables):
    op = "given_table_elu"

    def layer(self, draw):
        fmt, count = index(draw, signed=False)
        alpha = draw(st.sampled_from([0.5, 1.0, 1.75]))
        attrs = {
            "index": str(fmt),
            "function": "elu_tail",
            "parameter": alpha,
            "scale": draw(st.sampled_from([1.0, 1.0507, 2.0])),
        }
        return Layer([draw(shapes())], attrs, {"entries": trained(draw, (count,))})


def rows(draw):
    shape = draw(shapes(dimensions=(1, 2), longest=5))
    return shape, draw(st.integers(0, len(shape) - 1))


def entries(draw):
    return trained(draw, (1 << draw(st.integers(1, 5)),))


class TestStepwiseSoftmax(_Tables):
    op = "stepwise_softmax"

    def layer(self, draw):
        shape, axis = rows(draw)
        constants = {"exp_entries": entries(draw), "inverse_entries": entries(draw)}
        return Layer([shape], {"axis": axis, "distance": draw(st.booleans())}, constants)


class TestLegacySoftmax(_Tables):
    op = "legacy_softmax"

    def layer(self, draw):
        shape, axis = rows(draw)
        constants = {"exp_entries": entries(draw), "inverse_entries": entries(draw)}
        return Layer([shape], {"axis": axis}, constants)


class _Recurrent(_Tables):
    """Few steps: every one has cells of its own."""

    widest = 14

    def layer(self, draw):
        steps, features, units = (draw(st.integers(1, 3)) for _ in range(3))
        width = (4 if self.op == "stepwise_lstm" else 3) * units
        constants = {
            "weight": trained(draw, (features, width), 2.0),
            "recurrent_weight": trained(draw, (units, width), 2.0),
            "bias": trained(draw, (width,), 2.0),
            "recurrent_bias": trained(draw, (width,), 2.0),
        }
        attrs = {
            "input_sum": draw(st.sampled_from(["dense", "rounded_dense", "ascending_dense"])),
            "recurrent_sum": draw(st.sampled_from(["dense", "rounded_dense", "ascending_dense"])),
            "output": draw(st.sampled_from(["sequence", "last"])),
            "go_backwards": draw(st.booleans()),
        }
        for prefix, table in (("", "activation_entries"), ("recurrent_", "recurrent_activation_entries")):
            kind = draw(st.sampled_from(["sigmoid", "tanh", "relu"]))
            attrs[f"{prefix}activation"] = kind
            if kind != "relu":
                fmt, count = index(draw)
                attrs[f"{prefix}index"] = str(fmt)
                constants[table] = trained(draw, (count,), 1.0)
        if self.op == "stepwise_gru":
            attrs["reset_first"] = draw(st.booleans())
        return Layer([(steps, features)], attrs, constants)


@pytest.mark.slow
class TestStepwiseLstm(_Recurrent):
    op = "stepwise_lstm"


@pytest.mark.slow
class TestStepwiseGru(_Recurrent):
    op = "stepwise_gru"
