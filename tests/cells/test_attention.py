"""Normalisation and attention."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

import isobit
import oracle
from cells.suite import CellSuite, Layer, shapes, trained
from isobit.ir import GraphBuilder


class Normalization(CellSuite):
    widest = 8
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def constants(self, draw, shape):
        drawn = {"gamma": trained(draw, shape), "beta": trained(draw, shape)}
        return {name: values for name, values in drawn.items() if draw(st.booleans())}

    def epsilon(self, draw):
        return draw(st.sampled_from([1e-5, 1e-3, 0.25]))

    def layer(self, draw):
        shape = draw(shapes())
        axis = draw(st.sampled_from([None, *range(len(shape))]))
        inner = shape[len(shape) - 1 if axis is None else axis :]
        return Layer([shape], {"axis": axis, "epsilon": self.epsilon(draw)}, self.constants(draw, inner))


class TestLayerNorm(Normalization):
    op = "layer_norm"


class TestRmsNorm(Normalization):
    op = "rms_norm"


class TestGroupNorm(Normalization):
    op = "group_norm"

    def layer(self, draw):
        groups, each = draw(st.sampled_from([(1, 1), (1, 3), (2, 1), (2, 2), (3, 1)]))
        shape = (*draw(st.sampled_from([(), (2,), (2, 3)])), groups * each)
        attrs = {"groups": groups, "epsilon": self.epsilon(draw)}
        return Layer([shape], attrs, self.constants(draw, (groups * each,)))


class TestAttention(CellSuite):
    op = "scaled_dot_product_attention"
    widest = 8
    table_overflows = (oracle.SAT, oracle.SAT_SYM)

    def layer(self, draw):
        leading = draw(st.sampled_from([(), (), (2,), (2, 1)]))
        t, s, d, e = (draw(st.sampled_from([1, 2, 3, 4])) for _ in range(4))
        attrs = {"causal": draw(st.booleans()), "scale": draw(st.sampled_from([None, 0.25, 0.3]))}
        inputs = [(*leading, t, d), (*leading, s, d), (*leading, s, e)]
        masks = st.sampled_from([[], [(t, s)], [(1, s)], [(*leading, t, s)]])
        return Layer(inputs + draw(masks), attrs)

    def table_format(self, draw, role):
        """The table of exp must hold exp(0) = 1, if only by saturating."""
        if role != "exp_table":
            return super().table_format(draw, role)
        frac = draw(st.integers(0, 12))
        return self.format(draw, 14, min_width=2, frac=st.just(frac), overflows=(oracle.SAT,))


SMALL = {
    "layer_norm": ([(4, 8)], {}),
    "rms_norm": ([(4, 8)], {}),
    "group_norm": ([(5, 8)], {"groups": 2}),
    "scaled_dot_product_attention": ([(6, 4)] * 3, {}),
}


@pytest.mark.parametrize("op", SMALL)
def test_the_error_falls_as_bits_grow(op):
    sizes, attrs = SMALL[op]
    builder = GraphBuilder(op)
    names = [builder.input(f"x{i}", shape) for i, shape in enumerate(sizes)]
    builder.output("y", builder.add(op, names, "layer", attrs))
    model = isobit.Model(builder.build())
    rng = np.random.default_rng(0)
    data = {name: rng.normal(size=(200, *shape)) for name, shape in model.inputs.items()}
    exact = model.predict(data)
    errors = []
    for width in (8, 12, 16, 20):
        quantized = model.quantize({"default": {"table_size": 2**16}}, calibration=data, width=width)
        errors.append(float(np.mean(np.abs(quantized.predict(data) - exact))))
    formats = quantized.precision.layers["layer"].formats
    assert not any(formats[role].signed for role in ("variance", "rsqrt", "weights") if role in formats)
    assert errors[1] < errors[0] / 4, errors
    assert errors[2] < errors[1] / 4, errors
    assert errors[3] < errors[2] / 1.5, errors  # the addresses of the tables are what is left
