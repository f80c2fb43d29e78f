"""GELU and SiLU as exporters spell them out, found as polynomials rather than as shapes of graphs.

Whatever the order of the multiplications, ``x/2 * (1 + erf(x / sqrt(2)))`` is the polynomial
``x/2 + x*f/2`` in the data x and the function f, whose argument is the polynomial ``x / sqrt(2)``. So two
expansions are compared with their targets, and the way in which a file writes them does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from isobit.frontends.onnx.wiring import Wiring

Polynomial = dict[tuple[int, int], float]
"""Coefficients by the powers of x and of f."""

_MAX_DEGREE = 4
_MAX_DEPTH = 8
_MAX_NODES = 24
_TOLERANCE = 1e-6  # relative: exporters write the coefficients in single precision
_ARITHMETIC = {"Add": 2, "Sub": 2, "Mul": 2, "Div": 2, "Pow": 2, "Neg": 1}
_HALVES: Polynomial = {(1, 0): 0.5, (1, 1): 0.5}
_ROOT = math.sqrt(2 / math.pi)


class Form(NamedTuple):
    """A layer written as ``outer(x, f(inner(x)))``."""

    function: str
    inner: Polynomial
    outer: Polynomial
    op: str
    attrs: dict[str, str]


FORMS = (
    Form("Sigmoid", {(1, 0): 1.0}, {(1, 1): 1.0}, "silu", {}),
    Form("Erf", {(1, 0): math.sqrt(0.5)}, _HALVES, "gelu", {"approximate": "none"}),
    Form("Tanh", {(1, 0): _ROOT, (3, 0): _ROOT * 0.044715}, _HALVES, "gelu", {"approximate": "tanh"}),
)


class Match(NamedTuple):
    """Where a form was found: its last node, all its nodes, and the tensor x."""

    form: Form
    root: int
    covered: frozenset[int]
    x: str


def find_forms(wiring: Wiring) -> Iterator[Match]:
    """All places where one of the forms is written out and nothing else uses the steps in between."""
    for i, node in enumerate(wiring.nodes):
        for form in FORMS:
            if wiring.is_plain(i, form.function, 1):
                match = _match(wiring, form, i, node.input[0], node.output[0])
                if match is not None:
                    yield match


def _match(wiring: Wiring, form: Form, i: int, argument: str, f: str) -> Match | None:
    for x in _above(wiring, argument):
        inner = _Expansion(wiring, x, "")
        if not _same(inner.of(argument), form.inner):
            continue
        for root in _below(wiring, f):
            outer = _Expansion(wiring, x, f)
            if _same(outer.of(wiring.nodes[root].output[0]), form.outer):
                covered = {i, root, *inner.visited, *outer.visited}
                if wiring.is_private(covered, root):
                    return Match(form, root, frozenset(covered), x)
    return None


def _is_arithmetic(wiring: Wiring, i: int) -> bool:
    op = wiring.nodes[i].op_type
    return op in _ARITHMETIC and wiring.is_plain(i, op, _ARITHMETIC[op])


def _above(wiring: Wiring, tensor: str) -> list[str]:
    """The tensor, and those from which arithmetic makes it, nearest first."""
    found = [tensor]
    for name in found:
        i = wiring.maker(name)
        if i is not None and _is_arithmetic(wiring, i) and len(found) < _MAX_NODES:
            found += [n for n in wiring.nodes[i].input if n not in found and wiring.scalar(n) is None]
    return found


def _below(wiring: Wiring, tensor: str) -> list[int]:
    """The nodes that arithmetic makes of a tensor, nearest first."""
    found: list[int] = []
    names = [tensor]
    for name in names:
        for i in wiring.readers(name):
            if i not in found and _is_arithmetic(wiring, i) and len(found) < _MAX_NODES:
                found.append(i)
                names.append(wiring.nodes[i].output[0])
    return found


class _Expansion:
    """Tensors as polynomials in x and f; remembers which nodes it went through."""

    def __init__(self, wiring: Wiring, x: str, f: str) -> None:
        self.visited: set[int] = set()
        self._wiring = wiring
        self._known: dict[str, Polynomial | None] = {x: {(1, 0): 1.0}}
        if f:
            self._known[f] = {(0, 1): 1.0}

    def of(self, tensor: str, depth: int = 0) -> Polynomial | None:
        """The polynomial of a tensor, or None if it is none (or too deep a one)."""
        if tensor not in self._known:
            self._known[tensor] = self._expand(tensor, depth)
        return self._known[tensor]

    def _expand(self, tensor: str, depth: int) -> Polynomial | None:
        number = self._wiring.scalar(tensor)
        if number is not None:
            return {(0, 0): number}
        i = self._wiring.maker(tensor)
        if i is None or depth > _MAX_DEPTH or not _is_arithmetic(self._wiring, i):
            return None
        node = self._wiring.nodes[i]
        terms = [self.of(name, depth + 1) for name in node.input]
        if any(term is None for term in terms):
            return None
        self.visited.add(i)
        return _apply(node.op_type, [term for term in terms if term is not None])


def _apply(op: str, terms: list[Polynomial]) -> Polynomial | None:
    """One step of arithmetic on polynomials."""
    a, b = terms[0], terms[-1]
    if op == "Neg":
        return _scaled(a, -1.0)
    if op in ("Add", "Sub"):
        return _sum(a, b if op == "Add" else _scaled(b, -1.0))
    if op == "Mul":
        return _product(a, b)
    if set(b) != {(0, 0)}:
        return None
    number = b[0, 0]
    if op == "Div":
        return None if number == 0 else _scaled(a, 1 / number)
    if number not in (1.0, 2.0, 3.0):
        return None
    result: Polynomial | None = a
    for _ in range(int(number) - 1):
        result = None if result is None else _product(result, a)
    return result


def _scaled(a: Polynomial, factor: float) -> Polynomial:
    return {powers: factor * c for powers, c in a.items()}


def _sum(a: Polynomial, b: Polynomial) -> Polynomial:
    return {powers: a.get(powers, 0.0) + b.get(powers, 0.0) for powers in {*a, *b}}


def _product(a: Polynomial, b: Polynomial) -> Polynomial | None:
    result: Polynomial = {}
    for (i, j), c in a.items():
        for (k, m), d in b.items():
            if i + k > _MAX_DEGREE or j + m > _MAX_DEGREE:
                return None
            result[i + k, j + m] = result.get((i + k, j + m), 0.0) + c * d
    return result


def _same(found: Polynomial | None, target: Polynomial) -> bool:
    """Whether all coefficients agree to single precision."""
    return found is not None and all(
        abs(found.get(powers, 0.0) - target.get(powers, 0.0)) <= _TOLERANCE * abs(target.get(powers, 0.0))
        for powers in {*found, *target}
    )
