"""Layers with weights, pooling, merges, and layers that only move elements."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from isobit.hls4ml.conversion.graph import NamedType, Variable
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.precision import Precision


class Input(Node):
    """An input of the model."""

    def initialize(self) -> None:
        """The variable bears the layer's name."""
        precision, _ = self.graph.config.precision(self, "result")
        named = NamedType("input_t" if self.index == 1 else f"input{self.index}_t", precision)
        self.show(self.attrs["input_shape"], named, self.name)


class Constant(Node):
    """A constant of an ONNX file, until a pass takes it into the layer that reads it."""

    def initialize(self) -> None:
        """A variable whose type nobody asks for."""
        self.inputs = []
        value = np.atleast_1d(self.attrs["value"])
        self.attrs["value"] = value
        self.show(value.shape, self.numbered(None), self.name)


class Reshape(Node):
    """Another shape for the same elements."""

    def initialize(self) -> None:
        """The target shape, where one dimension may follow from the others."""
        target = tuple(int(n) for n in self.attrs["target_shape"])
        if -1 in target:
            known = -math.prod(target)
            target = tuple(self.source().size // known if n == -1 else n for n in target)
        self.attrs["target_shape"] = target
        self.show(target)


class Dense(Node):
    """A matrix over the last axis."""

    accumulates = True

    def initialize(self) -> None:
        """Weights and bias."""
        self.show((*self.source().shape[:-1], self.attrs["n_out"]))
        self.add_weight("weight", self.attrs["weight_data"])
        self.add_bias()


class Conv1D(Node):
    """A convolution; with 2D the parent of those that differ only in a few points."""

    accumulates = True
    default_attrs: ClassVar[Mapping[str, Any]] = {"parallelization_factor": 1}
    kernel = "weight_data"

    def initialize(self) -> None:
        """Weights and bias."""
        spatial = [self.attrs[key] for key in ("out_height", "out_width")[2 - self.rank :]]
        self.show((*spatial, self.attrs["n_filt"]))
        self.add_weight("weight", self.attrs[self.kernel])
        self.add_bias()

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return 1


class Conv2D(Conv1D):
    """The same with two axes."""

    @property
    def rank(self) -> int:
        """Number of spatial axes."""
        return 2


class DepthwiseConv1D(Conv1D):
    """Each channel on its own."""

    kernel = "depthwise_data"


class DepthwiseConv2D(Conv2D):
    """Each channel on its own."""

    kernel = "depthwise_data"


class PointwiseConv1D(Conv1D):
    """A kernel of one pixel, made of a convolution by a pass, which copies everything."""

    def initialize(self) -> None:
        """Nothing is new."""


class PointwiseConv2D(Conv2D):
    """A kernel of one pixel, made of a convolution by a pass, which copies everything."""

    def initialize(self) -> None:
        """Nothing is new."""


class SeparableConv1D(Node):
    """A depthwise and a pointwise convolution, into which a pass splits it."""

    rank = 1

    def initialize(self) -> None:
        """Only the variable: everything else is made anew."""
        spatial = [self.attrs[key] for key in ("out_height", "out_width")[2 - self.rank :]]
        self.show((*spatial, self.attrs["n_filt"]))


class SeparableConv2D(SeparableConv1D):
    """The same with two axes."""

    rank = 2


class Pooling1D(Node):
    """The largest or the mean of windows."""

    accumulates = True
    default_attrs: ClassVar[Mapping[str, Any]] = {"count_pad": False}

    def initialize(self) -> None:
        """Channels stay."""
        self.show((self.attrs["n_out"], self.attrs["n_filt"]))


class Pooling2D(Node):
    """The largest or the mean of windows."""

    accumulates = True
    default_attrs: ClassVar[Mapping[str, Any]] = {"count_pad": False}

    def initialize(self) -> None:
        """Channels stay."""
        attrs = self.attrs
        self.show((attrs["out_height"], attrs["out_width"], attrs["n_filt"]))


class GlobalPooling1D(Node):
    """The largest or the mean of everything."""

    accumulates = True

    def initialize(self) -> None:
        """Channels stay, also where Keras keeps the other axes."""
        self.show((self.attrs["n_filt"],))


class GlobalPooling2D(GlobalPooling1D):
    """The same with two axes."""


class Moved(Node):
    """A layer whose result has the type of its input, whatever the configuration says."""

    def initialize(self) -> None:
        """The shape is an attribute."""
        self.show(self.attrs["out_shape"], self.numbered(self.source().type.precision))


class ZeroPadding1D(Moved):
    """Zeros around the elements."""


class ZeroPadding2D(Moved):
    """Zeros around the elements."""


class Cropping1D(Moved):
    """The inner elements."""


class Cropping2D(Moved):
    """The inner elements."""


class Resize(Moved):
    """Repeated or interpolated pixels."""


class Transpose(Moved):
    """Axes in another order."""

    def initialize(self) -> None:
        """The shape follows from the order."""
        given = self.source().shape
        self.attrs["out_shape"] = [given[axis] for axis in self.attrs["perm"]]
        super().initialize()


class BatchNormalization(Node):
    """A scale and a bias for each element or channel."""

    def initialize(self) -> None:
        """From the statistics, in single precision, or as they are given."""
        attrs = self.attrs
        self.show(self.source().shape)
        if "scale_data" in attrs:
            scale, bias = attrs["scale_data"], attrs["bias_data"]
        else:
            scale = attrs["gamma_data"] / np.sqrt(attrs["variance_data"] + attrs["epsilon"])
            bias = attrs["beta_data"] - scale * attrs["mean_data"]
        self.add_weight("scale", scale, self._given("scale"))
        self.add_weight("bias", bias, self._given("bias"))

    def _given(self, name: str) -> NamedType | None:
        precision: Precision | None = self.attrs.get(f"{name}_precision")
        return None if precision is None else NamedType(f"{name}{self.index}_t", precision)


class BatchNormOnnx(Node):
    """A normalisation of an ONNX file, until a pass makes the other one of it, with a number of its own."""

    def initialize(self) -> None:
        """As the input."""
        self.show(self.source().shape)


class ApplyAlpha(BatchNormalization):
    """A sum, difference or product with a constant."""


class Merge(Node):
    """Two tensors into one, element by element."""

    def initialize(self) -> None:
        """The shape of the larger one."""
        first, second = self.source(0), self.source(1)
        self.show((second if second.size > first.size else first).shape)


class Dot(Merge):
    """The scalar product of two vectors."""

    accumulates = True

    def initialize(self) -> None:
        """One number."""
        self.show((1,))


class Concatenate(Merge):
    """Two tensors behind each other."""

    def initialize(self) -> None:
        """The axis counts the batch if it is positive."""
        first, second = self.source(0).shape, self.source(1).shape
        axis = self.attrs["axis"]
        axis = axis - 1 if axis > 0 else axis
        shape = list(first)
        shape[axis] += second[axis]
        self.show(shape)


class MatMul(Node):
    """A product of an ONNX file, until a pass makes a dense layer of it."""

    accumulates = True

    def initialize(self) -> None:
        """As of matrices."""
        first, second = self.source(0).shape, self.source(1).shape
        self.show((*first[:-1], second[-1]))


class Embedding(Node):
    """Rows of a table."""

    def initialize(self) -> None:
        """The table."""
        self.show((*self.source().shape, self.attrs["n_out"]))
        self.add_weight("embeddings", self.attrs["embeddings_data"])


class EinsumDense(Node):
    """A matrix over any axes."""

    accumulates = True

    def initialize(self) -> None:
        """Weights and bias, which a later step brings into the order of the loops."""
        self.show(self.attrs["out_shape"])
        self.add_weight("weight", self.attrs["weight_data"])
        bias = self.attrs["bias_data"]
        self.add_weight("bias", np.zeros(self.result.shape) if bias is None else bias)


class Clone(Node):
    """Copies of a stream that several layers read."""

    def initialize(self) -> None:
        """One variable for each copy, all of the type of the original."""
        given = self.source()
        for number, output in enumerate(self.outputs, 1):
            name = f"layer{self.index}_cpy{number}"
            self.set_variable(output, Variable(name, given.shape, given.type))


class Repack(Node):
    """Another shape of a stream."""

    def initialize(self) -> None:
        """As a reshape."""
        self.show(self.attrs["target_shape"])
