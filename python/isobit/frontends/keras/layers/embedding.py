"""Embedding: rows of a table by index."""

from __future__ import annotations

from dataclasses import replace

from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.masks import as_boolean
from isobit.frontends.keras.options import Options


class Embedding(Handler):
    """``Embedding(input_dim, output_dim, mask_zero)``; the mask is 0 where the index is."""

    irrelevant = frozenset(
        ["embeddings_initializer", "embeddings_regularizer", "embeddings_constraint", "input_length"]
    )

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The table; adapters and quantized tables, which add others, are refused."""
        for key in ("lora_rank", "lora_alpha", "quantization_config", "weights"):
            options.require(key, None)
        options.require("sparse", None, False)
        return (Variable("embeddings"),)

    def convert(self, call: Call) -> Tensor:
        """One node."""
        indices = call.input()
        shape = (call.options.integer("input_dim"), call.options.integer("output_dim"))
        result = call.emit("embedding", [indices], constants={"weight": call.weight("embeddings", shape)})
        if not call.options.boolean("mask_zero", False):
            return result
        return replace(result, mask=as_boolean(call, indices))
