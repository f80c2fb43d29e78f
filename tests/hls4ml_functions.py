"""Calls of hls4ml's functions in random types, shapes and options."""

from __future__ import annotations

import random

import numpy as np

from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml import Call, Weight


class Draw:
    """Types, raws and weights."""

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311
        self.numbers = np.random.default_rng(seed)

    def format(self, width=(6, 18), integer=(2, 8), signed=None, wrap=0.5):
        rng = self.rng
        bits = rng.randint(*width)
        signed = rng.random() < 0.75 if signed is None else signed
        modes = [Overflow.SAT, Overflow.SAT_SYM, Overflow.SAT_ZERO]
        overflow = Overflow.WRAP if rng.random() < wrap else rng.choice(modes)
        return Format(bits, bits - rng.randint(*integer), signed, rng.choice(list(Rounding)), overflow)

    def type(self, *widths):
        """A type, or now and then ``ap_int`` or ``ap_uint``."""
        if self.rng.random() < 0.1:
            return Format(self.rng.randint(6, 9), 0, self.rng.random() < 0.75, Rounding.TRN_ZERO)
        return self.format(*widths)

    def raws(self, fmt, shape):
        raws = self.numbers.integers(fmt.min_raw, fmt.max_raw, shape, endpoint=True)
        small = self.numbers.integers(-3, 4, shape).clip(fmt.min_raw, fmt.max_raw)
        return np.where(self.numbers.random(shape) < 0.2, small, raws)

    def weight(self, size, width=(3, 10), integer=(0, 3)):
        fmt = self.format(width, integer, wrap=1.0)
        return Weight(fmt, self.raws(fmt, size))


def dense(draw, how):
    rng = draw.rng
    n_in, n_out = rng.choice([(6, 4), (8, 3), (12, 5), (4, 4)])
    reuse = 1
    if how == "resource":
        reuse = rng.choice([r for r in (2, 3, 4) if n_in % r == 0])
    elif how == "long":
        n_out, reuse = 4, n_in * rng.choice([2, 4])
    config = {
        "n_in": n_in,
        "n_out": n_out,
        "reuse_factor": reuse,
        "strategy": "latency" if how == "latency" else "resource",
    }
    types = {"accum_t": draw.type((8, 20))}
    weights = {"weights": draw.weight(n_in * n_out), "biases": draw.weight(n_out)}
    types["weight_t"], types["bias_t"] = weights["weights"].format, weights["biases"].format
    return Call("layer", "dense", ("x",), ("y",), config, types, weights), [(n_in,)], (n_out,)


def convolution(draw, function):
    rng = draw.rng
    flat = "1d" in function
    depthwise = function.startswith("depthwise")
    channels = rng.choice([1, 2, 3])
    filters = channels if depthwise else rng.choice([1, 2, 4])
    config, spatial = {}, []
    for axis, begin, end in (("width", "left", "right"),) if flat else (
        ("height", "top", "bottom"), ("width", "left", "right")
    ):  # fmt: skip
        kernel = 1 if function.startswith("pointwise") else rng.choice([1, 2, 3])
        length, stride = rng.randint(kernel, 6), rng.choice([1, 1, 2])
        pads = [0, 0] if kernel == 1 else [rng.choice([0, 1]), rng.choice([0, 1])]
        results = (length + sum(pads) - kernel) // stride + 1
        config |= {
            f"in_{axis}": length, f"filt_{axis}": kernel, f"stride_{axis}": stride,
            f"pad_{begin}": pads[0], f"pad_{end}": pads[1], f"out_{axis}": results,
        }  # fmt: skip
        spatial.append((length, kernel, results))
    positions = int(np.prod([part[2] for part in spatial]))
    taps = int(np.prod([part[1] for part in spatial]))
    config |= {"n_chan": channels, "n_filt": filters, "n_partitions": positions, "n_pixels": 1}
    if flat:
        config["dilation"] = 1
    strategy, reuse = "latency", 1
    if not depthwise and rng.random() < 0.4:
        divisors = [r for r in range(1, taps * channels + 1) if taps * channels % r == 0]
        strategy, reuse = "resource", rng.choice(divisors)
    n_in = taps * channels
    weights = {"weights": draw.weight(taps * channels * (1 if depthwise else filters))}
    weights["biases"] = draw.weight(filters)
    inner = {
        "accum_t": draw.format((8, 20)),
        "weight_t": weights["weights"].format,
        "bias_t": weights["biases"].format,
    }
    types = {**inner, **{f"mult_config.{name}": fmt for name, fmt in inner.items()}}
    config |= {"strategy": strategy, "reuse_factor": reuse}
    config |= {
        f"mult_config.{k}": v for k, v in {"n_in": n_in, "n_out": filters, "reuse_factor": reuse}.items()
    }
    config["mult_config.strategy"] = strategy
    shape = (*(part[0] for part in spatial), channels)
    result = (*(part[2] for part in spatial), filters)
    return Call("layer", function, ("x",), ("y",), config, types, weights), [shape], result


