"""Matrix products with trained weights: Gemm and MatMul."""

from __future__ import annotations

import numpy as np

from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor
from isobit.ir import FloatArray


def gemm(layer: Layer) -> Tensor:
    """``alpha * A @ B' + beta * C``: alpha and beta go into the weight and the bias."""
    alpha = layer.attributes.number("alpha", 1.0)
    beta = layer.attributes.number("beta", 1.0)
    if layer.attributes.flag("transA", False):
        raise layer.refuse("attribute transA is 1, which makes the batch axis the last; supported: 0")
    transposed = layer.attributes.flag("transB", False)
    if layer.is_constant(0):
        raise layer.refuse(
            "input 0 (A) is a constant; supported is data there, and a constant as input 1 (B)"
        )
    x = layer.tensor(0)
    weight = layer.weights(1)
    if layer.rank(x) != 2 or weight.ndim != 2:
        raise layer.refuse(
            f"the inputs have {layer.rank(x)} and {weight.ndim} axes; supported (and defined by ONNX) is 2"
        )
    weight = alpha * (weight.T if transposed else weight)
    if not layer.has(2):
        return layer.emit("dense", [x], constants={"weight": weight})
    if layer.is_constant(2):
        bias = beta * _bias(layer, 2, weight.shape[1])
        return layer.emit("dense", [x], constants={"weight": weight, "bias": bias})
    addend = layer.tensor(2)
    product = layer.emit("dense", [x], constants={"weight": weight}, part="product")
    if beta != 1.0:
        addend = layer.affine(addend, beta, 0.0, part="beta")
    layer.same_rank([product, addend])
    if layer.shape(addend) not in ((1,), layer.shape(product)):
        raise layer.refuse(f"input 2 (C) of shape {layer.shape(addend)} would enlarge the product")
    return layer.emit("add", [product, addend])


def _bias(layer: Layer, i: int, n_out: int) -> FloatArray:
    """The constant C of a Gemm as (n_out,), from each form that is the same for every sample."""
    array = layer.weights(i)
    shape = array.shape
    if len(shape) == 2 and shape[0] == 1:
        array = array[0]
    if array.ndim > 1 or array.shape not in ((), (1,), (n_out,)):
        raise layer.refuse(
            f"input {i} (C) has shape {shape}; supported: (), (1,), ({n_out},), (1, 1) and (1, {n_out})"
        )
    return np.broadcast_to(array, (n_out,))


def matmul(layer: Layer) -> Tensor:
    """``x @ W`` is a dense layer; ``W @ x`` is one on the second last axis, between two transpositions."""
    if layer.is_constant(1):
        return _right(layer)
    if layer.is_constant(0):
        return _left(layer)
    raise layer.refuse("a product of two tensors is not supported; one input must be a constant")


def matmul_add(layer: Layer, bias: FloatArray) -> Tensor:
    """``x @ W + b`` as one dense layer; see :mod:`isobit.frontends.onnx.fusions`."""
    weight = layer.weights(1)
    return layer.emit("dense", [layer.tensor(0)], constants={"weight": weight, "bias": bias})


def _right(layer: Layer) -> Tensor:
    x, weight = layer.tensor(0), layer.weights(1)
    shape = layer.shape(x)
    if not shape:
        raise layer.refuse(f"input 0 ({x.name!r}) has only the batch axis, over which the product would sum")
    if weight.ndim == 1:
        product = layer.emit("dense", [x], constants={"weight": weight[:, np.newaxis]}, part="product")
        return layer.reshape(product, shape[:-1])
    return layer.emit("dense", [x], constants={"weight": _matrix(layer, 1, weight, layer.rank(x))})


def _left(layer: Layer) -> Tensor:
    weight, x = layer.weights(0), layer.tensor(1)
    shape = layer.shape(x)
    if len(shape) < 2:
        raise layer.refuse(
            f"a constant on the left of {x.name!r} with {layer.rank(x)} axes would sum over the batch axis"
        )
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
