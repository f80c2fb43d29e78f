"""``MultiHeadAttention`` and ``GroupQueryAttention``: projections around attention in several heads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.attention import flag
from isobit.frontends.keras.layers.attention_core import Heads, attend
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.masks import combined, constant, given_mask, reshaped
from isobit.frontends.keras.options import Options
from isobit.ir import FloatArray

_ARGUMENTS = (
    *("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask"),
    *("return_attention_scores", "training", "use_causal_mask"),
)
_PROJECTIONS = ("query", "key", "value")


class MultiHeadAttention(Handler):
    """``MultiHeadAttention``; dropout and the choice of a kernel (flash attention) do nothing."""

    passes_mask = True
    irrelevant = frozenset(
        [
            *("dropout", "seed", "flash_attention", "kernel_initializer", "bias_initializer"),
            *("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint"),
            # Keras 2 writes what it was built for.
            *("query_shape", "key_shape", "value_shape"),
        ]
    )
    prefix = ""
    """What stands before the names of the inner layers in files."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Kernel and bias of every projection, in the order in which Keras makes them."""
        options.require("softmax_robust_masking", None, False)
        gated = options.boolean("use_gate", False)
        names = [f"{self.prefix}query_dense", f"{self.prefix}key_dense"]
        names += ["_gate_dense"] if gated else []
        names += [f"{self.prefix}value_dense", f"{self.prefix}output_dense"]
        kinds = ("kernel", "bias") if options.boolean("use_bias", True) else ("kernel",)
        return tuple(Variable(f"{name}/{kind}") for name in names for kind in kinds)

    def convert(self, call: Call) -> Any:
        """Projections, attention of each head, and the output projection."""
        bound = call.bind(*_ARGUMENTS)
        call.options.require("softmax_robust_masking", None, False)
        if bound["training"]:
            raise call.refuse("it is called with training = True, which isobit does not implement")
        query, value = (self._tensor(call, bound, name) for name in ("query", "value"))
        key = value if bound["key"] is None else self._tensor(call, bound, "key")
        heads = self.heads(call, query, value, key)
        projected = [
            self._projected(call, tensor, name, *size)
            for tensor, name, size in zip((query, key, value), _PROJECTIONS, heads.projections, strict=True)
        ]
        mask = self._mask(call, bound, (query, value, key), heads)
        wanted = flag(call, bound, "return_attention_scores")
        dropped = call.options.number("dropout", 0.0) > 0
        # Keras computes these by its Softmax layer, which makes rows of zeros where everything is masked.
        zero_rows = (
            mask is not None
            and call.keras != 2
            and (dropped or wanted or len(heads.axes) > 1 or len(query.shape) != 2)
        )
        result, weights = attend(call, projected, heads, mask, wanted, zero_rows)
        if call.options.boolean("use_gate", False):
            gate = self._projected(call, query, "gate", *heads.projections[0][:1], heads.value_size)
            gate = call.emit("sigmoid", [gate], suffix="gate")
            result = call.emit("multiply", [result, gate], suffix="gated")
        result = self._output(call, result, query)
        return [result, weights] if wanted else result

    def heads(self, call: Call, query: Tensor, value: Tensor, key: Tensor) -> Heads:
        """Sizes and axes from the options."""
        options = call.options
        count, size = options.integer("num_heads"), options.integer("key_dim")
        value_size = options.integer("value_dim") if options.has("value_dim") else size
        rank = len(query.shape)
        if options.has("attention_axes"):
            axes = tuple(
                call.axis(axis, rank, "attention_axes") for axis in options.integers("attention_axes")
            )
        else:
            axes = tuple(range(rank - 1))
        if not axes or len({*axes}) != len(axes) or not all(0 <= axis < rank - 1 for axis in axes):
            raise options.malformed("attention_axes", f"axes of an input with {rank + 1} of them")
        if len(value.shape) != rank or len(key.shape) != rank:
            raise call.refuse("query, value and key have different numbers of axes")
        return Heads(count, count, size, value_size, axes)

    def _tensor(self, call: Call, bound: dict[str, Any], name: str) -> Tensor:
        tensor = bound[name]
        if not isinstance(tensor, Tensor) or len(tensor.shape) < 2:
            raise call.refuse(f"its {name} must be a tensor with two axes besides the batch")
        return tensor

    def _projected(self, call: Call, tensor: Tensor, name: str, count: int, size: int) -> Tensor:
        """A dense layer to (..., heads, size)."""
        owner = "_gate_dense" if name == "gate" else f"{self.prefix}{name}_dense"
        features = tensor.shape[-1]
        kernel = call.weight(f"{owner}/kernel", (features, count, size))
        constants: dict[str, FloatArray] = {"weight": kernel.reshape(features, count * size)}
        if call.options.boolean("use_bias", True):
            constants["bias"] = call.weight(f"{owner}/bias", (count, size)).reshape(-1)
        flat = call.emit("dense", [tensor], constants=constants, suffix=name)
        return reshaped(call, flat, (*tensor.shape[:-1], count, size), f"{name}_heads")

    def _output(self, call: Call, tensor: Tensor, query: Tensor) -> Tensor:
        """The output projection of (..., heads, size), whose node bears the layer's name."""
        options = call.options
        shape = options.integers("output_shape") if options.has("output_shape") else (query.shape[-1],)
        owner = f"{self.prefix}output_dense"
        kernel = call.weight(f"{owner}/kernel", (*tensor.shape[-2:], *shape))
        inputs, outputs = math.prod(tensor.shape[-2:]), math.prod(shape)
        constants: dict[str, FloatArray] = {"weight": kernel.reshape(inputs, outputs)}
        if options.boolean("use_bias", True):
            constants["bias"] = call.weight(f"{owner}/bias", tuple(shape)).reshape(-1)
        flat = reshaped(call, tensor, (*tensor.shape[:-2], inputs), "flat")
        result = call.emit("dense", [flat], constants=constants)
        return reshaped(call, result, (*tensor.shape[:-2], *shape), "shape")

    def _mask(
        self, call: Call, bound: dict[str, Any], tensors: tuple[Tensor, Tensor, Tensor], heads: Heads
    ) -> Tensor | None:
        """Which keys every query may attend to, (queries, keys) or with further axes; None: all."""
        query, value, key = tensors
        masks: list[Tensor] = []
        own = [("query_mask", query, -1), ("value_mask", value, -2), ("key_mask", key, -2)]
        for name, tensor, axis in own:
            mask = given_mask(call, bound[name]) if bound[name] is not None else tensor.mask
            if name == "key_mask" and bound["key"] is None and bound[name] is None:
                continue
            if mask is not None:
                shape = (*mask.shape, 1) if axis == -1 else (*mask.shape[:-1], 1, mask.shape[-1])
                masks.append(reshaped(call, mask, shape, name))
        fixed = self._fixed_mask(call, bound, query.shape[0], value.shape[0])
        if fixed is not None:
            masks.append(constant(call, fixed, "fixed_mask"))
        if bound["attention_mask"] is not None:
            masks.append(given_mask(call, bound["attention_mask"]))
        if not masks:
            return None
        if len(heads.axes) != 1:
            raise call.refuse(
                f"masks are supported for one attention axis, not for attention_axes = {heads.axes} (counted "
                "without the batch)"
            )
        return combined(call, "logical_and", masks)

    def _fixed_mask(self, call: Call, bound: dict[str, Any], queries: int, keys: int) -> Any:
        """The mask that the options and positions make, None if they exclude nothing."""
        rows, columns = np.arange(queries)[:, None], np.arange(keys)[None]
        allowed = np.ones((queries, keys), dtype=bool)
        if flag(call, bound, "use_causal_mask"):
            allowed &= rows >= columns
        if call.options.has("sliding_window"):
            window = call.options.integer("sliding_window")
            allowed &= np.abs(rows - columns) < window
        return None if allowed.all() else allowed.astype(np.float64)


class GroupQueryAttention(MultiHeadAttention):
    """``GroupQueryAttention``: several query heads share a head of keys and values."""

    prefix = "_"

    def heads(self, call: Call, query: Tensor, value: Tensor, key: Tensor) -> Heads:
        """Sizes from the options; the only attention axis is the first one."""
        options = call.options
        count, groups = options.integer("num_query_heads"), options.integer("num_key_value_heads")
        size = options.integer("head_dim")
        if groups < 1 or count % groups:
            raise FileFormatError(f"{call.where}: {count} query heads do not share {groups} key heads")
        if any(len(x.shape) != 2 for x in (query, value, key)):
            raise call.refuse("supported: query, value and key with two axes besides the batch")
        return Heads(count, groups, size, size, (0,))
