"""Damaged ONNX files by the thousand: each must be read, or end in an error of isobit.

Run as a program in a process of its own: after the imports the address space is limited to 1 GiB more than
is in use, so that a file that takes more ends in a failure, and a crash takes only this process along.

    python fuzz_onnx.py FOLDER [--first 0] [--count 2000]

Every case follows from its number alone; a failure prints it, and ``--first N --count 1`` repeats it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import isobit
from isobit.frontends.onnx import load

EXTRA_BYTES = 1 << 30
SECONDS = 5.0  # for one file; all of them are small
EXTREME = (0, 1, -1, 2, 127, 2**16, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**62, 2**63 - 1, -(2**63))


def _model(
    nodes: Sequence[onnx.NodeProto], shape: Sequence[Any], opset: int, **constants: Any
) -> onnx.ModelProto:
    outputs = [helper.make_empty_tensor_value_info("y")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "fuzz", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def originals() -> list[onnx.ModelProto]:
    """Models that can be read, between them with most of what the reader knows."""
    n, f = helper.make_node, np.float32
    eight = np.linspace(-1, 1, 8, dtype=f)
    network = _model(
        [
            n("Gemm", ["x", "w", "b"], ["g"], alpha=0.5, transB=1),
            n("BatchNormalization", ["g", "b", "b", "b", "v"], ["h"], epsilon=1e-3),
            n("Relu", ["h"], ["r"]),
            n("MatMul", ["r", "u"], ["m"]),
            n("Add", ["m", "c"], ["a"]),
            n("Softmax", ["a"], ["y"], axis=-1),
        ],
        ["n", 4],
        17,
        w=np.ones((8, 4), f),
        b=eight,
        v=eight + f(2),
        u=np.ones((8, 3), f),
        c=np.zeros(3, f),
    )
    shapes = _model(
        [
            n("Shape", ["x"], ["s"]),
            n("Gather", ["s", "zero"], ["i"], axis=0),
            n("Concat", ["i", "minus"], ["t"], axis=0),
            n("Reshape", ["x", "t"], ["flat"]),
            n("Unsqueeze", ["flat", "one"], ["wide"]),
            n("Transpose", ["wide"], ["turned"], perm=[0, 2, 1]),
            n("Squeeze", ["turned", "two"], ["narrow"]),
            n("Slice", ["narrow", "one", "four", "one", "one"], ["cut"]),
            n("Split", ["cut"], ["p", "q"], axis=1, num_outputs=2),
            n("Concat", ["p", "q", "p"], ["y"], axis=-1),
        ],
        ["n", 2, 3],
        18,
        zero=[0],
        minus=[-1],
        one=[1],
        two=[2],
        four=[5],
    )
    spelled_out = _model(
        [
            n("Div", ["x", "r"], ["u"]),
            n("Erf", ["u"], ["e"]),
            n("Add", ["e", "one"], ["a"]),
            n("Mul", ["x", "a"], ["m"]),
            n("Mul", ["m", "half"], ["g"]),
            n("Sigmoid", ["g"], ["s"]),
            n("Mul", ["g", "s"], ["z"]),
            n("Clip", ["z", "half", "one"], ["k"]),
            n("ConstantOfShape", ["many"], ["fill"], value=helper.make_tensor("v", 1, [1], [2.0])),
            n("Expand", ["fill", "many"], ["wide"]),
            n("Mul", ["k", "wide"], ["o"]),
            n("ArgMax", ["o"], ["y"], axis=1, keepdims=1),
        ],
        [3, 5],
        13,
        r=f(2**0.5),
        one=f(1),
        half=f(0.5),
        many=[5],
    )
    old = _model(
        [n("PRelu", ["x", "c"], ["p"]), n("Clip", ["p"], ["y"], min=0.0, max=6.0)], [1, 3], 7, c=np.ones(3, f)
    )
    old.ir_version = 3
    old.graph.input.append(helper.make_tensor_value_info("c", TensorProto.FLOAT, [3]))
    outside = _model([n("Mul", ["x", "c"], ["y"])], ["n", 8], 20, c=eight)
    tensor = outside.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "32")):
        tensor.external_data.add(key=key, value=value)
    return [network, shapes, spelled_out, old, outside]


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
        node.op_type = rng.choice(_operators())
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


def case(number: int, models: Sequence[onnx.ModelProto]) -> tuple[str, bytes]:
    """The kind of damage, and the damaged file, of this number."""
    rng = random.Random(number)  # noqa: S311 (not for secrets)
    model = onnx.ModelProto()
    model.CopyFrom(models[number % len(models)])
    change = (*ON_BYTES, *ON_MODELS)[number // len(models) % (len(ON_BYTES) + len(ON_MODELS))]
    if change in ON_BYTES:
        return change.__name__, change(model.SerializeToString(), rng)  # type: ignore[arg-type, return-value]
    for _ in range(rng.choice((1, 1, 2, 3))):
        change(model, rng)  # type: ignore[arg-type]
    return change.__name__, model.SerializeToString()


def prepare(folder: Path) -> Path:
    """The folder of the model, with external data inside, and a secret and a link to it outside."""
    home = folder / "model"
    home.mkdir()
    (home / "weights.bin").write_bytes(np.linspace(-1, 1, 8, dtype=np.float32).tobytes())
    (folder / "secret.bin").write_bytes(bytes(32))
    (home / "link.bin").symlink_to(folder / "secret.bin")
    return home / "model.onnx"


def limit_memory() -> None:
    """No more than ``EXTRA_BYTES`` beyond what the imports took."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    total = pages * resource.getpagesize() + EXTRA_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (total, total))


def run(folder: Path, first: int, count: int) -> dict[str, int]:
    """Read every case; stops at the first that ends in anything but a graph or an error of isobit."""
    path, models, results = prepare(folder), originals(), Counter[str]()
    for model in models:
        path.write_bytes(model.SerializeToString())
        load(path)
    limit_memory()
    for number in range(first, first + count):
        kind, data = case(number, models)
        path.write_bytes(data)
        started = time.monotonic()
        try:
            load(path)
        except isobit.IsobitError as error:
            if str(path) not in str(error):
                raise AssertionError(
                    f"case {number} ({kind}): the error does not name the file: {error}"
                ) from None
            results[f"{kind}: refused"] += 1
        except BaseException:
            print(f"case {number} ({kind}) ended in", file=sys.stderr)
            raise
        else:
            results[f"{kind}: read"] += 1
        if time.monotonic() - started > SECONDS:
            raise AssertionError(f"case {number} ({kind}) took more than {SECONDS} s")
    return dict(results)


def _operators() -> list[str]:
    from isobit.frontends.onnx.table import OPERATORS

    return [*OPERATORS, "Conv", "Loop", "If", "LSTM", "", "relu"]


def main() -> int:
    """Print how many cases of each kind were read and refused, as JSON."""
    parser = argparse.ArgumentParser(description="damaged ONNX files, read one after the other")
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args()
    try:
        print(json.dumps(run(options.folder, options.first, options.count)))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
