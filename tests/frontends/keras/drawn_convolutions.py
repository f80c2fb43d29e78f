"""Random convolutions, pooling, padding, cropping and resizing."""

from __future__ import annotations

from typing import Any

from frontends.keras.drawing import Builder, Draw

CLEAR = 23
"""Keras adds a bias to the last axis of channels-first data if that is as long as there are filters (its
TensorFlow backend guesses the axis from lengths). No drawn layer has so many."""


def _image(draw: Draw, rank: int, order: str, channels: int, low: int = 4, high: int = 8) -> Any:
    spatial = draw.shape(rank, low, high if rank < 3 else max(low, 5))
    if order == "channels_first":
        spatial = (*spatial[:-1], CLEAR)
    return draw.input((*spatial, channels) if order == "channels_last" else (channels, *spatial))


def _windows(draw: Draw, rank: int, same_strides: bool = False) -> dict[str, Any]:
    """Strides and dilations, which Keras does not combine."""
    size = draw.shape(rank, 1, 3)
    strides, dilations = (1,) * rank, (1,) * rank
    kind = draw.integer(0, 2)
    if kind == 1:
        strides = (draw.integer(1, 3),) * rank if same_strides else draw.shape(rank, 1, 3)
    if kind == 2:
        dilations = draw.shape(rank, 1, 2)
    return {"kernel_size": size, "strides": strides, "dilation_rate": dilations}


def _common(draw: Draw) -> dict[str, Any]:
    return {"use_bias": draw.chance(0.7), "activation": draw.activation()}


def conv(rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        groups = draw.one_of(1, 1, 2, 3)
        channels, filters = groups * draw.integer(1, 2), groups * draw.integer(1, 3)
        paddings = ["valid", "same"] + (["causal"] if rank == 1 else [])
        layer = getattr(draw.layers, f"Conv{rank}D")(
            filters,
            padding=draw.one_of(*paddings),
            data_format=order,
            groups=groups,
            **_windows(draw, rank),
            **_common(draw),
        )
        return layer(_image(draw, rank, order, channels, 5))

    return build


def depthwise(rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        layer = getattr(draw.layers, f"DepthwiseConv{rank}D")(
            padding=draw.one_of("valid", "same"),
            depth_multiplier=draw.integer(1, 3),
            data_format=order,
            **_windows(draw, rank, same_strides=True),
            **_common(draw),
        )
        return layer(_image(draw, rank, order, draw.integer(1, 3), 5))

    return build


def separable(rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        layer = getattr(draw.layers, f"SeparableConv{rank}D")(
            draw.integer(1, 4),
            padding=draw.one_of("valid", "same"),
            depth_multiplier=draw.integer(1, 2),
            data_format=order,
            **_windows(draw, rank, same_strides=True),
            **_common(draw),
        )
        return layer(_image(draw, rank, order, draw.integer(1, 3), 5))

    return build


def transposed(rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        size, strides = draw.shape(rank, 1, 4), draw.shape(rank, 1, 3)
        padding = draw.one_of("valid", "same")
        more = None
        if draw.chance() and padding == "valid":
            more = tuple(draw.integer(0, stride - 1) for stride in strides)
        layer = getattr(draw.layers, f"Conv{rank}DTranspose")(
            draw.integer(1, 3),
            size,
            strides=strides,
            padding=padding,
            output_padding=more,
            data_format=order,
            **_common(draw),
        )
        return layer(_image(draw, rank, order, draw.integer(1, 3), 1, 5))

    return build


def pooling(kind: str, rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        layer = getattr(draw.layers, f"{kind}Pooling{rank}D")(
            pool_size=draw.shape(rank, 1, 3) if draw.chance() else draw.integer(1, 3),
            strides=draw.one_of(None, draw.integer(1, 3)),
            padding=draw.one_of("valid", "same"),
            data_format=order,
        )
        return layer(_image(draw, rank, order, draw.integer(1, 3)))

    return build


def global_pooling(kind: str, rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        layer = getattr(draw.layers, f"Global{kind}Pooling{rank}D")(data_format=order, keepdims=draw.chance())
        if rank == 1 and order == "channels_last" and draw.chance():
            return layer(draw.masked(*draw.shape(2, 2, 5)))
        return layer(_image(draw, rank, order, draw.integer(1, 3)))

    return build


def adaptive_pooling(kind: str, rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format()
        layer = getattr(draw.layers, f"Adaptive{kind}Pooling{rank}D")(
            draw.shape(rank, 1, 4) if draw.chance() else draw.integer(1, 4), data_format=order
        )
        return layer(_image(draw, rank, order, draw.integer(1, 3)))

    return build


def _amounts(draw: Draw, rank: int) -> Any:
    pairs = tuple((draw.integer(0, 2), draw.integer(0, 2)) for _ in range(rank))
    if rank == 1:
        return draw.one_of(draw.integer(0, 2), pairs[0])
    return draw.one_of(draw.integer(0, 1), pairs, tuple(first for first, _ in pairs))


def padding(kind: str, rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format() if rank > 1 else "channels_last"
        options = {"data_format": order} if rank > 1 else {}
        amounts = _amounts(draw, rank)
        if kind == "Cropping" and rank > 1 and isinstance(amounts, tuple) and isinstance(amounts[0], int):
            amounts = tuple((n, n) for n in amounts)
        layer = getattr(draw.layers, f"{kind}{rank}D")(amounts, **options)
        return layer(_image(draw, rank, order, draw.integer(1, 3), 5))

    return build


def up_sampling(rank: int) -> Builder:
    def build(draw: Draw) -> Any:
        order = draw.data_format() if rank > 1 else "channels_last"
        options: dict[str, Any] = {"data_format": order} if rank > 1 else {}
        if rank == 2:
            options["interpolation"] = draw.one_of("nearest", "bilinear")
        size = draw.integer(1, 3) if rank == 1 else draw.shape(rank, 1, 3)
        return getattr(draw.layers, f"UpSampling{rank}D")(size, **options)(
            _image(draw, rank, order, draw.integer(1, 3), 1, 4)
        )

    return build


def resizing(draw: Draw) -> Any:
    order = draw.data_format()
    layer = draw.layers.Resizing(
        *draw.shape(2, 1, 9), interpolation=draw.one_of("nearest", "bilinear"), data_format=order
    )
    return layer(_image(draw, 2, order, draw.integer(1, 3), 1, 8))


BUILDERS: dict[str, Builder] = {"Resizing": resizing}
for _rank in (1, 2, 3):
    BUILDERS |= {
        f"Conv{_rank}D": conv(_rank),
        f"Conv{_rank}DTranspose": transposed(_rank),
        f"UpSampling{_rank}D": up_sampling(_rank),
        **{f"{kind}{_rank}D": padding(kind, _rank) for kind in ("ZeroPadding", "Cropping")},
    }
    for _kind in ("Max", "Average"):
        BUILDERS |= {
            f"{_kind}Pooling{_rank}D": pooling(_kind, _rank),
            f"Global{_kind}Pooling{_rank}D": global_pooling(_kind, _rank),
            f"Adaptive{_kind}Pooling{_rank}D": adaptive_pooling(_kind, _rank),
        }
    if _rank < 3:
        BUILDERS |= {
            f"DepthwiseConv{_rank}D": depthwise(_rank),
            f"SeparableConv{_rank}D": separable(_rank),
        }
# TensorFlow divides by zero in its kernel of this layer, which ends the process.
del BUILDERS["AdaptiveMaxPooling3D"]
