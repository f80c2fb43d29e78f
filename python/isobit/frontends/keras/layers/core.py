"""Dense, and the layers that do nothing in inference."""

from __future__ import annotations

from isobit.frontends.keras.layers.activations import fused_activation
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.options import Options


class Dense(Handler):
    """``Dense``: kernel of shape (inputs, units) on the last axis, bias, activation."""

    passes_mask = True
    irrelevant = frozenset(
        [
            "kernel_initializer",
            "bias_initializer",
            "kernel_regularizer",
            "bias_regularizer",
            "kernel_constraint",
            "bias_constraint",
        ]
    )

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Kernel, and bias if there is one; adapters and quantized kernels, which add others, are refused."""
        for key in ("lora_rank", "lora_alpha", "quantization_config"):
            options.require(key, None)
        kernel = (Variable("kernel"),)
        return (*kernel, Variable("bias")) if options.boolean("use_bias", True) else kernel

    def convert(self, call: Call) -> Tensor:
        """One node, and one for an activation other than ``linear``."""
        options = call.options
        tensor = call.input()
        units = options.integer("units")
        if not tensor.shape:
            raise call.refuse("its input has no axis besides the batch")
        constants = {"weight": call.weight("kernel", (tensor.shape[-1], units))}
        if len(self.variables(options)) == 2:
            constants["bias"] = call.weight("bias", (units,))
        return fused_activation(call, call.emit("dense", [tensor], constants=constants))


class Dropout(Handler):
    """``Dropout`` and the like: nothing in inference, the rate is kept for the reader of the graph."""

    passes_mask = True
    irrelevant = frozenset(["seed", "noise_shape", "data_format"])

    def convert(self, call: Call) -> Tensor:
        """One node without effect."""
        return call.emit("dropout", [call.input()], {"rate": call.options.number("rate")})


class Identity(Handler):
    """Layers without effect in inference."""

    passes_mask = True
    irrelevant = frozenset(["stddev", "seed", "l1", "l2"])

    def convert(self, call: Call) -> Tensor:
        """One node without effect."""
        return call.emit("identity", [call.input()])
