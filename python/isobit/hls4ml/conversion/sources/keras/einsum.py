"""``EinsumDense``: the loops that hls4ml makes of an equation."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isobit.hls4ml.conversion.sources.keras.layer import KerasLayer, Made


@dataclass(frozen=True)
class Recipe:
    """How an equation of an input and a kernel is computed: transposed, as dense layers, and back.

    Parameters
    ----------
    input_axes, kernel_axes : tuple of int
        Orders of axes: those that both have and keep, those of one alone, those that are summed over.
    output_axes : tuple of int
        From the order of the loops to that of the result.
    loop_shape : tuple of int
        The result in the order of the loops.
    n_inplace, n_free_data, n_free_kernel, n_contract : int
        Products of the lengths of these groups of axes.
    """

    input_axes: tuple[int, ...]
    kernel_axes: tuple[int, ...]
    output_axes: tuple[int, ...]
    loop_shape: tuple[int, ...]
    n_inplace: int
    n_free_data: int
    n_free_kernel: int
    n_contract: int


def einsum_dense(layer: KerasLayer) -> Made:
    """``EinsumDense`` of Keras 3."""
    if layer.keras != 3:
        raise layer.refuse("hls4ml does not convert it from Keras 2")
    equation = str(layer.options.raw("equation")).replace(" ", "")
    given, kernel_letters, result = _terms(layer, equation)
    kernel = layer.weight("kernel")
    lengths = dict(zip(kernel_letters, kernel.shape, strict=True)) | dict(
        zip(given, layer.shape, strict=True)
    )
    shape = tuple(lengths[letter] for letter in result)
    attrs = {
        "weight_data": kernel,
        "bias_data": layer.optional("bias"),
        "inp_shape": layer.shape,
        "out_shape": shape,
        "recipe": _recipe(layer, given, kernel_letters, result, lengths),
    }
    return Made("EinsumDense", attrs, shape, layer.function("activation"))


def _terms(layer: KerasLayer, equation: str) -> tuple[str, str, str]:
    """The letters of input, kernel and result, without the batch."""
    left, result = equation.split("->")
    given, kernel = left.split(",")
    if given.startswith("...") and result.startswith("..."):
        if "..." in kernel:
            raise layer.refuse(f"equation {equation!r} has dots in the kernel")
        given, result = given[3:], result[3:]
        free = [c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ" if c not in given + kernel + result]
        extra = "".join(free[: len(layer.shape) - len(given)])
        return extra + given, kernel, extra + result
    return given[1:], kernel, result[1:]


def _recipe(layer: KerasLayer, given: str, kernel: str, result: str, lengths: dict[str, int]) -> Recipe:
    common = set(given) & set(kernel)
    inplace = [letter for letter in kernel if letter in common and letter in result]
    contract = [letter for letter in kernel if letter in common and letter not in result]
    free_data = [letter for letter in given if letter in result and letter not in common]
    free_kernel = [letter for letter in kernel if letter in result and letter not in common]
    if len(inplace + contract + free_data) != len(given) or len(inplace + contract + free_kernel) != len(
        kernel
    ):
        raise layer.refuse("hls4ml takes no axes that only one term has and the result has not")
    loops = inplace + free_data + free_kernel

    def length(letters: list[str]) -> int:
        return math.prod(lengths[letter] for letter in letters)

    return Recipe(
        tuple(given.index(letter) for letter in inplace + free_data + contract),
        tuple(kernel.index(letter) for letter in inplace + free_kernel + contract),
        tuple(loops.index(letter) for letter in result),
        tuple(lengths[letter] for letter in loops),
        length(inplace),
        length(free_data),
        length(free_kernel),
        length(contract),
    )