def pooling(draw, function):
    rng = draw.rng
    flat, op = "1d" in function, rng.choice(["Max", "Average"])
    config, lengths, results = {"n_filt": 2, "pool_op": op, "reuse_factor": 1}, [], []
    axes = (
        (("width", "left", "right"),) if flat else (("height", "top", "bottom"), ("width", "left", "right"))
    )
    whole = function.startswith("global")
    for axis, begin, end in axes:
        length = rng.randint(3, 6)
        pool = length if whole else rng.choice([2, 3])
        stride = pool if whole else rng.choice([1, 2, 3])
        pads = [0, 0] if whole else [rng.choice([0, 1]), rng.choice([0, 1])]
        count = (length + sum(pads) - pool) // stride + 1
        config |= {
            f"pool_{axis}": pool,
            f"stride_{axis}": stride,
            f"pad_{begin}": pads[0],
            f"pad_{end}": pads[1],
        }
        config |= {"n_in": length, "n_out": count} if flat else {f"in_{axis}": length, f"out_{axis}": count}
        lengths.append(length)
        results.append(count)
    config["count_pad"] = rng.random() < 0.5
    shape, result = (*lengths, 2), (2,) if whole else (*results, 2)
    accumulator = draw.format((8, 20))
    call = Call("layer", function, ("x",), ("y",), config, {"accum_t": accumulator})
    return call, [shape], result, [accumulator] if op == "Max" else None


def activation(draw, function):
    rng = draw.rng
    n = 9
    config = {"n_in": n, "table_size": rng.choice([64, 512, 1024]), "reuse_factor": 1}
    types, weights = {"table_t": draw.format((8, 20), (1, 4), signed=True)}, {}
    if function in ("elu", "leaky_relu", "prelu"):
        weights["alpha"] = draw.weight(n if function == "prelu" else 1, (6, 12), (1, 3))
    if function == "thresholded_relu":
        weights["theta"] = draw.weight(1, (6, 12), (1, 3))
    if function.startswith("hard"):
        config["io_type"] = 0
        weights = {
            "slope": Weight(Format(16, 16, False), np.array([13107])),
            "shift": Weight(Format(2, 2, False), np.array([2])),
        }
        types = {}
    return Call("layer", function, ("x",), ("y",), config, types, weights), [(n,)], (n,)


def softmax(draw, implementation):
    rng = draw.rng
    n = rng.randint(2, 7)
    outer, inner = rng.choice([(1, 1), (2, 1), (1, 3)]) if implementation != "argmax" else (1, 1)
    size = 1 << rng.randint(4, 6)
    config = {
        "n_in": n * outer * inner, "n_slice": n, "n_outer": outer, "n_inner": inner,
        "exp_table_size": size, "inv_table_size": 1 << rng.randint(4, 6), "implementation": implementation,
        "exp_scale": 1.0, "reuse_factor": 1,
    }  # fmt: skip
    types = {
        "exp_table_t": draw.format((8, 18), (2, 6)),
        "inv_table_t": draw.format((8, 18), (2, 6)),
        "inv_inp_t": draw.format((8, 18), (3, 6)),
        "accum_t": draw.format((8, 18), (3, 6)),
        "inp_norm_t": draw.format((8, 18), (3, 6), signed=False),
        "table_t": draw.format((8, 18), (3, 6), signed=True),
    }
    function = "softmax" if outer == inner == 1 else "softmax_multidim"
    return (
        Call("layer", function, ("x",), ("y",), config, types),
        [(n * outer * inner,)],
        (n * outer * inner,),
    )


