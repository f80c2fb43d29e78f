"""Which node is written by what."""

from __future__ import annotations

from isobit.hls4ml.conversion.records import affine, elementwise, moving, recurrent
from isobit.hls4ml.conversion.records.call import Write
from isobit.hls4ml.conversion.records.softmax import softmax

_SIZED = {
    "Conv{}D": affine.convolution,
    "DepthwiseConv{}D": affine.convolution,
    "PointwiseConv{}D": affine.convolution,
    "Pooling{}D": elementwise.pooling,
    "GlobalPooling{}D": elementwise.global_pooling,
    "ZeroPadding{}D": moving.padding,
    "Cropping{}D": moving.cropping,
}

WRITERS: dict[str, Write] = {
    **{name.format(rank): write for name, write in _SIZED.items() for rank in (1, 2)},
    "Activation": elementwise.activation,
    "ApplyAlpha": elementwise.normalization,
    "BatchNormalization": elementwise.normalization,
    "Bidirectional": recurrent.bidirectional,
    "Clone": moving.clone,
    "Concatenate": elementwise.concatenate,
    "Dense": affine.dense,
    "Dot": elementwise.dot,
    "EinsumDense": affine.einsum_dense,
    "Embedding": moving.embedding,
    "GRU": recurrent.recurrent,
    "HardActivation": elementwise.hard,
    "LSTM": recurrent.recurrent,
    "Merge": elementwise.merge,
    "PReLU": elementwise.prelu,
    "ParametrizedActivation": elementwise.parametrized,
    "Repack": moving.repack,
    "Resize": moving.resize,
    "Softmax": softmax,
    "Transpose": moving.transpose,
}
"""By class; inputs and reshapes in place call no function."""
