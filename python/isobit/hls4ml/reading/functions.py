"""The layer functions of ``nnet``: their template parameters, arguments, and how large these are.

A function that is not here is refused, and so is a call whose arguments are not as large as its configuration
says: sources that hls4ml wrote never differ there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isobit.hls4ml.reading.configurations import Configuration
from isobit.ir import Shape

Sizes = Callable[[Configuration], Shape]
"""A shape by configuration; may raise `KeyError` for a constant that is missing."""

PLAIN = ("data_T", "res_T", "CONFIG_T")
WITH_PARAMETER = ("data_T", "param_T", "res_T", "CONFIG_T")
TWO_INPUTS = ("input1_T", "input2_T", "res_T", "CONFIG_T")


@dataclass(frozen=True)
class Constants:
    """An argument that is a constant array.

    Attributes
    ----------
    type : str
        The typedef of the configuration, or a template parameter, that gives its elements.
    sizes : callable
        How many elements it has.
    """

    type: str
    sizes: Sizes


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes
    ----------
    template : tuple of str
        Template parameters. ``CONFIG_T`` is the configuration, ``N`` an integer, the others are types.
    arguments : tuple of str
        ``data...`` are inputs, ``res...`` outputs, ``alpha`` and ``theta`` numbers (unless they are among the
        constants), everything else constants.
    inputs : tuple of callable
        Shapes of the inputs.
    output : callable, optional
        Shape of the output; by default that of the first input, which it then shares.
    constants : mapping of str to Constants
    """

    template: tuple[str, ...] = PLAIN
    arguments: tuple[str, ...] = ("data", "res")
    inputs: tuple[Sizes, ...] = ()
    output: Sizes | None = None
    constants: Mapping[str, Constants] = field(default_factory=dict)


def dims(*names: str) -> Sizes:
    """The shape whose lengths are constants of the configuration."""
    return lambda c: tuple(c.size(name) for name in names)


def _concatenated(rank: int) -> Sizes:
    def shape(c: Configuration) -> Shape:
        first, second = (tuple(c.size(f"n_elem{i}_{axis}") for axis in range(rank)) for i in (1, 2))
        axis = c.config["axis"]
        if not isinstance(axis, int):
            raise KeyError("axis")
        # The first axis is the batch unless it counts from the end; what fits no case joins the outermost.
        place = axis - 1 if axis > 0 else rank + axis
        place = place if 0 <= place < rank else 0
        return tuple(a + b if i == place else a for i, (a, b) in enumerate(zip(first, second, strict=True)))

    return shape


def _merged(c: Configuration) -> Shape:
    return (max(c.size("n_elem1"), c.size("n_elem2")),)


def _weighted(inputs: Sizes, output: Sizes, weights: Sizes, biases: Sizes) -> Function:
    constants = {"weights": Constants("weight_t", weights), "biases": Constants("bias_t", biases)}
    return Function(PLAIN, ("data", "res", "weights", "biases"), (inputs,), output, constants)


def _recurrent(matrix: str, gates: int, states: tuple[str, ...] = ()) -> Function:
    # Initial states come with the types of the first bias and matrix.
    names = ("weight_t", "weight_t", "bias_t", "bias_t")
    if not states:
        names = ("weight_t", "recurrent_weight_t", "bias_t", "recurrent_bias_t")
    sizes: tuple[Sizes, ...] = (
        lambda c: (gates * c.size("n_state") * c.size("n_in"),),
        lambda c: (gates * c.size("n_state") * c.size("n_state"),),
        lambda c: (gates * c.size("n_state"),),
        lambda c: (gates * c.size("n_state"),),
    )
    parameters = ("param", matrix, "param_b", "param_br")
    return Function(
        ("data_T", *(f"state{i}_T" for i, _ in enumerate(states)), "res_T", "CONFIG_T"),
        ("data", *states, "res", *parameters),
        (dims("n_sequence", "n_in"), *(dims("n_state") for _ in states)),
        _sequence("n_state"),
        {p: Constants(t, s) for p, t, s in zip(parameters, names, sizes, strict=True)},
    )


def _sequence(state: str) -> Sizes:
    def shape(c: Configuration) -> Shape:
        steps = c.size("n_sequence_out")
        return (c.size(state),) if steps == 1 and c.size("n_sequence") != 1 else (steps, c.size(state))

    return shape


