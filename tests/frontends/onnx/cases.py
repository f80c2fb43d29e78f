"""Random uses of every operator, for every opset: strategies of hypothesis that draw small models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from hypothesis import strategies as st

from frontends.onnx import cases_layers
from frontends.onnx.build import NEWEST, model, node

Draw = Callable[[st.SearchStrategy[Any]], Any]
DEFINED_SINCE = {
    "ThresholdedRelu": 10,
    "Celu": 12,
    "HardSwish": 14,
    "Mish": 18,
    "Gelu": 20,
    "Swish": 24,
    **cases_layers.DEFINED_SINCE,
}


@dataclass
class Case:
    """A model in the making: one operator after inputs ``x``, ``x1``, ..., result ``y``."""

    draw: Draw
    opset: int
    rng: np.random.Generator
    inputs: dict[str, list[int | str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)

    def data(self, *shape: int) -> str:
        """A new input with samples of this shape."""
        name = f"x{len(self.inputs) or ''}"
        self.inputs[name] = ["batch", *shape]
        return name

    def weights(self, *shape: int) -> str:
        """A new constant of random numbers, none near zero."""
        values = self.rng.uniform(0.5, 1.5, shape) * self.rng.choice([-1, 1], shape)
        return self.constant(values.astype(np.float32))

    def constant(self, value: Any) -> str:
        """A new constant."""
        name = f"c{len(self.constants)}"
        self.constants[name] = value
        return name

    def shape(self, low: int = 1, high: int = 3) -> list[int]:
        """The shape of a sample."""
        return list(self.draw(st.lists(st.integers(1, 4), min_size=low, max_size=high)))

    def part_of(self, shape: list[int]) -> list[int]:
        """A shape that broadcasts to this one: leading axes left out, others 1, perhaps a batch axis of 1."""
        kept = self.draw(st.integers(0, len(shape) + 1))
        full = [1, *shape][len(shape) + 1 - kept :]
        return [n if self.draw(st.booleans()) else 1 for n in full]

    def number(self, low: float, high: float) -> float:
        """An attribute."""
        return float(np.float32(self.draw(st.floats(low, high, width=32))))

    def some(self, **attrs: Any) -> dict[str, Any]:
        """Some of these attributes; the others take their defaults."""
        return {name: value for name, value in attrs.items() if self.draw(st.booleans())}

    def axis(self, rank: int, negative: bool = True) -> int:
        """An axis after the batch, sometimes counted from the end."""
        axis = int(self.draw(st.integers(1, rank - 1)))
        return axis - rank if negative and self.draw(st.booleans()) else axis


def gemm(case: Case) -> onnx.NodeProto:
    n_in, n_out = case.draw(st.integers(1, 5)), case.draw(st.integers(1, 5))
    transposed = case.draw(st.booleans())
    attrs = case.some(alpha=case.number(-2, 2), beta=case.number(-2, 2), transA=0)
    x, weight = case.data(n_in), case.weights(*((n_out, n_in) if transposed else (n_in, n_out)))
    forms: list[tuple[int, ...] | None] = [(), (1,), (n_out,), (1, n_out), (1, 1)]
    form = case.draw(st.sampled_from(forms + ([None] if case.opset >= 11 else [])))
    bias = []
    if form is not None:
        bias = [case.weights(*form) if case.draw(st.booleans()) else case.data(n_out)]
    return node("Gemm", [x, weight, *bias], ["y"], transB=int(transposed), **attrs)


def matmul(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    x, n_out = case.data(*shape), case.draw(st.integers(1, 4))
    if len(shape) > 1 and case.draw(st.booleans()):
        left = [(shape[-2],), (n_out, shape[-2]), (1, n_out, shape[-2])]
        return node("MatMul", [case.weights(*case.draw(st.sampled_from(left))), x], ["y"])
    right = [(shape[-1],), (shape[-1], n_out)]
    right += [(1, shape[-1], n_out)] if len(shape) > 1 else []
    return node("MatMul", [x, case.weights(*case.draw(st.sampled_from(right)))], ["y"])


def binary(case: Case, op: str) -> onnx.NodeProto:
    shape = case.shape()
    x = case.data(*shape)
    if op != "Div" and case.draw(st.booleans()):
        other = case.data(*(n if case.draw(st.booleans()) else 1 for n in shape))
    else:
        other = case.weights(*case.part_of(shape))
    pair = [x, other]
    if op != "Div" and case.draw(st.booleans()):
        pair.reverse()
    return node(op, pair, ["y"])


def many(case: Case, op: str) -> onnx.NodeProto:
    shape = case.shape()
    names = [case.data(*shape) for _ in range(case.draw(st.integers(1, 3)))]
    if case.opset >= 8 and case.draw(st.booleans()):  # before, all shapes had to be equal
        form = case.part_of(shape)
        names.append(case.weights(*([1] * len(form) if op in ("Max", "Min") else form)))
    if case.opset < NEWEST:  # the reference of the onnx package adds up in place, in the first input
        names = case.draw(st.permutations(names))
    return node(op, names, ["y"])


def prelu(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    return node("PRelu", [case.data(*shape), case.weights(*case.part_of(shape))], ["y"])


def unary(case: Case, op: str) -> onnx.NodeProto:
    attrs: dict[str, Any] = {}
    positive = case.number(0.25, 2)
    if op in ("LeakyRelu", "Elu", "Celu", "ThresholdedRelu", "Swish"):
        attrs = case.some(alpha=positive)
    elif op == "Selu":
        attrs = case.some(alpha=positive, gamma=case.number(1, 2))
    elif op == "HardSigmoid":
        attrs = case.some(alpha=positive, beta=case.number(-1, 1))
    elif op == "Gelu":
        attrs = case.some(approximate=case.draw(st.sampled_from(["none", "tanh"])))
    return node(op, [case.data(*case.shape())], ["y"], **attrs)


def clip(case: Case) -> onnx.NodeProto:
    low, high = sorted((case.number(-3, 3), case.number(-3, 3)))
    x = case.data(*case.shape())
    if case.opset < 11:
        return node("Clip", [x], ["y"], **case.some(min=low, max=high))
    bounds = [case.constant(np.float32(b)) if case.draw(st.booleans()) else "" for b in (low, high)]
    while bounds and not bounds[-1]:
        bounds.pop()
    return node("Clip", [x, *bounds], ["y"])


def batch_normalization(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    x = case.data(*shape)
    constants = [case.weights(shape[0]) for _ in range(3)]
    variance = case.constant(case.rng.uniform(0.1, 2, shape[0]).astype(np.float32))
    attrs = case.some(epsilon=case.number(2**-16, 2**-7), momentum=0.5)
    if case.opset < 9:
        attrs |= case.some(spatial=1)
    return node("BatchNormalization", [x, *constants, variance], ["y"], **attrs)


def softmax(case: Case, op: str) -> onnx.NodeProto:
    shape = case.shape()
    attrs = case.some(axis=case.axis(len(shape) + 1, negative=case.opset >= 11))
    return node(op, [case.data(*shape)], ["y"], **attrs)


def argmax(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    axis = case.axis(len(shape) + 1, negative=case.opset >= 11)
    return node(
        "ArgMax", [case.data(*shape)], ["y"], axis=axis, **case.some(keepdims=case.draw(st.integers(0, 1)))
    )


def concat(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    axis = case.axis(len(shape) + 1, negative=case.opset >= 11)
    names = []
    for _ in range(case.draw(st.integers(1, 3))):
        longer = list(shape)
        longer[axis - 1 if axis > 0 else axis] = case.draw(st.integers(1, 4))
        names.append(case.data(*longer))
    return node("Concat", names, ["y"], axis=axis)


def reshape(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    size = int(np.prod(shape))
    divisors = [n for n in range(1, size + 1) if size % n == 0]
    first = case.draw(st.sampled_from(divisors))
    target = case.draw(st.permutations([first, size // first]))
    whole = case.draw(st.booleans())
    if whole and case.draw(st.booleans()):
        target = [0] * len(shape)
    elif whole:
        target[case.draw(st.integers(0, 1))] = -1
    return node("Reshape", [case.data(*shape), case.constant([0 if whole else -1, *target])], ["y"])


def flatten(case: Case) -> onnx.NodeProto:
    return node("Flatten", [case.data(*case.shape())], ["y"], **case.some(axis=1))


def transpose(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    perm = [0, *case.draw(st.permutations(range(1, len(shape) + 1)))]
    return node("Transpose", [case.data(*shape)], ["y"], perm=perm)


def squeeze(case: Case) -> onnx.NodeProto:
    shape = case.shape(2, 4)
    ones = case.draw(st.sets(st.integers(1, len(shape)), min_size=1, max_size=len(shape)))
    for axis in ones:
        shape[axis - 1] = 1
    return _with_axes(case, "Squeeze", case.data(*shape), sorted(ones), len(shape) + 1)


def unsqueeze(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    count = case.draw(st.integers(1, 2))
    rank = len(shape) + 1 + count
    axes = case.draw(st.sets(st.integers(1, rank - 1), min_size=count, max_size=count))
    return _with_axes(case, "Unsqueeze", case.data(*shape), sorted(axes), rank)


def _with_axes(case: Case, op: str, x: str, axes: list[int], rank: int) -> onnx.NodeProto:
    if case.opset >= 11:
        axes = [axis - rank if case.draw(st.booleans()) else axis for axis in axes]
    if case.opset < 13:
        return node(op, [x], ["y"], axes=axes)
    return node(op, [x, case.constant(axes)], ["y"])


def slice_(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    rank = len(shape) + 1
    axes, starts, ends, steps = [], [], [], []
    for axis in case.draw(st.permutations(range(1, rank))):
        length = shape[axis - 1]
        start, count = case.draw(st.integers(0, length - 1)), case.draw(st.integers(1, 4))
        step = case.draw(st.sampled_from([1, 2, -1, -3])) if case.opset >= 10 else 1
        end = start + step * count
        if end < 0:
            end = -length - 1  # before the beginning
        starts.append(start - length if case.draw(st.booleans()) else start)
        ends.append(2**31 - 1 if step > 0 and case.draw(st.booleans()) else end)
        axes.append(axis - rank if case.opset >= 10 and case.draw(st.booleans()) else axis)
        steps.append(step)
    x = case.data(*shape)
    if case.opset < 10:
        return node("Slice", [x], ["y"], starts=starts, ends=ends, axes=axes)
    return node("Slice", [x, *map(case.constant, (starts, ends, axes, steps))], ["y"])


def split(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    axis = case.axis(len(shape) + 1, negative=case.opset >= 11)
    length, count = shape[axis - 1 if axis > 0 else axis], 1
    parts = [length]
    if length > 1:
        first = case.draw(st.integers(1, length - 1))
        parts, count = [first, length - first], 2
    outputs = [f"part{i}" for i in range(count)]
    x = case.data(*shape)
    equal = len(set(parts)) == 1
    if case.opset < 13:
        return node(
            "Split",
            [x],
            outputs,
            axis=axis,
            **({} if equal and case.draw(st.booleans()) else {"split": parts}),
        )
    if case.opset >= 18 and case.draw(st.booleans()):
        return node("Split", [x], outputs, axis=axis, num_outputs=count)
    if case.opset < 18 and equal and case.draw(st.booleans()):
        return node("Split", [x], outputs, axis=axis)
    return node("Split", [x, case.constant(parts)], outputs, axis=axis)


def gather(case: Case) -> onnx.NodeProto:
    shape = case.shape()
    axis = case.axis(len(shape) + 1, negative=case.opset >= 11)
    length = shape[axis - 1 if axis > 0 else axis]
    low = -length if case.opset >= 11 else 0
    index = st.integers(low, length - 1)
    indices = case.draw(st.one_of(index, st.lists(index, min_size=1, max_size=4)))
    return node("Gather", [case.data(*shape), case.constant(indices)], ["y"], axis=axis)


def dropout(case: Case) -> onnx.NodeProto:
    x = case.data(*case.shape())
    if case.opset < 12:
        return node("Dropout", [x], ["y"], **case.some(ratio=0.25))
    optional = [case.constant(np.float32(0.25))] if case.draw(st.booleans()) else []
    if optional and case.draw(st.booleans()):
        optional.append(case.constant(np.array(False)))
    return node("Dropout", [x, *optional], ["y"], **case.some(seed=3))


UNARY = (
    *("Relu", "LeakyRelu", "ThresholdedRelu", "Elu", "Selu", "Celu", "Softplus", "Softsign", "Sigmoid"),
    *("Tanh", "HardSigmoid", "HardSwish", "Swish", "Mish", "Gelu", "Exp", "Neg", "Identity"),
)
MAKERS: dict[str, Callable[[Case], onnx.NodeProto]] = {
    "Gemm": gemm,
    "MatMul": matmul,
    "PRelu": prelu,
    "Clip": clip,
    "BatchNormalization": batch_normalization,
    "ArgMax": argmax,
    "Concat": concat,
    "Reshape": reshape,
    "Flatten": flatten,
    "Transpose": transpose,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Slice": slice_,
    "Split": split,
    "Gather": gather,
    "Dropout": dropout,
    "Cast": lambda case: node("Cast", [case.data(*case.shape())], ["y"], to=onnx.TensorProto.FLOAT),
    **{op: (lambda case, op=op: binary(case, op)) for op in ("Add", "Sub", "Mul", "Div")},
    **{op: (lambda case, op=op: many(case, op)) for op in ("Sum", "Mean", "Max", "Min")},
    **{op: (lambda case, op=op: unary(case, op)) for op in UNARY},
    **{op: (lambda case, op=op: softmax(case, op)) for op in ("Softmax", "LogSoftmax")},
    **cases_layers.MAKERS,
}


@st.composite
def models(draw: Draw, op: str, opset: int) -> onnx.ModelProto:
    """A random model with this operator."""
    case = Case(draw, opset, np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    made = MAKERS[op](case)
    element = onnx.TensorProto.INT64 if op == "ArgMax" else onnx.TensorProto.FLOAT
    result = model([made], case.inputs, list(made.output), case.constants, opset)
    for info in result.graph.output:
        info.type.tensor_type.elem_type = element
    return result
