"""Products of tensors: matmul and einsum."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.keras.layers.base import Tensor
from isobit.frontends.keras.operations.rules import Arguments, as_constant, check_ranks
from isobit.frontends.keras.options import shorten


def matmul(arguments: Arguments) -> Tensor:
    """Matrices of two tensors, or of a tensor and a constant matrix."""
    call, first, second = arguments.call, arguments.any("x1"), arguments.any("x2")
    for name in ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b", "a_is_sparse", "b_is_sparse"):
        if arguments.any(name, False) is not False:
            raise call.refuse(f"its argument {name} is not supported; supported: a transposition of its own")
    for name in ("output_type", "grad_a", "grad_b"):
        arguments.any(name)
    if not isinstance(first, Tensor):
        raise call.refuse("its first argument is a constant; supported: a tensor")
    if not isinstance(second, Tensor):
        weight = as_constant(call, second, None)
        if weight.ndim != 2:
            raise call.refuse(f"its constant has shape {weight.shape}; supported: a matrix")
        return call.emit("dense", [first], constants={"weight": weight})
    check_ranks(call, [first, second])
    if len(first.shape) < 2:
        raise call.refuse("it multiplies over the batch axis; supported: two axes besides the batch")
    return call.emit("matmul", [first, second])


def einsum(arguments: Arguments) -> Tensor:
    """An equation whose first letter everywhere is the batch."""
    call, equation = arguments.call, arguments.any("subscripts")
    tensors = [arguments.tensor(name) for name in ("x1", "x2") if arguments.look(name) is not None]
    if not isinstance(equation, str) or "..." in equation or equation.count("->") != 1:
        raise call.refuse(f"subscripts = {shorten(equation)}; supported: letters, with -> and without ...")
    left, result = equation.replace(" ", "").split("->")
    terms = left.split(",")
    if len(terms) != len(tensors) or not all(terms):
        raise FileFormatError(f"{call.where}: {equation!r} does not fit {len(tensors)} tensors")
    batch = terms[0][0]
    everywhere = all(term[:1] == batch and term.count(batch) == 1 for term in (*terms, result))
    if not everywhere:
        raise call.refuse(f"{equation!r} mixes samples; supported: the batch first in every term")
    inner = ",".join(term[1:] for term in terms) + "->" + result[1:]
    return call.emit("einsum", tensors, {"equation": inner})
