"""Reductions that end in a table (L2 norm, logarithms of sums), and products."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from isobit.functions import Function
from isobit.ops.base import Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.reduce import Reduction, reduced_axes, windows_of_axes
from isobit.ops.roles import EXP_TABLE, LOG_TABLE, OUTPUT, SUM, TABLE, Role
from isobit.ops.softmax import EXP_NEG, LOG
from isobit.ops.tabulated import SQRT

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class _OfSum(Reduction):
    """A function of a sum, which has a format of its own (role ``sum``)."""

    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, SUM, TABLE)
    cell: ClassVar[str]
    function: ClassVar[Function]

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """What the result needs."""
        return {"table": sources["output"]}

    def lower(self, layer: LayerLowering) -> None:
        """A sum, then a look-up."""
        source = layer.input_shape
        axes = reduced_axes(layer)
        total = layer.internal(SUM, size(layer.shape))
        layer.emit(self.cell, output=total, ints=windows_of_axes(source, axes))
        table = layer.table(TABLE, self.function, layer.positive_format(total))
        layer.emit("lookup", inputs=[total], tables=[table])


class ReduceL2(_OfSum):
    """The square root of the sum of squares."""

    name = "reduce_l2"
    cell = "reduce_sum_square"
    function = SQRT


class ReduceLogSum(_OfSum):
    """The logarithm of the sum; of 0 and less the smallest entry."""

    name = "reduce_log_sum"
    cell = "reduce_sum"
    function = LOG


class ReduceLogSumExp(Reduction):
    """``max + log(sum(exp(x - max)))``, with the tables of log-softmax."""

    name = "reduce_log_sum_exp"
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, EXP_TABLE, LOG_TABLE)

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The exponential of non-positive numbers, and the logarithm of a sum of up to n of them."""
        return {"exp_table": (0.0, 1.0), "log_table": (0.0, 16 * math.log(2))}

    def lower(self, layer: LayerLowering) -> None:
        """Maximum, differences, look-ups, sum, look-up, sum."""
        source, (x,) = layer.input_shape, layer.inputs
        axes = reduced_axes(layer)
        windows, count = windows_of_axes(source, axes), size(layer.shape)
        top = layer.temporary(count, layer.input_format())
        layer.emit("reduce_max", output=top, ints=windows)
        kept = tuple(1 if axis in axes else n for axis, n in enumerate(source))
        owner = np.broadcast_to(np.arange(count).reshape(kept), source).ravel()
        below = layer.temporary(size(source), layer.difference_format())
        layer.emit("subtract", inputs=[layer.moved(top, owner), x], output=below)
        exp = layer.table(EXP_TABLE, EXP_NEG, layer.difference_format())
        powers = layer.temporary(size(source), layer.role_format(EXP_TABLE))
        layer.emit("lookup", inputs=[below], output=powers, tables=[exp])
        fmt, reachable = layer.sum_of_entries(exp, size(source) // count)
        total = layer.temporary(count, fmt)
        layer.emit("reduce_sum", inputs=[powers], output=total, ints=windows)
        log = layer.table(LOG_TABLE, LOG, fmt, reachable=reachable)
        logarithm = layer.temporary(count, layer.role_format(LOG_TABLE))
        layer.emit("lookup", inputs=[total], output=logarithm, tables=[log])
        layer.emit("add", inputs=[top, logarithm])


class ReduceProd(Reduction):
    """The product, exact before its cast: for few elements."""

    name = "reduce_prod"

    def lower(self, layer: LayerLowering) -> None:
        """One ``multiply`` cell."""
        source = layer.input_shape
        axes = reduced_axes(layer)
        kept = [axis for axis in range(len(source)) if axis not in axes]
        elements = np.arange(size(source)).reshape(source).transpose([*axes, *kept])
        factors = elements.reshape(-1, size(layer.shape))
        layer.emit("multiply", inputs=[layer.moved(layer.inputs[0], factor) for factor in factors])
