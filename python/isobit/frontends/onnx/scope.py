"""What is known while a graph is read: the values of its names, the graph that is being built, and limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError, IsobitError, UnsupportedError
from isobit.frontends.onnx.initializers import as_float64, decode, element_of
from isobit.frontends.onnx.limits import MAX_CONSTANTS, MAX_SAMPLE
from isobit.frontends.onnx.messages import TensorProto
from isobit.frontends.onnx.values import Array, Constant, Tensor, Value
from isobit.ir import GraphBuilder, Shape


class Scope:
    """The state of one conversion.

    Parameters
    ----------
    builder : GraphBuilder
        Where layers go.
    opset : int
        Version of the standard operators.
    folder : Path
        Where the model lies, for external data.
    initializers : mapping
        Stored tensors by name; they are decoded when they are first used.
    reserved : iterable of str
        Names that the user chose, which no generated name may take.
    batch : bool
        Whether the first axis of every input is the batch.
    """

    def __init__(
        self,
        builder: GraphBuilder,
        opset: int,
        folder: Path,
        initializers: Mapping[str, TensorProto],
        reserved: Iterable[str],
        batch: bool = True,
    ) -> None:
        self.builder = builder
        self.opset = opset
        self.batch = batch
        self.fixed_batch: int | None = None
        self._folder = folder
        self._initializers = initializers
        self._values: dict[str, Value] = {}
        self._reserved = frozenset(reserved)
        self._numbers: dict[str, int] = {}
        self._constants_left = self._weights_left = MAX_CONSTANTS

    def knows(self, name: str) -> bool:
        """Whether the name has a value already."""
        return name in self._values or name in self._initializers

    def is_constant(self, name: str) -> bool:
        """Whether the name stands for an array that is known (its entries, too, not only its shape)."""
        value = self._values.get(name)
        if value is None:
            return name in self._initializers
        return isinstance(value, Constant) and not value.depends_on_batch

    def value(self, name: str) -> Value:
        """The value of a name; initializers are decoded here."""
        if name not in self._values:
            try:
                array = self.decode(self._initializers[name])
            except KeyError:
                raise FileFormatError(f"{name!r} is read, but nothing makes it") from None
            except IsobitError as error:
                raise type(error)(f"initializer {name!r}: {error}") from None
            self.define(name, Constant(array, f"initializer {name!r}"))
        return self._values[name]

    def define(self, name: str, value: Value) -> None:
        """Give a name its value."""
        if isinstance(value, Constant):
            self._constants_left -= value.array.size
            if self._constants_left < 0:
                raise UnsupportedError(f"the constants have more than {MAX_CONSTANTS} elements in all")
        self._values[name] = value

    def decode(self, tensor: TensorProto) -> Array:
        """The array of a stored tensor."""
        return decode(tensor, self._folder, self._constants_left)

    def unique(self, name: str, generated: bool) -> str:
        """The name, with a number if it is taken (or, for a generated name, if the user chose it)."""
        shapes = self.builder.shapes
        if name not in shapes and not (generated and name in self._reserved):
            return name
        number = self._numbers.get(name, 0) + 1
        while (numbered := f"{name}_{number}") in shapes or numbered in self._reserved:
            number += 1
        self._numbers[name] = number
        return numbered

    def emit(
        self,
        op: str,
        inputs: Sequence[Tensor],
        name: str,
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
    ) -> Tensor:
        """Append a layer, within the limits on weights and on tensors; it is typed as its first input."""
        self._weights_left -= sum(np.size(array) for array in (constants or {}).values())
        if self._weights_left < 0:
            raise UnsupportedError(f"the layers have more than {MAX_CONSTANTS} weights in all")
        tensor = self.builder.add(op, [x.name for x in inputs], name, attrs, constants)
        check_sample(self.builder.shapes[tensor])
        return Tensor(tensor, inputs[0].element, inputs[0].batch) if inputs else Tensor(tensor, batch=None)

    def constant(self, value: Constant, name: str) -> Tensor:
        """A constant as a layer of its own, for operators that take data there.

        Raises
        ------
        UnsupportedError
            When it has values that are not finite, or its shape is that of no tensor of isobit.
        """
        wide = as_float64(value.array)
        if not np.all(np.isfinite(wide)):
            raise UnsupportedError(f"{value.source} has values that are not finite, which cannot be data")
        if not value.array.size:
            raise UnsupportedError(f"{value.source} is empty (shape {value.array.shape})")
        made = self.emit("constant", [], self.unique(name, True), constants={"value": wide})
        return made.of(element_of(value.array))


def check_sample(shape: Shape) -> None:
    """:class:`UnsupportedError` if a tensor of this shape is too large for one sample."""
    if math.prod(shape) > MAX_SAMPLE:
        raise UnsupportedError(f"a tensor of shape {shape} has more than {MAX_SAMPLE} elements")
