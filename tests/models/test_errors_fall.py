"""Every family of layers comes closer to its float model as bits grow: 8, 12, 16, 20.

Four more bits make units sixteen times smaller; each step must quarter the error at least. Where a function
comes from a table, its addresses have 16 bits at most: they decide at 20, where it only has to be smaller.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import isobit
from isobit import graphs
from isobit.ir import GraphBuilder

SAMPLES = 200
NODES, EDGES = 6, 12


def weights(*shape):
    return np.random.default_rng([*shape]).normal(scale=0.5, size=shape)


def affine(*sizes):
    return [(weights(a, b), weights(b)) for a, b in itertools.pairwise(sizes)]


def layer(op, *shapes, attrs=None, constants=None):
    """A model of one layer."""
    net = GraphBuilder(op)
    names = [net.input(f"x{number}", shape) for number, shape in enumerate(shapes)]
    net.output("y", net.add(op, names, "layer", attrs, constants))
    return isobit.Model(net.build())


def of_graph(build):
    """A model of nodes and edges."""
    net = GraphBuilder("graph")
    x = net.input("x", (NODES, 3))
    ends = net.input("senders", (EDGES,)), net.input("receivers", (EDGES,))
    net.output("y", build(net, x, ends))
    return isobit.Model(net.build())


def of_nodes(build):
    """A model of nodes alone."""
    net = GraphBuilder("nodes")
    net.output("y", build(net, net.input("x", (NODES, 3))))
    return isobit.Model(net.build())


def gates(n):
    return weights(n, 3 * n), weights(n, 3 * n), weights(3 * n), weights(3 * n)


EXACT = {
    "dense": layer("dense", (8,), constants={"weight": weights(8, 4), "bias": weights(4)}),
    "convolution": layer("conv", (6, 6, 2), constants={"weight": weights(3, 3, 2, 4)}),
    "depthwise": layer("conv", (6, 6, 4), attrs={"groups": 4}, constants={"weight": weights(3, 3, 1, 4)}),
    "transposed": layer("conv_transpose", (4, 4, 2), constants={"weight": weights(3, 3, 2, 4)}),
    "pooling": layer("average_pool", (6, 6, 2), attrs={"pool_size": (3, 3), "strides": (3, 3)}),
    "embedding": layer("embedding", (3,), constants={"weight": weights(9, 4)}),
    "products": layer("matmul", (4, 5), (5, 3)),
    "einsum": layer("einsum", (4, 5), (3, 5), attrs={"equation": "ij,kj->ik"}),
    "sums": layer("reduce_sum", (4, 6), attrs={"axes": (1,)}),
    "means": layer("reduce_mean", (4, 6), attrs={"axes": (0,)}),
    "squares": layer("reduce_sum_square", (4, 6), attrs={"axes": (1,)}),
    "interaction network": of_graph(
        lambda net, x, ends: graphs.interaction_network(net, x, ends, affine(6, 4), affine(7, 3), "in")[0]
    ),
    "deep sets": of_nodes(lambda net, x: graphs.deep_sets(net, x, affine(3, 4), affine(4, 2), "sets")),
}
TABLES = {
    "sigmoid": layer("sigmoid", (8,)),
    "tanh": layer("tanh", (8,)),
    "gelu": layer("gelu", (8,)),
    "exp": layer("exp", (8,)),
    "softmax": layer("softmax", (5,)),
    "norm": layer("reduce_l2", (4, 6), attrs={"axes": (1,)}),
    "segment means": of_graph(
        lambda net, x, ends: net.add(
            "segment_mean",
            [net.add("gather_rows", [x, ends[0]], "sent"), ends[1]],
            "mean",
            {"segments": NODES},
        )
    ),
    "gated graph": of_graph(
        lambda net, x, ends: graphs.gated_graph_network(net, x, ends, affine(3, 3)[0], gates(3), 2, "gated")
    ),
    "GarNet": of_nodes(
        lambda net, x: graphs.garnet(net, x, affine(3, 2)[0], affine(3, 2)[0], affine(4, 3)[0], "garnet")
    ),
}


def errors(model):
    rng = np.random.default_rng(1)
    data = {
        name: rng.integers(0, model.index_ranges[name].count, (SAMPLES, *shape))
        if name in model.index_ranges
        else rng.normal(size=(SAMPLES, *shape))
        for name, shape in model.inputs.items()
    }
    exact = model.predict(data)
    found = []
    for width in (8, 12, 16, 20):
        quantized = model.quantize({"default": {"table_size": 2**16}}, calibration=data, width=width)
        found.append(float(np.mean(np.abs(quantized.predict(data) - exact))))
    return found


@pytest.mark.parametrize("name", EXACT)
def test_of_layers_of_sums_and_products(name):
    found = errors(EXACT[name])
    assert all(later < earlier / 4 for earlier, later in itertools.pairwise(found)), found


@pytest.mark.parametrize("name", TABLES)
def test_of_layers_with_tables(name):
    found = errors(TABLES[name])
    assert found[1] < found[0] / 4, found
    assert found[2] < found[1] / 4, found
    assert found[3] < found[2], found
