"""Binary and ternary networks: sums of signs, batch normalisation, signs.

`jet_bnn`, `jet_tnn` and `mnist_bnn` are the families of arXiv:2003.06308, `cnv` the binary network of
FINN (arXiv:1612.07119) for 32 x 32 pictures. Weights are random: -1 and 1, or -1, 0 and 1.
"""

from __future__ import annotations

import numpy as np

from isobit.ir import Graph, GraphBuilder

PM1 = "pm1"


def jet_bnn(widths=(64, 32, 32, 5), seed=1) -> Graph:
    """16 features of a jet, binary dense layers, batch normalisation last."""
    return _dense_network("jet_bnn", 16, widths, "binary_tanh", (-1, 1), seed)


def jet_tnn(widths=(64, 32, 32, 5), seed=1) -> Graph:
    """The same with weights and activations that may be zero."""
    return _dense_network("jet_tnn", 16, widths, "ternary_tanh", (-1, 0, 1), seed)


def mnist_bnn(hidden=(16, 16, 16), seed=1) -> Graph:
    """784 pixels to 10 digits."""
    return _dense_network("mnist_bnn", 784, (*hidden, 10), "binary_tanh", (-1, 1), seed)


def cnv(shape=(32, 32, 3), widths=(64, 128, 256), hidden=(512, 512, 10), seed=1) -> Graph:
    """Pairs of 3 x 3 convolutions, the first two pairs with pooling behind them, then dense layers."""
    rng = np.random.default_rng(seed)
    builder = GraphBuilder("cnv")
    last, channels, layers = builder.input("x", shape), shape[-1], 0
    for stage, width in enumerate(widths):
        for _ in range(2):
            weight = rng.choice([-1.0, 1.0], size=(3, 3, channels, width))
            last = builder.add("conv", [last], f"conv{layers}", constants={"weight": weight})
            last = _sign(builder, rng, last, width, 9 * channels, "binary_tanh", layers)
            channels, layers = width, layers + 1
        if stage < len(widths) - 1:
            last = builder.add("max_pool", [last], f"pool{stage}", {"pool_size": (2, 2), "strides": (2, 2)})
    flat = int(np.prod(builder.shapes[last]))
    last = builder.add("reshape", [last], "flatten", {"shape": (flat,)})
    _dense_layers(builder, rng, last, flat, hidden, "binary_tanh", (-1, 1), layers)
    return builder.build()


def formats(graph: Graph, sums="fixed<16,16>", first="fixed<24,16>", inputs="fixed<12,6>") -> dict:
    """Weights and activations as narrow as they are; sums of signs as integers."""
    config: dict = {"default": "fixed<16,8>", "x": inputs}
    for node in graph:
        if node.op in ("dense", "conv"):
            weight = PM1 if np.all(node.constants["weight"]) else "fixed<2,2>"
            output = first if node.inputs[0] == "x" else sums
            config[node.name] = {"output": output, "weight": weight, "bias": output}
    return config


def _dense_network(name, n_in, widths, activation, weights, seed) -> Graph:
    rng = np.random.default_rng(seed)
    builder = GraphBuilder(name)
    _dense_layers(builder, rng, builder.input("x", (n_in,)), n_in, widths, activation, weights, 0)
    return builder.build()


def _dense_layers(builder, rng, last, n_in, widths, activation, weights, first) -> None:
    for i, n_out in enumerate(widths, first):
        weight = rng.choice(np.array(weights, dtype=float), size=(n_in, n_out))
        last = builder.add("dense", [last], f"fc{i}", constants={"weight": weight})
        is_last = i == first + len(widths) - 1
        last = _sign(builder, rng, last, n_out, n_in, None if is_last else activation, i)
        n_in = n_out
    builder.output("y", last)


def _sign(builder, rng, last, n, n_in, activation, i):
    """Batch normalisation of sums of n_in signs, and the activation."""
    norm = {
        "mean": rng.normal(size=n, scale=np.sqrt(n_in) / 4),
        "variance": rng.uniform(0.5, 1.5, n) * n_in,
        "gamma": rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1, 1], n),
        "beta": rng.normal(size=n, scale=0.3),
    }
    last = builder.add("batch_norm", [last], f"bn{i}", constants=norm)
    return last if activation is None else builder.add(activation, [last], f"act{i}")
