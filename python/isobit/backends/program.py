"""The description of a model that the engine executes, built step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.stored import KnownIntegers, StoredConstant, StoredTable
from isobit.errors import FileFormatError
from isobit.formats import Format, Overflow, Rounding
from isobit.functions import Function
from isobit.ir import FloatArray
from isobit.tables import Table, make_table

Code = tuple[int, int, bool, int, int]
"""A format as the engine takes it: width, frac, signed, rounding, overflow."""

PLACEHOLDER = Format(2, 0)
"""Stands for every format of a model that has none; only the `real` policy runs such a program."""

EXACT: Code = (0, 0, True, int(Rounding.TRN), int(Overflow.WRAP))
"""The engine's way of writing "no cast"."""


_MOVES = frozenset({"gather", "constant"})
"""Cells without arithmetic."""


def code(fmt: Format) -> Code:
    """A format as the engine takes it."""
    return fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow)


class ProgramBuilder:
    """Tensors and operations in order, and the constants and tables that were stored on the way.

    Parameters
    ----------
    known : mapping
        Constants and tables of a model that was quantized before (read from a file): they are used as they
        are and not computed again.
    warn : bool
        Whether constants that do not fit in their format are reported.

    Attributes
    ----------
    results : dict of str to int
        The tensor whose cast ends a layer's arithmetic; gathers that only move it afterwards do not count.
    internals : dict of (str, str) to list of int
        The tensors inside of a layer that have the format of a role, by layer and role.
    """

    def __init__(self, known: Mapping[str, KnownIntegers] | None = None, warn: bool = True) -> None:
        self.known = known or {}
        self.warn = warn
        self.stored: dict[str, StoredConstant | StoredTable] = {}
        self.tensors: list[dict[str, Any]] = []
        self.ops: list[dict[str, Any]] = []
        self.layers: list[str] = []
        self.results: dict[str, int] = {}
        self.internals: dict[tuple[str, str], list[int]] = {}
        self._formats: list[Format] = []
        self._computed: set[str] = set()

    def temporary(self, size: int, fmt: Format) -> int:
        """A new tensor; returns its number."""
        self.tensors.append({"size": size, "format": code(fmt)})
        self._formats.append(fmt)
        return len(self.tensors) - 1

    def format(self, tensor: int) -> Format:
        """The format of a tensor."""
        return self._formats[tensor]

    def constant(self, fmt: Format, raw: npt.NDArray[Any], trained: FloatArray) -> dict[str, Any]:
        """A constant of one or one value per element."""
        return {"format": code(fmt), "raw": bit_pattern(raw), "value": np.ascontiguousarray(trained)}

    def trained(self, values: FloatArray) -> dict[str, Any]:
        """A constant of a model without formats."""
        return self.constant(PLACEHOLDER, np.zeros(values.size, dtype=np.int64), values.ravel())

    def table(
        self,
        layer: str,
        role: str,
        function: Function,
        parameter: float,
        source: Format,
        entry: Format,
        size: int,
        reachable: tuple[float, float] | None,
    ) -> dict[str, Any]:
        """A table of a layer, computed unless it is known."""
        key = f"{layer}.{role}"
        known = self.known.get(key)
        if known is not None and (known.index is None or known.format != entry):
            raise FileFormatError(f"{key!r} is stored as {known.format}, but it is a table of {entry}")
        if known is None or known.index is None:
            made = make_table(function, parameter, source, entry, size, reachable)
        else:
            values = reachable or (source.min, source.max)
            made = Table(function, parameter, source, values, known.index, known.format, known.raw)
        self.stored[key] = StoredTable(layer, role, made)
        return {
            "index": code(made.index),
            "low": made.low,
            "entries": bit_pattern(made.entries),
            "format": code(made.format),
            "function": function.name,
            "parameter": parameter,
        }

    def trained_table(self, function: Function, parameter: float) -> dict[str, Any]:
        """The table of a function in a model without formats."""
        return self.real_table(function.name, parameter)

    def real_table(self, function: str, parameter: float) -> dict[str, Any]:
        """A table of a model without formats, whose entries nobody reads."""
        return {
            "index": code(PLACEHOLDER),
            "low": PLACEHOLDER.min_raw,
            "entries": np.zeros(4, dtype=np.int64),
            "format": code(PLACEHOLDER),
            "function": function,
            "parameter": parameter,
        }

    def emit(
        self,
        layer: str,
        cell: str,
        inputs: Sequence[int],
        output: int,
        formats: Sequence[Code],
        constants: Sequence[dict[str, Any]],
        tables: Sequence[dict[str, Any]],
        ints: npt.NDArray[np.int64],
    ) -> None:
        """Append one operation, which belongs to a layer."""
        self.layers.append(layer)
        if cell not in _MOVES or layer not in self._computed:
            self.results[layer] = output
        if cell not in _MOVES:
            self._computed.add(layer)
        self.ops.append(
            {
                "cell": cell,
                "inputs": list(inputs),
                "output": output,
                "formats": list(formats),
                "constants": list(constants),
                "tables": list(tables),
                "ints": np.ascontiguousarray(ints),
            }
        )


def decode(fields: Code) -> Format:
    """The format of a code."""
    width, frac, signed, rounding, overflow = fields
    return Format(width, frac, signed, Rounding(rounding), Overflow(overflow))


def bit_pattern(raw: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Raws as contiguous int64; 64-bit unsigned ones as their two's complement bit pattern."""
    if raw.dtype == object:
        raw = np.array([int(r) % 2**64 for r in raw.ravel()], dtype=np.uint64).reshape(raw.shape)
    return np.ascontiguousarray(raw).view(np.int64)
