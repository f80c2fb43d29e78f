"""The layers of Keras that isobit reads: an explicit table, one handler per class."""

from __future__ import annotations

from isobit.errors import UnsupportedError
from isobit.frontends.keras.layers.activations import Activation
from isobit.frontends.keras.layers.advanced import WEIGHTLESS_ACTIVATIONS, PReLU
from isobit.frontends.keras.layers.attention import AdditiveAttention, Attention
from isobit.frontends.keras.layers.base import Handler
from isobit.frontends.keras.layers.cells import KINDS
from isobit.frontends.keras.layers.conv_transpose import ConvTranspose
from isobit.frontends.keras.layers.convolution import Conv, DepthwiseConv, SeparableConv
from isobit.frontends.keras.layers.core import Dense, Dropout, Identity
from isobit.frontends.keras.layers.einsum_dense import EinsumDense
from isobit.frontends.keras.layers.embedding import Embedding
from isobit.frontends.keras.layers.layer_normalization import (
    GroupNormalization,
    LayerNormalization,
    RMSNormalization,
    UnitNormalization,
)
from isobit.frontends.keras.layers.masks import Masking
from isobit.frontends.keras.layers.merging import Concatenate, Merge
from isobit.frontends.keras.layers.multi_head_attention import GroupQueryAttention, MultiHeadAttention
from isobit.frontends.keras.layers.normalization import BatchNormalization, Normalization, Rescaling
from isobit.frontends.keras.layers.padding import Cropping, Resizing, UpSampling, ZeroPadding
from isobit.frontends.keras.layers.pooling import AdaptivePooling, GlobalPooling, Pooling
from isobit.frontends.keras.layers.products import Dot
from isobit.frontends.keras.layers.recurrent import RNN, Recurrent
from isobit.frontends.keras.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from isobit.frontends.keras.layers.wrappers import Bidirectional, SpectralNormalization, TimeDistributed


def _spatial(rank: int) -> dict[str, Handler]:
    """The layers that exist for one, two and three spatial axes."""
    layers: dict[str, Handler] = {
        "AdaptiveAveragePooling": AdaptivePooling("adaptive_average_pool", rank),
        "AdaptiveMaxPooling": AdaptivePooling("adaptive_max_pool", rank),
        "AveragePooling": Pooling("average_pool", rank),
        "Conv": Conv(rank),
        "Cropping": Cropping(rank),
        "GlobalAveragePooling": GlobalPooling("reduce_mean", rank),
        "GlobalMaxPooling": GlobalPooling("reduce_max", rank),
        "MaxPooling": Pooling("max_pool", rank),
        "SpatialDropout": Dropout(),
        "UpSampling": UpSampling(rank),
        "ZeroPadding": ZeroPadding(rank),
    }
    if rank < 3:
        layers |= {"DepthwiseConv": DepthwiseConv(rank), "SeparableConv": SeparableConv(rank)}
    return {
        **{f"{name}{rank}D": handler for name, handler in layers.items()},
        f"Conv{rank}DTranspose": ConvTranspose(rank),
    }


HANDLERS: dict[str, Handler] = {
    "Activation": Activation(),
    "ActivityRegularization": Identity(),
    "Add": Merge("add"),
    "AdditiveAttention": AdditiveAttention(),
    "AlphaDropout": Dropout(),
    "Attention": Attention(),
    "Average": Merge("average"),
    "BatchNormalization": BatchNormalization(),
    "Bidirectional": Bidirectional(),
    "Concatenate": Concatenate(),
    "Dense": Dense(),
    "Dot": Dot(),
    "Dropout": Dropout(),
    "EinsumDense": EinsumDense(),
    "Embedding": Embedding(),
    "Flatten": Flatten(),
    "GaussianDropout": Dropout(),
    "GaussianNoise": Identity(),
    "GroupNormalization": GroupNormalization(),
    # What Keras calls the class of this name in files.
    "GroupQueryAttention": GroupQueryAttention(),
    "GroupedQueryAttention": GroupQueryAttention(),
    "Identity": Identity(),
    "LayerNormalization": LayerNormalization(),
    "Masking": Masking(),
    "Maximum": Merge("maximum"),
    "Minimum": Merge("minimum"),
    "MultiHeadAttention": MultiHeadAttention(),
    "Multiply": Merge("multiply"),
    "Normalization": Normalization(),
    "PReLU": PReLU(),
    "Permute": Permute(),
    "RMSNormalization": RMSNormalization(),
    "RNN": RNN(),
    "RepeatVector": RepeatVector(),
    "Rescaling": Rescaling(),
    "Reshape": Reshape(),
    "Resizing": Resizing(),
    "SpectralNormalization": SpectralNormalization(),
    "Subtract": Merge("subtract"),
    "TimeDistributed": TimeDistributed(),
    "UnitNormalization": UnitNormalization(),
    **{name: Recurrent(kind) for name, kind in KINDS.items()},
    **WEIGHTLESS_ACTIVATIONS,
    **_spatial(1),
    **_spatial(2),
    **_spatial(3),
}


def find_handler(layer: str, class_name: str) -> Handler:
    """The handler of a layer class.

    Raises
    ------
    UnsupportedError
        Naming the layer, its class and the supported ones.
    """
    if class_name in HANDLERS:
        return HANDLERS[class_name]
    reason = " It holds Python code, which isobit never runs." if class_name == "Lambda" else ""
    raise UnsupportedError(
        f"layer {layer!r}: the class {class_name!r} is not supported.{reason} "
        f"Supported: {', '.join(sorted(HANDLERS))}, Sequential and functional models."
    )
