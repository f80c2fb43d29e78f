"""Matrix products with trained weights: Gemm and MatMul."""

from __future__ import annotations

import numpy as np

from isobit.frontends.onnx.layer import Layer, broadcasts
from isobit.frontends.onnx.values import Array, Tensor
from isobit.ir import FloatArray


def gemm(layer: Layer) -> Tensor:
    """``alpha * A @ B' + beta * C``: with a constant B, alpha and beta go into the weight and the bias."""
    alpha = layer.attributes.number("alpha", 1.0)
    beta = layer.attributes.number("beta", 1.0)
    x = _left_of_gemm(layer)
    transposed = layer.attributes.flag("transB", False)
    if not layer.is_constant(1) or layer.is_constant(0):
        product = _product_of_gemm(layer, x, transposed, alpha)
        return _plus(layer, product, beta) if layer.has(2) else layer.emit("identity", [product])
    weight = layer.weights(1)
    if layer.rank(x) != 2 or weight.ndim != 2:
        raise layer.refuse(
            f"the inputs have {layer.rank(x)} and {weight.ndim} axes; supported (and defined by ONNX) is 2"
        )
    weight = alpha * (weight.T if transposed else weight)
    if not layer.has(2):
        return layer.emit("dense", [x], constants={"weight": weight})
    if layer.is_constant(2):
        bias = _bias(layer, 2, weight.shape[1])
        if bias is not None:
            return layer.emit("dense", [x], constants={"weight": weight, "bias": beta * bias})
    return _plus(layer, layer.emit("dense", [x], constants={"weight": weight}, part="product"), beta)


def _left_of_gemm(layer: Layer) -> Tensor:
    """A, transposed if the attribute says so."""
    turned = layer.attributes.flag("transA", False)
    if turned and layer.has_batch:
        raise layer.refuse("attribute transA is 1, which makes the batch axis the last; supported: 0")
    if layer.has_batch and layer.is_constant(0):
        raise layer.refuse(
            "input 0 (A) is a constant; supported is data there, and a constant as input 1 (B)"
        )
    x = layer.data(0)
    return layer.emit("transpose", [x], {"perm": (1, 0)}, part="transposed") if turned else x


def _product_of_gemm(layer: Layer, x: Tensor, transposed: bool, alpha: float) -> Tensor:
    """``alpha * A @ B'`` where B is data."""
    if layer.has_batch:
        raise layer.refuse(
            f"input 1 ({layer.inputs[1]!r}) is computed from the data; supported is only a constant"
        )
    other = layer.data(1)
    if transposed:
        other = layer.emit("transpose", [other], {"perm": (1, 0)}, part="weight")
    product = layer.emit("matmul", [x, other], part="product")
    return product if alpha == 1.0 else layer.affine(product, alpha, 0.0, part="alpha")


def _plus(layer: Layer, product: Tensor, beta: float) -> Tensor:
    """``product + beta * C``, where C does not enlarge the product."""
    if layer.is_constant(2):
        return layer.affine(product, 1.0, beta * layer.beside(2, product))
    addend = layer.tensor(2)
    if beta != 1.0:
        addend = layer.affine(addend, beta, 0.0, part="beta")
    product, addend = layer.aligned([product, addend])
    if not broadcasts(layer.shape(addend), layer.shape(product)):
        raise layer.refuse(f"input 2 (C) of shape {layer.shape(addend)} would enlarge the product")
    return layer.emit("add", [product, addend])


def _bias(layer: Layer, i: int, n_out: int) -> FloatArray | None:
    """The constant C of a Gemm as (n_out,), from each form that is the same for every row."""
    array = layer.weights(i)
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.shape in ((), (1,), (n_out,)):
        return np.broadcast_to(array, (n_out,))
    if layer.has_batch:
        raise layer.refuse(
            f"input {i} (C) has shape {layer.array(i).shape}; supported: (), (1,), ({n_out},), (1, 1) and "
            f"(1, {n_out})"
        )
    return None


def matmul(layer: Layer) -> Tensor:
    """``x @ W`` is a dense layer; ``W @ x`` is one on the second last axis, between two transpositions."""
    if layer.is_constant(1) and _is_matrix(layer.array(1)):
        return _right(layer)
    if layer.is_constant(0) and _is_matrix(layer.array(0)):
        return _left(layer)
    return _of_tensors(layer)


