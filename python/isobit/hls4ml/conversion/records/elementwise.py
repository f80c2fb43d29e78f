"""Activations, normalisation, merging and pooling."""

from __future__ import annotations

from isobit.hls4ml.conversion.records.call import Draft, is_ternary

_PARAMETRIZED = {
    "leakyrelu": ("leaky_relu", "alpha"),
    "leaky_relu": ("leaky_relu", "alpha"),
    "thresholdedrelu": ("thresholded_relu", "theta"),
    "elu": ("elu", "alpha"),
}
"""The function, and what it calls its parameter."""


def activation(draft: Draft) -> None:
    """A plain function."""
    draft.function = draft.node.attrs["activation"]
    _sizes(draft)


def parametrized(draft: Draft) -> None:
    """A function with one parameter."""
    draft.function, parameter = _PARAMETRIZED[draft.node.attrs["activation"]]
    _sizes(draft)
    draft.take_types("param_t")
    draft.take_literal(parameter, draft.node.attrs["activ_param"], "param_t")


def prelu(draft: Draft) -> None:
    """A function with a parameter for each element."""
    draft.function = "prelu"
    _sizes(draft)
    draft.take_types("param_t")
    draft.take_weight("alpha", "param")


def hard(draft: Draft) -> None:
    """A line between bounds, whose slope and shift are constants of its configuration."""
    draft.function = draft.node.attrs["activation"]
    draft.take("n_in", "reuse_factor")
    draft.config["io_type"] = draft.graph.config.io_type
    for key in ("slope", "shift"):
        draft.take_types(f"{key}_t")
        draft.take_literal(key, draft.node.attrs[key], f"{key}_t")


def _sizes(draft: Draft) -> None:
    draft.take("n_in", "table_size", "reuse_factor")
    draft.config["io_type"] = draft.graph.config.io_type
    draft.take_types("table_t")


def normalization(draft: Draft) -> None:
    """``nnet::normalize``."""
    draft.function = "normalize"
    n_in, n_filt = draft.node.source().size, int(draft.node.attrs["n_filt"])
    draft.config |= {"n_in": n_in, "n_filt": n_filt, "n_scale_bias": n_in if n_filt == -1 else n_filt}
    draft.config |= {"io_type": draft.graph.config.io_type}
    draft.config["product"] = draft.multiplication("scale")
    draft.take("reuse_factor")
    draft.take_types("bias_t", "scale_t")
    draft.take_weight("scale", "scale")
    draft.take_weight("bias", "bias")


def merge(draft: Draft) -> None:
    """Two tensors element by element.

    Raises
    ------
    UnsupportedError
        Where hls4ml compares the sizes of tensors as text and takes the smaller one, and for streams of
        different shapes.
    """
    node = draft.node
    draft.function = node.attrs["op"]
    shapes = [node.source(number).shape for number in (0, 1)]
    sizes = [node.source(number).size for number in (0, 1)]
    texts = ["*".join(map(str, shape)) for shape in shapes]
    larger = max(sizes)
    if larger != sizes[texts.index(max(texts))]:
        raise node.refuse(
            "hls4ml computes only some of the elements where it merges the shapes "
            f"{shapes[0]} and {shapes[1]}"
        )
    if sizes[0] != sizes[1] and not draft.graph.parallel:
        raise node.refuse("hls4ml does not spread a smaller tensor over a larger one in streams")
    draft.config |= {"n_elem": larger, "n_elem1": sizes[0], "n_elem2": sizes[1]}
    draft.take("reuse_factor")


def dot(draft: Draft) -> None:
    """``nnet::dot1d``.

    Raises
    ------
    UnsupportedError
        When the second vector has two bits, whose -2 hls4ml takes for 1.
    """
    if is_ternary(draft.node.source(1).type.precision):
        raise draft.node.refuse("hls4ml multiplies by 1 where data of two bits is -2; give it more bits")
    draft.function = "dot1d"
    draft.config |= {"n_in": draft.node.source().shape[0], "n_out": 1, "product": "mult"}
    draft.take("reuse_factor")
    draft.take_types("accum_t")


def concatenate(draft: Draft) -> None:
    """``nnet::concatenate1d`` and its relatives."""
    draft.function = draft.node.attrs["op"]
    for number in (1, 2):
        shape = draft.node.source(number - 1).shape
        for axis in range(3):
            draft.config[f"n_elem{number}_{axis}"] = shape[axis] if axis < len(shape) else 0
    draft.config["axis"] = draft.node.attrs["axis"]


def pooling(draft: Draft) -> None:
    """Windows."""
    rank = 1 if draft.node.class_name.endswith("1D") else 2
    draft.function = f"pooling{rank}d_cl"
    if rank == 1:
        draft.take("n_in", "n_out")
    else:
        draft.take("in_height", "in_width", "out_height", "out_width")
        draft.take("pool_height", "stride_height", "pad_top", "pad_bottom")
    draft.take("n_filt", "pool_width", "stride_width", "pad_left", "pad_right", "count_pad")
    _pooled(draft)
    draft.config["implementation"] = "linebuffer"


def global_pooling(draft: Draft) -> None:
    """Everything."""
    rank = 1 if draft.node.class_name.endswith("1D") else 2
    draft.function = f"global_pooling{rank}d_cl"
    draft.take(*(("n_in",) if rank == 1 else ("in_height", "in_width")), "n_filt")
    _pooled(draft)


def _pooled(draft: Draft) -> None:
    draft.take("pool_op", "reuse_factor")
    draft.take_types("accum_t")
