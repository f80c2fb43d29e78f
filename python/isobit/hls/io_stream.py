"""``io_stream``: operations as kernels over streams of pixels (``hls_kernels/schedule/stream``).

The items are those of ``io_parallel``: for one pixel, for what a kernel meets at one position, or for a piece
of the tensor that is collected first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping

import numpy as np

from isobit.backends.cells import schedule_of
from isobit.cxx.literals import static_format
from isobit.cxx.network import Network
from isobit.errors import UnsupportedError
from isobit.hls import io_parallel
from isobit.hls.grid import Grid, grid_of_taps, grid_of_windows
from isobit.hls.parts import POLICY, Call, Parts
from isobit.ops.sliding import Axis


def _elementwise(parts: Parts) -> Call:
    """Pixel by pixel, if constants are the same for all of them."""
    pixels = _common(parts)
    return _pieces(parts, pixels if _repeat(parts, pixels) else 1)


def _rows(parts: Parts) -> Call:
    """Row by row: a pixel has one or several, or a row consists of several pixels."""
    rows, *others = parts.op["ints"].tolist()
    pieces = math.gcd(rows, _common(parts))
    _replace(parts, ints=np.array([rows // pieces, *others]))
    return _pieces(parts, pieces)


def _thresholds(parts: Parts) -> Call:
    channels = int(parts.op["ints"][0])
    pixels = _common(parts)
    return _pieces(parts, pixels if _size(parts) // pixels % channels == 0 else 1)


def _gather(parts: Parts) -> Call:
    """Pixel by pixel, if all of them do the same."""
    pairs = parts.op["ints"].reshape(-1, 2)
    pieces = _common(parts)
    if pieces > 1:
        sizes = np.array([parts.network.size(tensor) // pieces for tensor in parts.op["inputs"]])
        first = pairs[: len(pairs) // pieces]
        steps = np.arange(pieces)[:, None] * sizes[first[:, 0]]
        expected = np.tile(first, (pieces, 1))
        expected[:, 1] += steps.ravel()
        if np.array_equal(expected, pairs) and (first[:, 1] < sizes[first[:, 0]]).all():
            _replace(parts, ints=first.ravel())
            return _pieces(parts, pieces)
    return _pieces(parts, 1, _wanted(parts.network, parts.op["output"]))


def _collected(parts: Parts) -> Call:
    """The whole tensor is collected first."""
    return _pieces(parts, 1)


def _windows(parts: Parts) -> Call:
    run, positions, longest, *rest = (int(n) for n in parts.op["ints"])
    begins, bases = rest[: positions + 1], np.array(rest[positions + 1 :])
    (tensor,) = parts.op["inputs"]
    pixels = parts.network.size(tensor) // run
    if parts.channels[tensor] != run or (bases % run).any():
        return _collected(parts)
    places = bases // run
    if positions == 1 and np.array_equal(places, np.arange(pixels)):
        parts.channels[parts.op["output"]] = run
        arguments = io_parallel.arguments_of(parts)
        return parts.call("pooled", parts.cell, *parts.inputs, parts.output, arguments)
    grid = grid_of_windows([places[a:b] for a, b in itertools.pairwise(begins)], pixels)
    if grid is None or not _repeat(parts, positions):
        return _collected(parts)
    taps = grid.rows.taps * grid.columns.taps
    item = (
        f"kernels::window_pooling<{POLICY}, {parts.cell}, {run}, {taps}, {longest}, "
        f"{_format(parts, tensor)}, {_block(parts.output, positions)}, {io_parallel.arguments_of(parts)}>"
    )
    return _sliding(parts, grid, item, run)


def _convolution(parts: Parts) -> Call:
    positions, groups, n_in, n_out, taps = (int(n) for n in parts.op["ints"][:5])
    (tensor,) = parts.op["inputs"]
    pixels = parts.network.size(tensor) // (groups * n_in)
    grid = None
    if parts.channels[tensor] == groups * n_in:
        grid = grid_of_taps(parts.op["ints"][5:].reshape(positions, taps), pixels)
    if grid is None:
        raise UnsupportedError(
            f"layer {parts.network.layers[parts.number]!r}: its kernel does not slide row by row over one or "
            "two axes of a tensor with channels last, so that io_stream has no schedule for it; use "
            "io_type='io_parallel'"
        )
    weight, *others = parts.arguments()
    cell = parts.cell.replace("convolution", "dense")
    item = (
        f"kernels::window_convolution<{POLICY}, {cell}, {groups}, {n_in}, {n_out}, {taps}, "
        f"{_format(parts, tensor)}, {weight}, {', '.join(others)}, "
        f"{_block(parts.output, positions)}>"
    )
    call = _sliding(parts, grid, item, groups * n_out)
    call.weight = weight
    return call


def _sliding(parts: Parts, grid: Grid, item: str, channels: int) -> Call:
    parts.channels[parts.op["output"]] = channels
    axes = [_axis(axis, n) for axis, n in zip((grid.rows, grid.columns), grid.outputs, strict=True)]
    call = parts.call("sliding", *axes, item, *parts.inputs, parts.output)
    call.runs = math.prod(grid.outputs)
    return call


def _axis(axis: Axis, outputs: int) -> str:
    return (
        f"kernels::axis<{axis.length}, {outputs}, {axis.taps}, {axis.stride}, {axis.dilation}, {axis.begin}>"
    )


def _pieces(parts: Parts, pieces: int, channels: int = 0) -> Call:
    """The kernel of ``io_parallel`` for one of equal pieces of all tensors.

    A piece leaves as one word, or in words of ``channels``.
    """
    names, output = dict(zip(parts.op["inputs"], parts.inputs, strict=True)), parts.output
    parts.inputs = [_block(name, pieces) for name in parts.inputs]
    parts.output = _block(output, pieces)
    parts.channels[parts.op["output"]] = channels or _size(parts) // pieces
    call = io_parallel.KERNELS[parts.schedule](parts)
    streams = [output, *(names[tensor] for tensor in call.inputs)]
    by_pixel = all(_pixels(parts, tensor) == pieces for tensor in (*call.inputs, call.output))
    shell = f"pixels<{POLICY}" if by_pixel else f"blocks<{POLICY}, {pieces}"
    call.kernel = f"kernels::{shell}, {call.kernel}, {', '.join(streams)}>"
    call.runs = pieces
    return call


def _common(parts: Parts) -> int:
    """Into how many pieces all inputs and the output can be cut between pixels."""
    pixels = [_pixels(parts, tensor) for tensor in parts.op["inputs"]]
    return math.gcd(*pixels, _size(parts)) if pixels else 1


def _wanted(network: Network, tensor: int) -> int:
    """The channels that a sliding kernel behind a tensor, or behind elements of it, has; 0 without any."""
    for op in network.operations:
        if tensor in op["inputs"]:
            schedule, ints = schedule_of(op["cell"]), op["ints"]
            if schedule == "convolution":
                return int(ints[1] * ints[2])
            if schedule == "windows":
                return int(ints[0])
            if schedule == "map":
                return _wanted(network, op["output"])
    return 0


def _repeat(parts: Parts, pieces: int) -> bool:
    """Whether constants are the same for each piece; if so, they become those of one."""
    cut = []
    for constant in parts.op["constants"]:
        raw = np.ravel(constant["raw"])
        if raw.size > 1:
            rows = raw.reshape(pieces, -1)
            if (rows != rows[0]).any():
                return False
            raw = rows[0]
        cut.append({**constant, "raw": raw})
    _replace(parts, constants=cut)
    return True


def _replace(parts: Parts, **changed: object) -> None:
    parts.op = {**parts.op, **changed}


def _size(parts: Parts) -> int:
    return parts.network.size(parts.op["output"])


def _pixels(parts: Parts, tensor: int) -> int:
    return parts.network.size(tensor) // parts.channels[tensor]


def _format(parts: Parts, tensor: int) -> str:
    return static_format(parts.network.format(tensor))


def _block(name: str, pieces: int) -> str:
    return f"kernels::block<{name}, {pieces}>"


KERNELS: Mapping[str, Callable[[Parts], Call]] = {
    "map": _elementwise,
    "zip": _elementwise,
    "pointwise": _elementwise,
    "fill": _collected,
    "slices": _collected,
    "gather": _gather,
    "windows": _windows,
    "thresholds": _thresholds,
    "matrix": _rows,
    "convolution": _convolution,
    "rows": _rows,
    "rows_with_tables": _rows,
    "reduce": _rows,
    "exchange": _rows,
    "contraction": _collected,
}
"""How each schedule of the engine streams; those without a line are refused."""
