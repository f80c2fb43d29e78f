"""Transpositions moved towards the outputs, where they meet others and cancel.

Front ends put a channels-first layer between two transpositions. This pass carries each one past the layers
that compute the same on turned data (see ``turned``), and past flattening into the weights of a dense
layer; what is left turns data that some layer needs in that order. Layers keep their names; the tensors that
they make may have turned axes. Sums are exact, so the results have the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.ir import FloatArray, Graph, Node, Shape, make_node
from isobit.passes.turned import BROADCASTING, RULES, Perm, inverse_of, keeps_order


@dataclass(frozen=True)
class View:
    """A tensor that is not there: ``base`` with its axes in the order ``perm``, perhaps flattened then."""

    base: str
    perm: Perm
    flat: bool = False


def move_transposes(graph: Graph) -> Graph:
    """The graph with transpositions moved and cancelled, or itself if that leaves no fewer of them."""
    moved = _Mover(graph).run()
    return moved if _cost(moved) < _cost(graph) else graph


def _cost(graph: Graph) -> int:
    return sum(node.op == "transpose" for node in graph)


class _Mover:
    """One walk over the nodes in order; views are made real only where a layer needs them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.shapes: dict[str, Shape] = dict(graph.inputs)
        self.nodes: list[Node] = []
        self.views: dict[str, View] = {}
        self.real: dict[View, str] = {}
        self.aliases: dict[str, str] = {}
        self.flattened: dict[str, str] = {}
        self.constants: dict[str, Node] = {}
        self.names = set(graph.shapes)
        self.readers: dict[str, list[str]] = {}
        for node in graph:
            for name in node.inputs:
                self.readers.setdefault(name, []).append(node.op)

    def run(self) -> Graph:
        """The rewritten graph."""
        original = self.graph.shapes
        for node in self.graph:
            if not self._moved(node, original):
                self._emit(node, inputs=tuple(self._made(name) for name in node.inputs))
        outputs = {output: self._made(tensor) for output, tensor in self.graph.outputs.items()}
        return replace(self.graph, nodes=tuple(self.nodes), outputs=outputs)

    def _moved(self, node: Node, original: Mapping[str, Shape]) -> bool:
        """Whether the node could be computed on turned data (or is a transposition itself)."""
        if node.op == "constant":
            self.constants[node.name] = node
        if node.op == "transpose":
            self._turn(node)
            return True
        views = [self.views.get(name) for name in node.inputs]
        first = next((view for view in views if view is not None), None)
        if first is None:
            return False
        if node.op in BROADCASTING:
            return self._broadcast(node, first, original)
        if node.op == "concatenate":
            return self._concatenate(node, views)
        if first.flat:
            return self._flat(node, first)
        rule = RULES.get(node.op)
        rewritten = None if rule is None else rule(node, first.perm)
        if rewritten is None:
            return node.op == "reshape" and self._reshape(node, first)
        attrs, constants, perm = rewritten
        self._emit(node, (first.base,), attrs, constants)
        self._see(node.name, View(node.name, perm))
        return True

    def _turn(self, node: Node) -> None:
        """A transposition: a view of what it reads, or of what that is a view of."""
        perm: Perm = node.attrs["perm"]
        source = self.views.get(node.inputs[0])
        if source is None or source.flat:
            self._see(node.name, View(self._made(node.inputs[0]), perm))
        else:
            self._see(node.name, View(source.base, tuple(source.perm[axis] for axis in perm)))

    def _see(self, name: str, view: View) -> None:
        """Let a tensor be a view, or the base itself where nothing is turned."""
        if view.perm == tuple(range(len(view.perm))):
            if name != view.base:
                self.aliases[name] = view.base
        else:
            self.views[name] = view

    def _made(self, name: str) -> str:
        """The tensor of this name as a real one."""
        view = self.views.get(name)
        if view is None:
            return self.aliases.get(name, name)
        if view not in self.real:
            self.real[view] = self._materialised(name, view)
        return self.real[view]

    def _materialised(self, name: str, view: View) -> str:
        shape = self.shapes[view.base]
        if keeps_order(shape, view.perm):
            return self._add(name, "reshape", view.base, {"shape": tuple(shape[axis] for axis in view.perm)})
        return self._add(name, "transpose", view.base, {"perm": view.perm})

    def _add(self, name: str, op: str, source: str, attrs: dict[str, Any]) -> str:
        """A layer that moves data, under this name or the next free one."""
        wanted = name
        while name in self.shapes or (name != wanted and name in self.names):
            name = f"{name}_turned"
        node = make_node(name, op, (source,), self.shapes, attrs)
        self.nodes.append(node)
        self.shapes[name] = node.shape
        return name

    def _emit(
        self,
        node: Node,
        inputs: Sequence[str],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, FloatArray] | None = None,
    ) -> None:
        """The node on other inputs, with attributes and constants to match."""
        made = make_node(
            node.name,
            node.op,
            inputs,
            self.shapes,
            node.attrs if attrs is None else attrs,
            node.constants if constants is None else constants,
        )
        self.nodes.append(made)
        self.shapes[node.name] = made.shape

    def _broadcast(self, node: Node, view: View, original: Mapping[str, Shape]) -> bool:
        """All inputs turned alike; those in which nothing needs turning are reshaped."""
        perm = view.perm
        if view.flat or len(node.shape) != len(perm):
            return False
        inverse = inverse_of(perm)
        inputs: list[str | tuple[str, Shape]] = []
        for name in node.inputs:
            found = self.views.get(name)
            if found is not None and found == replace(found, perm=perm, flat=False):
                inputs.append(found.base)
                continue
            shape = original[name]
            full = (1,) * (len(perm) - len(shape)) + shape
            constant = self.constants.get(name)
            if constant is not None:
                inputs.append(self._turned_constant(constant, full, inverse))
                continue
            if found is not None or not keeps_order(full, inverse):
                return False
            inputs.append((name, tuple(full[axis] for axis in inverse)))
        self._emit(node, tuple(self._shaped(source) for source in inputs))
        self._see(node.name, View(node.name, perm))
        return True

    def _shaped(self, source: str | tuple[str, Shape]) -> str:
        """A tensor, reshaped where a shape comes with it."""
        if isinstance(source, str):
            return source
        name, shape = source
        made = self._made(name)
        if self.shapes[made] == shape:
            return made
        return self._add(f"{name}_turned", "reshape", made, {"shape": shape})

    def _turned_constant(self, node: Node, full: Shape, inverse: Perm) -> str:
        """A constant layer with its axes turned."""
        name = f"{node.name}_turned"
        while name in self.shapes or name in self.names:
            name = f"{name}_turned"
        value = np.ascontiguousarray(node.constants["value"].reshape(full).transpose(inverse))
        self._emit(replace(node, name=name), (), constants={"value": value})
        return name

    def _concatenate(self, node: Node, views: Sequence[View | None]) -> bool:
        """All inputs turned alike."""
        first = views[0]
        if first is None or any(v is None or v.perm != first.perm or v.flat for v in views) or first.flat:
            return False
        axis = node.attrs["axis"]
        axis = first.perm[len(first.perm) - 1 if axis is None else axis]
        self._emit(node, tuple(v.base for v in views if v is not None), {"axis": axis})
        self._see(node.name, View(node.name, first.perm))
        return True

    def _reshape(self, node: Node, view: View) -> bool:
        """Flattening, where a dense layer takes up the order; and data that is not really turned."""
        shape = self.shapes[view.base]
        if keeps_order(shape, view.perm):
            self._emit(node, (view.base,))
            return True
        read_by_dense = set(self.readers.get(node.name, [])) == {"dense"}
        if len(node.shape) != 1 or not read_by_dense or node.name in self.graph.outputs.values():
            return False
        self.views[node.name] = replace(view, flat=True)
        return True

    def _flat(self, node: Node, view: View) -> bool:
        """A flattened view: its order goes into the weights of a dense layer."""
        shape = self.shapes[view.base]
        if view.base not in self.flattened:
            flat = self._add(f"{view.base}_flat", "reshape", view.base, {"shape": (_size(shape),)})
            self.flattened[view.base] = flat
        order: npt.NDArray[np.int64] = np.arange(_size(shape)).reshape(shape).transpose(view.perm).ravel()
        weight = np.empty_like(node.constants["weight"])
        weight[order] = node.constants["weight"]
        self._emit(node, (self.flattened[view.base],), constants={**node.constants, "weight": weight})
        return True


def _size(shape: Shape) -> int:
    return int(np.prod(shape, dtype=np.int64))
