"""One ONNX node as its handler sees it: typed access to inputs and attributes, and layers as results."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, GraphError, UnsupportedError
from isobit.frontends.onnx.attributes import Attributes
from isobit.frontends.onnx.initializers import as_float64
from isobit.frontends.onnx.messages import NodeProto
from isobit.frontends.onnx.scope import Scope
from isobit.frontends.onnx.values import Array, Constant, Tensor, Unavailable, Value
from isobit.ir import FloatArray, Shape


class Layer:
    """A node under conversion.

    Handlers read inputs by position and attributes by name, call :meth:`emit`, and return the results. The
    last layer that they emit bears the node's name; those before it name their ``part`` of it.
    """

    def __init__(self, scope: Scope, node: NodeProto) -> None:
        self.op = node.op_type
        self.opset = scope.opset
        self.fixed_batch = scope.fixed_batch
        self.label = label(node)
        self.inputs = tuple(node.input)
        self.outputs = tuple(node.output)
        self.attributes = Attributes(node, scope)
        self._scope = scope

    def refuse(self, text: str) -> UnsupportedError:
        """The error to raise for what isobit does not support; the caller adds node, operator and file."""
        return UnsupportedError(text)

    def has(self, i: int) -> bool:
        """Whether an optional input is given."""
        return i < len(self.inputs) and self.inputs[i] != ""

    def value(self, i: int) -> Value:
        """The value of an input."""
        if not self.has(i):
            raise FileFormatError(f"input {i} is missing")
        value = self._scope.value(self.inputs[i])
        if isinstance(value, Unavailable):
            raise self.refuse(f"input {i} is {value.text}")
        return value

    def is_constant(self, i: int) -> bool:
        """Whether an input is known now."""
        return isinstance(self.value(i), Constant)

    def tensor(self, i: int, integer: bool = False) -> Tensor:
        """An input that depends on the data; whole numbers only where the handler says so."""
        value = self.value(i)
        if not isinstance(value, Tensor):
            raise self.refuse(f"input {i} ({self.inputs[i]!r}) is a constant; supported is only data")
        if value.integer and not integer:
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) holds integers, with which computing is not supported"
            )
        return value

    def named(self, name: str) -> Tensor:
        """Data by its ONNX name, for patterns that reach beyond this node's own inputs."""
        value = self._scope.value(name)
        if not isinstance(value, Tensor) or value.integer:
            raise self.refuse(f"{name!r} is no floating-point data")
        return value

    def known(self, i: int) -> Constant:
        """A constant input, in which the size of the batch may be open."""
        value = self.value(i)
        if not isinstance(value, Constant):
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) is computed from the data; supported is only a constant"
            )
        return value

    def array(self, i: int) -> Array:
        """A constant input in its own element type."""
        value = self.known(i)
        if value.depends_on_batch:
            raise self.refuse(f"input {i} ({self.inputs[i]!r}) depends on the size of the batch")
        return value.array

    def weights(self, i: int, infinite: bool = False) -> FloatArray:
        """A constant input of floating-point numbers, as float64; finite unless ``infinite`` is allowed."""
        array = self.array(i)
        if array.dtype.kind in "iub":
            raise FileFormatError(
                f"input {i} ({self.inputs[i]!r}) has type {array.dtype}, which does not fit"
            )
        wide = as_float64(array)
        bad = np.isnan(wide) if infinite else ~np.isfinite(wide)
        if np.any(bad):
            position = tuple(int(k) for k in np.argwhere(bad)[0])
            raise GraphError(
                f"{self.known(i).source} has a value that is not finite ({wide[position]} at {position}). "
                "The training probably diverged; export the model again from a good checkpoint."
            )
        return wide

    def scalar(self, i: int, infinite: bool = False) -> float:
        """A constant input of one number."""
        array = self.weights(i, infinite)
        if array.size != 1:
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) has shape {array.shape}; supported is one number"
            )
        return float(array.reshape(()))

    def integers(self, i: int) -> tuple[int, ...]:
        """A constant input of whole numbers in at most one dimension."""
        array = self.array(i)
        if array.dtype.kind not in "iu" or array.ndim > 1:
            raise FileFormatError(
                f"input {i} ({self.inputs[i]!r}) must be a list of integers, "
                f"not {array.dtype} of shape {array.shape}"
            )
        return tuple(int(n) for n in array.ravel())

    def shape(self, x: Tensor) -> Shape:
        """Shape of a tensor without the batch axis."""
        return self._scope.builder.shapes[x.name]

    def rank(self, x: Tensor) -> int:
        """Number of axes with the batch axis, as ONNX counts."""
        return len(self.shape(x)) + 1

    def axis(self, axis: int, rank: int) -> int:
        """An axis counted from the front, as ONNX counts (0 is the batch); -1 is the last."""
        if not -rank <= axis < rank:
            raise FileFormatError(f"axis {axis} does not exist in a tensor with {rank} axes")
        return axis % rank

    def data_axis(self, axis: int, x: Tensor) -> int:
        """An axis of ``x`` as isobit counts, without the batch axis, which is refused."""
        counted = self.axis(axis, self.rank(x))
        if counted == 0:
            raise self.refuse(
                f"axis {axis} is the batch axis of {x.name!r}; supported are the axes of one sample, 1 to "
                f"{self.rank(x) - 1}"
            )
        return counted - 1

    def beside(self, i: int, x: Tensor) -> FloatArray:
        """A constant input that broadcasts to one sample of ``x``, without enlarging it."""
        array, shape = self.weights(i), self.shape(x)
        if array.ndim == len(shape) + 1:
            if array.shape[0] != 1:
                raise self.refuse(
                    f"input {i} ({self.inputs[i]!r}) of shape {array.shape} varies along "
                    f"the batch axis of {x.name!r}"
                )
            array = array[0]
        try:
            fits = array.ndim <= len(shape) and np.broadcast_shapes(array.shape, shape) == shape
        except ValueError:
            fits = False
        if not fits:
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) of shape {array.shape} would enlarge {x.name!r}, "
                f"whose samples have shape {shape}; supported are constants that broadcast to that shape"
            )
        return array

    def same_rank(self, xs: Sequence[Tensor]) -> None:
        """Refuse different ranks: ONNX would align the batch axis of one tensor with data of another."""
        if len({self.rank(x) for x in xs}) > 1:
            shapes = ", ".join(f"{x.name!r} {('batch', *self.shape(x))}" for x in xs)
            raise self.refuse(f"inputs of different rank would mix the batch axis with data: {shapes}")

    def emit(
        self,
        op: str,
        inputs: Sequence[Tensor],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
        part: str = "",
    ) -> Tensor:
        """Append a layer to the graph."""
        name = f"{self.label}_{part}" if part else self.label
        return self._scope.emit(op, inputs, self._scope.unique(name, bool(part)), attrs, constants)

    def affine(self, x: Tensor, scale: npt.ArrayLike, bias: npt.ArrayLike, part: str = "") -> Tensor:
        """``x * scale + bias``."""
        return self.emit("affine", [x], constants={"scale": scale, "bias": bias}, part=part)

    def reshape(self, x: Tensor, shape: Shape, part: str = "") -> Tensor:
        """``x`` in another shape (without the batch axis) of the same size."""
        if math.prod(shape) != math.prod(self.shape(x)):
            raise FileFormatError(f"{x.name!r} of shape {self.shape(x)} cannot take the shape {shape}")
        return Tensor(self.emit("reshape", [x], {"shape": shape}, part=part).name, x.integer)


def label(node: NodeProto) -> str:
    """How a node is called: its own name, or that of the first tensor that it makes."""
    return node.name or next((name for name in node.output if name), "")
