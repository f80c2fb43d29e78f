"""Scaled dot-product attention (Vaswani et al., arXiv:1706.03762): ``softmax(q k^T * scale + mask) v``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from isobit.backends.exact import product_format, sum_format
from isobit.backends.program import EXACT
from isobit.formats import Format
from isobit.functions import value_range
from isobit.ir import FloatArray, Shape
from isobit.ops.attributes import Attribute, Kind, declare
from isobit.ops.base import Op, Ranges, size
from isobit.ops.layer import Layer
from isobit.ops.matmul import contraction
from isobit.ops.roles import (
    ACCUMULATOR,
    BOUND,
    EXP_TABLE,
    OUTPUT,
    RECIPROCAL_TABLE,
    SCORE,
    WEIGHTS,
    Role,
)
from isobit.ops.softmax import EXP_NEG, RECIPROCAL

if TYPE_CHECKING:
    from isobit.backends.layer import LayerLowering


class ScaledDotProductAttention(Op):
    """Queries (..., T, d), keys (..., S, d) and values (..., S, e) to (..., T, e).

    A fourth input is added to the scores; it broadcasts to (..., T, S). With ``causal`` query t sees the keys
    0 to t only: the others have the weight 0. The scale is ``1 / sqrt(d)`` by default and has the role
    ``weight``. Scores and weights are tensors with formats of their own.
    """

    name = "scaled_dot_product_attention"
    attributes = declare({"scale": Attribute(Kind.FLOAT, None), "causal": Attribute(Kind.BOOL, False)})
    min_inputs = 3
    max_inputs: ClassVar[int | None] = 4
    roles: ClassVar[tuple[Role, ...]] = (
        OUTPUT, BOUND, SCORE, WEIGHTS, EXP_TABLE, RECIPROCAL_TABLE, ACCUMULATOR,
    )  # fmt: skip

    def shape(self, layer: Layer) -> Shape:
        """That of the queries, with the length of the values."""
        q, k, v = layer.input_shapes[:3]
        if (
            min(map(len, layer.input_shapes[:3])) < 2
            or not q[:-2] == k[:-2] == v[:-2]
            or q[-1] != k[-1]
            or k[-2] != v[-2]
        ):
            raise layer.refuse(
                f"queries {q}, keys {k} and values {v} must have the shapes (..., T, d), "
                "(..., S, d) and (..., S, e)"
            )
        scores = (*q[:-1], k[-2])
        if len(layer.input_shapes) > 3 and not _broadcasts(layer.input_shapes[3], scores):
            raise layer.refuse(f"the mask {layer.input_shapes[3]} does not broadcast to the scores {scores}")
        return (*q[:-1], v[-1])

    def constant_values(self, layer: Layer) -> dict[str, FloatArray]:
        """The scale."""
        scale = layer.attrs["scale"]
        return {"weight": np.array([layer.input_shape[-1] ** -0.5 if scale is None else scale])}

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """The exponential of non-positive numbers, and the reciprocal of a sum that is at least 1."""
        return {
            "exp_table": (0.0, 1.0),
            "reciprocal_table": value_range(RECIPROCAL, 0.0, (1.0, 2.0)),
        }

    def lower(self, layer: LayerLowering) -> None:
        """Products of queries and keys, scaled; softmax of rows; products with the values."""
        q, k, v = layer.input_shapes[:3]
        scores = (*q[:-1], k[-2])
        score = self._scores(layer, q, k)
        if len(layer.inputs) > 3:
            mask_shape = layer.input_shapes[3]
            elements = np.broadcast_to(np.arange(size(mask_shape)).reshape(mask_shape), scores)
            mask = layer.moved(layer.inputs[3], elements.ravel())
            formats = layer.tensor_format(score), layer.tensor_format(mask)
            masked = layer.temporary(size(scores), sum_format(layer.name, *formats))
            layer.emit("add", inputs=[score, mask], output=masked)
            score = masked
        exp = layer.table(EXP_TABLE, EXP_NEG, layer.difference_format(score))
        total, reachable = layer.sum_of_entries(exp, scores[-1])
        tables = [exp, layer.table(RECIPROCAL_TABLE, RECIPROCAL, total, reachable=reachable)]
        if layer.attrs["causal"]:
            weights = _causal_weights(layer, score, scores, tables)
        else:
            weights = layer.internal(WEIGHTS, size(scores))
            rows = [size(scores[:-1]), scores[-1]]
            layer.emit("softmax", inputs=[score], output=weights, tables=tables, ints=rows)
        layer.emit(
            "matmul",
            inputs=[weights, layer.inputs[2]],
            formats=[layer.format(ACCUMULATOR)],
            ints=contraction(layer, scores, v),
        )

    def _scores(self, layer: LayerLowering, q: Shape, k: Shape) -> int:
        turned = np.swapaxes(np.arange(size(k)).reshape(k), -1, -2)
        keys = layer.moved(layer.inputs[1], turned.ravel())
        product = product_format(layer.name, layer.input_format(0), layer.input_format(1))
        exact = Format(product.width + (q[-1] - 1).bit_length(), product.frac, product.signed)
        scores = (*q[:-1], k[-2])
        products = layer.temporary(size(scores), exact)
        ints = contraction(layer, q, turned.shape)
        layer.emit("matmul", inputs=[layer.inputs[0], keys], output=products, formats=[EXACT], ints=ints)
        score = layer.internal(SCORE, size(scores))
        (scale,) = self.constant_values(layer)["weight"]
        constants = [layer.scalar(BOUND, "scale", float(scale)), layer.zeros(1)]
        layer.emit("affine", inputs=[products], output=score, formats=[EXACT], constants=constants)
        return score


def _causal_weights(layer: LayerLowering, score: int, scores: Shape, tables: Sequence[dict[str, Any]]) -> int:
    """Query t of every head has a softmax over the keys 0 to t; the others weigh nothing."""
    n, m = scores[-2:]
    elements = np.arange(size(scores)).reshape(-1, n, m)
    number = np.zeros(elements.shape, dtype=np.int64)
    place = np.zeros(elements.shape, dtype=np.int64)
    nothing = layer.internal(WEIGHTS, 1)
    layer.emit("constant", inputs=[], output=nothing, constants=[layer.zeros(1)])
    parts = [nothing]
    for t in range(n):
        seen = min(t + 1, m)
        rows = layer.moved(score, elements[:, t, :seen].ravel())
        weights = layer.internal(WEIGHTS, elements.shape[0] * seen)
        layer.emit("softmax", inputs=[rows], output=weights, tables=tables, ints=[elements.shape[0], seen])
        number[:, t, :seen] = len(parts)
        place[:, t, :seen] = np.arange(elements.shape[0] * seen).reshape(-1, seen)
        parts.append(weights)
    return layer.joined(parts, number, place)


def _broadcasts(shape: Shape, target: Shape) -> bool:
    missing = len(target) - len(shape)
    return missing >= 0 and all(n in (1, m) for n, m in zip(shape, target[missing:], strict=True))
