"""The pieces of one operation as C++ text, and the declarations that they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from isobit.cxx import parts
from isobit.cxx.literals import Values, array, integer, static_format
from isobit.cxx.network import Network, raws
from isobit.ops.forest_nodes import trees_of
from isobit.plugin.isa import InstructionSet
from isobit.plugin.layout import PADDING, storage_for


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


class Parts(parts.Parts):
    """The pieces of one operation in the integers of an instruction set.

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

    namespace = "native"

    def __init__(
        self,
        network: Network,
        number: int,
        isa: InstructionSet,
        bits: int = 0,
        declared: dict[str, str] | None = None,
    ) -> None:
        super().__init__(network, number, f"op{number}", declared)
        self.isa = isa
        self.lane = max(bits, network.lanes[number])
        self.bits = max(32, self.lane)
        self.word = _word(self.bits)
        self.scalar = f"scalar<{self.word}>"

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

    def array(self, name: str, kind: str, values: Values) -> str:
        """The text that makes ``<name>_data()`` a constant array."""
        return array(name, kind, values)

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
        about, values = self.table_description(position)
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

    def runs(self, part: int, moves: Sequence[tuple[int, int, int]]) -> str:
        """Runs of a gather."""
        name = f"op{self.number}_r{part}"
        rows = ",\n".join(f"{{{source}, {target}, {count}}}" for source, target, count in moves)
        self.data.append(f"constexpr native::gather_run {name}_data[] = {{\n{rows}}};")
        self.data.append(
            f"struct {name} {{\n  static const native::gather_run* data() {{ return {name}_data; }}\n}};"
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
