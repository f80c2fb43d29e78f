"""Graph networks of jets, tracks, pile-up and calorimeters."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

import isobit
from isobit import graphs
from isobit.ir import GraphBuilder

Affine = tuple[np.ndarray, np.ndarray]


class Weights:
    """Random layers, scaled so that values stay near one."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = np.random.default_rng(seed)

    def layer(self, n_in: int, n_out: int) -> Affine:
        """Weight and bias."""
        weight = self.rng.normal(scale=math.sqrt(2 / n_in), size=(n_in, n_out))
        return weight, self.rng.normal(0, 0.1, n_out)

    def mlp(self, *sizes: int) -> list[Affine]:
        """Layers between these sizes."""
        return [self.layer(n_in, n_out) for n_in, n_out in itertools.pairwise(sizes)]


def jedi_net(
    particles: int = 30, hidden: int = 30, effects: int = 5, objects: int = 6, summed: bool = False
) -> isobit.Model:
    """Jets as complete graphs of particles with 16 features (JEDI-net, arXiv:1908.05318).

    Three networks of two hidden layers of ``hidden`` and ``hidden / 2``: of pairs to ``effects`` numbers, of
    particles and their summed effects to ``objects``, and of all particles to five classes. ``summed``
    is the variant that classifies the sum over particles, whose order then does not matter.
    """
    net, weights = GraphBuilder("jedi_net"), Weights()
    x = net.input("x", (particles, 16))
    pairs = weights.mlp(32, hidden, hidden // 2, effects)
    each = weights.mlp(16 + effects, hidden, hidden // 2, objects)
    rows, _ = graphs.interaction_network(net, x, None, pairs, each, "in", activation="selu")
    if summed:
        jet = net.add("reduce_sum", [rows], "jet_objects", {"axes": (0,)})
    else:
        jet = net.add("reshape", [rows], "flat", {"shape": (particles * objects,)})
    sizes = net.shapes[jet][0], hidden, hidden // 2, 5
    y = graphs.mlp(net, jet, weights.mlp(*sizes), "jet", "selu")
    return _finished(net, net.add("softmax", [y], "classes"))


def jet_deep_sets(particles: int = 8) -> isobit.Model:
    """Jets as sets of particles with three features (arXiv:2402.01876): phi 32-32-32, mean, rho 32."""
    net, weights = GraphBuilder("jet_deep_sets"), Weights()
    x = net.input("x", (particles, 3))
    y = graphs.deep_sets(net, x, weights.mlp(3, 32, 32, 32), weights.mlp(32, 32, 5), "sets")
    return _finished(net, net.add("softmax", [y], "classes"))


def jet_interaction_network(particles: int = 8) -> isobit.Model:
    """Jets as complete graphs (arXiv:2402.01876): effects 12-6, objects 36-18-6, mean, classifier 170."""
    net, weights = GraphBuilder("jet_interaction_network"), Weights()
    x = net.input("x", (particles, 3))
    rows, _ = graphs.interaction_network(net, x, None, weights.mlp(6, 12, 6), weights.mlp(9, 36, 18, 6), "in")
    pooled = net.add("reduce_mean", [rows], "pooled", {"axes": (0,)})
    y = graphs.mlp(net, pooled, weights.mlp(6, 170, 5), "jet")
    return _finished(net, net.add("softmax", [y], "classes"))


def tracking_gnn(nodes: int = 28, edges: int = 56, hidden: int = 8) -> isobit.Model:
    """Which pairs of hits belong to a track: an edge classifier (arXiv:2112.02048).

    Nodes have 3 features and edges 4; the edge model R1, the node model O and the edge model R2 have two
    hidden layers each. Inputs: ``x``, ``senders``, ``receivers``, ``edges``.
    """
    net, weights = GraphBuilder("tracking_gnn"), Weights()
    x = net.input("x", (nodes, 3))
    ends = net.input("senders", (edges,)), net.input("receivers", (edges,))
    features = net.input("edges", (edges, 4))
    rows, effects = graphs.interaction_network(
        net,
        x,
        ends,
        weights.mlp(10, hidden, hidden, 4),
        weights.mlp(7, hidden, hidden, 3),
        "in",
        edge_features=features,
    )
    around = [net.add("gather_rows", [rows, end], f"of_{end}") for end in ends]
    pairs = net.add("concatenate", [*around, effects], "pairs", {"axis": 1})
    y = graphs.mlp(net, pairs, weights.mlp(10, hidden, hidden, 1), "r2")
    return _finished(net, net.add("sigmoid", [y], "scores"))


def puppi_ggnn(nodes: int = 32, edges: int = 96, features: int = 6, steps: int = 2) -> isobit.Model:
    """Which particles are pile-up: gated graph layers of 3 widths (arXiv:1810.07988, PUPPIML).

    The paper gives the kind and number of layers; widths are free here. Inputs: ``x``, ``senders``,
    ``receivers``.
    """
    net, weights = GraphBuilder("puppi_ggnn"), Weights()
    x = net.input("x", (nodes, features))
    ends = net.input("senders", (edges,)), net.input("receivers", (edges,))
    state = x
    for number, width in enumerate((8, 12, 16), 1):
        length = net.shapes[state][1]
        state = graphs.mlp(net, state, [weights.layer(length, width)], f"lift_{number}", last="tanh")
        gates = _gates(weights, width)
        state = graphs.gated_graph_network(
            net, state, ends, weights.layer(width, width), gates, steps, f"gated_{number}", aggregate="mean"
        )
    y = graphs.mlp(net, state, weights.mlp(16, 1), "particle")
    return _finished(net, net.add("sigmoid", [y], "scores"))


def garnet_calorimeter(layers: Sequence[tuple[int, int, int]] = ((4, 4, 4),)) -> isobit.Model:
    """Energy and kind of a shower from 128 hits of 4 features and a mask (arXiv:2008.03601).

    ``layers`` holds propagated features, aggregators and filters of each GarNet layer; the paper has
    ``((4, 4, 4),)`` and ``((8, 4, 8), (8, 4, 8), (16, 8, 16))``.
    """
    net, weights = GraphBuilder("garnet_calorimeter"), Weights()
    rows = net.input("x", (128, 4))
    mask = net.input("mask", (128,))
    for number, (features, aggregators, filters) in enumerate(layers, 1):
        length = net.shapes[rows][1]
        parts = weights.layer(length, features), weights.layer(length, aggregators)
        output = weights.layer(features * aggregators, filters)
        rows = graphs.garnet(net, rows, *parts, output, f"garnet_{number}", mask=mask)
        rows = net.add("relu", [rows], f"relu_{number}")
    pooled = net.add("reduce_mean", [rows], "pooled", {"axes": (0,)})
    sizes = (16, 16, 8) if len(layers) > 1 else (layers[-1][2], 8)
    last = graphs.mlp(net, pooled, weights.mlp(*sizes), "head", last="relu")
    kind = net.add("sigmoid", [graphs.mlp(net, last, weights.mlp(8, 1), "kind")], "probability")
    energy = graphs.mlp(net, last, weights.mlp(8, 1), "energy")
    return _finished(net, net.add("concatenate", [energy, kind], "both", {"axis": 0}))


def particle_cloud(particles: int = 16, k: int = 4) -> isobit.Model:
    """EdgeConv on the nearest neighbours, then GravNet: small relatives of ParticleNet (arXiv:1902.08570)."""
    net, weights = GraphBuilder("particle_cloud"), Weights()
    x = net.input("x", (particles, 5))
    place = net.add("slice", [x], "place", {"starts": (0, 0), "stops": (particles, 2), "steps": (1, 1)})
    rows = graphs.edge_conv(net, x, weights.mlp(10, 16, 16), k, "edge_conv", coordinates=place)
    rows = graphs.gravnet(
        net, rows, weights.layer(16, 3), weights.layer(16, 8), weights.layer(32, 16), k, "gravnet"
    )
    y = graphs.deep_sets(net, rows, weights.mlp(16, 16), weights.mlp(16, 5), "pool")
    return _finished(net, net.add("softmax", [y], "classes"))


def _gates(weights: Weights, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A GRU's weights for messages and states of one width."""
    (weight, bias), (recurrent, recurrent_bias) = (weights.layer(width, 3 * width) for _ in range(2))
    return weight, recurrent, bias, recurrent_bias


def _finished(net: GraphBuilder, y: str) -> isobit.Model:
    net.output("y", y)
    return isobit.Model(net.build())


ALL = {
    "jedi_net": lambda: jedi_net(30),
    "jedi_net_summed": lambda: jedi_net(30, summed=True),
    "jet_deep_sets_8": lambda: jet_deep_sets(8),
    "jet_deep_sets_16": lambda: jet_deep_sets(16),
    "jet_deep_sets_32": lambda: jet_deep_sets(32),
    "jet_interaction_network_8": lambda: jet_interaction_network(8),
    "jet_interaction_network_16": lambda: jet_interaction_network(16),
    "jet_interaction_network_32": lambda: jet_interaction_network(32),
    "tracking_gnn": tracking_gnn,
    "puppi_ggnn": puppi_ggnn,
    "garnet_calorimeter": garnet_calorimeter,
    "garnet_calorimeter_3": lambda: garnet_calorimeter(((8, 4, 8), (8, 4, 8), (16, 8, 16))),
    "particle_cloud": particle_cloud,
}
