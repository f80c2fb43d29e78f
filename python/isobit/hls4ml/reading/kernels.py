"""Kernels of distributed arithmetic: a dense layer as shifts and additions, read back into its matrix.

Every variable of such a kernel is a linear form of the inputs. Its type must hold that form for all inputs
without rounding and wrapping; then the kernel is the matrix that its results are, and exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from isobit.backends.stored import exact_format
from isobit.formats import Format
from isobit.hls4ml.firmware import Weight
from isobit.hls4ml.reading.expressions import Integer, evaluate
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Scope
from isobit.hls4ml.reading.syntax import Node
from isobit.hls4ml.reading.types import number_type
from isobit.rounding import to_raw

MAX_TERMS = 4_000_000
"""Coefficients of all variables together."""
MAX_DEPTH = 20
MAX_SHIFT = 128
_ELEMENT = re.compile(r"\[\s*(\d{1,6})\s*\]")


@dataclass(frozen=True)
class Form:
    """A constant and coefficients of inputs, by their number."""

    constant: Fraction
    terms: dict[int, Fraction]

    def plus(self, other: Form, sign: int) -> Form:
        """The sum or the difference."""
        terms = dict(self.terms)
        for index, factor in other.terms.items():
            total = terms.get(index, Fraction(0)) + sign * factor
            terms[index] = total
            if not total:
                del terms[index]
        return Form(self.constant + sign * other.constant, terms)

    def times(self, factor: Fraction) -> Form:
        """A multiple."""
        return Form(self.constant * factor, {index: value * factor for index, value in self.terms.items()})


@dataclass(frozen=True)
class Kernel:
    """A matrix (n_in, n_out), in the order of memory, and a bias."""

    n_in: int
    n_out: int
    weights: Weight
    biases: Weight


def read_kernel(function: Node, source: Format, n_in: int, n_out: int, scope: Scope) -> Kernel:
    """The matrix that a kernel computes.

    Parameters
    ----------
    function : Node
    source : Format
        Of the inputs.
    n_in, n_out : int
        Sizes of the variables that it is called with.
    scope : Scope

    Raises
    ------
    UnsupportedError
        When it is not a linear form of its inputs, or loses bits.
    """
    return _Reader(source, n_in, n_out, scope).read(function)


class _Reader:
    def __init__(self, source: Format, n_in: int, n_out: int, scope: Scope) -> None:
        self.source, self.n_in, self.n_out, self.scope = source, n_in, n_out, scope
        self.forms: dict[str, Form] = {}
        self.results: dict[int, Form] = {}
        self.terms = 0

    def read(self, function: Node) -> Kernel:
        for statement in function["body"]:
            if statement.kind == "declaration":
                declarator = statement["declarator"]
                if declarator.kind != "init_declarator" or declarator["declarator"].kind != "identifier":
                    raise refused(statement.place, f"{statement.text[:80]!r} in a kernel")
                form = self._form(declarator["value"])
                self._check(form, statement["type"])
                self.forms[declarator["declarator"].text] = form
            elif statement.kind == "expression_statement" and len(list(statement)) == 1:
                self._result(next(iter(statement)))
            elif statement.kind != "preproc_call" or not statement.text.startswith("#pragma"):
                raise refused(statement.place, f"{statement.text[:80]!r} in a kernel")
        if set(self.results) != set(range(self.n_out)):
            raise damaged(function.place, f"a kernel with {len(self.results)} results; {self.n_out} are read")
        matrix = [
            [self.results[j].terms.get(i, Fraction(0)) for j in range(self.n_out)] for i in range(self.n_in)
        ]
        biases = [self.results[j].constant for j in range(self.n_out)]
        flat = [value for row in matrix for value in row]
        return Kernel(self.n_in, self.n_out, _weight(flat, function.place), _weight(biases, function.place))

    def _result(self, assignment: Node) -> None:
        if assignment.kind == "assignment_expression":
            index = _element(assignment["left"], "model_out")
            if index is not None and index < self.n_out and index not in self.results:
                self.results[index] = self._form(assignment["right"])
                return
        raise refused(assignment.place, f"{assignment.text[:80]!r} in a kernel")

    def _form(self, node: Node, depth: int = 0) -> Form:
        form = self._unbounded(node, depth)
        self.terms += len(form.terms) + 1
        if depth > MAX_DEPTH or self.terms > MAX_TERMS:
            raise refused(node.place, "a kernel that is too large to be read")
        return form

    def _unbounded(self, node: Node, depth: int) -> Form:
        kind = node.kind
        if kind == "number_literal":
            return Form(self._number(node), {})
        if kind == "identifier" and node.text in self.forms:
            return self.forms[node.text]
        if kind == "subscript_expression":
            index = _element(node, "model_inp")
            if index is not None and index < self.n_in:
                return Form(Fraction(0), {index: Fraction(1)})
        if kind == "unary_expression" and node["operator"].text == "-":
            return self._form(node["argument"], depth + 1).times(Fraction(-1))
        if kind == "binary_expression" and node["operator"].text in ("+", "-"):
            left, right = (self._form(node[side], depth + 1) for side in ("left", "right"))
            return left.plus(right, 1 if node["operator"].text == "+" else -1)
        if kind == "call_expression" and node["function"].kind == "template_function":
            return self._call(node, depth)
        raise refused(node.place, f"{node.text[:80]!r} in a kernel; shifts and additions were expected")

    def _call(self, node: Node, depth: int) -> Form:
        function, given = node["function"], list(node["arguments"])
        if len(given) == 1 and function["name"].text == "bit_shift":
            shift = self.scope.integer(next(iter(function["arguments"])))
            if abs(shift) <= MAX_SHIFT:
                return self._form(given[0], depth + 1).times(Fraction(2) ** shift)
        elif len(given) == 1:
            form = self._form(given[0], depth + 1)
            self._check(form, function)
            return form
        raise refused(node.place, f"{node.text[:80]!r} in a kernel")

    def _check(self, form: Form, kind: Node) -> None:
        """Raise unless a type holds all values of a form, whose inputs are independent."""
        number = (
            number_type(kind, self.scope.value)
            if kind.kind in ("template_type", "template_function")
            else None
        )
        if number is None or number.integer:
            raise refused(kind.place, f"the type {kind.text[:80]!r} in a kernel")
        fmt, unit = number.format, Fraction(2) ** -self.source.frac
        low = high = form.constant
        exact = _fits(form.constant, fmt.frac)
        for factor in form.terms.values():
            ends = (factor * unit * self.source.min_raw, factor * unit * self.source.max_raw)
            low, high = low + min(ends), high + max(ends)
            exact = exact and _fits(factor * unit, fmt.frac)
        step = Fraction(2) ** -fmt.frac
        if not exact or low < fmt.min_raw * step or high > fmt.max_raw * step:
            raise refused(kind.place, f"{kind.text[:80]!r} does not hold all values of the kernel exactly")

    def _number(self, node: Node) -> Fraction:
        value = evaluate(node, self.scope.value)
        if not isinstance(value, Integer | float):
            raise refused(node.place, f"{node.text[:80]!r} is not a number")
        try:
            return Fraction(value.value if isinstance(value, Integer) else value)
        except (OverflowError, ValueError):
            raise damaged(node.place, f"{node.text[:80]!r} is too large") from None


def _fits(value: Fraction, frac: int) -> bool:
    """Whether a number is a multiple of ``2**-frac``."""
    return (value * Fraction(2) ** frac).denominator == 1


def _element(node: Node, array: str) -> int | None:
    if node.kind != "subscript_expression" or node["argument"].text != array:
        return None
    found = _ELEMENT.fullmatch(node["indices"].text)
    return None if found is None else int(found.group(1))


def _weight(values: list[Fraction], place: Place) -> Weight:
    numbers = np.array([float(value) for value in values])
    fmt = exact_format(numbers, limit=52)
    if fmt is None or any(
        Fraction(number) != value for number, value in zip(numbers.tolist(), values, strict=True)
    ):
        raise refused(place, "a kernel with weights that no format of 52 bits holds together")
    return Weight(fmt, to_raw(numbers, fmt))
