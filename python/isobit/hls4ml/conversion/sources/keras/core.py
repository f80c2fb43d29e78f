"""Dense, normalisation, merging and layers that only move elements."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made
from isobit.hls4ml.conversion.sources.windows import side_attrs


def dense(layer: KerasLayer) -> Made:
    """``Dense``."""
    kernel = layer.weight("kernel")
    n_in, n_out = kernel.shape
    attrs = {"weight_data": kernel, "bias_data": layer.optional("bias"), "n_in": n_in, "n_out": n_out}
    return Made("Dense", attrs, (*layer.shape[:-1], n_out), layer.function("activation"))


def batch_normalization(layer: KerasLayer) -> Made:
    """``BatchNormalization`` over the last axis."""
    options, shape = layer.options, layer.shape
    if options.has("axis") and options.integers("axis") not in ((-1,), (len(shape),)):
        raise layer.refuse("hls4ml ignores axis, and normalises over the last one")
    attrs = {
        "n_in": math.prod(shape),
        "n_filt": shape[-1] if len(shape) in (2, 3) else -1,
        "epsilon": options.number("epsilon", 1e-3),
        "gamma_data": layer.weight("gamma") if "gamma" in layer.weights else 1,
        "beta_data": layer.weight("beta") if "beta" in layer.weights else 0,
        "mean_data": layer.weight("moving_mean"),
        "variance_data": layer.weight("moving_variance"),
    }
    if len(shape) > 3:
        raise layer.refuse(f"hls4ml does not normalise tensors of the shape {shape}")
    return Made("BatchNormalization", attrs, shape)


def merge(layer: KerasLayer) -> Made:
    """``Add``, ``Multiply`` and the like, of two tensors."""
    if len(layer.shapes) != 2:
        raise layer.refuse(f"hls4ml merges two tensors, not {len(layer.shapes)}; merge them in pairs")
    shape = tuple(int(n) for n in np.broadcast_shapes(*layer.shapes))
    return Made("Merge", {"op": layer.class_name.lower()}, shape)


def dot(layer: KerasLayer) -> Made:
    """``Dot`` of two vectors."""
    if any(len(shape) != 1 for shape in layer.shapes):
        raise layer.refuse(f"hls4ml multiplies vectors only, not the shapes {layer.shapes}")
    layer.only("normalize", None, False)
    return Made("Dot", {"op": "dot1d"}, (1,))


def concatenate(layer: KerasLayer) -> Made:
    """``Concatenate`` of two tensors."""
    if len(layer.shapes) != 2:
        raise layer.refuse(f"hls4ml joins two tensors, not {len(layer.shapes)}; join them in pairs")
    rank = len(layer.shape)
    if rank > 3:
        raise layer.refuse(f"hls4ml joins tensors of up to three axes, not of the shape {layer.shape}")
    axis = layer.options.integer("axis") if layer.options.has("axis") else -1
    place = axis - 1 if axis > 0 else axis
    shape = list(layer.shape)
    shape[place] += layer.shapes[1][place]
    return Made("Concatenate", {"op": f"concatenate{rank}d", "axis": axis}, tuple(shape))


def flatten(layer: KerasLayer) -> Made:
    """``Flatten`` in the order of memory."""
    layer.only("data_format", None, "channels_last")
    shape = (math.prod(layer.shape),)
    return Made("Reshape", {"target_shape": shape}, shape)


def reshape(layer: KerasLayer) -> Made:
    """``Reshape``."""
    target = layer.options.integers("target_shape")
    known = -math.prod(target)
    shape = tuple(math.prod(layer.shape) // known if n == -1 else n for n in target)
    return Made("Reshape", {"target_shape": shape}, shape)


def permute(layer: KerasLayer) -> Made:
    """``Permute``."""
    perm = tuple(dim - 1 for dim in layer.options.integers("dims"))
    return Made("Transpose", {"perm": perm}, tuple(layer.shape[axis] for axis in perm))


def zero_padding(layer: KerasLayer) -> Made:
    """``ZeroPadding1D``, ``ZeroPadding2D``."""
    return _sides(layer, "padding", "pad", 1)


def cropping(layer: KerasLayer) -> Made:
    """``Cropping1D``, ``Cropping2D``."""
    return _sides(layer, "cropping", "crop", -1)


def up_sampling(layer: KerasLayer) -> Made:
    """``UpSampling1D``, ``UpSampling2D``, nearest pixels only."""
    layer.only("data_format", None, "channels_last")
    layer.only("interpolation", None, "nearest", reason="the C++ of hls4ml has nearest pixels only")
    rank = len(layer.shape) - 1
    *spatial, channels = layer.shape
    grown = [n * factor for n, factor in zip(spatial, layer.per_axis("size", rank), strict=True)]
    (in_height, in_width), (out_height, out_width) = [1, *spatial][-2:], [1, *grown][-2:]
    shape = (*grown, channels)
    attrs: dict[str, Any] = {"in_height": in_height, "in_width": in_width, "n_chan": channels}
    attrs |= {"out_height": out_height, "out_width": out_width, "algorithm": "nearest", "out_shape": shape}
    return Made("Resize", attrs, shape)


def embedding(layer: KerasLayer) -> Made:
    """``Embedding`` of a row of indices."""
    if len(layer.shape) != 1:
        raise layer.refuse(f"hls4ml takes one row of indices, not the shape {layer.shape}")
    table = layer.weight("embeddings")
    attrs = {
        "n_in": layer.shape[0],
        "vocab_size": table.shape[0],
        "n_out": table.shape[1],
        "embeddings_data": table,
    }
    return Made("Embedding", attrs, (*layer.shape, table.shape[1]))


def _sides(layer: KerasLayer, key: str, prefix: str, sign: int) -> Made:
    layer.only("data_format", None, "channels_last")
    *spatial, channels = layer.shape
    pairs = layer.pairs(key, len(spatial))
    grown = [n + sign * sum(pair) for n, pair in zip(spatial, pairs, strict=True)]
    shape = (*grown, channels)
    attrs: dict[str, Any] = {**side_attrs(prefix, pairs), "n_chan": channels, "out_shape": shape}
    for axis, given, made in zip(("height", "width")[2 - len(spatial) :], spatial, grown, strict=True):
        attrs |= {f"in_{axis}": given, f"out_{axis}": made}
    return Made(layer.class_name, attrs, shape)
