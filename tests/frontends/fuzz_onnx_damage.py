"""Ways to damage an ONNX file: in its bytes, or as a message that is well formed and makes no sense."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from isobit.frontends.onnx.table import OPERATORS

EXTREME = (0, 1, -1, 2, 127, 2**16, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**62, 2**63 - 1, -(2**63))


def truncated(data: bytes, rng: random.Random) -> bytes:
    """The beginning of the file."""
    return data[: rng.randrange(len(data))]


def bits_flipped(data: bytes, rng: random.Random) -> bytes:
    """One to eight bits changed."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def spliced(data: bytes, rng: random.Random) -> bytes:
    """A piece removed, repeated, or overwritten with noise."""
    start, length = rng.randrange(len(data)), rng.randrange(1, 40)
    middle = {0: b"", 1: data[start : start + length] * 3, 2: rng.randbytes(length)}[rng.randrange(3)]
    return data[:start] + middle + data[start + length :]


def dimensions_changed(model: onnx.ModelProto, rng: random.Random) -> None:
    """Some dimension of a tensor or an input at an extreme."""
    tensors = list(model.graph.initializer)
    if tensors and rng.random() < 0.7:
        tensor = rng.choice(tensors)
        dims = list(tensor.dims) or [1]
        dims[rng.randrange(len(dims))] = rng.choice(EXTREME)
        tensor.ClearField("dims")
        tensor.dims.extend(dims * rng.choice((1, 1, 2, 40)))
        return
    for dim in model.graph.input[0].type.tensor_type.shape.dim:
        if rng.random() < 0.5:
            dim.dim_value = rng.choice(EXTREME)


def rewired(model: onnx.ModelProto, rng: random.Random) -> None:
    """Nodes that read or make other tensors: cycles, double names, missing tensors."""
    names = [name for node in model.graph.node for name in (*node.input, *node.output)] + ["", "nothing"]
    for _ in range(rng.randrange(1, 4)):
        node = rng.choice(model.graph.node)
        field = rng.choice((node.input, node.input, node.output))
        if field and rng.random() < 0.8:
            field[rng.randrange(len(field))] = rng.choice(names)
        elif field and rng.random() < 0.5:
            field.pop()
        else:
            field.append(rng.choice(names))


def attributes_changed(model: onnx.ModelProto, rng: random.Random) -> None:
    """Other operators, opsets, attributes and constants of integers."""
    node = rng.choice(model.graph.node)
    choice = rng.randrange(5)
    if choice == 0:
        node.op_type = rng.choice((*OPERATORS, "Conv", "Loop", "If", "LSTM", "", "relu"))
    elif choice == 1:
        model.opset_import[0].version = rng.choice((*range(1, 30), *EXTREME))
    elif choice == 2 and node.attribute:
        attribute = rng.choice(node.attribute)
        attribute.i = rng.choice(EXTREME)
        attribute.f = rng.choice((0.0, -1.0, 1e30, float("inf"), float("nan")))
        attribute.type = rng.choice((attribute.type, rng.randrange(15)))
    elif choice == 3:
        name = rng.choice(("axis", "alpha", "perm", "keepdims", "spatial", "to", "value", "\u00e9"))
        value = rng.choice((1, 2.5, [0, 1], "text", [2**62] * 3))
        node.attribute.append(helper.make_attribute(name, value))
    else:
        integers = [t for t in model.graph.initializer if t.data_type == TensorProto.INT64]
        if integers:
            tensor = rng.choice(integers)
            values = [rng.choice((*EXTREME, 3, 4, -2)) for _ in range(rng.randrange(4))]
            tensor.CopyFrom(numpy_helper.from_array(np.array(values, np.int64), tensor.name))


def externals_changed(model: onnx.ModelProto, rng: random.Random) -> None:
    """Weights that lie elsewhere: outside the folder, at impossible places."""
    if not model.graph.initializer:
        return
    tensor = rng.choice(model.graph.initializer)
    tensor.data_location = TensorProto.EXTERNAL
    if rng.random() < 0.8:
        tensor.ClearField("raw_data")
    tensor.ClearField("external_data")
    places = (
        "weights.bin",
        "../secret.bin",
        "/etc/passwd",
        "link.bin",
        ".",
        "",
        "missing",
        "weights.bin/x",
        "a\0b",
    )
    tensor.external_data.add(key="location", value=rng.choice(places))
    for key in ("offset", "length", "checksum", "other"):
        if rng.random() < 0.4:
            tensor.external_data.add(key=key, value=rng.choice((*map(str, EXTREME), "32", "x", "")))


ON_BYTES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    truncated,
    bits_flipped,
    bits_flipped,
    spliced,
)
ON_MODELS: tuple[Callable[[onnx.ModelProto, random.Random], None], ...] = (
    dimensions_changed,
    rewired,
    attributes_changed,
    externals_changed,
)
