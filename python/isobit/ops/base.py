"""The operator: what a layer type declares once, for checks, quantization and every back end."""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from isobit.errors import GraphError, closest
from isobit.formats import Format
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.attributes import Attribute, Constant, complete
from isobit.ops.roles import OUTPUT, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


Ranges = Mapping[str, tuple[float, float]]
"""Smallest and largest value by role."""


class Op(abc.ABC):
    """A layer type. Operators have no state: one instance of each stands in the registry.

    A subclass declares its attributes, constants and format roles, infers its shape and lowers itself to
    cells of the engine; nothing else in isobit knows one operator from another.
    """

    name: ClassVar[str]
    attributes: ClassVar[Mapping[str, Attribute]] = {}
    constants: ClassVar[Mapping[str, Constant]] = {}
    min_inputs: ClassVar[int] = 1
    max_inputs: ClassVar[int | None] = 1
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT,)
    hls4ml_classes: ClassVar[tuple[str, ...]] = ()
    """Names of this layer type in the ``LayerType`` section of an hls4ml-style configuration."""

    def complete_attrs(self, layer: str, attrs: Mapping[str, Any]) -> dict[str, Any]:
        """All attributes, with defaults filled in.

        Raises
        ------
        GraphError
            For an unknown (with the closest name), missing or ill-typed attribute.
        """
        full = complete(layer, self.name, self.attributes, attrs)
        self.check_attrs(layer, full)
        return full

    def infer_shape(
        self,
        layer: str,
        input_shapes: Sequence[Shape],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """Shape of the result without the batch axis; checks the number of inputs and the constants too.

        Raises
        ------
        GraphError
            Naming the layer, and what was expected and found.
        """
        self._check_inputs(layer, len(input_shapes))
        self._check_constants(layer, constants)
        return self.shape(layer, tuple(input_shapes), attrs, constants)

    def check_attrs(self, layer: str, attrs: Mapping[str, Any]) -> None:  # noqa: B027 (optional hook)
        """Conditions on the values of attributes, beyond their types."""

    @abc.abstractmethod
    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """Shape of the result; raises :class:`GraphError` if inputs or constants do not fit."""

    def output_format(self, node: Node, inputs: Sequence[Format], shapes: Sequence[Shape]) -> Format | None:
        """The natural format of the result, where the operator has one; else None: the configured default.

        Operators that only move data keep the format of what they move.
        """
        return None

    def index_ranges(self, node: Node, shapes: Sequence[Shape], result: int | None) -> dict[int, int]:
        """Which inputs hold indices, by number: n where 0 to n-1 are legal.

        ``shapes`` are those of the inputs. ``result`` is what is asked of the layer's own result, if that
        serves as indices: operators that only move data ask the same of their inputs.
        """
        return {}

    def constant_values(self, node: Node, shapes: Sequence[Shape]) -> dict[str, FloatArray]:
        """Constants by role (``weight``, ``bias``), from which calibration sizes their formats.

        ``shapes`` are those of the inputs.
        """
        return {}

    def table_range(self, node: Node, sources: Ranges) -> dict[str, tuple[float, float]]:
        """Smallest and largest table entry by role.

        ``sources`` holds the smallest and largest value of the first input (``input``) and of every tensor
        inside of the layer, by role.
        """
        return {}

    def used_roles(self, node: Node) -> tuple[Role, ...]:
        """Of the operator's roles, those that this layer has."""
        return self.roles

    def keeps(self, node: Node, formats: Mapping[str, Format | None], fmt: Format) -> bool:
        """Whether a format holds every value of the layer's exact intermediate sum, by role formats."""
        return False

    @abc.abstractmethod
    def lower(self, layer: LayerLowering) -> None:
        """Emit the cells of the engine that compute this layer."""

    def _check_inputs(self, layer: str, count: int) -> None:
        if count < self.min_inputs or (self.max_inputs is not None and count > self.max_inputs):
            if self.max_inputs == self.min_inputs:
                expected = f"{self.min_inputs}"
            elif self.max_inputs is None:
                expected = f"at least {self.min_inputs}"
            else:
                expected = f"{self.min_inputs} to {self.max_inputs}"
            raise GraphError(f"layer {layer!r}: operator {self.name} takes {expected} input(s), not {count}")

    def _check_constants(self, layer: str, constants: Mapping[str, FloatArray]) -> None:
        for key in constants:
            if key not in self.constants:
                hint = closest(key, self.constants) or " It has none."
                raise GraphError(f"layer {layer!r}: operator {self.name} has no constant {key!r}.{hint}")
        for key, constant in self.constants.items():
            if key not in constants and not constant.optional:
                raise GraphError(
                    f"layer {layer!r}: operator {self.name} needs the constant {key!r} ({constant.text})"
                )


class Elementwise(Op):
    """An operator with one input whose result has the shape of that input."""

    def shape(
        self,
        layer: str,
        inputs: tuple[Shape, ...],
        attrs: Mapping[str, Any],
        constants: Mapping[str, FloatArray],
    ) -> Shape:
        """The shape of the input."""
        return inputs[0]


def size(shape: Shape) -> int:
    """Number of elements of one sample."""
    return math.prod(shape)


def axis_of(layer: str, attrs: Mapping[str, Any], shape: Shape) -> int:
    """The ``axis`` attribute (None: the last one), checked against a shape without the batch axis."""
    axis = attrs["axis"]
    if axis is None:
        axis = len(shape) - 1
    if not 0 <= axis < len(shape):
        raise GraphError(
            f"layer {layer!r}: axis {axis} is not an axis of the shape {shape} "
            "(axes are counted from 0 without the batch axis)"
        )
    return int(axis)
