"""One ONNX node as its handler sees it: typed access to inputs and attributes, and layers as results."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, GraphError, UnsupportedError
from isobit.frontends.onnx.attributes import Attributes
from isobit.frontends.onnx.initializers import as_float64, element_of
from isobit.frontends.onnx.limits import MAX_SAMPLE
from isobit.frontends.onnx.messages import NodeProto
from isobit.frontends.onnx.scope import Scope
from isobit.frontends.onnx.values import KIND_NAMES, Array, Constant, Tensor, Unavailable, Value
from isobit.ir import FloatArray, Shape
from isobit.ops import REGISTRY


class Layer:
    """A node under conversion.

    Handlers read inputs by position and attributes by name, call :meth:`emit`, and return the results. The
    last layer that they emit bears the node's name; those before it name their ``part`` of it.
    """

    def __init__(self, scope: Scope, node: NodeProto) -> None:
        self.op = node.op_type
        self.domain = node.domain
        self.opset = scope.opset
        self.has_batch = scope.batch
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

    def tensor(self, i: int, accept: str = "f", moved: bool = False) -> Tensor:
        """An input that depends on the data.

        ``accept`` lists the kinds of elements that the handler computes with (see :class:`Tensor`); with
        ``moved`` the batch axis need not be the first.
        """
        value = self.value(i)
        if not isinstance(value, Tensor):
            raise self.refuse(f"input {i} ({self.inputs[i]!r}) is a constant; supported is only data")
        return self._accepted(i, value, accept, moved)

    def data(self, i: int, accept: str = "f", moved: bool = False) -> Tensor:
        """An input of any origin; a constant becomes a layer of its own (without a batch axis)."""
        value = self.value(i)
        if isinstance(value, Constant):
            self.array(i)
            value = self.constant(value, f"input{i}")
        return self._accepted(i, value, accept, moved)

    def operands(self, accept: str = "f") -> list[Tensor]:
        """All inputs, constants included, aligned for NumPy's broadcasting of their samples."""
        return self.aligned([self.data(i, accept, moved=True) for i in range(len(self.inputs))])

    def _accepted(self, i: int, value: Value, accept: str, moved: bool) -> Tensor:
        if not isinstance(value, Tensor):
            raise self.refuse(f"input {i} ({self.inputs[i]!r}) is a constant; supported is only data")
        if value.kind not in accept:
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) holds {KIND_NAMES[value.kind]}, with which computing is not "
                f"supported here; supported: {', '.join(KIND_NAMES[kind] for kind in accept)}"
            )
        if value.batch and not moved:
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) has the batch axis at position {value.batch}; "
                "it must be first"
            )
        return value

    def named(self, name: str) -> Tensor:
        """Data by its ONNX name, for patterns that reach beyond this node's own inputs."""
        value = self._scope.value(name)
        if not isinstance(value, Tensor) or value.kind != "f":
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

    def weights(self, i: int, infinite: bool = False, whole: bool = False) -> FloatArray:
        """A constant input of floating-point numbers, as float64; finite unless ``infinite`` is allowed.

        Integers and booleans are allowed with ``whole``.
        """
        array = self.array(i)
        if array.dtype.kind in "iub" and not whole:
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

    def element(self, i: int) -> str:
        """Element type of a constant input, as ONNX calls it."""
        return element_of(self.array(i))

    def integer(self, i: int) -> int:
        """A constant input of one whole number."""
        found = self.integers(i)
        if len(found) != 1:
            raise FileFormatError(
                f"input {i} ({self.inputs[i]!r}) has {len(found)} elements; it must be one number"
            )
        return found[0]

    def shape(self, x: Tensor) -> Shape:
        """Shape of a tensor without the batch axis."""
        return self._scope.builder.shapes[x.name]

    def rank(self, x: Tensor) -> int:
        """Number of axes with the batch axis, as ONNX counts."""
        return len(self.shape(x)) + (x.batch is not None)

    def axis(self, axis: int, rank: int) -> int:
        """An axis counted from the front, as ONNX counts; -1 is the last."""
        if not -rank <= axis < rank:
            raise FileFormatError(f"axis {axis} does not exist in a tensor with {rank} axes")
        return axis % rank

    def data_axis(self, axis: int, x: Tensor) -> int:
        """An axis of ``x`` as isobit counts, without the batch axis, which is refused."""
        counted = self.axis(axis, self.rank(x))
        if counted == x.batch:
            raise self.refuse(
                f"axis {axis} is the batch axis of {x.name!r}; supported are the axes of one sample"
                + (f", 1 to {self.rank(x) - 1}" if x.batch == 0 else "")
            )
        return counted - (x.batch is not None and counted > x.batch)

    def onnx_axis(self, axis: int, x: Tensor) -> int:
        """The opposite of :meth:`data_axis`."""
        return axis + (x.batch is not None and axis >= x.batch)

    def behind_batch(self, x: Tensor) -> int | None:
        """Number of axes from the batch axis to the end, by which ONNX aligns it; None if there is none."""
        return None if x.batch is None else self.rank(x) - x.batch

    def beside(self, i: int, x: Tensor) -> FloatArray:
        """A constant input that broadcasts to one sample of ``x``, without enlarging it."""
        array, shape = self._without_batch(i, x), self.shape(x)
        if not broadcasts(array.shape, shape):
            raise self.refuse(
                f"input {i} ({self.inputs[i]!r}) of shape {array.shape} would enlarge {x.name!r}, "
                f"whose samples have shape {shape}; supported are constants that broadcast to that shape"
            )
        return array

    def enlarges(self, i: int, x: Tensor) -> bool:
        """Whether a constant input gives a sample of ``x`` more elements when it is broadcast with it."""
        return not broadcasts(self._without_batch(i, x).shape, self.shape(x))

    def _without_batch(self, i: int, x: Tensor) -> FloatArray:
        """A constant as it meets one sample of ``x``."""
        array = self.weights(i, whole=x.kind != "f")
        behind = self.behind_batch(x)
        if behind is not None and array.ndim >= behind:
            batch = array.ndim - behind
            if array.shape[batch] != 1:
                raise self.refuse(
                    f"input {i} ({self.inputs[i]!r}) of shape {array.shape} varies along "
                    f"the batch axis of {x.name!r}"
                )
            array = array.squeeze(batch)
        return array

    def aligned(self, xs: Sequence[Tensor]) -> list[Tensor]:
        """Tensors whose samples broadcast as ONNX broadcasts them with the batch axis.

        Raises
        ------
        UnsupportedError
            Where the batch axis of one would meet data of another.
        """
        batched = [x for x in xs if x.batch is not None]
        if len({self.behind_batch(x) for x in batched}) > 1:
            shapes = ", ".join(f"{x.name!r} {self.shown(x)}" for x in xs)
            raise self.refuse(f"inputs of different rank would mix the batch axis with data: {shapes}")
        behind = self.behind_batch(batched[0]) if batched else None
        return [x if x.batch is not None or behind is None else self.dropped(x, behind) for x in xs]

    def dropped(self, x: Tensor, behind: int) -> Tensor:
        """A tensor without batch axis, without the axis of length 1 that would meet the batch."""
        shape = self.shape(x)
        if len(shape) < behind:
            return x
        batch = len(shape) - behind
        if shape[batch] != 1:
            raise self.refuse(f"{x.name!r} of shape {shape} varies along the batch axis")
        return self.reshape(x, (*shape[:batch], *shape[batch + 1 :]), part="sample")

    def shown(self, x: Tensor) -> str:
        """The shape of a tensor as ONNX has it, for messages."""
        shape: list[int | str] = list(self.shape(x))
        if x.batch is not None:
            shape.insert(x.batch, "batch")
        return f"({', '.join(map(str, shape))})"

    def broadcast(
        self, op: str, xs: Sequence[Tensor], part: str = "", attrs: Mapping[str, Any] | None = None
    ) -> Tensor:
        """A layer over aligned tensors whose samples broadcast."""
        made = self.emit(op, xs, attrs, part=part)
        behind = next((self.behind_batch(x) for x in xs if x.batch is not None), None)
        return made.at(None if behind is None else len(self.shape(made)) + 1 - behind)

    def emit(
        self,
        op: str,
        inputs: Sequence[Tensor],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
        part: str = "",
    ) -> Tensor:
        """Append a layer to the graph."""
        if op not in REGISTRY:
            raise self.refuse(f"it needs the layer {op}, which isobit does not have yet")
        name = f"{self.label}_{part}" if part else self.label
        for array in (constants or {}).values():
            if isinstance(array, np.ndarray) and array.base is None:
                array.setflags(write=False)  # nobody changes it any more: the layer keeps it without a copy
        return self._scope.emit(op, inputs, self._scope.unique(name, bool(part)), attrs, constants)

    def constant(self, value: Constant, part: str = "") -> Tensor:
        """A constant as a layer, the same for every sample."""
        return self._scope.constant(value, f"{self.label}_{part}" if part else self.label)

    def numbers(self, values: FloatArray, part: str) -> Tensor:
        """Floating-point numbers that the handler chooses, as a layer."""
        return self.constant(Constant(values, part), part)

    def check_size(self, size: int) -> None:
        """Refuse a constant that would be too large, before it is made."""
        if not 0 < size <= MAX_SAMPLE:
            raise self.refuse(f"a tensor of {size} elements; supported are 1 to {MAX_SAMPLE}")

    def made_by(self, x: Tensor, makers: frozenset[str], movers: frozenset[str]) -> bool:
        """Whether all elements come from inputs of the model or layers of some operators, moved by others."""
        nodes = {node.name: node for node in self._scope.builder.nodes}
        waiting = [x.name]
        while waiting:
            node = nodes.get(waiting.pop())
            if node is not None and node.op in movers:
                waiting.extend(node.inputs)
            elif node is not None and node.op not in makers:
                return False
        return True

    def affine(self, x: Tensor, scale: npt.ArrayLike, bias: npt.ArrayLike, part: str = "") -> Tensor:
        """``x * scale + bias``."""
        return self.emit("affine", [x], constants={"scale": scale, "bias": bias}, part=part)

    def reshape(self, x: Tensor, shape: Shape, part: str = "") -> Tensor:
        """``x`` in another shape (without the batch axis) of the same size."""
        if math.prod(shape) != math.prod(self.shape(x)):
            raise FileFormatError(f"{x.name!r} of shape {self.shape(x)} cannot take the shape {shape}")
        return self.emit("reshape", [x], {"shape": shape}, part=part)


def batch_without(x: Tensor, removed: Sequence[int]) -> int | None:
    """Where the batch axis of ``x`` is when axes of its samples (as isobit counts) are removed."""
    return None if x.batch is None else x.batch - sum(axis < x.batch for axis in removed)


def broadcasts(array: Shape, shape: Shape) -> bool:
    """Whether an array broadcasts to a shape without enlarging it."""
    try:
        return len(array) <= len(shape) and np.broadcast_shapes(array, shape) == shape
    except ValueError:
        return False


def label(node: NodeProto) -> str:
    """How a node is called: its own name, or that of the first tensor that it makes."""
    return node.name or next((name for name in node.output if name), "")