def recurrent(draw, kind):
    rng = draw.rng
    steps, n_in, units = rng.randint(1, 4), rng.randint(1, 3), rng.randint(1, 3)
    gates = 4 if kind == "lstm" else 3
    width, accumulator = gates * units, draw.format((10, 18), (4, 7))
    weights = {
        "param": draw.weight(n_in * width),
        "param_r" if kind == "lstm" else "param_zr": draw.weight(units * width),
        "param_b": draw.weight(width),
        "param_br": draw.weight(width),
    }
    names = ("weight_t", "recurrent_weight_t", "bias_t", "recurrent_bias_t")
    types = {"accum_t": accumulator, **dict(zip(names, (w.format for w in weights.values()), strict=True))}
    config = {
        "n_in": n_in, "n_out": units, "n_state": units, "n_sequence": steps,
        "n_sequence_out": rng.choice([1, steps]), "reuse_factor": 1, "use_static": rng.random() < 0.5,
        "activation": rng.choice(["tanh", "sigmoid", "relu"]),
        "activation_recr": rng.choice(["sigmoid", "tanh", "relu"]),
    }  # fmt: skip
    if kind == "gru":
        config["pytorch_order"] = rng.random() < 0.5
    else:
        config["pytorch_order"] = False
    of_gates = f"ACT_CONFIG_{kind.upper()}"
    table = draw.format((8, 18), (1, 4), signed=True)
    for structure, count in (("ACT_CONFIG_T", units), (of_gates, units * (gates - 1))):
        config |= {f"{structure}.n_in": count, f"{structure}.table_size": 512, f"{structure}.reuse_factor": 1}
        types[f"{structure}.table_t"] = table
    for number, (inputs, prefix) in enumerate(((n_in, ""), (units, "recurrent_")), start=1):
        path = f"mult_config{number}."
        config |= {f"{path}n_in": inputs, f"{path}n_out": width, f"{path}reuse_factor": 1}
        config[f"{path}strategy"] = "latency"
        types[f"{path}accum_t"] = accumulator if rng.random() < 0.5 else draw.format((10, 18), (4, 7))
        types[f"{path}weight_t"], types[f"{path}bias_t"] = (
            types[f"{prefix}weight_t"],
            types[f"{prefix}bias_t"],
        )
    result = (units,) if config["n_sequence_out"] == 1 else (steps, units)
    call = Call("layer", f"{kind}_stack", ("x",), ("y",), config, types, weights)
    # hls4ml's LSTM compiles where inputs, results and accumulator have one type.
    return call, [(steps, n_in)], result, *(([accumulator], accumulator) if kind == "lstm" else ())


def merge(draw, function):
    n, m = draw.rng.choice([(6, 6), (6, 3)])
    config = {"n_elem": n, "n_elem1": n, "n_elem2": m, "reuse_factor": 1}
    return Call("layer", function, ("x", "z"), ("y",), config), [(n,), (m,)], (n,)


def dot(draw, function):
    n = draw.rng.randint(2, 6)
    config = {"n_in": n, "n_out": 1, "reuse_factor": 1}
    return (
        Call("layer", function, ("x", "z"), ("y",), config, {"accum_t": draw.format((8, 20))}),
        [(n,), (n,)],
        (1,),
    )


def normalize(draw, function):
    filters = draw.rng.choice([-1, 3])
    count = 6 if filters == -1 else 3
    weights = {"scale": draw.weight(count), "bias": draw.weight(count)}
    types = {"scale_t": weights["scale"].format, "bias_t": weights["bias"].format}
    config = {"n_in": 6, "n_filt": filters, "n_scale_bias": count, "reuse_factor": 1}
    return Call("layer", function, ("x",), ("y",), config, types, weights), [(6,)], (6,)


def thresholds(draw, function):
    """Binary or ternary results of comparisons with numbers of the input's type."""
    filters = draw.rng.choice([-1, 3])
    count = 6 if filters == -1 else 3
    source = draw.format((6, 14), (2, 5))
    raws = np.sort(draw.raws(source, (2, count)), axis=0)
    weights = {"threshold": Weight(source, raws[0])}
    result = Format(1, 0, signed=False)
    if "ternary" in function:
        weights = {"threshold_hi": Weight(source, raws[1]), "threshold_lo": Weight(source, raws[0])}
        result = Format(2, 0, rounding=Rounding.TRN_ZERO)
    config = {"n_in": 6, "n_filt": filters, "n_scale_bias": count, "reuse_factor": 1}
    return Call("layer", function, ("x",), ("y",), config, {}, weights), [(6,)], (6,), [source], result


def narrow_dense(draw, product):
    """One-bit data or weights, 0 standing for -1; accumulators wrap, and hold what they add."""
    rng, bit = draw.rng, Format(1, 0, signed=False)
    n_in, n_out = rng.choice([5, 8, 9]), 3
    weight = Weight(bit, draw.raws(bit, n_in * n_out))
    source, accumulator = bit, Format(rng.randint(14, 18), 8)
    if product == "data_binary":
        weight = draw.weight(n_in * n_out, (4, 8), (1, 3))
    if product == "weight_binary":
        source, accumulator = draw.format((6, 14), (2, 5)), draw.format((8, 20))
    weights = {"weights": weight, "biases": draw.weight(n_out, (3, 6), (0, 3))}
    types = {"accum_t": accumulator, "weight_t": weight.format, "bias_t": weights["biases"].format}
    config = {"n_in": n_in, "n_out": n_out, "reuse_factor": 1, "strategy": "latency", "product": product}
    return Call("layer", "dense", ("x",), ("y",), config, types, weights), [(n_in,)], (n_out,), [source]


