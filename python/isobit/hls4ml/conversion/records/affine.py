"""Dense layers and convolutions."""

from __future__ import annotations

from typing import Any

from isobit.hls4ml.conversion.nodes.layers import DepthwiseConv1D, DepthwiseConv2D
from isobit.hls4ml.conversion.records.call import Draft, Members
from isobit.hls4ml.conversion.text import exact

_TYPES = ("accum_t", "bias_t", "weight_t")


def dense(draft: Draft) -> None:
    """``nnet::dense``."""
    node = draft.node
    shifts = node.attrs["strategy"] == "distributed_arithmetic"
    draft.function = "dense_da" if shifts else "dense"
    matrix = product(draft, int(node.attrs["n_in"]), int(node.attrs["n_out"]), node.attrs["reuse_factor"])
    draft.config |= {"io_type": draft.graph.config.io_type, **matrix}
    _weights(draft)


def convolution(draft: Draft) -> None:
    """``nnet::conv_1d_cl`` and its relatives."""
    node, attrs = draft.node, draft.node.attrs
    rank = 1 if node.class_name.endswith("1D") else 2
    depthwise = isinstance(node, (DepthwiseConv1D, DepthwiseConv2D))
    prefix = "depthwise_" if depthwise else "pointwise_" if node.class_name.startswith("Pointwise") else ""
    draft.function = f"{prefix}conv_{rank}d_cl"
    axes = ("height", "width")[2 - rank :]
    for axis, sides in zip(axes, (("top", "bottom"), ("left", "right"))[2 - rank :], strict=True):
        draft.take(*(f"pad_{side}" for side in sides))
        draft.take(f"in_{axis}", f"filt_{axis}", f"stride_{axis}", f"out_{axis}")
    draft.take("n_chan", "n_filt", "reuse_factor", "strategy")
    pixels = int(attrs.get("out_height", 1) * attrs["out_width"])
    partitions = pixels // _parallel(pixels, int(attrs["parallelization_factor"]))
    window = int(attrs.get("filt_height", 1) * attrs["filt_width"])
    draft.config |= {"kernel_size": window, "implementation": "linebuffer", "n_partitions": partitions}
    if rank == 1:
        draft.config["dilation"] = 1
    n_in, n_out = int(attrs["n_chan"]) * window, int(attrs["n_filt"])
    matrix = product(draft, n_in, n_out, attrs["reuse_factor"], depthwise)
    draft.config |= {f"mult_config.{key}": value for key, value in matrix.items()}
    _weights(draft)
    draft.types |= {f"mult_config.{key}": value for key, value in list(draft.types.items())}


def product(
    draft: Draft,
    n_in: int,
    n_out: int,
    reuse_factor: Any,
    depthwise: bool = False,
    weight: str = "weight",
) -> Members:
    """The members of a configuration of a matrix product."""
    strategy = str(draft.node.attrs["strategy"])
    shifts = strategy == "distributed_arithmetic"
    return {
        "n_in": n_in,
        "n_out": n_out,
        "strategy": strategy,
        "reuse_factor": int(reuse_factor),
        "kernel": _kernel(strategy, n_in, n_out, int(reuse_factor), depthwise),
        "product": "mult" if shifts else draft.multiplication(weight),
    }


def _kernel(strategy: str, n_in: int, n_out: int, reuse_factor: int, depthwise: bool) -> str:
    if strategy == "resource":
        place, length = ("nout", n_out) if depthwise else ("nin", n_in)
        name = "DepthwiseDenseResource" if depthwise else "DenseResource"
        if reuse_factor <= length:
            return f"{name}_rf_leq_{place}"
        return f"{name}_rf_gt_{place}" + ("_rem0" if reuse_factor % length == 0 else "")
    return "DepthwiseDenseLatency" if depthwise else "DenseLatency"


def _parallel(pixels: int, wanted: int) -> int:
    """The number of pixels at once that hls4ml takes: a divisor, the smaller of two that are as near."""
    divisors = [n for n in range(1, pixels + 1) if pixels % n == 0]
    return min(divisors, key=lambda n: (abs(n - wanted), n))


def _weights(draft: Draft) -> None:
    """Printed, or exact where constants become shifts and sums."""
    if draft.node.attrs["strategy"] == "distributed_arithmetic":
        draft.weights["weights"] = exact(draft.node.weights["weight"].data)
        draft.weights["biases"] = exact(draft.node.weights["bias"].data)
        draft.take_types("accum_t")
        return
    draft.take_weight("weights", "weight")
    draft.take_weight("biases", "bias")
    draft.take_types(*_TYPES)


def einsum_dense(draft: Draft) -> None:
    """``nnet::einsum_dense``: transposed, a dense layer for each row of data, transposed back."""
    node = draft.node
    recipe = node.attrs["recipe"]
    draft.function = "einsum_dense"
    names = ("n_free_data", "n_free_kernel", "n_contract", "n_inplace")
    draft.config |= {name: getattr(recipe, name) for name in names}
    draft.config |= {"io_type": draft.graph.config.io_type, "strategy": "latency"}
    draft.take("reuse_factor", "parallelization_factor")
    for way, shape, axes in (
        ("tpose_inp_conf", node.attrs["inp_shape"], recipe.input_axes),
        ("tpose_out_conf", recipe.loop_shape, recipe.output_axes),
    ):
        draft.config |= {f"{way}.{key}": value for key, value in transposition(shape, axes).items()}
    matrix = product(draft, recipe.n_contract, recipe.n_free_kernel, node.attrs["reuse_factor"])
    draft.config |= {f"dense_conf.{key}": value for key, value in matrix.items()}
    _weights(draft)
    draft.types |= {f"dense_conf.{key}": value for key, value in list(draft.types.items())}


def transposition(shape: tuple[int, ...], axes: tuple[int, ...]) -> Members:
    """The members of a configuration of a transposition."""
    size = 1
    strides: list[int] = []
    for length in reversed(shape):
        strides.insert(0, size)
        size *= length
    members: Members = {"dims": len(shape), "N": size}
    for key, numbers in (
        ("from_shape", shape),
        ("to_shape", [shape[axis] for axis in axes]),
        ("perm", axes),
        ("perm_strides", [strides[axis] for axis in axes]),
    ):
        members[key] = tuple(numbers)
    return members
