"""Which Keras class is translated by what."""

from __future__ import annotations

from isobit.errors import UnsupportedError
from isobit.hls4ml.conversion.sources.declared import refuse
from isobit.hls4ml.conversion.sources.keras import core, functions, recurrent, windows
from isobit.hls4ml.conversion.sources.keras.einsum import einsum_dense
from isobit.hls4ml.conversion.sources.keras.layer import Translate

_SIZED = {
    "Conv{}D": windows.convolution,
    "DepthwiseConv{}D": windows.depthwise,
    "SeparableConv{}D": windows.separable,
    "MaxPooling{}D": windows.pooling,
    "AveragePooling{}D": windows.pooling,
    "GlobalMaxPooling{}D": windows.global_pooling,
    "GlobalAveragePooling{}D": windows.global_pooling,
    "ZeroPadding{}D": core.zero_padding,
    "Cropping{}D": core.cropping,
    "UpSampling{}D": core.up_sampling,
}

TRANSLATIONS: dict[str, Translate] = {
    **{name.format(rank): translate for name, translate in _SIZED.items() for rank in (1, 2)},
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), core.merge),
    **dict.fromkeys(("LSTM", "GRU"), recurrent.recurrent),
    "Activation": functions.activation,
    "BatchNormalization": core.batch_normalization,
    "Bidirectional": recurrent.bidirectional,
    "Concatenate": core.concatenate,
    "Dense": core.dense,
    "Dot": core.dot,
    "ELU": functions.elu,
    "EinsumDense": einsum_dense,
    "Embedding": core.embedding,
    "Flatten": core.flatten,
    "LeakyReLU": functions.leaky_relu,
    "PReLU": functions.prelu,
    "Permute": core.permute,
    "ReLU": functions.relu,
    "Reshape": core.reshape,
    "SimpleRNN": recurrent.simple_rnn,
    "Softmax": functions.softmax,
    "ThresholdedReLU": functions.thresholded_relu,
}

INERT = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
    *("AlphaDropout", "GaussianDropout"),
)
"""Layers without effect in inference that hls4ml knows from Keras 3; from Keras 2 it knows the first."""


def translation(name: str, class_name: str, keras: int) -> Translate:
    """The translation of a class.

    Raises
    ------
    UnsupportedError
        For classes that hls4ml does not convert, or that isobit does not emulate yet.
    """
    if class_name in INERT and (keras == 3 or class_name == "Dropout"):
        return functions.inert
    if class_name not in TRANSLATIONS:
        raise _unknown(name, class_name)
    return TRANSLATIONS[class_name]


def _unknown(name: str, class_name: str) -> UnsupportedError:
    if class_name in ("Functional", "Model", "Sequential"):
        return refuse(name, class_name, "models in models are not emulated; build one model of all layers")
    return refuse(
        name,
        class_name,
        "hls4ml does not convert it, or isobit does not emulate it; known: "
        + ", ".join(sorted(TRANSLATIONS)),
    )
