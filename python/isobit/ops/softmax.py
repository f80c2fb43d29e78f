"""Softmax and log-softmax with the maximum subtracted, over one axis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from isobit.formats import Format
from isobit.functions import Function, known_at_zero, value_range
from isobit.ops.base import AlongAxis, Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.roles import EXP_TABLE, LOG_TABLE, OUTPUT, RECIPROCAL_TABLE, Role

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

EXP_NEG = Function("exp_neg", lambda a, _: np.exp(-a), lambda mp, a, _: mp.exp(-a), known_at_zero(1))
RECIPROCAL = Function(
    "reciprocal",
    lambda a, _: 1.0 / a,
    lambda mp, a, _: 1 / a,
    lambda a, _: 1 / a if a else None,
    poles=(0.0,),
)
LOG = Function(
    "log",
    lambda a, _: np.log(a),
    lambda mp, a, _: mp.log(a),
    lambda a, _: a * 0 if a == 1 else None,
    domain=(0.0, math.inf),
    poles=(0.0,),
)


class _Softmax(AlongAxis):
    """Rows of ``axis``, each normalised with two tables: exp, then one of the sum of the row."""

    second_role: Role
    second_function: Function

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The exp of non-positive numbers, and the second function of a sum of 1 to n of them."""
        count = layer.input_shape[layer.axis()]
        second = value_range(self.second_function, 0.0, (1.0, float(count)))
        return {"exp_table": (0.0, 1.0), self.second_role.name: second}

    def keeps(self, layer: Layer, formats: Mapping[str, Format | None], fmt: Format) -> bool:
        """Whether a format holds the sum of the exponentials, each of which is at most 1."""
        entry = formats["exp_table"]
        count = layer.input_shape[layer.axis()]
        return entry is not None and fmt.frac >= entry.frac and fmt.max >= count

    def lower(self, layer: LayerLowering) -> None:
        """One cell, between two gathers when the axis is not the last."""
        shape = layer.shape
        axis = layer.axis()
        exp = layer.table(EXP_TABLE, EXP_NEG, layer.difference_format())
        total, reachable = layer.sum_of_entries(exp, shape[axis])
        second = layer.table(self.second_role, self.second_function, total, reachable=reachable)
        ints = [size(shape) // shape[axis], shape[axis]]
        layer.emit_over_axis(self.name, axis, shape, tables=[exp, second], ints=ints)


class Softmax(_Softmax):
    """``exp(x - max) / sum(exp(x - max))``: roles ``exp_table`` and ``reciprocal_table``."""

    name = "softmax"
    roles = (OUTPUT, EXP_TABLE, RECIPROCAL_TABLE)
    second_role, second_function = RECIPROCAL_TABLE, RECIPROCAL
    hls4ml_classes = ("Activation", "Softmax")


class LogSoftmax(_Softmax):
    """``(x - max) - log(sum(exp(x - max)))``: roles ``exp_table`` and ``log_table``."""

    name = "log_softmax"
    roles = (OUTPUT, EXP_TABLE, LOG_TABLE)
    second_role, second_function = LOG_TABLE, LOG
