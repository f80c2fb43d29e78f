"""What configuration structures inherit from hls4ml's own: constants that versions did not always write.

Only what a function of hls4ml can read from a project is here. Types that default to ``float`` are not: a
project that leaves one of them out does not compute in fixed point, and is refused where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping

_COMMON: dict[str, int | str] = {"reuse_factor": 1}
_WEIGHTS: dict[str, int | str] = {**_COMMON, "n_zeros": 0, "store_weights_in_bram": 0}
_PADDING = {"pad_left": 0, "pad_right": 0}
_PADDING_2D = {**_PADDING, "pad_top": 0, "pad_bottom": 0}

DEFAULTS: Mapping[str, Mapping[str, int | str]] = {
    "activ_config": {**_COMMON, "table_size": 1024, "io_type": "io_parallel"},
    "batchnorm_config": {**_WEIGHTS, "n_filt": -1, "io_type": "io_parallel", "product": "mult"},
    "batchnorm_quantized_tanh_config": {**_COMMON, "n_filt": -1, "io_type": "io_parallel"},
    "bidirectional_config": {**_WEIGHTS, "io_type": "io_parallel", "use_static": 1},
    "broadcast_config": {},
    "concat_config": {"axis": -1},
    "conv1d_config": {**_WEIGHTS, **_PADDING, "stride_width": 1, "dilation": 1},
    "conv2d_config": {
        **_WEIGHTS,
        **_PADDING_2D,
        "stride_height": 1,
        "stride_width": 1,
        "dilation_height": 1,
        "dilation_width": 1,
    },
    "cropping1d_config": {"crop_left": 0, "crop_right": 0},
    "cropping2d_config": {"crop_top": 0, "crop_bottom": 0, "crop_left": 0, "crop_right": 0},
    "dense_config": {**_WEIGHTS, "io_type": "io_parallel", "strategy": "latency", "product": "mult"},
    "dot_config": {**_COMMON, "n_out": 1, "product": "mult"},
    "einsum_dense_config": {**_COMMON, "io_type": "io_parallel", "strategy": "latency", "product": "mult"},
    "embed_config": {**_COMMON, "io_type": "io_parallel"},
    "gru_config": {**_WEIGHTS, "io_type": "io_parallel", "use_static": 1, "pytorch_order": 0},
    "layernorm_config": {**_COMMON, "io_type": "io_parallel", "product": "mult"},
    "lstm_config": {**_WEIGHTS, "io_type": "io_parallel", "use_static": 1},
    "merge_config": _COMMON,
    "padding1d_config": _PADDING,
    "padding2d_config": _PADDING_2D,
    "pooling1d_config": {**_PADDING, "count_pad": 0, "pool_op": "Max"},
    "pooling2d_config": {**_COMMON, **_PADDING_2D, "count_pad": 0, "pool_op": "Max"},
    "resize_config": {},
    "single_layer_config": {},
    "transpose_config": {},
}
"""By structure of ``nnet``: sizes, which every version writes, have no default here."""

FLAGS = frozenset({"store_weights_in_bram", "use_static", "pytorch_order", "count_pad"})
"""Constants that are ``bool``."""
