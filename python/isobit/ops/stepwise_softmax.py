"""Softmax as firmware computes it: from tables of exp and 1/x that are addressed with few bits.

Both tables are given. Every step has a format of its own, and the sum is cast after every addition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from isobit.formats import Format, Overflow, Rounding
from isobit.ops.attributes import Attribute, Constant, Kind, declare
from isobit.ops.base import AlongAxis, size
from isobit.ops.chain import Chain
from isobit.ops.layer import Layer
from isobit.ops.roles import OUTPUT, STEPS, Role, RoleKind

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering

_EXP = Role("exp_entries", RoleKind.CONSTANT)
_INVERSE = Role("inverse_entries", RoleKind.CONSTANT)
_DISTANCE = Role("distance", RoleKind.DATA, unsigned=True)
_TOTAL = Role("total", RoleKind.DATA, unsigned=True)
_LEGACY_RANGE = 8
"""The older form tabulates exp over [-8, 8), and 1/x over [0, 64)."""


class _FromTables(AlongAxis):
    """What the forms share: two tables of 2^k entries."""

    constants = declare(
        {
            "exp_entries": Constant("array of 2^k numbers"),
            "inverse_entries": Constant("array of 2^k numbers"),
        }
    )

    def check_attrs(self, layer: Layer) -> None:
        """As many entries as a number of bits can address."""
        for name in self.constants:
            array = layer.constants.get(name)
            if array is not None and (array.ndim != 1 or array.size < 2 or array.size & (array.size - 1)):
                raise layer.refuse(f"{name} must be an array of 2, 4, 8, ... numbers, not {array.shape}")

    def constant_values(self, layer: Layer) -> dict[str, Any]:
        """The entries."""
        return {name: layer.constants[name] for name in self.constants}

    def rows(self, layer: LayerLowering) -> tuple[npt.NDArray[np.int64], int, int]:
        """The elements in rows along the axis, the number of rows and their length."""
        shape = layer.input_shape
        order = np.moveaxis(np.arange(size(shape)).reshape(shape), layer.axis(), -1)
        return order.ravel(), order.size // order.shape[-1], order.shape[-1]


class StepwiseSoftmax(_FromTables):
    """``e_i / sum e``: e_i and 1/sum e are entries of tables, addressed with the top bits of what is known.

    With ``distance`` (hls4ml's *stable*) e_i = exp(-d_i) for d_i = max(x) - x_i, cast into the format of the
    role ``distance``; without (*latency*) e_i = exp(x_i). e_i is cast into the ``accumulator``, in which the
    sum is a balanced tree; the sum is cast into ``total``.
    """

    name = "stepwise_softmax"
    attributes = declare({**AlongAxis.attributes, "distance": Attribute(Kind.BOOL, True)})
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, _DISTANCE, _EXP, STEPS, _TOTAL, _INVERSE)

    def used_roles(self, layer: Layer) -> tuple[Role, ...]:
        """No distance where there is none."""
        return tuple(role for role in self.roles if role is not _DISTANCE or layer.attrs["distance"])

    def lower(self, layer: LayerLowering) -> None:
        """Look-ups, a tree of sums and products."""
        chain = Chain(layer)
        order, rows, n = self.rows(layer)
        row = np.repeat(np.arange(rows), n)
        x = chain.taken(layer.inputs[0], order)
        if layer.attrs["distance"]:
            largest = chain.taken(chain.extremes("reduce_max", x, rows, n), row)
            x = chain.combined("subtract", largest, x, layer.role_format(_DISTANCE), order.size)
        function = "exp_neg" if layer.attrs["distance"] else "exp"
        accumulator = layer.role_format(STEPS)
        exp = _top_bits(layer, "exp_entries", x, function)
        e = chain.cast(chain.looked_up(x, exp, order.size), accumulator, order.size)
        total = chain.cast(chain.tree(e, rows, n), layer.role_format(_TOTAL), rows)
        inverse = _top_bits(layer, "inverse_entries", total, "reciprocal")
        factor = chain.taken(chain.looked_up(total, inverse, rows), row)
        result = chain.combined("multiply", e, factor, layer.role_format(OUTPUT), order.size)
        layer.gather(np.argsort(order), inputs=[result])


class LegacySoftmax(_FromTables):
    """``1 / sum_j exp(x_j - x_i)`` from tables of exp over [-8, 8) and of 1/x over [0, 64).

    Addresses are truncated toward zero and saturate. The exponentials are added in ascending order of j in
    the ``accumulator``.
    """

    name = "legacy_softmax"
    roles: ClassVar[tuple[Role, ...]] = (OUTPUT, _EXP, STEPS, _INVERSE)

    def lower(self, layer: LayerLowering) -> None:
        """All differences, their exponentials and sums, and one look-up for each result."""
        chain = Chain(layer)
        order, rows, n = self.rows(layer)
        first = np.repeat(np.arange(rows) * n, n * n)
        pairs = np.indices((n, n)).reshape(2, -1)
        i, j = (first.reshape(rows, -1) + pair for pair in pairs)
        source = layer.input_format()
        exact = Format(min(source.width + 1, 64), source.frac)
        x = layer.inputs[0]
        differences = chain.combined(
            "subtract", chain.taken(x, order[j]), chain.taken(x, order[i]), exact, i.size
        )
        bits = _bits(layer, "exp_entries")
        steps = (_LEGACY_RANGE - 1).bit_length()
        index = Format(bits, bits - 1 - steps, True, Rounding.TRN_ZERO, Overflow.SAT)
        exp = layer.given_table("exp_entries", layer.constants["exp_entries"], index, "exp")
        e = chain.looked_up(differences, exp, i.size)
        windows = list(np.arange(i.size).reshape(-1, n))
        totals = chain.sums(e, windows, 1, layer.role_format(STEPS))
        bits = _bits(layer, "inverse_entries")
        index = Format(bits, bits - 2 * steps, False, Rounding.TRN_ZERO, Overflow.SAT)
        inverse = layer.given_table(
            "inverse_entries", layer.constants["inverse_entries"], index, "reciprocal"
        )
        results = layer.temporary(order.size, layer.role_format(OUTPUT))
        layer.emit("lookup", inputs=[totals], output=results, tables=[inverse])
        layer.gather(np.argsort(order), inputs=[results])


def _bits(layer: Layer, name: str) -> int:
    return int(layer.constants[name].size - 1).bit_length()


def _top_bits(layer: LayerLowering, name: str, tensor: int, function: str) -> dict[str, Any]:
    """The table that is addressed with the top bits of a tensor's format."""
    bits, source = _bits(layer, name), layer.tensor_format(tensor)
    if layer.quantized and bits > source.width:
        raise layer.refuse(f"{name} needs {bits} bits of address, and {source} has {source.width}")
    index = Format(bits, source.frac - (source.width - bits), source.signed)
    return layer.given_table(name, layer.constants[name], index, function)
