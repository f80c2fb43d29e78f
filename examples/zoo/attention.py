"""Transformers, Linformers and MLP-Mixers that tag jets from their particles."""

from __future__ import annotations

from collections.abc import Callable

import isobit
from zoo.layers import Layers


def transformer_tagger(
    particles: int = 16, features: int = 3, width: int = 32, heads: int = 4, blocks: int = 2
) -> isobit.Model:
    """Blocks of multi-head attention and dense layers (as in arXiv:2402.01047), a mean, and five classes."""
    net = Layers("transformer_tagger", (particles, features))
    net.dense(width)
    for _ in range(blocks):
        _attention_block(net, heads)
    net.global_mean()
    net.dense(width, "relu")
    net.dense(5, "softmax")
    return net.model()


def linformer_tagger(
    particles: int = 64, features: int = 3, width: int = 16, heads: int = 2, projected: int = 8
) -> isobit.Model:
    """Attention to a few projections of the particles (arXiv:2006.04768), as a tagger in arXiv:2510.24784."""
    net = Layers("linformer_tagger", (particles, features))
    net.dense(width)
    _attention_block(net, heads, projected)
    net.global_mean()
    net.dense(width, "relu")
    net.dense(5, "softmax")
    return net.model()


def mlp_mixer_tagger(particles: int = 64, features: int = 3, width: int = 16) -> isobit.Model:
    """Dense layers that mix particles and features in turn (arXiv:2503.03103): 64 particles, five classes."""
    net = Layers("mlp_mixer_tagger", (particles, features))
    net.dense(width, "relu")
    for _ in range(2):
        _residual(net, lambda: _mix_particles(net, particles))
        _residual(net, lambda: _feed_forward(net, width))
    net.global_mean()
    net.dense(5, "softmax")
    return net.model()


SMALL = {f.__name__: f for f in (transformer_tagger, linformer_tagger, mlp_mixer_tagger)}
"""Builders by name."""


def _attention_block(net: Layers, heads: int, projected: int = 0) -> None:
    width = net.shape[-1]
    _residual(net, lambda: multi_head_attention(net, heads, projected))
    net.add("layer_norm", {"epsilon": 1e-3})
    _residual(net, lambda: _feed_forward(net, 2 * width))
    net.add("layer_norm", {"epsilon": 1e-3})


def multi_head_attention(net: Layers, heads: int, projected: int = 0) -> None:
    """Self-attention: keys and values are projected along the particles first, if that is asked for."""
    n, width = net.shape
    source = net.last
    parts = []
    for kind in ("query", "key", "value"):
        net.last = source
        net.dense(width)
        if projected and kind != "query":
            net.add("transpose", {"perm": [1, 0]})
            net.dense(projected)
            net.add("transpose", {"perm": [1, 0]})
        net.add("reshape", {"shape": [net.shape[0], heads, width // heads]})
        parts.append(net.add("transpose", {"perm": [1, 0, 2]}))
    name = net.builder.unique("attention")
    net.last = net.builder.add("scaled_dot_product_attention", parts, name)
    net.add("transpose", {"perm": [1, 0, 2]})
    net.add("reshape", {"shape": [n, width]})
    net.dense(width)


def _mix_particles(net: Layers, particles: int) -> None:
    net.add("transpose", {"perm": [1, 0]})
    _feed_forward(net, particles)
    net.add("transpose", {"perm": [1, 0]})


def _feed_forward(net: Layers, hidden: int) -> None:
    width = net.shape[-1]
    net.dense(hidden, "relu")
    net.dense(width)


def _residual(net: Layers, layers: Callable[[], None]) -> None:
    source = net.last
    layers()
    net.last = net.builder.add("add", [source, net.last], net.builder.unique("residual"))
