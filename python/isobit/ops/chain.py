"""Cells one behind the other inside of a layer, each with a format of its own for its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.program import EXACT, code
from isobit.formats import Format, Overflow, Rounding
from isobit.ops.reduce import window_ints

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


@dataclass(frozen=True)
class Chain:
    """What a layer is made of; every method emits cells and returns the tensor that they make."""

    layer: LayerLowering

    def cast(self, tensor: int, fmt: Format, size: int) -> int:
        """The same numbers in another format."""
        return self._emit("linear", [tensor], fmt, size)

    def combined(self, cell: str, first: int, second: int, fmt: Format, size: int) -> int:
        """An arithmetic cell (``add``, ``multiply``, ...) over two tensors of one size."""
        return self._emit(cell, [first, second], fmt, size)

    def looked_up(self, tensor: int, table: dict[str, Any], size: int) -> int:
        """The entries of a table, in their own format."""
        return self._emit("lookup", [tensor], self.layer.constant_format(table), size, tables=[table])

    def taken(self, tensor: int, elements: npt.ArrayLike) -> int:
        """Chosen elements."""
        return self.layer.moved(tensor, np.asarray(elements, dtype=np.int64).ravel())

    def extremes(self, cell: str, tensor: int, rows: int, length: int) -> int:
        """``reduce_max`` or ``reduce_min`` of every row."""
        windows = [np.array([row * length]) + np.arange(length) for row in range(rows)]
        return self._emit(
            cell, [tensor], self.layer.tensor_format(tensor), rows, ints=window_ints(1, windows)
        )

    def sums(self, tensor: int, windows: Sequence[npt.NDArray[np.int64]], run: int, fmt: Format) -> int:
        """The sums of windows of elements, each standing for ``run`` neighbours, cast after every addition.

        Elements are added in the order of their window, beginning with the first one in the format ``fmt``.
        """
        size = len(windows) * run
        if self._order_is_free(tensor, fmt):
            return self._emit("reduce_sum", [tensor], fmt, size, ints=window_ints(run, windows))
        places: dict[int, list[int]] = {}
        for place, window in enumerate(windows):
            places.setdefault(len(window), []).append(place)
        totals = [
            self._one_by_one(tensor, np.stack([windows[place] for place in alike]), run, fmt)
            for alike in places.values()
        ]
        if len(totals) == 1:
            return totals[0]
        order = np.argsort([place for alike in places.values() for place in alike])
        number = np.repeat(np.arange(len(totals)), [len(alike) for alike in places.values()])[order]
        inside = np.concatenate([np.arange(len(alike)) for alike in places.values()])[order]
        elements = inside[:, None] * run + np.arange(run)
        return self.layer.joined(totals, np.repeat(number, run), elements)

    def tree(self, tensor: int, rows: int, length: int) -> int:
        """The sum of every row as a balanced tree with a cast at each node, in the format of the elements.

        The left part of n elements are as many as the largest power of two below n.
        """
        fmt = self.layer.tensor_format(tensor)
        if fmt.overflow is Overflow.WRAP:
            windows = [np.arange(length) + row * length for row in range(rows)]
            return self._emit("reduce_sum", [tensor], fmt, rows, ints=window_ints(1, windows))
        starts = np.arange(rows) * length
        return self._tree(tensor, starts, length, fmt)

    def dense(
        self, cell: str, tensor: int, accumulator: Format | None, fmt: Format, rows: int, *constants: Any
    ) -> int:
        """A dense layer (``dense``, ``rounded_dense``, ``ascending_dense``) over rows."""
        weight, bias = constants
        n_out = int(bias["raw"].size)
        n_in = int(weight["raw"].size) // n_out
        return self._emit(
            cell,
            [tensor],
            fmt,
            rows * n_out,
            formats=[EXACT if accumulator is None else code(accumulator)],
            constants=constants,
            ints=[rows, n_in, n_out],
        )

    def quotients(self, tensor: int, divisors: npt.NDArray[np.int64]) -> int:
        """The raws divided by positive integers (one for each element), truncated toward zero."""
        layer, fmt = self.layer, self.layer.tensor_format(tensor)
        if np.all(divisors == 1):
            return tensor
        factor, frac = reciprocals(fmt, divisors)
        width = max(int(number).bit_length() for number in factor)
        zero = layer.zeros(1)
        scale = layer.known_raws(Format(width, frac, signed=False), factor, 1.0 / divisors)
        toward_zero = fmt.with_modes(Rounding.TRN_ZERO, Overflow.WRAP)
        return self._emit(
            "affine", [tensor], toward_zero, divisors.size, formats=[EXACT], constants=[scale, zero]
        )

    def _one_by_one(self, tensor: int, windows: npt.NDArray[np.int64], run: int, fmt: Format) -> int:
        size = len(windows) * run
        terms = windows[:, :, None] + np.arange(run)
        total = self.cast(self.taken(tensor, terms[:, 0]), fmt, size)
        for k in range(1, windows.shape[1]):
            total = self.combined("add", total, self.taken(tensor, terms[:, k]), fmt, size)
        return total

    def _tree(self, tensor: int, starts: npt.NDArray[np.int64], length: int, fmt: Format) -> int:
        if length == 1:
            return self.taken(tensor, starts)
        left = 1 << ((length - 1).bit_length() - 1)
        return self.combined(
            "add",
            self._tree(tensor, starts, left, fmt),
            self._tree(tensor, starts + left, length - left, fmt),
            fmt,
            starts.size,
        )

    def _order_is_free(self, tensor: int, fmt: Format) -> bool:
        """Whether casts between additions change no more than one at the end."""
        source = self.layer.tensor_format(tensor)
        shift_invariant = fmt.frac >= source.frac
        return shift_invariant and fmt.overflow is Overflow.WRAP

    def _emit(self, cell: str, inputs: list[int], fmt: Format, size: int, **more: Any) -> int:
        made = self.layer.temporary(size, fmt)
        self.layer.emit(cell, inputs=inputs, output=made, **more)
        return made


def reciprocals(fmt: Format, divisors: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], int]:
    """Factors m and a shift s with ``trunc(raw * m / 2**s) == trunc(raw / n)`` for every raw of a format.

    With ``m = ceil(2**s / n)`` the product exceeds the quotient by less than ``|raw| n / (2**s n)``, which is
    below 1/n (and so reaches no further integer) as soon as ``2**s >= |raw| n``.
    """
    frac = fmt.width + int(divisors.max()).bit_length()
    return np.array([-(-(1 << frac) // int(n)) for n in divisors], dtype=object), frac
