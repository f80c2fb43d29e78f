"""What mathematics, normalisation, attention and contractions refuse, and what their shapes are."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from isobit.errors import GraphError
from isobit.ir import GraphBuilder


def add(op, shapes, attrs=None, constants=None):
    builder = GraphBuilder("test")
    names = [builder.input(f"x{i}", shape) for i, shape in enumerate(shapes)]
    builder.add(op, names, "layer", attrs, constants)
    builder.output("y", "layer")
    return builder


@pytest.mark.parametrize(
    ("op", "shapes", "attrs", "shape"),
    [
        ("matmul", [(2, 3), (3, 4)], {}, (2, 4)),
        ("matmul", [(5, 1, 2, 3), (4, 3, 2)], {}, (5, 4, 2, 2)),
        ("matmul", [(3,), (3, 4)], {}, (4,)),
        ("matmul", [(2, 3), (3,)], {}, (2,)),
        ("einsum", [(2, 3), (3, 4)], {"equation": "ij, jk -> ki"}, (4, 2)),
        ("einsum", [(2, 3), (3, 4)], {"equation": "ij,jk"}, (2, 4)),
        ("einsum", [(7, 2, 3), (7, 3, 4)], {"equation": "...ij,...jk"}, (7, 2, 4)),
        ("where", [(2, 1), (3,), (2, 3)], {}, (2, 3)),
        ("top_k_values", [(4, 5)], {"k": 2, "axis": 0}, (2, 5)),
        ("one_hot", [(4,)], {"depth": 3, "axis": 0}, (3, 4)),
        ("scaled_dot_product_attention", [(2, 4, 3), (2, 5, 3), (2, 5, 6)], {}, (2, 4, 6)),
        ("reduce_l2", [(2, 3)], {"axes": [1], "keepdims": True}, (2, 1)),
    ],
)
def test_shapes(op, shapes, attrs, shape):
    assert add(op, shapes, attrs).shapes["layer"] == shape


@pytest.mark.parametrize(
    ("op", "shapes", "attrs", "message"),
    [
        ("matmul", [(2, 3), (2, 3)], {}, r"\(2, 3\) and \(2, 3\) cannot be multiplied"),
        ("matmul", [(2, 2, 3), (3, 3, 4)], {}, "cannot be multiplied"),
        ("einsum", [(2, 3), (3, 4)], {"equation": "ij->i"}, "it has 1 operand"),
        ("einsum", [(2, 3), (4, 4)], {"equation": "ij,jk->ik"}, "the axes 'j' have the lengths 3 and 4"),
        ("einsum", [(2, 3)], {"equation": "ijk->i"}, "'ijk' is not a letter for each axis"),
        ("einsum", [(2, 3)], {"equation": "ij->ii"}, "every letter once"),
        ("einsum", [(2, 3)], {"equation": "ij->k"}, "only letters of the operands"),
        ("einsum", [(2, 2, 3), (3, 4)], {"equation": "...ij,...jk->...ik"}, "the same axes in every operand"),
        ("where", [(2,), (3,), (2,)], {}, "do not broadcast"),
        ("cumsum", [(2, 3)], {"axis": 2}, "axis 2 is not an axis"),
        ("top_k_values", [(4,)], {"k": 5}, "cannot take the first 5 of 4 elements"),
        ("top_k_indices", [(4,)], {"k": 0}, "cannot take the first 0 of 4 elements"),
        ("one_hot", [(4,)], {"depth": 0}, "depth must be at least 1, not 0"),
        ("group_norm", [(4, 6)], {"groups": 4}, "4 groups do not divide the channels"),
        ("layer_norm", [(4,)], {"epsilon": -1.0}, "epsilon must be at least 0, not -1.0"),
        ("rsqrt", [(4,)], {"epsilon": -1.0}, "epsilon must be at least 0, not -1.0"),
        ("celu", [(4,)], {"alpha": 0.0}, "alpha must be above 0, not 0.0"),
        ("scaled_dot_product_attention", [(4, 3), (5, 2), (5, 6)], {}, r"queries \(4, 3\), keys \(5, 2\)"),
        ("scaled_dot_product_attention", [(4, 3), (5, 3), (5, 6), (4, 4)], {}, r"the mask \(4, 4\) does not"),
    ],
)
def test_refusals(op, shapes, attrs, message):
    with pytest.raises(GraphError, match=message) as caught:
        add(op, shapes, attrs)
    assert "'layer'" in str(caught.value)


def test_gamma_has_the_shape_of_the_normalised_axes():
    with pytest.raises(GraphError, match=r"gamma must have shape \(6,\), not \(4,\)"):
        add("layer_norm", [(4, 6)], {}, {"gamma": np.ones(4)})


@pytest.mark.parametrize("op", ["log", "sqrt", "reciprocal", "rsqrt"])
def test_outside_of_their_domain_tables_hold_what_its_end_has(op):
    quantized = isobit.Model(add(op, [(3,)]).build()).quantize("fixed<12,4,RND,SAT>")
    zero, *negative = quantized.predict([[0.0, -1.0, -7.5]])[0]
    largest = quantized.formats["layer"].max
    assert zero == {"log": -8.0, "sqrt": 0.0, "reciprocal": largest, "rsqrt": largest}[op]
    if op != "reciprocal":  # which is defined there
        assert negative == [zero, zero]


def test_calibration_sizes_reciprocals_and_deviations_by_the_data():
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 2.0, (100, 2, 4))
    builder = add("divide", [(4,), (4,)])
    model = isobit.Model(builder.build())
    quantized = model.quantize(calibration=[x[:, 0], x[:, 1]], width=16)
    assert quantized.tensors["layer.reciprocal_table"].format.integer == 2  # 1/y is at most 2
    error = np.abs(quantized.predict([x[:, 0], x[:, 1]]) - x[:, 0] / x[:, 1])
    # addresses are half of 2**-10 away, where x / y**2 is at most 8; the rest is rounding
    assert error.max() < 8 * 2**-11 + 2**-12


def test_data_at_a_pole_cannot_calibrate():
    model = isobit.Model(add("reciprocal", [(2,)]).build())
    with pytest.raises(isobit.InputError, match="'output' of layer 'layer' is not finite"):
        model.quantize(calibration=[[0.0, 1.0]], width=16)
