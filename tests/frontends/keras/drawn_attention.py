"""Random attention, normalisation, embedding and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from frontends.keras.drawing import SAMPLES, Builder, Draw

# Heads have at least two features: Keras' TensorFlow backend takes a bias of shape (heads, 1) for one of the
# axis of steps where there are as many steps as heads.


def _value(draw: Draw, steps: int, features: int) -> Any:
    return draw.masked(steps, features) if draw.chance(0.3) else draw.input((steps, features))


def multi_head(draw: Draw) -> Any:
    features, steps, keys = draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 4)
    layer = draw.layers.MultiHeadAttention(
        draw.integer(1, 3),
        draw.integer(2, 4),
        value_dim=draw.one_of(None, 3),
        use_bias=draw.chance(),
        use_gate=draw.chance(0.3),
        dropout=draw.one_of(0.0, 0.3),
        output_shape=draw.one_of(None, 2, (2, 3)),
        sliding_window=draw.one_of(None, None, 2),
    )
    query, value = _value(draw, steps, features), _value(draw, keys, draw.integer(1, 3))
    options: dict[str, Any] = {"return_attention_scores": draw.chance(0.3)}
    if draw.chance(0.3):
        options["key"] = draw.input((keys, draw.integer(1, 3)))
    if draw.chance(0.3):
        options["use_causal_mask"] = True
    if draw.chance(0.3):
        options["attention_mask"] = draw.booleans((steps, keys))
    return layer(query, value, **options)


def attention_axes(draw: Draw) -> Any:
    """Inputs with more axes, some of them attended along."""
    a, b, features = draw.shape(3, 1, 3)
    layer = draw.layers.MultiHeadAttention(
        2, draw.integer(2, 3), attention_axes=draw.one_of(None, (1,), (2,), (1, 2), (2, 1), -2)
    )
    return layer(
        draw.input((a, b, features)),
        draw.input((a, b, draw.integer(1, 3))),
        return_attention_scores=draw.chance(),
    )


def grouped_query(draw: Draw) -> Any:
    groups = draw.integer(1, 2)
    features, steps, keys = draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 4)
    layer = draw.layers.GroupQueryAttention(
        draw.integer(2, 3),
        groups * draw.integer(1, 3),
        groups,
        use_bias=draw.chance(),
        use_gate=draw.chance(0.3),
        dropout=draw.one_of(0.0, 0.3),
        sliding_window=draw.one_of(None, None, 2),
    )
    options: dict[str, Any] = {"return_attention_scores": draw.chance(0.3)}
    if draw.chance(0.3):
        options["use_causal_mask"] = True
    if draw.chance(0.3):
        options["attention_mask"] = draw.booleans((steps, keys))
    return layer(_value(draw, steps, features), _value(draw, keys, features), **options)


def attention(kind: str) -> Builder:
    def build(draw: Draw) -> Any:
        features, steps, keys = draw.integer(1, 4), draw.integer(1, 4), draw.integer(1, 4)
        options: dict[str, Any] = {"use_scale": draw.chance(), "dropout": draw.one_of(0.0, 0.3)}
        if kind == "Attention":
            options["score_mode"] = draw.one_of("dot", "concat")
        inputs = [_value(draw, steps, features), _value(draw, keys, features)]
        if draw.chance(0.3):
            inputs.append(draw.input((keys, features)))
        arguments = {"return_attention_scores": draw.chance(0.3), "use_causal_mask": draw.chance(0.3)}
        return getattr(draw.layers, kind)(**options)(inputs, **arguments)

    return build


def _axes(draw: Draw, rank: int) -> Any:
    axis = draw.integer(1, rank)
    several = sorted({draw.integer(1, rank), draw.integer(1, rank)})
    return draw.one_of(-1, axis, axis - rank - 1, several)


def layer_norm(draw: Draw) -> Any:
    rank = draw.integer(1, 3)
    layer = draw.layers.LayerNormalization(
        axis=_axes(draw, rank), epsilon=draw.number(1e-4, 0.1), center=draw.chance(), scale=draw.chance()
    )
    return layer(draw.input(draw.shape(rank, 2, 4)))


def rms_norm(draw: Draw) -> Any:
    rank = draw.integer(1, 3)
    axis = draw.one_of(-1, rank, [rank - 1, rank] if rank > 1 else -1)
    return draw.layers.RMSNormalization(axis=axis, epsilon=draw.number(1e-6, 0.1))(
        draw.input(draw.shape(rank, 2, 4))
    )


def group_norm(draw: Draw) -> Any:
    rank = draw.integer(1, 3)
    groups, shape = draw.integer(1, 3), list(draw.shape(rank, 2, 4))
    axis = draw.integer(1, rank)
    shape[axis - 1] = groups * draw.integer(1, 3)
    layer = draw.layers.GroupNormalization(
        groups=draw.one_of(groups, groups, -1),
        axis=draw.one_of(axis, axis - rank - 1),
        epsilon=draw.number(1e-4, 0.1),
        center=draw.chance(),
        scale=draw.chance(),
    )
    return layer(draw.input(tuple(shape)))


def unit_norm(draw: Draw) -> Any:
    rank = draw.integer(1, 3)
    return draw.layers.UnitNormalization(axis=_axes(draw, rank))(draw.input(draw.shape(rank, 1, 4)))


def batch_norm(draw: Draw) -> Any:
    rank = draw.integer(1, 4)
    axis = draw.integer(1, rank)
    layer = draw.layers.BatchNormalization(
        axis=draw.one_of(axis, axis - rank - 1),
        epsilon=draw.number(1e-4, 0.1),
        center=draw.chance(),
        scale=draw.chance(),
    )
    return layer(draw.input(draw.shape(rank, 1, 4)))


def embedding(draw: Draw) -> Any:
    count = draw.integer(2, 9)
    layer = draw.layers.Embedding(count, draw.integer(1, 4), mask_zero=draw.chance())
    shape = draw.shape(draw.integer(1, 2), 1, 4)
    if draw.chance(0.3):
        return layer(draw.given(draw.rng.integers(0, count, (SAMPLES, *shape)).astype(np.float64)))
    return layer(draw.indices(shape, count))


def softmax(draw: Draw) -> Any:
    rank = draw.integer(1, 3)
    shape = draw.shape(rank, 1, 4)
    options = {"mask": draw.booleans(shape)} if draw.chance(0.3) else {}
    return draw.layers.Softmax(axis=_axes(draw, rank))(draw.input(shape), **options)


def dot(draw: Draw) -> Any:
    first, second = list(draw.shape(draw.integer(1, 3), 1, 4)), list(draw.shape(draw.integer(1, 3), 1, 4))
    a, b = draw.integer(1, len(first)), draw.integer(1, len(second))
    second[b - 1] = first[a - 1]
    axes: Any = (a, b)
    if a == b and draw.chance():
        axes = a
    if a == len(first) and b == len(second) and draw.chance():
        axes = -1
    return draw.layers.Dot(axes=axes, normalize=draw.chance())(
        [draw.input(tuple(first)), draw.input(tuple(second))]
    )


def einsum_dense(draw: Draw) -> Any:
    equation, shape, output, biases = draw.one_of(
        ("bi,ij->bj", (3,), (4,), "j"),
        ("...i,ij->...j", (2, 3), (4,), "j"),
        ("btf,fhd->bthd", (3, 4), (None, 2, 3), "hd"),
        ("bthd,hdf->btf", (3, 2, 4), (None, 5), "f"),
        ("btf,tu->bfu", (3, 4), (4, 2), "fu"),
        ("bijk,jl->bilk", (2, 3, 4), (2, 5, 4), "il"),
        ("btf,ts->bsf", (3, 4), (2, 4), "s"),
    )
    layer = draw.layers.EinsumDense(
        equation,
        output,
        bias_axes=draw.one_of(None, biases),
        activation=draw.activation(),
    )
    return layer(draw.input(shape))


BUILDERS: dict[str, Builder] = {
    "AdditiveAttention": attention("AdditiveAttention"),
    "Attention": attention("Attention"),
    "BatchNormalization": batch_norm,
    "Dot": dot,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    "GroupNormalization": group_norm,
    "GroupQueryAttention": grouped_query,
    "LayerNormalization": layer_norm,
    "MultiHeadAttention": multi_head,
    "MultiHeadAttention-axes": attention_axes,
    "RMSNormalization": rms_norm,
    "Softmax": softmax,
    "UnitNormalization": unit_norm,
}