def _bidirectional() -> Function:
    constants = {}
    for way, suffix in (("FORWARD_CONFIG", ""), ("BACKWARD_CONFIG", "_back")):
        for name, kind, last in (
            ("param", "weight_t", "n_in"),
            ("param_r", "recurrent_weight_t", f"{way}.n_state"),
            ("param_b", "bias_t", ""),
            ("param_br", "recurrent_bias_t", ""),
        ):
            sizes = dims(f"{way}.n_state", f"{way}.n_mult", *([last] if last else []))
            constants[name + suffix] = Constants(f"{way}.{kind}", sizes)
    return Function(
        PLAIN, ("data", "res", *constants), (dims("n_sequence", "n_in"),), _sequence("n_out"), constants
    )


def _separable(pixels: tuple[str, ...], kernel: tuple[str, ...]) -> Function:
    deep, point = "depthwise_config.", "pointwise_config."
    constants = {
        "depthwise_weights": Constants(f"{deep}weight_t", dims(*(deep + k for k in kernel), f"{deep}n_chan")),
        "pointwise_weights": Constants(f"{point}weight_t", dims(f"{point}n_chan", f"{point}n_filt")),
        "depthwise_biases": Constants(f"{deep}bias_t", dims(f"{deep}n_chan")),
        "pointwise_biases": Constants(f"{point}bias_t", dims(f"{point}n_filt")),
    }
    return Function(
        ("data_T", "dw_res_T", "res_T", "CONFIG_T"),
        ("data", "res", *constants),
        (dims(*(deep + f"in_{p}" for p in pixels), f"{deep}n_chan"),),
        dims(*(point + f"out_{p}" for p in pixels), f"{point}n_filt"),
        constants,
    )


def _window(name: str, pixels: tuple[str, ...]) -> dict[str, Function]:
    """The functions of convolution and padding with so many axes."""
    rank = len(pixels)
    inside, outside = (tuple(f"{side}_{p}" for p in pixels) for side in ("in", "out"))
    kernel = tuple(f"filt_{p}" for p in pixels)
    given, result = dims(*inside, "n_chan"), dims(*outside, "n_filt")
    moved = Function(inputs=(given,), output=dims(*outside, "n_chan"))
    scaled, biases = dims(*kernel, "n_chan", "n_filt"), dims("n_filt")
    return {
        f"conv_{name}_cl": _weighted(given, result, scaled, biases),
        f"pointwise_conv_{name}_cl": _weighted(given, result, dims("n_chan", "n_filt"), biases),
        f"depthwise_conv_{name}_cl": _weighted(given, result, dims(*kernel, "n_chan"), dims("n_chan")),
        f"separable_conv_{name}_cl": _separable(pixels, kernel),
        f"zeropad{rank}d_cl": moved,
        f"cropping{rank}d_cl": moved,
    }


_ELEMENTS = Function(inputs=(dims("n_in"),))
_PARAMETER = Function(WITH_PARAMETER, ("data", "alpha", "res"), (dims("n_in"),))
_SCALE = {
    "scale": Constants("scale_t", dims("n_scale_bias")),
    "bias": Constants("bias_t", dims("n_scale_bias")),
}
_MERGE = Function(TWO_INPUTS, ("data1", "data2", "res"), (dims("n_elem1"), dims("n_elem2")), _merged)
_PIXELS = ("in_height", "in_width", "n_filt")
_COPIES = tuple(f"res{i}" for i in range(1, 8))


