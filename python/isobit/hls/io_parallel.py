"""``io_parallel``: every operation as a kernel over whole tensors (``hls_kernels/schedule/items``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate

import numpy as np

from isobit.hls.parts import Call, Parts
from isobit.ops.forest_nodes import trees_of


def _map(parts: Parts) -> Call:
    return parts.call("map", parts.cell, *parts.inputs, parts.output, *parts.arguments())


def _zip(parts: Parts) -> Call:
    return parts.call("zip", parts.cell, _inputs(parts), parts.output, arguments_of(parts))


def _pointwise(parts: Parts) -> Call:
    return parts.call("pointwise", parts.cell, _inputs(parts), parts.output, arguments_of(parts))


def _slices(parts: Parts) -> Call:
    ints = parts.op["ints"].reshape(-1, 2).tolist()
    taken = [
        f"kernels::slice<{name}, {first}, {step}>"
        for name, (first, step) in zip(parts.inputs, ints, strict=True)
    ]
    inputs = f"kernels::inputs<{', '.join(taken)}>"
    return parts.call("pointwise", parts.cell, inputs, parts.output, arguments_of(parts))


def _fill(parts: Parts) -> Call:
    return parts.call("fill", "cells::linear", *parts.arguments(), parts.output)


def _gather(parts: Parts) -> Call:
    pairs = parts.op["ints"].reshape(-1, 2)
    moves, read = [], []
    for number, name in enumerate(parts.inputs):
        targets = np.flatnonzero(pairs[:, 0] == number)
        if not targets.size:
            continue
        lists = parts.indices(f"from{number}", sources=pairs[targets, 1], targets=targets)
        read.append(parts.op["inputs"][number])
        moves.append(f"kernels::move<policy, cells::linear, {name}, {parts.output}, {lists}, {targets.size}>")
    call = parts.call("gather", parts.output, *moves)
    call.inputs = read
    return call


def _windows(parts: Parts) -> Call:
    run, positions, longest, *rest = parts.rows()
    places = parts.indices(begins=rest[: positions + 1], bases=rest[positions + 1 :])
    return parts.call(
        "windows", parts.cell, run, positions, longest, *parts.inputs, parts.output, places,
        arguments_of(parts),
    )  # fmt: skip


def _thresholds(parts: Parts) -> Call:
    channels, n = parts.rows()
    return parts.call("thresholds", parts.cell, channels, n, *parts.inputs, parts.output, *parts.arguments())


def _contraction(parts: Parts) -> Call:
    pairs, n, k, m, *begins = parts.rows()
    return parts.call(
        "contraction", parts.cell, pairs, n, k, m, *parts.inputs, parts.output, *parts.formats(),
        parts.indices(begins=begins),
    )  # fmt: skip


def _matrix(parts: Parts) -> Call:
    weight, *others = parts.arguments()
    call = parts.call("matrix", parts.cell, *parts.rows(), *parts.inputs, weight, *others, parts.output)
    call.weight = weight
    return call


def _convolution(parts: Parts) -> Call:
    sizes, pixels = parts.rows()[:5], parts.rows()[5:]
    weight, *others = parts.arguments()
    cell = parts.cell.replace("convolution", "dense")
    call = parts.call(
        "convolution",
        cell,
        *sizes,
        *parts.inputs,
        weight,
        *others,
        parts.output,
        parts.indices(pixels=pixels),
    )
    call.weight = weight
    return call


def _rows(parts: Parts) -> Call:
    return parts.call("rows", parts.cell, *parts.rows(), *parts.inputs, parts.output)


def _rows_with_tables(parts: Parts) -> Call:
    tables = [parts.table(0), parts.table(1)]
    return parts.call("rows_with_tables", parts.cell, *parts.rows(), *parts.inputs, *tables, parts.output)


def _reduce(parts: Parts) -> Call:
    return parts.call("reduce", parts.cell, *parts.rows(), *parts.inputs, parts.output)


def _exchange(parts: Parts) -> Call:
    rows, n, k, count, *pairs = parts.rows()
    lists = parts.indices(pairs=pairs or [0])
    return parts.call("exchange", parts.cell, rows, n, k, count, *parts.inputs, parts.output, lists)


def _trees(parts: Parts) -> Call:
    heads, nodes = trees_of(parts.op["ints"])
    n_nodes, n_leaves = [head[0] for head in heads], [head[1] for head in heads]
    left, right, feature = zip(*nodes, strict=True) if nodes else ((0,), (0,), (0,))
    lists = parts.indices(
        first_nodes=list(accumulate(n_nodes, initial=0)),
        first_leaves=list(accumulate(n_leaves, initial=0)),
        left=left,
        right=right,
        feature=feature,
    )
    forest = f"{parts.prefix}_forest"
    parts.data.append(
        f"struct {forest} : {lists} {{\n  static constexpr int most_nodes = {max(n_nodes)}, "
        f"most_leaves = {max(n_leaves)};\n}};"
    )
    values = parts.rows()[1]
    constants = [parts.constant(0), parts.constant(1)]
    return parts.call(
        "trees", parts.cell, len(heads), values, *parts.inputs, parts.output, *constants, forest
    )


def _bins(parts: Parts) -> Call:
    outputs, bins, count, *features = parts.rows()
    constants = [parts.constant(0), parts.constant(1)]
    return parts.call(
        "bins", parts.cell, outputs, bins, count, *parts.inputs, parts.output, *constants,
        parts.table(0), parts.indices(features=features or [0]),
    )  # fmt: skip


def _rows_by_index(parts: Parts) -> Call:
    return parts.call("rows_by_index", parts.cell, *parts.rows(), *parts.inputs, parts.output)


def _segments(parts: Parts) -> Call:
    kernel = "segments" if len(parts.inputs) == 2 else "masked_segments"
    tables = [parts.table(number) for number in range(len(parts.op["tables"]))]
    return parts.call(kernel, parts.cell, *parts.rows(), *parts.inputs, parts.output, *tables)


def _inputs(parts: Parts) -> str:
    return f"kernels::inputs<{', '.join(parts.inputs)}>"


def arguments_of(parts: Parts) -> str:
    """Constants, tables and formats of a cell, as one type."""
    return f"kernels::arguments<{', '.join(parts.arguments())}>"


KERNELS: Mapping[str, Callable[[Parts], Call]] = {
    "map": _map,
    "zip": _zip,
    "pointwise": _pointwise,
    "fill": _fill,
    "gather": _gather,
    "windows": _windows,
    "thresholds": _thresholds,
    "contraction": _contraction,
    "trees": _trees,
    "bins": _bins,
    "rows": _rows,
    "exchange": _exchange,
    "slices": _slices,
    "matrix": _matrix,
    "convolution": _convolution,
    "rows_with_tables": _rows_with_tables,
    "reduce": _reduce,
    "rows_by_index": _rows_by_index,
    "segments": _segments,
}
"""How each schedule of the engine is called; a new one adds a line here."""
