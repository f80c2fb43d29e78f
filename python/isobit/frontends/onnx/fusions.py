"""Groups of nodes that are one layer: a biased dense layer, and activations that exporters spell out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from isobit.frontends.onnx.handlers.dense import matmul_add
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.polynomials import find_forms
from isobit.frontends.onnx.values import Tensor
from isobit.frontends.onnx.wiring import Wiring
from isobit.ir import FloatArray

_SOFTPLUS_THRESHOLD = 17.0  # above it log(1 + exp(x)) - x < 2**-24 * x: nothing in single precision


class Fusion(NamedTuple):
    """Some nodes as one layer.

    Parameters
    ----------
    root : int
        Position of the node whose result the layer makes.
    covered : frozenset of int
        Positions of all nodes, the root included.
    leader : int
        Position of the node after which the layer is called.
    convert : callable
        Makes the layer, given the leader.
    """

    root: int
    covered: frozenset[int]
    leader: int
    convert: Callable[[Layer], Tensor]


def find_fusions(wiring: Wiring) -> dict[int, Fusion]:
    """All fusions by their root; no node is in two of them."""
    taken: set[int] = set()
    fusions: dict[int, Fusion] = {}
    for search in (_forms, _softsigns, _selections, _dense_biases):
        for fusion in search(wiring):
            if taken.isdisjoint(fusion.covered) and wiring.is_private(set(fusion.covered), fusion.root):
                taken |= fusion.covered
                fusions[fusion.root] = fusion
    return fusions


def _forms(wiring: Wiring) -> Iterator[Fusion]:
    """GELU and SiLU."""
    for match in find_forms(wiring):
        convert = partial(_emit, op=match.form.op, attrs=match.form.attrs, x=match.x)
        yield Fusion(match.root, match.covered, match.root, convert)


def _softsigns(wiring: Wiring) -> Iterator[Fusion]:
    """``x / (1 + abs(x))``."""
    for root, node in enumerate(wiring.nodes):
        if not wiring.is_plain(root, "Div", 2):
            continue
        x, divisor = node.input
        plus = wiring.maker(divisor)
        if plus is None or not wiring.is_plain(plus, "Add", 2):
            continue
        for one, magnitude in _both_orders(wiring.nodes[plus].input):
            absolute = wiring.maker(magnitude)
            if (
                wiring.scalar(one) == 1.0
                and absolute is not None
                and wiring.is_plain(absolute, "Abs", 1)
                and wiring.nodes[absolute].input[0] == x
            ):
                covered = frozenset({root, plus, absolute})
                yield Fusion(root, covered, root, partial(_emit, op="softsign", attrs={}, x=x))


def _selections(wiring: Wiring) -> Iterator[Fusion]:
    """``where(x <= theta, 0, x)``, and ``where(t > 20, x, softplus(x))``, whose bound changes nothing."""
    for root, node in enumerate(wiring.nodes):
        if not wiring.is_plain(root, "Where", 3):
            continue
        condition, first, second = node.input
        test = wiring.maker(condition)
        if test is None:
            continue
        bound = wiring.scalar(wiring.nodes[test].input[-1]) if wiring.nodes[test].input else None
        if bound is None:
            continue
        tested = wiring.nodes[test].input[0]
        if wiring.is_plain(test, "LessOrEqual", 2) and wiring.scalar(first) == 0.0 and tested == second:
            convert = partial(_emit, op="thresholded_relu", attrs={"theta": bound}, x=second)
            yield Fusion(root, frozenset({root, test}), root, convert)
        elif wiring.is_plain(test, "Greater", 2) and bound >= _SOFTPLUS_THRESHOLD:
            steps = _softplus(wiring, first, second, tested)
            if steps is not None:
                covered, beta = steps
                yield Fusion(
                    root, covered | {root, test}, root, partial(_softplus_layers, x=first, beta=beta)
                )


def _softplus(wiring: Wiring, x: str, y: str, tested: str) -> tuple[frozenset[int], float] | None:
    """The nodes of ``y = softplus(beta * x) / beta``, where ``tested`` is ``beta * x``; and beta."""
    covered: set[int] = set()
    beta = 1.0
    if tested != x:
        scaling, division = wiring.maker(tested), wiring.maker(y)
        if scaling is None or division is None:
            return None
        if not (wiring.is_plain(scaling, "Mul", 2) and wiring.is_plain(division, "Div", 2)):
            return None
        factors = [wiring.scalar(b) for a, b in _both_orders(wiring.nodes[scaling].input) if a == x]
        y, divisor = wiring.nodes[division].input
        if not factors or factors[0] is None or factors[0] <= 0 or factors[0] != wiring.scalar(divisor):
            return None
        beta = factors[0]
        covered |= {scaling, division}
    inner = wiring.maker(y)
    if inner is None or not wiring.is_plain(inner, "Softplus", 1) or wiring.nodes[inner].input[0] != tested:
        return None
    return frozenset(covered | {inner}), beta


def _softplus_layers(layer: Layer, x: str, beta: float) -> Tensor:
    """One layer, or three where beta is not 1."""
    data = layer.named(x)
    if beta == 1.0:
        return layer.emit("softplus", [data])
    scaled = layer.affine(data, beta, 0.0, part="scaled")
    return layer.affine(layer.emit("softplus", [scaled], part="softplus"), 1 / beta, 0.0)


def _dense_biases(wiring: Wiring) -> Iterator[Fusion]:
    """``x @ W + b`` with one bias per output: the layer is called after the MatMul."""
    for root in range(len(wiring.nodes)):
        if not wiring.is_plain(root, "Add", 2):
            continue
        for product, addend in _both_orders(wiring.nodes[root].input):
            matmul = wiring.maker(product)
            if matmul is None or not wiring.is_plain(matmul, "MatMul", 2):
                continue
            weight, bias = wiring.constant(wiring.nodes[matmul].input[1]), wiring.constant(addend)
            if weight is None or weight.ndim != 2 or bias is None:
                continue
            vector = _vector(bias, weight.shape[1], wiring.has_batch)
            if vector is not None:
                convert = partial(matmul_add, bias=vector)
                yield Fusion(root, frozenset({root, matmul}), matmul, convert)


def _vector(bias: FloatArray, n_out: int, has_batch: bool) -> FloatArray | None:
    """A bias as (n_out,), if it is the same for every sample."""
    if has_batch and bias.ndim == 2 and bias.shape[0] == 1:
        bias = bias[0]
    return np.broadcast_to(bias, (n_out,)) if bias.shape in ((), (1,), (n_out,)) else None


def _emit(layer: Layer, op: str, attrs: Mapping[str, float | str], x: str) -> Tensor:
    return layer.emit(op, [layer.named(x)], attrs)


def _both_orders(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    a, b = names
    yield a, b
    yield b, a
