"""The layer types: one explicit table; third parties add to it through the entry points ``isobit.layers``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isobit.ops.affine import Affine, BatchNorm
from isobit.ops.argmax import Argmax, Argmin
from isobit.ops.attention import ScaledDotProductAttention
from isobit.ops.base import Op
from isobit.ops.constant import Constant
from isobit.ops.convolution import Conv, ConvTranspose
from isobit.ops.cumsum import Cumsum
from isobit.ops.dense import Dense
from isobit.ops.divide import Divide
from isobit.ops.einsum import Einsum
from isobit.ops.elementary import Abs, Ceil, Floor, Neg, Round, Sign, Square
from isobit.ops.elu import Celu, Elu, Selu
from isobit.ops.forest import Forest
from isobit.ops.given_table import GivenTable, GivenTableElu
from isobit.ops.graph import Gather, GatherRows, SegmentMax, SegmentMean, SegmentSum
from isobit.ops.hard import BinaryTanh, HardSigmoid, HardSwish, TernaryTanh
from isobit.ops.indices import Embedding, OneHot
from isobit.ops.logic import (
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    LogicalAnd,
    LogicalNot,
    LogicalOr,
    LogicalXor,
    NotEqual,
    Where,
)
from isobit.ops.lookup import Exp, Sigmoid, Softsign, Tanh
from isobit.ops.lookup_relu import Gelu, Silu, Softplus
from isobit.ops.matmul import Matmul
from isobit.ops.merge import Add, Average, Maximum, Minimum, Multiply, Subtract
from isobit.ops.movement import Concatenate, Reshape, Slice, Transpose
from isobit.ops.multi_threshold import MultiThreshold
from isobit.ops.neighbours import KnnIndices
from isobit.ops.normalization import GroupNorm, LayerNorm, RmsNorm
from isobit.ops.padding import BroadcastTo, Pad, Take
from isobit.ops.pooling import AdaptiveAveragePool, AdaptiveMaxPool, AveragePool, MaxPool
from isobit.ops.power import Power, Rsqrt
from isobit.ops.ramps import LogSigmoid, Mish
from isobit.ops.recurrent import Gru, Lstm, SimpleRnn
from isobit.ops.reduce import (
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceSum,
    ReduceSumAbs,
    ReduceSumSquare,
)
from isobit.ops.reduce_tables import ReduceL2, ReduceLogSum, ReduceLogSumExp, ReduceProd
from isobit.ops.relu import Clip, LeakyRelu, Linear, Prelu, Relu, ThresholdedRelu
from isobit.ops.removed import Dropout, Identity
from isobit.ops.resize import ResizeLinear
from isobit.ops.softmax import LogSoftmax, Softmax
from isobit.ops.sort import TopKIndices, TopKValues
from isobit.ops.stepwise import AscendingConv, AscendingDense, RoundedConv, RoundedDense, StepwiseSum
from isobit.ops.stepwise_pool import StepwiseAveragePool
from isobit.ops.stepwise_recurrent import StepwiseGru, StepwiseLstm
from isobit.ops.stepwise_softmax import LegacySoftmax, StepwiseSoftmax
from isobit.ops.tabulated import (
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Cos,
    Cosh,
    Erf,
    Log,
    Log1p,
    Reciprocal,
    Sin,
    Sinh,
    Sqrt,
    Tan,
)

_OWN: tuple[Op, ...] = (
    Dense(),
    Conv(),
    ConvTranspose(),
    MaxPool(),
    AveragePool(),
    AdaptiveMaxPool(),
    AdaptiveAveragePool(),
    Affine(),
    BatchNorm(),
    Linear(),
    Relu(),
    Clip(),
    LeakyRelu(),
    Prelu(),
    ThresholdedRelu(),
    HardSigmoid(),
    BinaryTanh(),
    TernaryTanh(),
    MultiThreshold(),
    Sigmoid(),
    Tanh(),
    Softsign(),
    Exp(),
    Softplus(),
    Silu(),
    Gelu(),
    Elu(),
    Selu(),
    HardSwish(),
    Celu(),
    Mish(),
    LogSigmoid(),
    Log(),
    Log1p(),
    Sqrt(),
    Rsqrt(),
    Reciprocal(),
    Erf(),
    Power(),
    Sin(),
    Cos(),
    Tan(),
    Asin(),
    Acos(),
    Atan(),
    Sinh(),
    Cosh(),
    Asinh(),
    Acosh(),
    Atanh(),
    Abs(),
    Neg(),
    Sign(),
    Square(),
    Floor(),
    Ceil(),
    Round(),
    Less(),
    LessEqual(),
    Greater(),
    GreaterEqual(),
    Equal(),
    NotEqual(),
    LogicalAnd(),
    LogicalOr(),
    LogicalXor(),
    LogicalNot(),
    Where(),
    Divide(),
    Matmul(),
    Einsum(),
    Cumsum(),
    Softmax(),
    LogSoftmax(),
    Argmax(),
    Argmin(),
    TopKValues(),
    TopKIndices(),
    OneHot(),
    Embedding(),
    LayerNorm(),
    RmsNorm(),
    GroupNorm(),
    ScaledDotProductAttention(),
    ReduceL2(),
    ReduceLogSum(),
    ReduceLogSumExp(),
    ReduceProd(),
    Forest(),
    Constant(),
    Gather(),
    GatherRows(),
    SegmentSum(),
    SegmentMean(),
    SegmentMax(),
    KnnIndices(),
    ReduceSum(),
    ReduceSumAbs(),
    ReduceSumSquare(),
    ReduceMean(),
    ReduceMax(),
    ReduceMin(),
    SimpleRnn(),
    Lstm(),
    Gru(),
    Add(),
    Subtract(),
    Multiply(),
    Average(),
    Maximum(),
    Minimum(),
    Concatenate(),
    Reshape(),
    Transpose(),
    Slice(),
    Pad(),
    Take(),
    BroadcastTo(),
    ResizeLinear(),
    RoundedDense(),
    AscendingDense(),
    RoundedConv(),
    AscendingConv(),
    GivenTable(),
    GivenTableElu(),
    StepwiseSoftmax(),
    LegacySoftmax(),
    StepwiseAveragePool(),
    StepwiseSum(),
    StepwiseLstm(),
    StepwiseGru(),
    Identity(),
    Dropout(),
)


class Registry(Mapping[str, Op]):
    """Operators by name. Entry points are only read when a name is not one of isobit's own."""

    def __init__(self, own: tuple[Op, ...]) -> None:
        self._ops = {op.name: op for op in own}
        self._extended = False

    def __getitem__(self, name: str) -> Op:
        if name not in self._ops:
            self._extend()
        return self._ops[name]

    def __iter__(self) -> Iterator[str]:
        self._extend()
        return iter(self._ops)

    def __len__(self) -> int:
        self._extend()
        return len(self._ops)

    def _extend(self) -> None:
        if not self._extended:
            from isobit.ops.plugins import load_plugins

            self._ops.update(load_plugins(self._ops))
            self._extended = True


REGISTRY = Registry(_OWN)
