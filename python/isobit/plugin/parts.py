"""The pieces of one operation as C++ text, and the declarations that they need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from isobit.ops.forest_nodes import trees_of
from isobit.plugin.isa import InstructionSet
from isobit.plugin.layout import PADDING, storage_for
from isobit.plugin.literals import EXACT, Values, array, integer, static_format
from isobit.plugin.network import Network, raws


@dataclass
class Call:
    """One call of a schedule.

    Attributes
    ----------
    schedule : str
        The type whose ``run`` is called; ``@scratch@`` stands for the place of long rows.
    data : list of str
        Declarations of constants and tables.
    scratch_bytes : int
        Of rows that may be too long for the stack.
    least_bytes : dict of int to int
        Tensors that must lie in integers at least so wide.
    """

    schedule: str
    data: list[str] = field(default_factory=list)
    scratch_bytes: int = 0
    least_bytes: dict[int, int] = field(default_factory=dict)


class Parts:
    """The pieces of one operation.

    Parameters
    ----------
    network : Network
    number : int
        Of the operation.
    isa : InstructionSet
    bits : int, optional
        Of the integers that it computes in; by default the narrowest that the proof allows.
    declared : dict, optional
        Names of data by their text, which operations of one source share (the steps of a recurrent layer).
    """

    def __init__(
        self,
        network: Network,
        number: int,
        isa: InstructionSet,
        bits: int = 0,
        declared: dict[str, str] | None = None,
    ) -> None:
        self.network, self.number, self.isa = network, number, isa
        self.declared = {} if declared is None else declared
        self.op: Mapping[str, Any] = network.operations[number]
        self.cell = f"cells::{self.op['cell']}"
        self.lane = max(bits, network.lanes[number])
        self.bits = max(32, self.lane)
        self.word = _word(self.bits)
        self.scalar = f"scalar<{self.word}>"
        self.inputs = [f"t{tensor}" for tensor in self.op["inputs"]]
        self.output = f"t{self.op['output']}"
        self.data: list[str] = []

    def again(self) -> Parts:
        """The same operation, for another call of its own."""
        return Parts(self.network, self.number, self.isa, declared=self.declared)

    def vectors(self) -> str:
        """The policy of neighbouring elements in one register."""
        if self.lane == 128:
            return self.scalar
        # tables are read in words of 32 bits and more
        bits = self.bits if self.op["tables"] else self.lane
        return f"neurons<{_word(bits)}, {8 * self.isa.vector_bytes // bits}>"

    def rows(self) -> list[int]:
        """Sizes of an operation over rows."""
        return [int(size) for size in self.op["ints"]]

    def formats(self) -> list[str]:
        """Formats of intermediate results."""
        made = (static_format(code) for code in self.op["formats"])
        return [fmt if fmt == EXACT else f"native::in_format<{fmt}>" for fmt in made]

    def constant(self, position: int, word: str | None = None) -> str:
        """A constant: kept in the narrowest integers, or in those that are named."""
        stored = self.op["constants"][position]
        values = raws(stored["raw"], stored["format"])
        kind = word or storage_for(min(values), max(values)).name
        about = f"{static_format(stored['format'])}, {len(values)}"
        # registers read past the end
        padding = [0] * PADDING if len(values) > 1 else []
        return self.declare(f"c{position}", "constant", kind, [*values, *padding], about)

    def table(self, position: int) -> str:
        """A table, its entries in the integers of the policy."""
        stored = self.op["tables"][position]
        values = raws(stored["entries"], stored["format"])
        index, entry = static_format(stored["index"]), static_format(stored["format"])
        about = f"{index}, {entry}, {int(stored['low'])}, {len(values)}"
        return self.declare(f"f{position}", "lookup", self.word, values, about)

    def tree_nodes(self) -> str:
        """The nodes of a ``tree`` operation with their thresholds, and the sizes of its trees."""
        stored, name = self.op["constants"][0], f"op{self.number}_n"
        heads, nodes = trees_of(self.op["ints"])
        rows = [
            f"{{{integer(raw)}, {feature}, {{{left}, {right}}}}}"
            for raw, (left, right, feature) in zip(raws(stored["raw"], stored["format"]), nodes, strict=False)
        ] or ["{0, 0, {0, 0}}"]
        sizes = ", ".join(f"{{{', '.join(map(str, head))}}}" for head in heads)
        self.data.append(
            f"constexpr native::tree_node<{self.word}> {name}_nodes[] = {{\n" + ",\n".join(rows) + "};\n"
            f"constexpr native::tree_sizes {name}_trees[] = {{{sizes}}};\n"
            f"struct {name} {{\n  using threshold_format = {static_format(stored['format'])};\n"
            f"  static constexpr int trees = {len(heads)};\n"
            f"  static const native::tree_node<{self.word}>* nodes() {{ return {name}_nodes; }}\n"
            f"  static const native::tree_sizes* sizes() {{ return {name}_trees; }}\n}};"
        )
        return name

    def arguments(self) -> list[str]:
        """Constants, tables and formats in the order of a cell's arguments."""
        constants = [self.constant(i) for i in range(len(self.op["constants"]))]
        return constants + [self.table(i) for i in range(len(self.op["tables"]))] + self.formats()

    def runs(self, part: int, moves: Sequence[tuple[int, int, int]]) -> str:
        """Runs of a gather."""
        name = f"op{self.number}_r{part}"
        rows = ",\n".join(f"{{{source}, {target}, {count}}}" for source, target, count in moves)
        self.data.append(f"constexpr native::gather_run {name}_data[] = {{\n{rows}}};")
        self.data.append(
            f"struct {name} {{\n  static const native::gather_run* data() {{ return {name}_data; }}\n}};"
        )
        return name

    def indices(self, **lists: Sequence[int]) -> str:
        """Numbers of elements: a type with one function for each list."""
        name = f"op{self.number}_indices"
        functions = []
        for part, values in lists.items():
            self.data.append(array(f"{name}_{part}", "std::int32_t", np.array(values, np.int32)))
            functions.append(f"  static const std::int32_t* {part}() {{ return {name}_{part}_data(); }}\n")
        self.data.append(f"struct {name} {{\n{''.join(functions)}}};")
        return name

    def declare(self, part: str, base: str, kind: str, values: Values, about: str) -> str:
        """Data with a type that describes it; returns its name."""
        integers = values.tobytes() if isinstance(values, np.ndarray) else repr(values).encode()
        content = hashlib.sha256(integers).hexdigest()
        name = f"op{self.number}_{part}"
        known = self.declared.setdefault(f"{base} {kind} {about} {content}", name)
        if known != name:
            return known
        self.data.append(array(name, kind, values))
        self.data.append(
            f"struct {name} : native::{base}<{name}, {about}> {{\n"
            f"  static const {kind}* data() {{ return {name}_data(); }}\n}};"
        )
        return name

    def call(
        self,
        schedule: str,
        *arguments: object,
        scratch_bytes: int = 0,
        least_bytes: dict[int, int] | None = None,
    ) -> Call:
        """The finished call."""
        text = f"native::{schedule}<{', '.join(map(str, arguments))}>"
        return Call(text, self.data, scratch_bytes, least_bytes or {})


def _word(bits: int) -> str:
    return "int128" if bits == 128 else f"std::int{bits}_t"
