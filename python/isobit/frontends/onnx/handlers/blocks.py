"""Blocks of pixels as channels and back: DepthToSpace and SpaceToDepth."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor


def depth_to_space(layer: Layer) -> Tensor:
    """Channels (block, block, C) or, in the mode CRD, (C, block, block) become pixels."""
    block, mode = _arguments(layer)
    x, lead, (channels, height, width) = _image(layer)
    if channels % (block * block):
        raise FileFormatError(f"{channels} channels are no blocks of {block} x {block}")
    depth = channels // block**2
    split = (depth, block, block) if mode == "CRD" else (block, block, depth)
    first, down, right = (0, 1, 2) if mode == "CRD" else (2, 0, 1)
    x = layer.reshape(x, (*lead, *split, height, width), part="blocks")
    x = _transposed(layer, x, lead, (first, 3, down, 4, right))
    return layer.reshape(x, (*lead, depth, height * block, width * block))


def space_to_depth(layer: Layer) -> Tensor:
    """Pixels of a block become channels (block, block, C), or (C, block, block) in the mode CRD."""
    block, mode = _arguments(layer)
    x, lead, (depth, height, width) = _image(layer)
    if height % block or width % block:
        raise FileFormatError(f"{height} x {width} pixels are no blocks of {block} x {block}")
    x = layer.reshape(x, (*lead, depth, height // block, block, width // block, block), part="blocks")
    x = _transposed(layer, x, lead, (0, 2, 4, 1, 3) if mode == "CRD" else (2, 4, 0, 1, 3))
    return layer.reshape(x, (*lead, depth * block**2, height // block, width // block))


def _arguments(layer: Layer) -> tuple[int, str]:
    block = layer.attributes.integer("blocksize", 0)
    mode = layer.attributes.text("mode", "DCR")
    if block < 1 or mode not in ("DCR", "CRD"):
        raise layer.refuse(
            f"attributes blocksize {block}, mode {mode!r}; supported: positive sizes, modes DCR and CRD"
        )
    return block, mode


def _image(layer: Layer) -> tuple[Tensor, tuple[int, ...], tuple[int, ...]]:
    """The input, what is before its channels, and channels, height and width."""
    x = layer.tensor(0, "fib")
    shape = layer.shape(x)
    if layer.rank(x) != 4:
        raise FileFormatError(f"{x.name!r} has {layer.rank(x)} axes; expected are 4")
    return x, shape[:-3], shape[-3:]


def _transposed(layer: Layer, x: Tensor, lead: tuple[int, ...], order: tuple[int, ...]) -> Tensor:
    perm = (*range(len(lead)), *(len(lead) + axis for axis in order))
    return layer.emit("transpose", [x], {"perm": perm}, part="pixels")
