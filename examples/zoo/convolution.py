"""Convolutional networks of trigger and edge applications, and one of the size of ResNet-50."""

from __future__ import annotations

import isobit
from zoo.layers import Layers


def svhn_cnn() -> isobit.Model:
    """Street-view house numbers on an FPGA (arXiv:2101.05108)."""
    net = Layers("svhn_cnn", (32, 32, 3))
    for filters in (16, 16, 24):
        net.conv(filters, (3, 3))
        net.pool(2)
    net.flatten()
    net.dense(42, "relu")
    net.dense(64, "relu")
    net.dense(10, "softmax")
    return net.model()


def cnn_1d() -> isobit.Model:
    """Three convolutions over 100 samples in time, as of a calorimeter's pulses."""
    net = Layers("cnn_1d", (100, 4))
    net.conv(16, (5,), padding="same")
    net.pool(2)
    net.conv(32, (3,), padding="same")
    net.pool(2)
    net.conv(32, (3,), padding="same")
    net.global_mean()
    net.dense(32, "relu")
    net.dense(5, "softmax")
    return net.model()


def cicada() -> isobit.Model:
    """The student of CICADA, the calorimeter anomaly trigger of CMS: 18 x 14 regions, one score."""
    net = Layers("cicada", (18, 14, 1))
    net.conv(3, (3, 3), strides=2)
    net.flatten()
    net.dense(20, "relu")
    net.dense(1, "relu")
    return net.model()


def sc4ng_jet_tag() -> isobit.Model:
    """The jet tagger of the CMS level-1 trigger (SC4NG): 16 particles of 20 features.

    The identification and the momentum regression are both made; the output is their concatenation.
    """
    net = Layers("sc4ng_jet_tag", (16, 20))
    net.add("affine", {}, {"scale": net.rng.uniform(0.5, 1.5, 20), "bias": net.rng.normal(0, 0.1, 20)})
    net.conv(10, (1,))
    net.conv(10, (1,))
    shared = net.global_mean()
    net.dense(32, "relu")
    net.dense(16, "relu")
    jet_id = net.dense(8, "softmax")
    net.last = shared
    net.dense(10, "relu")
    momentum = net.dense(1)
    net.last = net.builder.add("concatenate", [jet_id, momentum], "both", {"axis": 0})
    return net.model()


def toollip() -> isobit.Model:
    """The momentum regression TOoLLiP of the CMS level-1 trigger: 10 particles of 13 features."""
    net = Layers("toollip", (10, 13))
    net.conv(10, (1,))
    net.conv(10, (1,))
    net.global_mean()
    net.dense(10, "relu")
    net.dense(1)
    return net.model()


def econ_t_encoder() -> isobit.Model:
    """The encoder of the ECON-T chip (arXiv:2105.01683): 4 x 4 x 3 trigger cells to 16 numbers."""
    net = Layers("econ_t_encoder", (4, 4, 3))
    net.conv(8, (3, 3), padding="same")
    net.flatten()
    net.dense(16, "relu")
    return net.model()


def pixel_seed_cnn(channels: int = 8) -> isobit.Model:
    """The doublet filter of the CMS high-level trigger (J. Phys. Conf. Ser. 1085 042040).

    Without the numbers that it takes besides the two images.
    """
    net = Layers("pixel_seed_cnn", (16, 16, channels))
    net.conv(32, (5, 5), padding="same")
    net.conv(32, (3, 3), padding="same")
    net.pool(2)
    net.conv(64, (3, 3), padding="same")
    net.conv(64, (3, 3), padding="same")
    net.pool(2)
    net.flatten()
    net.dense(128, "relu")
    net.dense(64, "relu")
    net.dense(2, "softmax")
    return net.model()


def mlperf_tiny_rn07() -> isobit.Model:
    """The image classifier RN07 of MLPerf Tiny v0.7 by hls4ml: five convolutions, no skip connections."""
    net = Layers("mlperf_tiny_rn07", (32, 32, 3))
    net.conv(32, (1, 1))
    net.conv(4, (4, 4))
    net.conv(32, (4, 4))
    net.conv(32, (4, 4), strides=4)
    net.conv(32, (4, 4))
    net.flatten()
    net.dense(10, "softmax")
    return net.model()


def resnet50(classes: int = 1000, size: int = 224) -> isobit.Model:
    """ResNet-50 (arXiv:1512.03385): 25.5 million weights, batch normalisations folded."""
    net = Layers("resnet50", (size, size, 3))
    net.conv(64, (7, 7), strides=2, padding="same")
    net.pool(3, strides=2, pads=[1, 1, 1, 1])
    for blocks, width, strides in ((3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2)):
        for block in range(blocks):
            _bottleneck(net, width, strides if block == 0 else 1, block == 0)
    net.global_mean()
    net.dense(classes)
    return net.model()


def _bottleneck(net: Layers, width: int, strides: int, project: bool) -> None:
    source = net.last
    net.conv(width, (1, 1), strides)
    net.conv(width, (3, 3), padding="same")
    branch = net.conv(4 * width, (1, 1), activation="", gain=0.25)
    net.last = source
    skip = net.conv(4 * width, (1, 1), strides, activation="", gain=0.7) if project else source
    net.last = net.builder.add("add", [branch, skip], net.builder.unique("merge"))
    net.add("relu")


SMALL = {
    "svhn_cnn": svhn_cnn,
    "cnn_1d": cnn_1d,
    "cicada": cicada,
    "sc4ng_jet_tag": sc4ng_jet_tag,
    "toollip": toollip,
    "econ_t_encoder": econ_t_encoder,
    "pixel_seed_cnn": pixel_seed_cnn,
    "mlperf_tiny_rn07": mlperf_tiny_rn07,
}
"""All but the largest."""
