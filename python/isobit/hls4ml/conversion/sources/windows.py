"""Sizes of convolutions and pooling as hls4ml's converters compute them."""

from __future__ import annotations

from collections.abc import Sequence

Attrs = dict[str, int]

_AXES = ("height", "width")
_SIDES = (("top", "bottom"), ("left", "right"))


def output_lengths(
    padding: str, lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int]
) -> list[int]:
    """Lengths of the result; ``causal`` keeps them as ``same`` does."""
    if padding == "valid":
        return [-(-(n - size + 1) // step) for n, size, step in zip(lengths, sizes, strides, strict=True)]
    return [-(-n // step) for n, step in zip(lengths, strides, strict=True)]


def paddings(
    padding: str, lengths: Sequence[int], sizes: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int]]:
    """Zeros in front and behind of each axis."""
    pads = []
    for n, size, step in zip(lengths, sizes, strides, strict=True):
        if padding == "same":
            total = max((-(-n // step) - 1) * step + size - n, 0)
            pads.append((total // 2, total - total // 2))
        elif padding == "causal":
            pads.append((size - 1, 0))
        else:
            pads.append((0, 0))
    return pads


def window_attrs(
    window: str,
    lengths: Sequence[int],
    results: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[tuple[int, int]],
) -> Attrs:
    """The attributes of a window, ``filt`` or ``pool``, along its axes (the last one is the width)."""
    attrs: Attrs = {}
    rank = len(lengths)
    for place, (axis, sides) in enumerate(zip(_AXES[2 - rank :], _SIDES[2 - rank :], strict=True)):
        attrs[f"in_{axis}"], attrs[f"out_{axis}"] = lengths[place], results[place]
        attrs[f"{window}_{axis}"], attrs[f"stride_{axis}"] = sizes[place], strides[place]
        attrs[f"pad_{sides[0]}"], attrs[f"pad_{sides[1]}"] = pads[place]
    return attrs


def side_attrs(prefix: str, pairs: Sequence[tuple[int, int]]) -> Attrs:
    """Padding or cropping of each side."""
    attrs: Attrs = {}
    for pair, sides in zip(pairs, _SIDES[2 - len(pairs) :], strict=True):
        attrs[f"{prefix}_{sides[0]}"], attrs[f"{prefix}_{sides[1]}"] = pair
    return attrs
