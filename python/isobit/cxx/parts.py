"""The pieces of one operation as C++ text, and the declarations that they need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from isobit.cxx.literals import EXACT, Values, static_format
from isobit.cxx.network import Network, raws


class Parts:
    """The pieces of one operation; what takes them supplies how data is declared.

    Parameters
    ----------
    network : Network
    number : int
        Of the operation.
    prefix : str
        With which all names of its data begin.
    declared : dict, optional
        Names of data by their text, which operations of one source share (the steps of a recurrent layer).

    Attributes
    ----------
    cell : str
    inputs : list of str
        The types of its input tensors.
    output : str
    data : list of str
        Declarations of constants, tables and lists of numbers.
    """

    namespace: ClassVar[str]
    """Of the types that describe data."""

    def __init__(
        self, network: Network, number: int, prefix: str, declared: dict[str, str] | None = None
    ) -> None:
        self.network, self.number, self.prefix = network, number, prefix
        self.declared = {} if declared is None else declared
        self.op: Mapping[str, Any] = network.operations[number]
        self.cell = f"cells::{self.op['cell']}"
        self.inputs = [f"t{tensor}" for tensor in self.op["inputs"]]
        self.output = f"t{self.op['output']}"
        self.data: list[str] = []

    def rows(self) -> list[int]:
        """Sizes of an operation over rows."""
        return [int(size) for size in self.op["ints"]]

    def formats(self) -> list[str]:
        """Formats of intermediate results."""
        made = (static_format(code) for code in self.op["formats"])
        return [f"{self.namespace}::{EXACT if fmt == EXACT else f'in_format<{fmt}>'}" for fmt in made]

    def constant(self, position: int) -> str:
        """A constant; returns the name of its type."""
        raise NotImplementedError

    def table(self, position: int) -> str:
        """A table; returns the name of its type."""
        raise NotImplementedError

    def array(self, name: str, kind: str, values: Values) -> str:
        """The text that makes ``<name>_data()`` a constant array."""
        raise NotImplementedError

    def arguments(self) -> list[str]:
        """Constants, tables and formats in the order of a cell's arguments."""
        constants = [self.constant(i) for i in range(len(self.op["constants"]))]
        return constants + [self.table(i) for i in range(len(self.op["tables"]))] + self.formats()

    def table_description(self, position: int) -> tuple[str, list[int]]:
        """What the type of a table says of it, and the entries."""
        stored = self.op["tables"][position]
        values = raws(stored["entries"], stored["format"])
        index, entry = static_format(stored["index"]), static_format(stored["format"])
        return f"{index}, {entry}, {int(stored['low'])}, {len(values)}", values

    def indices(self, what: str = "indices", **lists: Values) -> str:
        """Numbers of elements: a type with one function for each list."""
        name = f"{self.prefix}_{what}"
        functions = []
        for part, values in lists.items():
            self.data.append(self.array(f"{name}_{part}", "std::int32_t", np.array(values, np.int32)))
            functions.append(f"  static const std::int32_t* {part}() {{ return {name}_{part}_data(); }}\n")
        self.data.append(f"struct {name} {{\n{''.join(functions)}}};")
        return name

    def declare(self, part: str, base: str, kind: str, values: Values, about: str) -> str:
        """Data with a type that describes it; returns its name."""
        integers = values.tobytes() if isinstance(values, np.ndarray) else repr(values).encode()
        content = hashlib.sha256(integers).hexdigest()
        name = f"{self.prefix}_{part}"
        known = self.declared.setdefault(f"{base} {kind} {about} {content}", name)
        if known != name:
            return known
        self.data.append(self.array(name, kind, values))
        self.data.append(
            f"struct {name} : {self.namespace}::{base}<{name}, {about}> {{\n"
            f"  static const {kind}* data() {{ return {name}_data(); }}\n}};"
        )
        return name
