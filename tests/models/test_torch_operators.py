"""Mathematics, normalisation and attention of the float model beside PyTorch, in double precision."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from isobit.ir import GraphBuilder

pytestmark = pytest.mark.slow
torch = pytest.importorskip("torch", reason="PyTorch is not installed")

functional = torch.nn.functional
RNG = np.random.default_rng(0)
GAMMA, BETA = RNG.normal(size=8), RNG.normal(size=8)
QKV = [RNG.normal(size=(5, 2, 6, 4)) for _ in range(3)]
MASK = RNG.normal(size=(5, 2, 6, 6))
ROWS, PIXELS = RNG.normal(size=(5, 3, 8)), RNG.normal(size=(5, 4, 4, 8))
ATTENTION = "scaled_dot_product_attention"


def predicted(op, arrays, attrs=None, constants=None):
    builder = GraphBuilder("test")
    names = [builder.input(f"x{i}", array.shape[1:]) for i, array in enumerate(arrays)]
    builder.output("y", builder.add(op, names, "layer", attrs, constants))
    return isobit.Model(builder.build()).predict(arrays if len(arrays) > 1 else arrays[0])


def group_norm(x):
    first = x.permute(0, 3, 1, 2)
    return functional.group_norm(first, 2, torch.from_numpy(GAMMA), torch.from_numpy(BETA)).permute(
        0, 2, 3, 1
    )


def norm(function):
    return lambda x: function(x, (8,), torch.from_numpy(GAMMA), torch.from_numpy(BETA))


@pytest.mark.parametrize(
    ("op", "arrays", "attrs", "constants", "peer"),
    [
        (ATTENTION, QKV, {}, {}, functional.scaled_dot_product_attention),
        (ATTENTION, [*QKV, MASK], {}, {}, functional.scaled_dot_product_attention),
        (
            ATTENTION, QKV, {"causal": True}, {},
            lambda q, k, v: functional.scaled_dot_product_attention(q, k, v, is_causal=True),
        ),
        ("layer_norm", [ROWS], {}, {"gamma": GAMMA, "beta": BETA}, norm(functional.layer_norm)),
        ("group_norm", [PIXELS], {"groups": 2}, {"gamma": GAMMA, "beta": BETA}, group_norm),
        (
            "einsum", QKV[:2], {"equation": "hqd,hkd->hqk"}, {},
            lambda q, k: torch.einsum("bhqd,bhkd->bhqk", q, k),
        ),
        ("cumsum", [ROWS], {"axis": 0}, {}, lambda x: x.cumsum(1)),
        ("top_k_values", [ROWS], {"k": 3}, {}, lambda x: x.topk(3).values),
        ("top_k_indices", [ROWS], {"k": 3, "largest": False}, {}, lambda x: x.topk(3, largest=False).indices),
        ("reduce_log_sum_exp", [ROWS], {"axes": [1]}, {}, lambda x: x.logsumexp(2)),
        ("mish", [4 * ROWS], {}, {}, functional.mish),
        ("logsigmoid", [4 * ROWS], {}, {}, functional.logsigmoid),
        ("hard_swish", [4 * ROWS], {}, {}, functional.hardswish),
        ("celu", [4 * ROWS], {"alpha": 1.5}, {}, lambda x: functional.celu(x, 1.5)),
        ("round", [np.arange(-4, 4.0)[:, None] + 0.5], {}, {}, torch.round),
    ],
)  # fmt: skip
def test_the_float_model_is_that_of_torch(op, arrays, attrs, constants, peer):
    expected = peer(*map(torch.from_numpy, arrays)).numpy()
    # both in double precision
    np.testing.assert_allclose(predicted(op, arrays, attrs, constants), expected, rtol=1e-12, atol=1e-12)