def transposed(shape, perm):
    strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    return {
        "dims": len(shape),
        "N": int(np.prod(shape)),
        "to_shape": tuple(shape[axis] for axis in perm),
        "perm_strides": tuple(strides[axis] for axis in perm),
    }


def transpose(draw, function):
    shape = tuple(draw.rng.randint(1, 4) for _ in range(3))
    perm = draw.rng.sample(range(3), 3)
    config = transposed(shape, perm)
    return Call("layer", function, ("x",), ("y",), config), [shape], config["to_shape"]


def einsum(draw, function):
    rng = draw.rng
    a, b, c, i = (rng.randint(1, 3) for _ in range(4))
    first, second, result = rng.sample(range(3), 3), rng.sample(range(3), 3), rng.sample(range(3), 3)

    def back(shape, perm):
        """The shape that a permutation brings into this one."""
        return tuple(shape[perm.index(axis)] for axis in range(len(shape)))

    shapes = [back((i, a, c), first), back((i, b, c), second)]
    parts = {
        "tpose_inp0_config": transposed(shapes[0], first),
        "tpose_inp1_config": transposed(shapes[1], second),
        "tpose_out_conf": transposed((i, a, b), result),
    }
    config = {f"{part}.{name}": entry for part, entries in parts.items() for name, entry in entries.items()}
    config |= {"n_free0": a, "n_free1": b, "n_contract": c, "n_inplace": i, "reuse_factor": 1}
    types = {"accum_t": draw.format((8, 20))}
    return (
        Call("layer", function, ("x", "z"), ("y",), config, types),
        shapes,
        parts["tpose_out_conf"]["to_shape"],
    )


def padding(draw, function):
    rng = draw.rng
    axes = [("height", "top", "bottom"), ("width", "left", "right")][int("1d" in function) :]
    config, shape, result = {"n_chan": 2}, [], []
    for axis, begin, end in axes:
        length, before, behind = rng.randint(2, 4), rng.randint(0, 2), rng.randint(0, 1)
        crop = function.startswith("crop")
        before, behind = (min(before, 1), 0) if crop else (before, behind)
        results = length - before - behind if crop else length + before + behind
        config |= {f"in_{axis}": length, f"out_{axis}": results}
        config |= {f"{'crop' if crop else 'pad'}_{side}": n for side, n in ((begin, before), (end, behind))}
        shape.append(length)
        result.append(results)
    return Call("layer", function, ("x",), ("y",), config), [(*shape, 2)], (*result, 2)


def resize(draw, function):
    rng = draw.rng
    height, width = rng.randint(1, 3), rng.randint(1, 3)
    taller, wider = height * rng.randint(1, 3), width * rng.randint(1, 3)
    config = {"height": height, "width": width, "n_chan": 2, "new_height": taller, "new_width": wider}
    source = draw.format((6, 14), (2, 5))
    call = Call("layer", function, ("x",), ("y",), config)
    return call, [(height, width, 2)], (taller, wider, 2), [source], source


def embedding(draw, function):
    bits, length = draw.rng.randint(1, 4), 3
    weights = {"embeddings": draw.weight((1 << bits) * length)}
    types = {"embeddings_t": weights["embeddings"].format}
    config = {"n_in": 4, "n_out": length, "vocab_size": 1 << bits, "reuse_factor": 1}
    call = Call("layer", function, ("x",), ("y",), config, types, weights)
    return call, [(4,)], (4, length), [Format(bits, 0, signed=False)]


def concatenate(draw, function):
    rank = int(function[-2])
    axis = draw.rng.choice([-1, *range(1, rank + 1)])
    first = [draw.rng.randint(1, 3) for _ in range(rank)]
    second = list(first)
    place = rank - 1 if axis == -1 else axis - 1
    second[place] = draw.rng.randint(1, 3)
    config = {"axis": axis, "reuse_factor": 1}
    for number, shape in ((1, first), (2, second)):
        config |= {f"n_elem{number}_{k}": n for k, n in enumerate(shape)}
    result = list(first)
    result[place] += second[place]
    call = Call("layer", function, ("x", "z"), ("y",), config)
    return call, [tuple(first), tuple(second)], tuple(result)
