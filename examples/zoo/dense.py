"""Dense networks of the triggers: taggers, autoencoders and anomaly scores."""

from __future__ import annotations

from collections.abc import Sequence

import isobit
from zoo.layers import Layers


def jet_mlp() -> isobit.Model:
    """The jet tagger of 16 features of arXiv:1804.06913: 4,389 parameters."""
    return _chain("jet_mlp", 16, (64, 32, 32), 5, "softmax")


def jet_constituents_mlp(particles: int = 8) -> isobit.Model:
    """The tagger of particles with three features of arXiv:2402.01876."""
    return _chain("jet_constituents_mlp", 3 * particles, (120, 60, 32, 64, 64, 64, 32, 44), 5, "softmax")


def topology_features() -> isobit.Model:
    """QCD, tt and W events from 14 features of the event alone (arXiv:1807.00083)."""
    return _chain("topology_features", 14, (50, 20, 10), 3, "softmax")


def anomaly_autoencoder() -> isobit.Model:
    """An autoencoder of 19 objects with three numbers each, as those of arXiv:2108.03986."""
    return _chain("anomaly_autoencoder", 57, (32, 16, 3, 16, 32), 57, "")


def mlperf_tiny_ad08() -> isobit.Model:
    """The anomaly detector AD08 of MLPerf Tiny v0.7 by hls4ml, batch normalisations folded."""
    return _chain("mlperf_tiny_ad08", 64, (72, 72, 8, 72, 72), 64, "")


def axol1tl() -> isobit.Model:
    """The anomaly trigger of CMS: how far ten features are from what an autoencoder makes of them.

    57 inputs become ten features, an autoencoder 10-9-6-4-6-9-10 reproduces them, and the score is the
    square of the difference.
    """
    net = Layers("axol1tl", (57,))
    net.dense(29, "relu")
    features = net.dense(10)
    for width in (9, 6, 4, 6, 9):
        net.dense(width, "relu")
    again = net.dense(10)
    net.last = net.builder.add("subtract", [features, again], "difference")
    net.add("reduce_sum_square", {"axes": [0], "keepdims": True}, name="score")
    return net.model()


def _chain(name: str, n_in: int, hidden: Sequence[int], n_out: int, last: str) -> isobit.Model:
    net = Layers(name, (n_in,))
    for width in hidden:
        net.dense(width, "relu")
    net.dense(n_out, last)
    return net.model()


ALL = {
    f.__name__: f
    for f in (
        jet_mlp,
        jet_constituents_mlp,
        topology_features,
        anomaly_autoencoder,
        mlperf_tiny_ad08,
        axol1tl,
    )
}
"""Builders by name."""
