"""The operator: what a layer type declares once, for checks, quantization and every back end."""

from __future__ import annotations

import abc
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from isobit.errors import closest
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Constant, Kind, complete, declare
from isobit.ops.layer import Layer
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
        """All attributes of the layer with this name, defaults filled in.

        Raises
        ------
        GraphError
            For an unknown (with the closest name), missing or ill-typed attribute.
        """
        return complete(layer, self.name, self.attributes, attrs)

    def infer_shape(self, layer: Layer) -> Shape:
        """Shape of the result, after all that can be checked without it.

        Raises
        ------
        GraphError
            Naming the layer, and what was expected and found.
        """
        self.check_attrs(layer)
        self._check_inputs(layer)
        self._check_constants(layer)
        return self.shape(layer)

    def check_attrs(self, layer: Layer) -> None:  # noqa: B027 (optional hook)
        """Conditions that attributes set each other; what one alone must be is declared."""

    @abc.abstractmethod
    def shape(self, layer: Layer) -> Shape:
        """Shape of the result; raises :class:`GraphError` if inputs or constants do not fit."""

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The natural format of the result, where the operator has one; else None: the configured default.

        ``formats`` are those of the inputs. Operators that only move data keep the format of what they move.
        """
        return None

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Which inputs hold indices, by number: n where 0 to n-1 are legal.

        ``result`` is what is asked of the layer's own result, if that serves as indices: operators that only
        move data ask the same of their inputs.
        """
        return {}

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """Constants by role (``weight``, ``bias``), from which calibration sizes their formats."""
        return {}

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """Smallest and largest table entry by role.

        ``sources`` holds the smallest and largest value of the first input (``input``) and of every tensor
        inside of the layer, by role.
        """
        return {}

    def used_roles(self, layer: Layer) -> tuple[Role, ...]:
        """Of the operator's roles, those that this layer has."""
        return self.roles

    def keeps(self, layer: Layer, formats: Mapping[str, Format | None], fmt: Format) -> bool:
        """Whether a format holds every value of the layer's exact intermediate sum, by role formats."""
        return False

    @abc.abstractmethod
    def lower(self, layer: LayerLowering) -> None:
        """Emit the cells of the engine that compute this layer."""

    def _check_inputs(self, layer: Layer) -> None:
        count = len(layer.input_shapes)
        if count < self.min_inputs or (self.max_inputs is not None and count > self.max_inputs):
            if self.max_inputs == self.min_inputs:
                expected = f"{self.min_inputs}"
            elif self.max_inputs is None:
                expected = f"at least {self.min_inputs}"
            else:
                expected = f"{self.min_inputs} to {self.max_inputs}"
            raise layer.refuse(f"operator {self.name} takes {expected} input(s), not {count}")

    def _check_constants(self, layer: Layer) -> None:
        for key in layer.constants:
            if key not in self.constants:
                hint = closest(key, self.constants) or " It has none."
                raise layer.refuse(f"operator {self.name} has no constant {key!r}.{hint}")
        for key, constant in self.constants.items():
            if key not in layer.constants and not constant.optional:
                raise layer.refuse(f"operator {self.name} needs the constant {key!r} ({constant.text})")


class Elementwise(Op):
    """An operator with one input whose result has the shape of that input."""

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input."""
        return layer.input_shape


class AlongAxis(Elementwise):
    """The same for an operator that treats the rows along an axis, by default the last."""

    attributes = declare({"axis": Attribute(Kind.INT, None)})

    def shape(self, layer: Layer) -> Shape:
        """The shape of the input, which has the axis."""
        layer.axis()
        return layer.input_shape


def size(shape: Shape) -> int:
    """Number of elements of one sample."""
    return math.prod(shape)
