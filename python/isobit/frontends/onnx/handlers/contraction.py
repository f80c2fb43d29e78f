"""Einsum, with the letter of the batch axis taken out."""

from __future__ import annotations

from collections import Counter

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_ELLIPSIS = "..."


def einsum(layer: Layer) -> Tensor:
    """One or two operands; the batch must be an axis of all operands that are data, and of the result."""
    equation = layer.attributes.text("equation", "").replace(" ", "")
    terms, result = _terms(equation)
    if len(terms) != len(layer.inputs) or len(terms) > 2:
        raise layer.refuse(f"{equation!r} with {len(layer.inputs)} operands; supported are one or two")
    xs = [layer.data(i, "fi", moved=True) for i in range(len(terms))]
    for x, term in zip(xs, terms, strict=True):
        letters = len(term.replace(_ELLIPSIS, ""))
        if layer.rank(x) < letters or (_ELLIPSIS not in term and layer.rank(x) != letters):
            raise FileFormatError(f"{term!r} does not fit {x.name!r} of shape {layer.shown(x)}")
    batched = [(x, term) for x, term in zip(xs, terms, strict=True) if x.batch is not None]
    if not batched:
        made = layer.emit("einsum", xs, {"equation": f"{','.join(terms)}->{result}"})
        return made.at(None)
    found = {_batch_letter(layer, x, term) for x, term in batched}
    if len(found) != 1:
        raise layer.refuse(f"{equation!r} does not keep the batch axis of all operands in one place")
    (letter,) = found
    constants = [term for x, term in zip(xs, terms, strict=True) if x.batch is None]
    if letter not in result or any(letter in term for term in constants):
        raise layer.refuse(f"{equation!r} sums over the batch axis, or has it in a constant")
    place = result.index(letter)
    if letter != _ELLIPSIS:
        terms = [term.replace(letter, "") for term in terms]
        result = result.replace(letter, "")
    made = layer.emit("einsum", xs, {"equation": f"{','.join(terms)}->{result}"})
    return made.at(place)


def _terms(equation: str) -> tuple[list[str], str]:
    """The operands and the result, which is implicit without an arrow."""
    left, arrow, right = equation.partition("->")
    if arrow:
        return left.split(","), right
    counts = Counter(left.replace(_ELLIPSIS, "").replace(",", ""))
    once = "".join(sorted(letter for letter, count in counts.items() if count == 1))
    return left.split(","), (_ELLIPSIS if _ELLIPSIS in left else "") + once


def _batch_letter(layer: Layer, x: Tensor, term: str) -> str:
    """The letter of the batch axis, or the ellipsis in front."""
    hidden = layer.rank(x) - len(term.replace(_ELLIPSIS, ""))
    axes: list[str] = []
    for part in term.replace(_ELLIPSIS, "*"):
        axes += [_ELLIPSIS] * hidden if part == "*" else [part]
    letter = axes[x.batch or 0]
    if letter == _ELLIPSIS and x.batch != 0:
        raise layer.refuse(f"the batch axis of {x.name!r} is inside of an ellipsis")
    return letter
