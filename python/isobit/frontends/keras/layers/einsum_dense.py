"""``EinsumDense``: a dense layer over any axes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.activations import fused_activation
from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable
from isobit.frontends.keras.layers.masks import reshaped
from isobit.frontends.keras.layers.windows import INERT
from isobit.frontends.keras.options import Options


@dataclass(frozen=True)
class _Equation:
    """Letters of the input without the batch, of the kernel and of the result without the batch."""

    given: str
    kernel: str
    result: str


class EinsumDense(Handler):
    """``EinsumDense(equation, output_shape, bias_axes)``; axes are summed over, kept or new."""

    irrelevant = INERT | {"output_shape"}

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The kernel, and the bias if it has axes."""
        for key in ("lora_rank", "lora_alpha", "quantization_config", "gptq_unpacked_column_size"):
            options.require(key, None)
        return (Variable("kernel"), *((Variable("bias"),) if options.raw("bias_axes") else ()))

    def convert(self, call: Call) -> Tensor:
        """A node ``dense`` between reshapes and transpositions, one for the bias, one for the activation."""
        tensor = call.input()
        equation = _read(call, len(tensor.shape))
        kept = [letter for letter in equation.given if letter not in equation.kernel]
        summed = [letter for letter in equation.given if letter in equation.kernel]
        new = [letter for letter in equation.result if letter in equation.kernel]
        if set(summed) & set(equation.result) or sorted(kept + new) != sorted(equation.result):
            raise call.options.unsupported("equation", "supported: axes are summed over, kept or new")
        kernel = call.weights["kernel"]
        lengths = dict(zip(equation.kernel, kernel.shape, strict=False))
        lengths |= dict(zip(equation.given, tensor.shape, strict=False))
        call.weight("kernel", tuple(lengths[letter] for letter in equation.kernel))
        order = [equation.given.index(letter) for letter in kept + summed]
        rows = [equation.kernel.index(letter) for letter in summed + new]
        matrix = kernel.transpose(rows).reshape(math.prod(lengths[letter] for letter in summed), -1)
        flat = reshaped(
            call,
            _transposed(call, tensor, order, "axes_last"),
            (*(lengths[letter] for letter in kept), matrix.shape[0]),
            "flat",
        )
        result = call.emit("dense", [flat], constants={"weight": matrix})
        result = reshaped(call, result, [lengths[letter] for letter in kept + new], "shape")
        result = _transposed(
            call, result, [(kept + new).index(letter) for letter in equation.result], "order"
        )
        return fused_activation(call, _biased(call, result, equation.result))


def _read(call: Call, rank: int) -> _Equation:
    text = call.options.raw("equation")
    if not isinstance(text, str) or text.count("->") != 1 or text.count(",") != 1:
        raise call.options.malformed("equation", "an equation of two terms and a result")
    left, result = text.replace(" ", "").split("->")
    given, kernel = left.split(",")
    if given.startswith("...") and result.startswith("..."):
        # Upper-case letters stand for what the dots do, the batch among it.
        extra = "ABCDEFGHIJ"[: rank + 1 - len(given[3:])]
        given, result = extra + given[3:], extra + result[3:]
    letters = given + kernel + result
    if not letters.isalpha() or any(len(set(term)) != len(term) for term in (given, kernel, result)):
        raise call.options.unsupported("equation", "supported: different letters, and ... in front")
    if len(given) != rank + 1 or given[0] != result[:1] or given[0] in kernel:
        raise FileFormatError(f"{call.where}: equation {text!r} does not fit an input with {rank + 1} axes")
    return _Equation(given[1:], kernel, result[1:])


def _transposed(call: Call, tensor: Tensor, perm: list[int], suffix: str) -> Tensor:
    if perm == sorted(perm):
        return tensor
    return call.emit("transpose", [tensor], {"perm": tuple(perm)}, suffix=suffix)


def _biased(call: Call, tensor: Tensor, letters: str) -> Tensor:
    """The result plus the bias, which has a length at its axes and 1 at those behind its first one."""
    axes = call.options.raw("bias_axes")
    if not axes:
        return tensor
    if not isinstance(axes, str) or not set(axes) <= set(letters):
        raise call.options.malformed("bias_axes", f"some of the letters {letters!r}")
    first = min(letters.index(letter) for letter in axes)
    shape = tuple(n if letter in axes else 1 for letter, n in zip(letters, tensor.shape, strict=True))[first:]
    constants = {"scale": np.ones(()), "bias": call.weight("bias", shape)}
    return call.emit("affine", [tensor], constants=constants, suffix="bias")