def _per_step(c: Configuration) -> Shape:
    return (c.size("n_in") // max(c.size("seq_len"), 1),)


def _einsum_inputs(index: int) -> Sizes:
    return dims(f"tpose_inp{index}_config.N")


def _transposed(c: Configuration) -> Shape:
    shape = c.config["to_shape"]
    if not isinstance(shape, tuple):
        raise KeyError("to_shape")
    return shape


FUNCTIONS: Mapping[str, Function] = {
    "dense": _weighted(dims("n_in"), dims("n_out"), dims("n_in", "n_out"), dims("n_out")),
    **_window("1d", ("width",)),
    **_window("2d", ("height", "width")),
    "normalize": Function(PLAIN, ("data", "res", "scale", "bias"), (dims("n_in"),), None, _SCALE),
    "normalize_binary_tanh": Function(
        ("data_T", "CONFIG_T"),
        ("data", "res", "threshold"),
        (dims("n_in"),),
        None,
        {"threshold": Constants("data_T", dims("n_scale_bias"))},
    ),
    "normalize_ternary_tanh": Function(
        ("data_T", "CONFIG_T"),
        ("data", "res", "threshold_hi", "threshold_lo"),
        (dims("n_in"),),
        None,
        {name: Constants("data_T", dims("n_scale_bias")) for name in ("threshold_hi", "threshold_lo")},
    ),
    "layernormalize": Function(
        PLAIN,
        ("data", "res", "scale", "bias"),
        (dims("n_in"),),
        None,
        {"scale": Constants("scale_t", _per_step), "bias": Constants("bias_t", _per_step)},
    ),
    **dict.fromkeys(
        (
            *("linear", "relu", "relu1", "relu6", "sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "softplus"),
            *("softsign", "selu", "softmax", "softmax_multidim", "binary_tanh", "ternary_tanh"),
        ),
        _ELEMENTS,
    ),
    "leaky_relu": _PARAMETER,
    "elu": _PARAMETER,
    "thresholded_relu": Function(WITH_PARAMETER, ("data", "theta", "res"), (dims("n_in"),)),
    "prelu": Function(
        WITH_PARAMETER,
        ("data", "alpha", "res"),
        (dims("n_in"),),
        None,
        {"alpha": Constants("param_T", dims("n_in"))},
    ),
    "unary_lut": Function(
        PLAIN,
        ("data", "res", "table"),
        (dims("n_in"),),
        None,
        {"table": Constants("table_t", dims("table_size"))},
    ),
    "pooling1d_cl": Function(inputs=(dims("n_in", "n_filt"),), output=dims("n_out", "n_filt")),
    "pooling2d_cl": Function(inputs=(dims(*_PIXELS),), output=dims("out_height", "out_width", "n_filt")),
    "global_pooling1d_cl": Function(inputs=(dims("n_in", "n_filt"),), output=dims("n_filt")),
    "global_pooling2d_cl": Function(inputs=(dims(*_PIXELS),), output=dims("n_filt")),
    "resize_nearest": Function(
        ("data_T", "CONFIG_T"),
        ("data", "res"),
        (dims("height", "width", "n_chan"),),
        dims("new_height", "new_width", "n_chan"),
    ),
    "transpose": Function(inputs=(dims("N"),), output=_transposed),
    **dict.fromkeys(("add", "subtract", "multiply", "average", "maximum", "minimum"), _MERGE),
    "dot1d": Function(TWO_INPUTS, ("data1", "data2", "res"), (dims("n_in"), dims("n_in")), dims("n_out")),
    **{
        f"concatenate{rank}d": Function(
            TWO_INPUTS,
            ("data1", "data2", "res"),
            tuple(dims(*(f"n_elem{i}_{axis}" for axis in range(rank))) for i in (1, 2)),
            _concatenated(rank),
        )
        for rank in (1, 2, 3)
    },
    "lstm_stack": _recurrent("param_r", 4),
    "gru_stack": _recurrent("param_zr", 3),
    "bidirectional_stack": _bidirectional(),
    "embedding": Function(
        PLAIN,
        ("data", "res", "embeddings"),
        (dims("n_in"),),
        dims("n_in", "n_out"),
        {"embeddings": Constants("embeddings_t", dims("vocab_size", "n_out"))},
    ),
    "einsum": Function(
        TWO_INPUTS,
        ("data1", "data2", "res"),
        (_einsum_inputs(0), _einsum_inputs(1)),
        dims("tpose_out_conf.N"),
    ),
    "einsum_dense": Function(
        PLAIN,
        ("data", "res", "weights", "biases"),
        (dims("n_inplace", "n_free_data", "n_contract"),),
        dims("tpose_out_conf.N"),
        {
            "weights": Constants("dense_conf.weight_t", dims("n_inplace", "n_contract", "n_free_kernel")),
            "biases": Constants("dense_conf.bias_t", dims("n_inplace", "n_free_data", "n_free_kernel")),
        },
    ),
    "clone_stream": Function(("data_T", "res_T", "N"), ("data", *_COPIES[:2])),
    "repack_stream": Function(("data_T", "res_T", "N")),
    "broadcast_stream": Function(
        inputs=(dims("in_height", "in_width", "in_chan"),), output=dims("out_height", "out_width", "out_chan")
    ),
}

STATES: Mapping[str, Function] = {
    "lstm_stack": _recurrent("param_r", 4, ("data_h", "data_s")),
    "gru_stack": _recurrent("param_zr", 3, ("data_h",)),
}
"""The same names with initial states as inputs."""


def function_for(name: str, templates: int, arguments: int) -> Function | None:
    """The function that a call with so many template parameters and arguments means."""
    function = FUNCTIONS.get(name)
    if name in STATES and templates == len(STATES[name].template):
        function = STATES[name]
    if name == "clone_stream" and 3 <= arguments <= 1 + len(_COPIES):
        function = Function(FUNCTIONS[name].template, ("data", *_COPIES[: arguments - 1]))
    return function


def count(shape: Shape) -> int:
    """Elements of a shape."""
    return math.prod(shape)
