"""The pieces of one operation as C++ text for synthesis: weights are plain arrays of integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isobit.backends.cells import schedule_of
from isobit.backends.program import Code
from isobit.cxx import parts
from isobit.cxx.literals import Values, integer, static_format
from isobit.cxx.network import Network, raws

POLICY = "policy"
"""The name of the policy in the sources."""

_PER_LINE = 16


@dataclass
class Call:
    """One call of a kernel.

    Attributes
    ----------
    operation : int
    kernel : str
        The type whose ``run<schedule>`` is called.
    output : int
        The tensor that it writes.
    inputs : list of int
        The tensors that it reads, in order.
    data : list of str
        Declarations of constants, tables and lists.
    weight : str
        The name of its weights, for sums of products with them.
    runs : int
        How often its products are taken for one sample, with the same multipliers: the pixels of a stream.
    """

    operation: int
    kernel: str
    output: int
    inputs: list[int]
    data: list[str] = field(default_factory=list)
    weight: str = ""
    runs: int = 1


class Parts(parts.Parts):
    """As :class:`isobit.cxx.parts.Parts`, in the integers of formats.

    Parameters
    ----------
    channels : dict
        For streams: elements of a word by tensor. The kernel of an operation adds that of its output.
    """

    namespace = "kernels"

    def __init__(
        self, network: Network, number: int, prefix: str, declared: dict[str, str], channels: dict[int, int]
    ) -> None:
        super().__init__(network, number, prefix, declared)
        self.channels = channels
        self.op: Mapping[str, Any] = self.op

    @property
    def schedule(self) -> str:
        """The name of the schedule that calls its cell."""
        return schedule_of(self.op["cell"])

    def array(self, name: str, kind: str, values: Values) -> str:
        """The text that makes ``<name>_data()`` a constant array."""
        return constant_array(name, kind, values)

    def constant(self, position: int) -> str:
        """A constant, in the narrowest integers that hold its format."""
        stored = self.op["constants"][position]
        values = raws(stored["raw"], stored["format"])
        about = f"{static_format(stored['format'])}, {len(values)}"
        return self.declare(f"c{position}", "constant", stored_kind(stored["format"]), values, about)

    def table(self, position: int) -> str:
        """A table, in the narrowest integers that hold its entries' format."""
        about, values = self.table_description(position)
        kind = stored_kind(self.op["tables"][position]["format"])
        return self.declare(f"f{position}", "lookup", kind, values, about)

    def call(self, kernel: str, *arguments: object) -> Call:
        """The finished call of a kernel over the policy."""
        text = f"kernels::{kernel}<{', '.join(map(str, [POLICY, *arguments]))}>"
        return Call(self.number, text, self.op["output"], list(self.op["inputs"]), self.data)


def stored_kind(code: Code) -> str:
    """The narrowest integer type of C++ for the raws of a format (``stored`` in ``policy/stored.hpp``)."""
    width, _, signed, *_ = code
    bits = next(bits for bits in (8, 16, 32, 64) if width <= bits)
    return f"std::{'' if signed else 'u'}int{bits}_t"


def constant_array(name: str, kind: str, values: Values) -> str:
    """A ``static const`` array of integers, and ``<name>_data()`` for it."""
    items = [integer(int(value)) for value in values]
    rows = (", ".join(items[i : i + _PER_LINE]) for i in range(0, len(items), _PER_LINE))
    return (
        f"static const {kind} {name}_values[{len(items)}] = {{\n" + ",\n".join(rows) + "};\n"
        f"inline const {kind}* {name}_data() {{ return {name}_values; }}"
    )
