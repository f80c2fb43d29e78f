"""What an operator sees of the engine's program while it lowers itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.program import EXACT, PLACEHOLDER, Code, ProgramBuilder, code, decode
from isobit.backends.stored import StoredConstant, exact_format, quantized_constant, report_losses
from isobit.errors import ConfigError, FileFormatError
from isobit.formats import Format
from isobit.functions import Function
from isobit.ir import FloatArray, Node, Shape
from isobit.ops.base import size
from isobit.ops.layer import Layer
from isobit.ops.roles import Role, RoleKind
from isobit.quantization.precision import LayerPrecision
from isobit.rounding import scale
from isobit.tables import DEFAULT_SIZE


class LayerLowering(Layer):
    """A layer with its tensors, constants and tables, and the cells that it becomes.

    Without a precision (the unquantized model) formats are placeholders and only trained values count.

    Attributes
    ----------
    shape : tuple of int
        Of the result.
    inputs : list of int
        The tensors that are read; ``input_names`` is what users call them.
    output : int
        The tensor that is made.
    """

    def __init__(
        self,
        program: ProgramBuilder,
        node: Node,
        inputs: Sequence[int],
        input_shapes: Sequence[Shape],
        output: int,
        precision: LayerPrecision | None,
    ) -> None:
        super().__init__(node.name, node.op, node.attrs, node.constants, tuple(input_shapes))
        self.shape = node.shape
        self.input_names = node.inputs
        self.inputs = list(inputs)
        self.output = output
        self._program = program
        self._precision = precision

    @property
    def quantized(self) -> bool:
        """Whether formats are known."""
        return self._precision is not None

    def tensor_format(self, tensor: int) -> Format:
        """The format of any tensor, such as a temporary one."""
        return self._program.format(tensor)

    def tensor_size(self, tensor: int) -> int:
        """The number of elements of any tensor."""
        return int(self._program.tensors[tensor]["size"])

    def input_format(self, number: int = 0) -> Format:
        """The format of an input."""
        return self._program.format(self.inputs[number])

    def index_format(self, number: int) -> Format | None:
        """The format of an input that holds indices; None in a model that is not quantized."""
        return None if self._precision is None else self.input_format(number)

    def magnitude_format(self) -> Format:
        """The smallest unsigned format of ``|x|`` for the first input."""
        fmt = self.input_format()
        return Format(max(fmt.max_raw, -fmt.min_raw, 1).bit_length(), fmt.frac, signed=False)

    def positive_format(self, tensor: int | None = None) -> Format:
        """The smallest unsigned format of ``max(x, 0)`` for a tensor, by default the first input."""
        fmt = self.tensor_format(self.inputs[0] if tensor is None else tensor)
        return Format(max(fmt.max_raw, 1).bit_length(), fmt.frac, signed=False)

    def difference_format(self, tensor: int | None = None) -> Format:
        """The smallest unsigned format of ``max(x) - x`` for a tensor, by default the first input."""
        fmt = self.tensor_format(self.inputs[0] if tensor is None else tensor)
        return Format(max(fmt.max_raw - fmt.min_raw, 1).bit_length(), fmt.frac, signed=False)

    def role_format(self, role: Role) -> Format:
        """The format of a role that is not an accumulator."""
        return PLACEHOLDER if self._precision is None else self._precision.of(role.name)

    def format(self, role: Role) -> Code:
        """The engine's code of an accumulator's format."""
        fmt = None if self._precision is None else self._precision.formats[role.name]
        return EXACT if fmt is None else code(fmt)

    def constant(self, role: Role, name: str, values: FloatArray, spread: bool = False) -> dict[str, Any]:
        """A trained constant in the format of its role, known to users as ``<layer>.<name>``.

        With ``spread`` an array of several values is broadcast to the layer's shape, one value per element.
        """
        if self._precision is None:
            return self._program.trained(_spread(values, self.shape, spread))
        return self._constant(role.name, name, values, self._precision.of(role.name), spread)

    def scalar(self, role: Role, name: str, value: float) -> dict[str, Any]:
        """A constant of one value."""
        return self.constant(role, name, np.array([value]))

    def exact(self, name: str, value: float) -> dict[str, Any]:
        """A constant that is part of the layer's definition and held exactly."""
        values = np.array([value])
        if self._precision is None:
            return self._program.trained(values)
        fmt = exact_format(values)
        if fmt is None:
            raise ValueError(f"{name} = {value} of operator {self.op} is not a number of few bits")
        return self._constant(name, name, values, fmt, False)

    def zeros(self, count: int) -> dict[str, Any]:
        """A constant of zeros, which nobody chose and nobody stores."""
        return self._program.constant(PLACEHOLDER, np.zeros(count, dtype=np.int64), np.zeros(count))

    def positions(self, count: int) -> dict[str, Any]:
        """The constants 0, 1, ... count - 1."""
        numbers = np.arange(count, dtype=np.int64)
        return self._program.constant(
            Format(max(1, (count - 1).bit_length()), 0, signed=False), numbers, numbers.astype(np.float64)
        )

    def reordered(self, constant: dict[str, Any], order: npt.NDArray[np.int64]) -> dict[str, Any]:
        """The values of a constant at these places; users see it as it was."""
        return {**constant, "raw": constant["raw"][order], "value": constant["value"][order]}

    def constant_format(self, constant: dict[str, Any]) -> Format:
        """The format of a constant."""
        return decode(constant["format"])

    def thresholds(self, values: FloatArray) -> dict[str, Any]:
        """What the first input is compared with (``x >= t``): the smallest raw that is not below it.

        Raises
        ------
        ConfigError
            When the input has more than 63 bits.
        """
        if self._precision is None:
            return self._program.trained(values)
        fmt = self.input_format()
        if fmt.width > 63:
            raise self.refuse(
                f"the input {fmt} is compared with thresholds, which is supported for up to 63 bits",
                ConfigError,
            )
        beyond = Format(fmt.width + 1, fmt.frac, fmt.signed)  # one more than the largest raw
        lowest, highest = float(fmt.min_raw), float(fmt.max_raw + 1)
        reached = np.clip(np.ceil(scale(values, fmt.frac)), lowest, highest)
        return self._program.constant(beyond, np.array([int(raw) for raw in reached], dtype=object), values)

    def limit(self, fmt: Format, raw: int, trained: float) -> dict[str, Any]:
        """An end of a format's range, which stands for a bound that does not exist."""
        if self._precision is None:
            return self._program.trained(np.array([trained]))
        return self._program.constant(fmt, np.array([raw], dtype=object), np.array([trained]))

    def known_raws(self, fmt: Format, raws: npt.NDArray[Any] | None, trained: FloatArray) -> dict[str, Any]:
        """A constant whose integers follow from the formats of others; only ``trained`` counts without."""
        if self._precision is None or raws is None:
            return self._program.trained(trained)
        return self._program.constant(fmt, raws, trained)

    def higher(self, fmt: Format, constant: dict[str, Any]) -> Format:
        """Of a format and that of a constant, the one with the larger maximum."""
        return max(fmt, decode(constant["format"]), key=lambda either: either.max)

    def table(
        self,
        role: Role,
        function: Function,
        source: Format,
        parameter: float = 0.0,
        reachable: tuple[float, float] | None = None,
    ) -> dict[str, Any]:
        """The table of a function for numbers of the format ``source``, known as ``<layer>.<role>``."""
        if self._precision is None:
            return self._program.trained_table(function, parameter)
        return self._program.table(
            self.name,
            role.name,
            function,
            parameter,
            source,
            self._precision.of(role.name),
            self._precision.table_size or DEFAULT_SIZE,
            reachable,
        )

    def given_table(
        self,
        name: str,
        entries: FloatArray,
        index: Format,
        function: str = "given",
        parameter: float = 0.0,
    ) -> dict[str, Any]:
        """A table whose contents are a constant of the layer, one for every raw of ``index`` in order.

        ``function`` is what the unquantized model computes in its place (a name of ``table.hpp``).
        """
        if self._precision is None:
            return self._program.real_table(function, parameter)
        constant = self.constant(Role(name, RoleKind.CONSTANT), name, entries)
        return {
            "index": code(index),
            "low": index.min_raw,
            "entries": constant["raw"],
            "format": constant["format"],
            "function": function,
            "parameter": parameter,
        }

    def sum_of_entries(self, table: dict[str, Any], count: int) -> tuple[Format, tuple[float, float]]:
        """Format and reachable range of a sum of ``count`` table entries, one of which is the first.

        Raises
        ------
        ConfigError
            When the entries are not positive numbers, so that the sum could be zero.
        """
        if self._precision is None:
            return self.input_format(), (1.0, 1.0)
        fmt = decode(table["format"])
        entries = [int(entry) for entry in table["entries"]]
        if fmt.width == 64 and not fmt.signed:
            entries = [entry % 2**64 for entry in entries]
        if entries[0] <= 0 or min(entries) < 0:
            raise self.refuse(
                f"the format {fmt} of exp_table cannot hold exp(0) = 1; give it at least one integer bit, or "
                "let it saturate",
                ConfigError,
            )
        total = Format((count * max(entries)).bit_length(), fmt.frac, signed=False)
        return total, (entries[0] * fmt.lsb, count * max(entries) * fmt.lsb)

    def emit(
        self,
        cell: str,
        inputs: Sequence[int] | None = None,
        output: int | None = None,
        formats: Sequence[Code] = (),
        constants: Sequence[dict[str, Any]] = (),
        tables: Sequence[dict[str, Any]] = (),
        ints: npt.ArrayLike = (),
    ) -> None:
        """Append a cell; by default from all inputs of the layer to its output."""
        self._program.emit(
            self.name,
            cell,
            self.inputs if inputs is None else inputs,
            self.output if output is None else output,
            formats,
            constants,
            tables,
            np.asarray(ints, dtype=np.int64).ravel(),
        )

    def temporary(self, size: int, fmt: Format) -> int:
        """A tensor inside of the layer with a format that follows from others (an exact sum, say)."""
        return self._program.temporary(size, PLACEHOLDER if self._precision is None else fmt)

    def internal(self, role: Role, size: int) -> int:
        """A tensor inside of the layer with the format of a role; calibration sizes it from its values."""
        name = self.name
        made = self.temporary(size, self.role_format(role))
        self._program.internals.setdefault((name, role.name), []).append(made)
        return made

    def gather(
        self,
        elements: npt.ArrayLike,
        numbers: npt.ArrayLike | None = None,
        inputs: Sequence[int] | None = None,
    ) -> None:
        """The layer's output as chosen elements of its inputs (all of input 0 unless ``numbers`` tells)."""
        self.emit("gather", inputs=inputs, ints=_pairs(elements, numbers))

    def joined(
        self, tensors: Sequence[int], numbers: npt.NDArray[np.int64], elements: npt.NDArray[np.int64]
    ) -> int:
        """A temporary tensor with element ``elements[i]`` of tensor ``numbers[i]``; they share one format."""
        target = self._program.temporary(elements.size, self._program.format(tensors[0]))
        self.emit("gather", inputs=tensors, output=target, ints=_pairs(elements.ravel(), numbers.ravel()))
        return target

    def moved(self, tensor: int, elements: npt.NDArray[np.int64]) -> int:
        """A temporary tensor with chosen elements of another, in its format."""
        target = self._program.temporary(elements.size, self._program.format(tensor))
        self.emit("gather", inputs=[tensor], output=target, ints=_pairs(elements, None))
        return target

    def broadcast_inputs(self) -> list[int]:
        """The inputs, those of another shape than the layer's repeated into it."""
        return self.broadcast(self.inputs)

    def broadcast(self, tensors: Sequence[int]) -> list[int]:
        """Tensors of the shapes of the inputs, those of another shape than the layer's repeated into it."""
        shape = self.shape
        return [
            tensor
            if source == shape
            else self.moved(tensor, np.broadcast_to(np.arange(size(source)).reshape(source), shape).ravel())
            for tensor, source in zip(tensors, self.input_shapes, strict=True)
        ]

    def emit_over_axis(
        self,
        cell: str,
        axis: int,
        shape: Shape,
        tables: Sequence[dict[str, Any]] = (),
        ints: npt.ArrayLike = (),
    ) -> None:
        """A cell over rows: directly if ``axis`` is the last of ``shape``, else between two gathers.

        The cell gives as many elements per row as it reads (softmax) or one (argmax).
        """
        order = np.moveaxis(np.arange(size(shape)).reshape(shape), axis, -1)
        self.emit_over_rows(cell, order.ravel(), tables, ints)

    def emit_over_rows(
        self,
        cell: str,
        order: npt.NDArray[np.int64],
        tables: Sequence[dict[str, Any]] = (),
        ints: npt.ArrayLike = (),
    ) -> None:
        """A cell over rows of the first input's elements in some order; results go back to their places.

        The cell gives as many elements per row as it reads (softmax) or one (argmax), which stays in order.
        """
        if np.array_equal(order, np.arange(order.size)):
            self.emit(cell, tables=tables, ints=ints)
            return
        rows = self.moved(self.inputs[0], order)
        if size(self.shape) != order.size:
            self.emit(cell, inputs=[rows], tables=tables, ints=ints)
            return
        result = self._program.temporary(order.size, self._program.format(self.output))
        self.emit(cell, inputs=[rows], output=result, tables=tables, ints=ints)
        self.emit("gather", inputs=[result], ints=_pairs(np.argsort(order), None))

    def _constant(
        self, role: str, name: str, values: FloatArray, fmt: Format, spread: bool
    ) -> dict[str, Any]:
        key = f"{self.name}.{name}"
        known = self._program.known.get(key)
        if known is None:
            stored = quantized_constant(self.name, role, name, values, fmt)
            if self._program.warn:
                report_losses(stored)
        elif known.format != fmt or known.raw.shape != values.shape:
            raise FileFormatError(
                f"{key!r} is stored as {known.format} of shape {known.raw.shape}, but the layer has {fmt} "
                f"and {values.shape}"
            )
        else:
            stored = StoredConstant(self.name, role, name, known.format, known.raw, values)
        self._program.stored[key] = stored
        shape = self.shape
        return self._program.constant(
            stored.format, _spread(stored.raw, shape, spread), _spread(values, shape, spread)
        )


def _spread(array: npt.NDArray[Any], shape: Shape, spread: bool) -> npt.NDArray[Any]:
    if spread and array.size > 1:
        array = np.broadcast_to(array, shape)
    return array.ravel()


def _pairs(elements: npt.ArrayLike, numbers: npt.ArrayLike | None) -> npt.NDArray[np.int64]:
    chosen = np.asarray(elements, dtype=np.int64)
    return np.stack([np.zeros_like(chosen) if numbers is None else np.asarray(numbers), chosen], axis=-1)
