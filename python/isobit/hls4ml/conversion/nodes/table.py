"""The classes of nodes by the names that declared layers use."""

from __future__ import annotations

from isobit.hls4ml.conversion.nodes import activations, layers, recurrent
from isobit.hls4ml.conversion.nodes.base import Node

KINDS: dict[str, type[Node]] = {
    kind.__name__: kind
    for kind in (
        *(layers.Input, layers.Constant, layers.Reshape, layers.Dense, layers.MatMul, layers.EinsumDense),
        *(layers.Conv1D, layers.Conv2D, layers.DepthwiseConv1D, layers.DepthwiseConv2D),
        *(layers.SeparableConv1D, layers.SeparableConv2D, layers.PointwiseConv1D, layers.PointwiseConv2D),
        *(layers.Pooling1D, layers.Pooling2D, layers.GlobalPooling1D, layers.GlobalPooling2D),
        *(layers.ZeroPadding1D, layers.ZeroPadding2D, layers.Cropping1D, layers.Cropping2D),
        *(layers.Resize, layers.Transpose, layers.Embedding),
        *(layers.BatchNormalization, layers.BatchNormOnnx, layers.ApplyAlpha),
        *(layers.Merge, layers.Dot, layers.Concatenate),
        *(activations.Activation, activations.ParametrizedActivation, activations.PReLU),
        *(activations.HardActivation, activations.Softmax),
        *(recurrent.LSTM, recurrent.GRU, recurrent.Bidirectional),
    )
}
