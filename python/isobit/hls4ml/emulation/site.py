"""One call of a firmware, as its handler sees it: checked access to what the record holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import UnsupportedError, closest
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.emulation.network import Network
from isobit.hls4ml.firmware import Call, Weight
from isobit.ir import FloatArray, Shape
from isobit.ops.base import size
from isobit.rounding import FLOAT64_BITS, RawArray, fit, round_fraction


@dataclass(frozen=True)
class Site:
    """A call in its network."""

    network: Network
    call: Call

    @property
    def name(self) -> str:
        """Of the layer."""
        return self.call.name

    def refuse(self, why: str) -> UnsupportedError:
        """The error to raise, with the layer and the function in front."""
        return UnsupportedError(f"layer {self.name!r} (nnet::{self.call.function}): {why}")

    # ---- the record ----

    def integer(self, member: str, default: int | None = None) -> int:
        """An integer of the configuration."""
        value = self.call.config.get(member, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._missing(member, value, self.call.config, "an integer")
        return value

    def flag(self, member: str, default: bool | None = None) -> bool:
        """A truth value of the configuration."""
        value = self.call.config.get(member, default)
        if not isinstance(value, bool | int):
            raise self._missing(member, value, self.call.config, "true or false")
        return bool(value)

    def word(self, member: str, default: str | None = None) -> str:
        """An enumerator or the name of a type, in lower case."""
        value = self.call.config.get(member, default)
        if not isinstance(value, str):
            raise self._missing(member, value, self.call.config, "a name")
        return value.lower()

    def numbers(self, member: str) -> tuple[int, ...]:
        """An array of the configuration."""
        value = self.call.config.get(member)
        if not isinstance(value, tuple):
            raise self._missing(member, value, self.call.config, "an array of integers")
        return value

    def type(self, member: str, default: Format | None = None) -> Format:
        """A type of the configuration."""
        if member not in self.call.types:
            if default is not None:
                return default
            raise self._missing(member, None, self.call.types, "a type")
        return self.call.types[member]

    def weight(self, parameter: str) -> Weight:
        """A constant argument."""
        if parameter not in self.call.weights:
            raise self._missing(parameter, None, self.call.weights, "a constant array")
        return self.call.weights[parameter]

    def table_type(self, member: str, default: Format | None = None) -> Format:
        """The type of a table's entries, which are filled from floating point."""
        fmt = self.type(member, default)
        if is_integer(fmt):
            raise self.refuse(
                f"the table type {member} is an integer, into which the open headers convert numbers "
                "between -1 and 1 wrongly; give it a fixed-point type"
            )
        return fmt

    # ---- tensors ----

    @property
    def inputs(self) -> list[str]:
        """The tensors of the inputs."""
        found = []
        for variable in self.call.inputs:
            if variable not in self.network.tensors:
                raise self.refuse(f"it reads {variable!r}, which nothing has made before")
            found.append(self.network.tensors[variable])
        return found

    def input(self, number: int = 0, shape: Shape | None = None) -> str:
        """The tensor of an input, reshaped if need be."""
        tensors = self.inputs
        if number >= len(tensors):
            raise self.refuse(f"it takes {number + 1} inputs, and the record has {len(tensors)}")
        return tensors[number] if shape is None else self.shaped(tensors[number], shape)

    def format(self, tensor: str) -> Format:
        """The format of a tensor."""
        return self.network.format(tensor)

    @property
    def output_format(self) -> Format:
        """The format of the (first) output."""
        return self.network.variable(self.name, self.call.outputs[0]).format

    @property
    def output_shape(self) -> Shape:
        """The shape of the (first) output."""
        return self.network.variable(self.name, self.call.outputs[0]).shape

    def shaped(self, tensor: str, shape: Shape) -> str:
        """A tensor in another shape of as many elements."""
        found = self.network.shape(tensor)
        if found == shape:
            return tensor
        if size(found) != size(shape):
            raise self.refuse(f"it wants {shape}, and {tensor!r} has the shape {found}")
        return self.add("reshape", [tensor], {"output": self.format(tensor)}, {"shape": shape})

    def taken(self, tensor: str, elements: npt.ArrayLike, shape: Shape | None = None) -> str:
        """Elements of a tensor (numbers in C order) as a tensor of the shape of the array."""
        order = np.asarray(elements, dtype=np.int64)
        flat = self.shaped(tensor, (size(self.network.shape(tensor)),))
        target = order.shape if shape is None else shape
        if not np.array_equal(order.ravel(), np.arange(size(self.network.shape(flat)))):
            attrs = {"axis": 0, "indices": order.ravel().tolist()}
            flat = self.add("take", [flat], {"output": self.format(tensor)}, attrs)
        return self.shaped(flat, target)

    def add(
        self,
        op: str,
        inputs: list[str],
        formats: Mapping[str, Format],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
    ) -> str:
        """A node in front of the one that makes the output."""
        name = self.network.unique(f"{self.name}_{op}")
        return self.network.add(name, op, inputs, formats, attrs, constants)

    def result(
        self,
        op: str,
        inputs: list[str],
        formats: Mapping[str, Format] | None = None,
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
        never_negative: bool = False,
    ) -> None:
        """The node that makes the output; its format is that of the variable."""
        from isobit.ir import make_node

        target = self.output_shape
        all_formats = {"output": self.output_format, **(formats or {})}
        shapes = {tensor: self.network.shape(tensor) for tensor in inputs}
        if make_node(self.name, op, inputs, shapes, attrs, constants).shape == target:
            made = self.network.add(self._free_name(), op, inputs, all_formats, attrs, constants)
        else:
            before = self.add(op, inputs, all_formats, attrs, constants)
            made = self._reshaped(before)
        self._finish(made, never_negative)

    def result_is(self, tensor: str, never_negative: bool = False) -> None:
        """The output is a cast of a tensor that was made (nothing, where both have one format)."""
        if self.format(tensor) == self.output_format:
            self._finish(self._reshaped(tensor), never_negative)
        else:
            self.result("linear", [self.shaped(tensor, self.output_shape)], never_negative=never_negative)

    def is_never_negative(self, number: int = 0) -> bool:
        """Whether an input is known to hold no negative number."""
        variable = self.call.inputs[number]
        return variable in self.network.never_negative or not self.format(self.input(number)).signed

    def keeps_sign(self, source: Format) -> bool:
        """Whether no number of a format that is not negative becomes negative in the output."""
        out = self.output_format
        if not out.signed or out.overflow in (Overflow.SAT, Overflow.SAT_SYM, Overflow.SAT_ZERO):
            return True
        carries = out.frac < source.frac and out.rounding not in (Rounding.TRN, Rounding.TRN_ZERO)
        return out.integer - 1 >= source.integer - int(source.signed) + int(carries)

    # ---- constants ----

    def values(self, fmt: Format, raw: npt.ArrayLike) -> FloatArray:
        """The exact values of raws.

        Raises
        ------
        UnsupportedError
            When a double cannot hold one of them.
        """
        array = np.asarray(raw)
        if max((abs(int(r)) for r in array.ravel()), default=0) >= 1 << FLOAT64_BITS:
            raise self.refuse(f"constants of the type {fmt} need more than {FLOAT64_BITS} bits")
        return np.ldexp(array.astype(np.float64), -fmt.frac)

    def scalar(self, parameter: str) -> tuple[float, Format]:
        """A constant argument that is one number."""
        weight = self.weight(parameter)
        if np.size(weight.raw) != 1:
            raise self.refuse(f"{parameter} is one number, and the record has {np.size(weight.raw)}")
        return float(self.values(weight.format, weight.raw).ravel()[0]), plain(weight.format)

    def _free_name(self) -> str:
        return self.network.unique(self.name)

    def _reshaped(self, tensor: str) -> str:
        attrs = {"shape": self.output_shape}
        return self.network.add(
            self._free_name(), "reshape", [tensor], {"output": self.format(tensor)}, attrs
        )

    def _finish(self, tensor: str, never_negative: bool) -> None:
        for variable in self.call.outputs:
            self.network.made(variable, tensor)
            if never_negative:
                self.network.never_negative.add(variable)

    def _missing(self, member: str, value: Any, known: Mapping[str, Any], kind: str) -> UnsupportedError:
        if value is None:
            return self.refuse(f"the record lacks {member!r} ({kind})." + closest(member, known))
        return self.refuse(f"{member!r} must be {kind}, not {value!r}")


def is_integer(fmt: Format) -> bool:
    """Whether a type is ``ap_int`` or ``ap_uint`` (or a fixed-point type that is like them)."""
    return fmt.frac == 0 and fmt.rounding is Rounding.TRN_ZERO and fmt.overflow is Overflow.WRAP


def plain(fmt: Format) -> Format:
    """The same numbers, for constants that are in their format already."""
    return fmt.with_modes(Rounding.TRN, Overflow.WRAP)


def recast(raw: npt.ArrayLike, source: Format, target: Format) -> RawArray:
    """Known raws of one format cast into another one."""
    from fractions import Fraction

    step = Fraction(2) ** (target.frac - source.frac)
    array = np.asarray(raw, dtype=object)
    flat = [
        fit(round_fraction(r * step, target.rounding), (r * step).__floor__(), target)
        for r in (Fraction(int(r)) for r in array.ravel())
    ]
    return np.array(flat, dtype=object).reshape(array.shape)
