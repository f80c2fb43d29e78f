"""Graph networks against NumPy; neither the order of nodes and edges nor padding changes a bit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from isobit import GraphError, InputError, Model, graphs
from isobit.ir import GraphBuilder

NODES, EDGES, FEATURES = 6, 9, 3


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def layers(rng, *sizes):
    pairs = itertools.pairwise(sizes)
    return [(rng.normal(size=pair) / 2, rng.normal(size=pair[1]) / 4) for pair in pairs]


def started(edges=EDGES):
    made = GraphBuilder("test")
    made.input("x", (NODES, FEATURES))
    if edges:
        made.input("senders", (edges,))
        made.input("receivers", (edges,))
    return made


def finished(made, y):
    made.output("y", y)
    return Model(made.build())


def apply(rows, mlp, activation, last):
    for number, (weight, bias) in enumerate(mlp, 1):
        rows = rows @ weight + bias
        rows = activation(rows) if number < len(mlp) or last else rows
    return rows


def relu(x):
    return np.maximum(x, 0)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sums(effects, receivers, how):
    result = np.zeros((NODES, effects.shape[1]))
    for node in range(NODES):
        chosen = effects[receivers == node]
        if len(chosen):
            result[node] = getattr(chosen, how)(axis=0)
    return result


def random_graph(rng):
    return rng.normal(size=(NODES, FEATURES)), *rng.integers(0, NODES, (2, EDGES))


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_interaction_network(rng, how):
    edge, node = layers(rng, 2 * FEATURES, 5, 4), layers(rng, FEATURES + 4, 5, 2)
    made = started()
    y, _ = graphs.interaction_network(made, "x", ("senders", "receivers"), edge, node, "in", aggregate=how)
    x, senders, receivers = random_graph(rng)
    effects = apply(np.concatenate([x[receivers], x[senders]], 1), edge, relu, True)
    expected = apply(np.concatenate([x, sums(effects, receivers, how)], 1), node, relu, True)
    result = finished(made, y).predict([x[None], senders[None], receivers[None]])[0]
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def test_all_pairs_are_the_same_as_their_list(rng):
    edge, node = layers(rng, 2 * FEATURES, 5, 4), layers(rng, FEATURES + 4, 5, 2)
    pairs = np.array([(j, i) for i in range(NODES) for j in range(NODES) if i != j]).T
    dense, listed = started(0), started(len(pairs[0]))
    dense = finished(dense, graphs.interaction_network(dense, "x", None, edge, node, "in")[0])
    ends = ("senders", "receivers")
    listed = finished(listed, graphs.interaction_network(listed, "x", ends, edge, node, "in")[0])
    x = rng.normal(size=(7, NODES, FEATURES))
    indices = [np.repeat(end[None], 7, axis=0) for end in pairs]
    config = "fixed<16,6,RND,SAT>"
    np.testing.assert_array_equal(
        dense.quantize(config).predict(x), listed.quantize(config).predict([x, *indices])
    )


def test_gated_graph_network(rng):
    (message,) = layers(rng, FEATURES, 4)
    weight, recurrent = rng.normal(size=(4, 3 * FEATURES)), rng.normal(size=(FEATURES, 3 * FEATURES))
    bias, recurrent_bias = rng.normal(size=(2, 3 * FEATURES))
    gates = (weight, recurrent, bias, recurrent_bias)
    made = started()
    y = graphs.gated_graph_network(made, "x", ("senders", "receivers"), message, gates, 2, "gated")
    x, senders, receivers = random_graph(rng)
    h = x
    for _ in range(2):
        heard = sums((h @ message[0] + message[1])[senders], receivers, "sum")
        a, b = heard @ weight + bias, h @ recurrent + recurrent_bias
        (za, ra, ga), (zb, rb, gb) = np.split(a, 3, 1), np.split(b, 3, 1)
        z, r = sigmoid(za + zb), sigmoid(ra + rb)
        g = np.tanh(ga + r * gb)
        h = z * h + (1 - z) * g
    result = finished(made, y).predict([x[None], senders[None], receivers[None]])[0]
    np.testing.assert_allclose(result, h, rtol=1e-12, atol=1e-12)


def nearest(points, k):
    distances = ((points[:, None] - points[None]) ** 2).sum(-1)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :k], np.sort(distances, axis=1)[:, :k]


def test_edge_conv(rng):
    mlp = layers(rng, 2 * FEATURES, 5)
    made = started(0)
    y = graphs.edge_conv(made, "x", mlp, 3, "conv")
    x = rng.normal(size=(NODES, FEATURES))
    indices, _ = nearest(x, 3)
    own = np.repeat(x[:, None], 3, axis=1)
    expected = apply(np.concatenate([own, x[indices] - own], 2), mlp, relu, True).max(axis=1)
    np.testing.assert_allclose(finished(made, y).predict(x[None])[0], expected, rtol=1e-12, atol=1e-12)


def test_gravnet(rng):
    (space,), (learned,), (output,) = (layers(rng, *sizes) for sizes in ((3, 2), (3, 4), (11, 5)))
    made = started(0)
    y = graphs.gravnet(made, "x", space, learned, output, 2, "gravnet")
    x = rng.normal(size=(NODES, FEATURES))
    indices, distances = nearest(apply(x, [space], relu, False), 2)
    seen = apply(x, [learned], relu, False)[indices] * np.exp(-10 * distances)[..., None]
    joined = np.concatenate([x, seen.mean(axis=1), seen.max(axis=1)], 1)
    expected = np.tanh(apply(joined, [output], relu, False))
    np.testing.assert_allclose(finished(made, y).predict(x[None])[0], expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("masked", [False, True])
def test_garnet(rng, masked):
    (learned,), (space,), (output,) = (layers(rng, *sizes) for sizes in ((3, 4), (3, 2), (8, 5)))
    made = started(0)
    mask = np.array([1, 1, 1, 1, 0, 0]) if masked else np.ones(NODES)
    name = made.input("mask", (NODES,)) if masked else None
    y = graphs.garnet(made, "x", learned, space, output, "garnet", mask=name)
    x = rng.normal(size=(NODES, FEATURES))
    weights = np.exp(-(apply(x, [space], relu, False) ** 2)) * mask[:, None]
    collected = np.einsum("va,vp->ap", weights, apply(x, [learned], relu, False)) / NODES
    returned = (weights[..., None] * collected).reshape(NODES, -1)
    inputs = [x[None], mask[None]] if masked else x[None]
    expected = apply(returned, [output], relu, False)
    np.testing.assert_allclose(finished(made, y).predict(inputs)[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_deep_sets_of_members(rng, how):
    phi, rho = layers(rng, FEATURES, 5, 4), layers(rng, 4, 2)
    made = started(0)
    y = graphs.deep_sets(made, "x", phi, rho, "sets", mask=made.input("mask", (NODES,)), aggregate=how)
    x, mask = rng.normal(size=(NODES, FEATURES)), np.array([1, 0, 1, 1, 0, 0])
    members = getattr(apply(x[mask == 1], phi, relu, True), how)(axis=0)
    model = finished(made, y)
    result = model.predict([x[None], mask[None]])[0]
    np.testing.assert_allclose(result, apply(members, rho, relu, False), rtol=1e-12, atol=1e-12)
    assert str(model.quantize("fixed<16,6>").formats["mask"]) == "ufixed<1,1>"


def permuted_and_padded(x, senders, receivers, rng):
    """The same graph with its nodes and edges in another order, and edges that lead nowhere."""
    order = rng.permutation(NODES)
    place = np.append(np.argsort(order), NODES)
    edges = np.stack([place[senders], place[receivers]])
    edges = np.concatenate([edges, np.full((2, 4), NODES)], axis=1)
    return x[order], *edges[:, rng.permutation(edges.shape[1])], order


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_neither_order_nor_padding_changes_a_bit(rng, how):
    edge, node = layers(rng, 2 * FEATURES, 5, 4), layers(rng, FEATURES + 4, 5, 2)
    models = []
    for edges in (EDGES, EDGES + 4):
        made = started(edges)
        ends = ("senders", "receivers")
        y, _ = graphs.interaction_network(made, "x", ends, edge, node, "in", aggregate=how)
        y = graphs.deep_sets(made, y, layers(np.random.default_rng(1), 2, 3), [], "pool", aggregate=how)
        models.append(finished(made, y).quantize("fixed<14,5,RND,WRAP>"))
    for _ in range(20):
        x, senders, receivers = random_graph(rng)
        other, *ends, _ = permuted_and_padded(x, senders, receivers, rng)
        first = models[0].predict([x[None], senders[None], receivers[None]])
        second = models[1].predict([other[None], ends[0][None], ends[1][None]])
        np.testing.assert_array_equal(first, second)


def test_events_are_padded(rng):
    events = [rng.normal(size=(n, 2)) for n in (3, 1, 4)]
    edges = [np.array([[0, 2], [1, 1]]), [], np.array([[3, 0]])]
    features = [np.ones((2, 1)), np.zeros((0, 1)), np.full((1, 1), 7.0)]
    padded = graphs.pad(events, edges, (4, 3), features)
    assert padded.mask.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0], [1, 1, 1, 1]]
    assert padded.senders.tolist() == [[0, 1, 4], [4, 4, 4], [3, 4, 4]]
    assert padded.receivers.tolist() == [[2, 1, 4], [4, 4, 4], [0, 4, 4]]
    assert padded.edge_features[:, :, 0].tolist() == [[1, 1, 0], [0, 0, 0], [7, 0, 0]]
    for event, rows in zip(events, padded.nodes, strict=True):
        np.testing.assert_array_equal(rows[: len(event)], event)
        assert not rows[len(event) :].any()


@pytest.mark.parametrize(
    ("nodes", "edges", "message"),
    [
        (
            [(2, 2), (5, 2)],
            [[], []],
            "event 1 has 5 nodes and 0 edges, over the capacity of 4 nodes and 3 edges",
        ),
        ([(2, 2)], [[[0, 1]] * 4], "event 0 has 2 nodes and 4 edges, over the capacity"),
        ([(2, 2)], [[[0, 2]]], "event 0: the receiver of edge 0 is 2, but the event has 2 nodes"),
        ([(2, 2)], [[[-1, 1]]], "event 0: the sender of edge 0 is -1"),
        ([(2, 2)], [[[0.5, 1]]], "edges of event 0 are float64"),
        ([(2, 2), (2, 3)], [[], []], r"nodes of different lengths: \[2, 3\]"),
        ([(2,)], [[]], r"nodes of event 0 have the shape \(2,\)"),
        ([(2, 2)], [[], []], "as many events everywhere"),
    ],
)
def test_what_does_not_fit_is_refused(nodes, edges, message):
    with pytest.raises(InputError, match=message):
        graphs.pad([np.zeros(shape) for shape in nodes], [np.array(e) for e in edges], (4, 3))


@pytest.mark.parametrize(
    ("capacity", "message"),
    [
        ((4.5, 3), r"capacity is \(4.5, 3\); expected are two integers"),
        (4, "capacity is 4; expected are two integers"),
        ((0, 3), r"capacity is \(0, 3\); there must be room for a node"),
        ((4, -1), r"capacity is \(4, -1\); .* edges cannot be negative"),
    ],
)
def test_capacities_that_do_not_exist_are_refused(capacity, message):
    with pytest.raises(InputError, match=message):
        graphs.pad([np.zeros((1, 2))], [[]], capacity)


def test_events_that_are_no_numbers_are_refused():
    with pytest.raises(InputError, match="nodes of event 1 are no rectangular array of numbers"):
        graphs.pad([[[1.0, 2.0]], [[1.0, 2.0], [3.0]]], [[], []], (4, 3))
    with pytest.raises(InputError, match="nodes of event 0 are no rectangular array of numbers"):
        graphs.pad([[["pt", "eta"]]], [[]], (4, 3))
    with pytest.raises(InputError, match="edges of event 0 are no rectangular array"):
        graphs.pad([[[1.0, 2.0]]], [[[0, 0], [0]]], (4, 3))


def test_lists_of_edges_that_differ_are_refused(rng):
    builder = started(0)
    ends = builder.input("long", (6,)), builder.input("short", (5,))
    message = r"'net': the senders 'long' have the shape \(6,\) and the receivers 'short' \(5,\)"
    with pytest.raises(GraphError, match=message):
        graphs.interaction_network(builder, "x", ends, layers(rng, 2 * FEATURES, 2), [], "net")
    gates = np.zeros((4, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(6)
    with pytest.raises(GraphError, match=message):
        graphs.gated_graph_network(builder, "x", ends, (np.zeros((3, 4)), None), gates, 1, "net")


def test_aggregations_that_do_not_exist_are_refused(rng):
    with pytest.raises(GraphError, match="cannot be aggregated by 'median'; supported: sum, mean, max"):
        graphs.deep_sets(started(0), "x", layers(rng, FEATURES, 2), [], "pool", aggregate="median")
    gates = np.zeros((4, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(6)
    message = np.zeros((3, 4)), None
    with pytest.raises(GraphError, match=r"the recurrent weight has the shape \(2, 6\).*is \(3, 9\)"):
        graphs.gated_graph_network(started(), "x", ("senders", "receivers"), message, gates, 1, "gated")


@pytest.mark.parametrize(
    ("shapes", "k", "message"),
    [
        ([(4, 2)], 4, "k is 4, but there are 3 neighbours"),
        ([(4,)], 1, r"the input must have shape \(N, D\), not \(4,\)"),
        ([(4, 2), (3,)], 1, r"the mask must have shape \(4,\), not \(3,\)"),
    ],
)
def test_neighbours_that_do_not_exist_are_refused(shapes, k, message):
    made = GraphBuilder("test")
    names = [made.input(f"x{i}", shape) for i, shape in enumerate(shapes)]
    with pytest.raises(GraphError, match=message):
        made.add("knn_indices", names, "nearest", {"k": k})
