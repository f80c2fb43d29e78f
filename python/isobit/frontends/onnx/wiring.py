"""Who makes and who reads each tensor among the nodes that are not constant: what patterns are found in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from isobit.frontends.onnx.initializers import as_float64
from isobit.frontends.onnx.messages import NodeProto
from isobit.frontends.onnx.scope import Scope
from isobit.frontends.onnx.values import Constant
from isobit.ir import FloatArray


class Wiring:
    """The nodes under conversion as a graph.

    Parameters
    ----------
    nodes : sequence of NodeProto
        In order; those computed from constants only are left out.
    outputs : iterable of str
        Tensors that the graph shows, which no pattern may swallow.
    scope : Scope
        Where constants are looked up.
    """

    def __init__(self, nodes: Sequence[NodeProto], outputs: Iterable[str], scope: Scope) -> None:
        self.nodes = nodes
        self.has_batch = scope.batch
        self._outputs = frozenset(outputs)
        self._scope = scope
        self._maker: dict[str, int] = {}
        self._readers: dict[str, list[int]] = {}
        for i, node in enumerate(nodes):
            for name in filter(None, node.output):
                self._maker[name] = i
            for name in filter(None, node.input):
                self._readers.setdefault(name, []).append(i)

    def maker(self, tensor: str) -> int | None:
        """Position of the node that makes a tensor."""
        return self._maker.get(tensor)

    def readers(self, tensor: str) -> list[int]:
        """Positions of the nodes that read a tensor."""
        return self._readers.get(tensor, [])

    def is_plain(self, i: int, op: str, inputs: int) -> bool:
        """Whether a node is this operator with so many inputs, one output and no attribute."""
        node = self.nodes[i]
        return (
            node.op_type == op
            and len(node.input) == inputs
            and all(node.input)
            and len(node.output) == 1
            and not node.attribute
        )

    def is_private(self, covered: set[int], root: int) -> bool:
        """Whether nothing but the covered nodes reads what they make, the root's result excepted."""
        return all(
            name not in self._outputs and covered.issuperset(self.readers(name))
            for i in covered - {root}
            for name in self.nodes[i].output
        )

    def constant(self, tensor: str) -> FloatArray | None:
        """A finite floating-point constant as float64, or None if the tensor is none."""
        if not self._scope.is_constant(tensor):
            return None
        value = self._scope.value(tensor)
        if not isinstance(value, Constant) or value.array.dtype.kind in "iub":
            return None
        array = as_float64(value.array)
        return array if np.all(np.isfinite(array)) else None

    def scalar(self, tensor: str) -> float | None:
        """A constant of one number (of rank 0 or 1, so that it changes no shape)."""
        array = self.constant(tensor)
        return float(array.reshape(())) if array is not None and array.size == 1 and array.ndim < 2 else None
