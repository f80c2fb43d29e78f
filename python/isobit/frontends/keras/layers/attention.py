"""Attention of query, value and key tensors: ``Attention`` and ``AdditiveAttention``."""

from __future__ import annotations

from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.masks import LARGE, combined, constant, given_mask, reshaped, zeroed
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray


class Attention(Handler):
    """``Attention``: scores are products, or with ``concat`` sums of tanh; dropout does nothing.

    The output keeps the mask of the query.
    """

    irrelevant = frozenset(["dropout", "seed"])
    passes_mask = True

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The scale of the scores, and the weight of ``concat`` ones."""
        options.require("causal", None, False)
        scale = (Variable("scale"),) if options.boolean("use_scale", False) else ()
        return (*scale, Variable("concat_score_weight")) if self._concat(options) else scale

    def convert(self, call: Call) -> Any:
        """The chain of nodes; with ``return_attention_scores`` the weights too."""
        bound = call.bind("inputs", "mask", "training", "return_attention_scores", "use_causal_mask")
        query, value, key = _inputs(call, bound["inputs"])
        query_mask, value_mask = _masks(call, bound["mask"], query, value)
        scores = self.scores(call, query, key)
        if flag(call, bound, "use_causal_mask"):
            allowed = constant(call, np.tril(np.ones(scores.shape[-2:])), "causal")
            if value_mask is not None:
                row = reshaped(
                    call, value_mask, (*value_mask.shape[:-1], 1, value_mask.shape[-1]), "value_mask"
                )
                allowed = combined(call, "logical_and", [row, allowed])
            scores = _lowered(call, scores, allowed)
        elif value_mask is not None:
            spread = reshaped(
                call, value_mask, (*value_mask.shape[:-1], 1, value_mask.shape[-1]), "value_mask"
            )
            scores = _lowered(call, scores, spread)
        weights = call.emit("softmax", [scores], suffix="weights")
        last = query_mask is None
        result = call.emit("matmul", [weights, value], suffix="" if last else "product")
        if query_mask is not None:
            result = zeroed(call, result, query_mask)
        return [result, weights] if flag(call, bound, "return_attention_scores") else result

    def scores(self, call: Call, query: Tensor, key: Tensor) -> Tensor:
        """How well every query fits every key."""
        scale = call.weight("scale", ()) if call.options.boolean("use_scale", False) else None
        if self._concat(call.options):
            fit = _sums(call, query, key)
            if scale is not None:
                fit = _scaled(call, fit, scale, "scale")
            fit = call.emit("tanh", [fit], suffix="tanh")
            total = call.emit("reduce_sum", [fit], {"axes": (len(fit.shape) - 1,)}, suffix="sum")
            return _scaled(call, total, call.weight("concat_score_weight", ()), "score")
        rank = len(key.shape)
        swapped = call.emit(
            "transpose", [key], {"perm": (*range(rank - 2), rank - 1, rank - 2)}, suffix="key"
        )
        scores = call.emit("matmul", [query, swapped], suffix="score")
        return scores if scale is None else _scaled(call, scores, scale, "scale")

    def _concat(self, options: Options) -> bool:
        return options.text("score_mode", "dot", ("dot", "concat")) == "concat"


class AdditiveAttention(Attention):
    """``AdditiveAttention``: scores are sums of tanh of query plus key, scaled feature by feature."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The scale of every feature."""
        options.require("causal", None, False)
        return (Variable("scale"),) if options.boolean("use_scale", True) else ()

    def scores(self, call: Call, query: Tensor, key: Tensor) -> Tensor:
        """How well every query fits every key."""
        call.options.require("score_mode", None, "dot")
        fit = call.emit("tanh", [_sums(call, query, key)], suffix="tanh")
        if call.options.boolean("use_scale", True):
            fit = _scaled(call, fit, call.weight("scale", (query.shape[-1],)), "scale")
        return call.emit("reduce_sum", [fit], {"axes": (len(fit.shape) - 1,)}, suffix="score")


def flag(call: Call, bound: dict[str, Any], key: str) -> bool:
    """An argument of the call that is true or false."""
    value = bound[key]
    if value is None or isinstance(value, bool):
        return bool(value)
    raise call.refuse(f"it is called with {key} = {value!r}; supported: true and false")


def _inputs(call: Call, inputs: Any) -> tuple[Tensor, Tensor, Tensor]:
    tensors = inputs if isinstance(inputs, list) else [inputs]
    if len(tensors) not in (2, 3) or not all(isinstance(tensor, Tensor) for tensor in tensors):
        raise call.refuse("supported: a list of query and value, or query, value and key")
    query, value = tensors[:2]
    key = tensors[2] if len(tensors) == 3 else value
    if min(len(x.shape) for x in (query, value, key)) < 2:
        raise FileFormatError(f"{call.where}: query, value and key need two axes besides the batch")
    return query, value, key


def _masks(call: Call, given: Any, query: Tensor, value: Tensor) -> list[Tensor | None]:
    """The masks of query and value: those of the call, else those of the tensors."""
    if given is None:
        return [query.mask, value.mask]
    if not isinstance(given, list) or len(given) not in (2, 3):
        raise call.refuse("supported: a list of the masks of query and value")
    return [None if mask is None else given_mask(call, mask) for mask in given[:2]]


def _lowered(call: Call, scores: Tensor, allowed: Tensor) -> Tensor:
    """Scores, less a large number where they are not allowed."""
    penalty = _affine(call, allowed, np.array(LARGE), np.array(-LARGE), "penalty")
    return call.emit("add", [scores, penalty], suffix="allowed")


def _sums(call: Call, query: Tensor, key: Tensor) -> Tensor:
    """Every query plus every key: (..., queries, keys, features)."""
    rows = reshaped(call, query, (*query.shape[:-1], 1, query.shape[-1]), "query")
    columns = reshaped(call, key, (*key.shape[:-2], 1, *key.shape[-2:]), "key")
    return call.emit("add", [rows, columns], suffix="sums")


def _scaled(call: Call, tensor: Tensor, scale: FloatArray, suffix: str) -> Tensor:
    return _affine(call, tensor, scale, np.zeros(()), suffix)


def _affine(call: Call, tensor: Tensor, scale: FloatArray, bias: FloatArray, suffix: str) -> Tensor:
    return call.emit("affine", [tensor], constants={"scale": scale, "bias": bias}, suffix=suffix)