def _is_matrix(array: Array) -> bool:
    return array.ndim > 0 and all(n == 1 for n in array.shape[:-2])


def _of_tensors(layer: Layer) -> Tensor:
    """A product of two tensors; vectors become matrices for it."""
    a, b = layer.aligned([layer.data(i, moved=True) for i in (0, 1)])
    behind = next((layer.behind_batch(x) for x in (a, b) if x.batch is not None), None)
    if behind is not None and behind < 3:
        raise layer.refuse(
            "it would sum over the batch axis, or along it; supported are matrices in each sample"
        )
    left, right = (len(layer.shape(x)) == 1 for x in (a, b))
    if left:
        a = layer.reshape(a, (1, *layer.shape(a)), part="row")
    if right:
        b = layer.reshape(b, (*layer.shape(b), 1), part="column")
    product = layer.broadcast("matmul", [a, b], part="product" if left or right else "")
    if not (left or right):
        return product
    shape = layer.shape(product)
    kept = (*shape[:-2], *(() if left else shape[-2:-1]), *(() if right else shape[-1:]))
    return layer.reshape(product, kept)


def matmul_add(layer: Layer, bias: FloatArray) -> Tensor:
    """``x @ W + b`` as one dense layer; see :mod:`isobit.frontends.onnx.fusions`."""
    weight = layer.weights(1)
    return layer.emit("dense", [layer.tensor(0)], constants={"weight": weight, "bias": bias})


def _right(layer: Layer) -> Tensor:
    x, weight = layer.tensor(0, moved=True), layer.weights(1)
    shape = layer.shape(x)
    if not shape or layer.behind_batch(x) == 1:
        raise layer.refuse(f"input 0 ({x.name!r}) has only the batch axis, over which the product would sum")
    if weight.ndim == 1:
        product = layer.emit("dense", [x], constants={"weight": weight[:, np.newaxis]}, part="product")
        return layer.reshape(product, shape[:-1])
    if weight.ndim > layer.rank(x) and not layer.has_batch:
        product = layer.emit(
            "dense", [x], constants={"weight": weight.reshape(weight.shape[-2:])}, part="product"
        )
        extra = (1,) * (weight.ndim - max(len(shape), 2))
        return layer.reshape(product, (*extra, *layer.shape(product)))
    return layer.emit("dense", [x], constants={"weight": _matrix(layer, 1, weight, layer.rank(x))})


def _left(layer: Layer) -> Tensor:
    weight, x = layer.weights(0), layer.tensor(1, moved=True)
    shape = layer.shape(x)
    behind = layer.behind_batch(x)
    if behind is not None and behind < 3:
        raise layer.refuse(
            f"a constant on the left of {x.name!r} with {layer.rank(x)} axes would sum over the batch axis"
        )
    if len(shape) == 1:
        row = weight[np.newaxis] if weight.ndim == 1 else _matrix(layer, 0, weight, weight.ndim)
        vector = layer.emit("dense", [x], constants={"weight": row.T}, part="product")
        return layer.reshape(vector, weight.shape[:-1])
    swap = (*range(len(shape) - 2), len(shape) - 1, len(shape) - 2)
    turned = layer.emit("transpose", [x], {"perm": swap}, part="transpose")
    matrix = weight[np.newaxis] if weight.ndim == 1 else _matrix(layer, 0, weight, layer.rank(x))
    product = layer.emit("dense", [turned], constants={"weight": matrix.T}, part="product")
    if weight.ndim == 1:
        return layer.reshape(product, layer.shape(product)[:-1])
    return layer.emit("transpose", [product], {"perm": swap})


def _matrix(layer: Layer, i: int, weight: FloatArray, rank: int) -> FloatArray:
    """A constant with leading axes of length 1, as the matrix that it is."""
    if weight.ndim < 2 or weight.ndim > rank or any(n != 1 for n in weight.shape[:-2]):
        raise layer.refuse(
            f"input {i} ({layer.inputs[i]!r}) has shape {weight.shape}; supported is one matrix"
        )
    return weight.reshape(weight.shape[-2:])
