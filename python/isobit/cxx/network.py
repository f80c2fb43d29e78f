"""A quantized model as the cells, integers and proofs that C++ is generated from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.backends.engine import lower
from isobit.backends.program import Code, ProgramBuilder
from isobit.backends.stored import KnownIntegers, StoredConstant, StoredTable
from isobit.ir import Shape

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel


@dataclass(frozen=True)
class Port:
    """An input or an output of the model.

    Attributes
    ----------
    name : str
    shape : tuple of int
    tensor : int
    indices : int
        Where an input holds indices or lengths: n, for integers from 0 to n - 1; else 0.
    """

    name: str
    shape: Shape
    tensor: int
    indices: int = 0


@dataclass(frozen=True)
class Network:
    """What is compiled.

    Attributes
    ----------
    name : str
        Of the model.
    inputs, outputs : sequence of Port
    tensors : sequence of dict
        Size and format of every tensor, as the engine takes them.
    operations : sequence of dict
        The cells in order, as the engine takes them.
    lanes : sequence of int
        Bits of the narrowest integer of the engine that is proven to carry each operation.
    ranges : sequence of (int, int)
        Smallest and largest raw of every tensor that is proven to occur.
    layers : sequence of str
        The layer that each operation belongs to.
    """

    name: str
    inputs: Sequence[Port]
    outputs: Sequence[Port]
    tensors: Sequence[Mapping[str, Any]]
    operations: Sequence[Mapping[str, Any]]
    lanes: Sequence[int]
    ranges: Sequence[tuple[int, int]]
    layers: Sequence[str] = ()

    def format(self, tensor: int) -> Code:
        """The format of a tensor."""
        code: Code = self.tensors[tensor]["format"]
        return code

    def size(self, tensor: int) -> int:
        """Elements of one sample of a tensor."""
        return int(self.tensors[tensor]["size"])

    def content_hash(self) -> str:
        """SHA-256 of all that decides the results, and of the names; nothing of how it is compiled."""
        ports = [[[p.name, list(p.shape), p.tensor] for p in ports] for ports in (self.inputs, self.outputs)]
        digest = hashlib.sha256(json.dumps([self.name, ports]).encode())
        digest.update(json.dumps([[t["size"], list(t["format"])] for t in self.tensors]).encode())
        for op in self.operations:
            head = [op["cell"], op["inputs"], op["output"], op["formats"]]
            constants = [[list(c["format"]), c["raw"].size] for c in op["constants"]]
            tables = [
                [list(t["index"]), list(t["format"]), t["low"], t["entries"].size] for t in op["tables"]
            ]
            digest.update(json.dumps([head, constants, tables, op["ints"].size]).encode())
            arrays = [c["raw"] for c in op["constants"]] + [t["entries"] for t in op["tables"]]
            for array in (*arrays, op["ints"]):
                digest.update(np.ascontiguousarray(array, dtype="<i8").tobytes())
        return digest.hexdigest()


def raws(array: Any, code: Code) -> list[int]:
    """Integers as they are: 64-bit unsigned ones are stored as bit patterns."""
    width, _, signed, *_ = code
    return [int(raw) for raw in (array.view(np.uint64) if width == 64 and not signed else array).ravel()]


def network_of(model: QuantizedModel) -> Network:
    """The cells of a model, which are lowered once more, with the integers that it has."""
    builder = ProgramBuilder({key: _known(stored) for key, stored in model.engine.stored.items()}, warn=False)
    graph = model.graph
    ids = lower(graph, model.precision, builder)
    proof = model.engine.program.proof()
    counts = {name: legal.count for name, legal in model.index_ranges.items()}
    return Network(
        graph.name,
        [Port(name, shape, ids[name], counts.get(name, 0)) for name, shape in graph.inputs.items()],
        [Port(name, graph.shapes[tensor], ids[tensor]) for name, tensor in graph.outputs.items()],
        builder.tensors,
        builder.ops,
        [int(op["lane"]) for op in proof["ops"]],
        [(_extreme(min, t["low"]), _extreme(max, t["high"])) for t in proof["tensors"]],
        builder.layers,
    )


def _known(stored: StoredConstant | StoredTable) -> KnownIntegers:
    if isinstance(stored, StoredConstant):
        return KnownIntegers(stored.format, stored.raw)
    return KnownIntegers(stored.table.format, stored.table.entries, stored.table.index)


def _extreme(pick: Any, values: Any) -> int:
    return int(pick(int(value) for value in np.ravel(values)))
