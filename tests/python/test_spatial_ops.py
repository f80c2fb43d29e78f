"""Operators over spatial axes: shapes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from isobit import GraphError
from isobit.ir import GraphBuilder


def shape_of(op, source, attrs=None, weight=None, bias=None):
    builder = GraphBuilder("test")
    builder.input("x", source)
    constants = {} if weight is None else {"weight": np.ones(weight)}
    if bias is not None:
        constants["bias"] = np.ones(bias)
    builder.add(op, ["x"], "layer", attrs, constants)
    return builder.shapes["layer"]


@pytest.mark.parametrize(
    ("op", "source", "attrs", "weight", "shape"),
    [
        ("conv", (32, 32, 3), {}, (3, 3, 3, 16), (30, 30, 16)),
        ("conv", (224, 224, 3), {"strides": (2, 2), "pads": (3, 3, 3, 3)}, (7, 7, 3, 64), (112, 112, 64)),
        ("conv", (10, 4), {"dilations": (2,), "pads": (4, 0)}, (3, 4, 5), (10, 5)),
        ("conv", (5, 6, 7, 4), {"groups": 2}, (2, 2, 2, 2, 6), (4, 5, 6, 6)),
        ("conv_transpose", (4, 4, 3), {"strides": (2, 2)}, (3, 3, 3, 8), (9, 9, 8)),
        (
            "conv_transpose", (4, 3),
            {"strides": (2,), "pads": (1, 1), "output_padding": (1,), "groups": 3}, (3, 3, 2), (8, 6),
        ),
        ("max_pool", (7, 7, 3), {"pool_size": (2, 2), "strides": (2, 2)}, None, (3, 3, 3)),
        ("max_pool", (7, 7, 3), {"pool_size": (2, 2), "strides": (2, 2), "ceil_mode": True}, None, (4, 4, 3)),
        # A last window that would begin in the padding is none.
        (
            "average_pool", (4, 1),
            {"pool_size": (1,), "strides": (3,), "pads": (0, 1), "ceil_mode": True}, None, (2, 1),
        ),
        ("adaptive_average_pool", (7, 5, 3), {"output_size": (3, 2)}, None, (3, 2, 3)),
        ("pad", (3, 4), {"pads": (1, -1, 0, 2)}, None, (4, 5)),
        ("take", (3, 4), {"axis": 1, "indices": (0, 0, 3)}, None, (3, 3)),
        ("broadcast_to", (4,), {"shape": (2, 4)}, None, (2, 4)),
        ("resize_linear", (3, 4, 2), {"sizes": (6, 8, 2)}, None, (6, 8, 2)),
    ],
)  # fmt: skip
def test_shapes(op, source, attrs, weight, shape):
    assert shape_of(op, source, attrs, weight) == shape


@pytest.mark.parametrize(
    ("op", "source", "attrs", "weight", "text"),
    [
        ("conv", (8, 3), {}, (3, 3, 3, 4), "needs an input of 2 spatial axes and channels last"),
        ("conv", (8, 3), {}, (3, 4), "1 to 3 spatial axes, not 0"),
        ("conv", (8, 3), {"strides": (0,)}, (3, 3, 4), "strides \\(0,\\) must be 1 numbers of at least 1"),
        (
            "conv",
            (8, 3),
            {"pads": (1,)},
            (3, 3, 4),
            "pads \\(1,\\) must be 2 numbers.*all begins, then all ends",
        ),
        ("conv", (8, 3), {"pads": (1, -1)}, (3, 3, 4), "of at least 0"),
        ("conv", (8, 4), {"groups": 3}, (3, 1, 3), "4 channels cannot be divided into 3 groups"),
        ("conv", (8, 4), {"groups": 2}, (3, 2, 3), "3 output channels cannot be divided into 2 groups"),
        ("conv", (8, 4), {}, (3, 2, 4), "expects 2 channels in each of 1 group"),
        ("conv", (2, 4), {}, (3, 4, 4), "empty along spatial axis 0"),
        (
            "conv_transpose",
            (2, 4),
            {"strides": (2,), "output_padding": (2,)},
            (3, 4, 4),
            "output_padding 2 is not",
        ),
        ("conv_transpose", (2, 4), {"pads": (3, 3)}, (3, 4, 4), "empty along spatial axis 0"),
        ("max_pool", (8, 3), {"pool_size": (2,), "pads": (2, 0)}, None, "lies in the padding alone"),
        ("adaptive_max_pool", (8, 3), {"output_size": (0,)}, None, "one positive number per spatial axis"),
        ("pad", (8, 3), {"pads": (1, 1)}, None, "must be 4 numbers"),
        ("pad", (3, 3), {"pads": (3, 0, 0, 0), "mode": "reflect"}, None, "reflecting 3 and 0"),
        ("pad", (3, 3), {"pads": (-3, 0, 2, 0)}, None, "leave nothing of axis 0"),
        ("pad", (3, 3), {"pads": (0, 0, 0, 0), "mode": "mirror"}, None, "supported: 'constant', 'reflect'"),
        (
            "take",
            (3, 3),
            {"axis": 0, "indices": (3,)},
            None,
            "indices must lie in 0 to 2 along axis 0; 3 is not",
        ),
        ("broadcast_to", (3,), {"shape": (4,)}, None, "does not broadcast to \\(4,\\)"),
        ("resize_linear", (3, 3), {"sizes": (3,)}, None, "one positive number per axis"),
    ],
)
def test_what_does_not_fit_is_refused(op, source, attrs, weight, text):
    with pytest.raises(GraphError, match=text) as caught:
        shape_of(op, source, attrs, weight)
    assert "'layer'" in str(caught.value)


def test_a_bias_of_another_size_is_refused():
    with pytest.raises(GraphError, match="bias must have shape \\(4,\\), not \\(3,\\)"):
        shape_of("conv", (8, 3), {}, (3, 3, 4), 3)
