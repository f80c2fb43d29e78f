"""Comparisons, logic and choice between tensors (NumPy broadcasting).

Truth values are 0 and 1 in ``ufixed<1,1>``; as an input, whatever is not 0 is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from isobit.formats import Format
from isobit.ops.base import Elementwise
from isobit.ops.layer import Layer
from isobit.ops.merge import Merge

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_TRUTH = Format(1, 0, signed=False)


class _Truth(Merge):
    """A truth value of two numbers; the cell has the operator's name."""

    max_inputs: ClassVar[int | None] = 2
    hls4ml_classes: ClassVar[tuple[str, ...]] = ()

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """One bit."""
        return _TRUTH


class Less(_Truth):
    """``a < b``."""

    name = "less"


class LessEqual(_Truth):
    """``a <= b``."""

    name = "less_equal"


class Greater(_Truth):
    """``a > b``."""

    name = "greater"

    def lower(self, layer: LayerLowering) -> None:
        """``b < a``."""
        layer.emit("less", inputs=layer.broadcast_inputs()[::-1])


class GreaterEqual(_Truth):
    """``a >= b``."""

    name = "greater_equal"

    def lower(self, layer: LayerLowering) -> None:
        """``b <= a``."""
        layer.emit("less_equal", inputs=layer.broadcast_inputs()[::-1])


class Equal(_Truth):
    """``a == b``, of the exact values."""

    name = "equal"


class NotEqual(_Truth):
    """``a != b``, of the exact values."""

    name = "not_equal"


class LogicalAnd(_Truth):
    """Whether both are true."""

    name = "logical_and"


class LogicalOr(_Truth):
    """Whether one or both are true."""

    name = "logical_or"


class LogicalXor(_Truth):
    """Whether one and not the other is true."""

    name = "logical_xor"


class LogicalNot(Elementwise):
    """Whether the input is 0."""

    name = "logical_not"

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """One bit."""
        return _TRUTH

    def lower(self, layer: LayerLowering) -> None:
        """One cell."""
        layer.emit("logical_not")


class Where(Merge):
    """The second input where the first is not 0, else the third."""

    name = "where"
    min_inputs = 3
    max_inputs: ClassVar[int | None] = 3
    hls4ml_classes: ClassVar[tuple[str, ...]] = ()

    def output_format(self, layer: Layer, formats: Sequence[Format]) -> Format | None:
        """The format of the two that are chosen from, if they share one."""
        return formats[1] if formats[1] == formats[2] else None

    def index_ranges(self, layer: Layer, result: int | None) -> dict[int, int]:
        """Chosen indices stay what they are."""
        return {} if result is None else {1: result, 2: result}
