"""Operators that put parts of tensors together or take them out: Concat, Slice, Split, Gather."""

from __future__ import annotations

from collections.abc import Sequence

from isobit.errors import FileFormatError
from isobit.frontends.onnx.arguments import slice_arguments
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_TO_THE_END = 2**31 - 1
_MAX_RUNS = 1024


def concat(layer: Layer) -> Tensor:
    """Side by side along one axis of a sample."""
    if not layer.attributes.has("axis"):
        raise FileFormatError("attribute axis is missing")
    axis = layer.attributes.integer("axis", 0)
    xs = [layer.tensor(i) for i in range(len(layer.inputs))]
    layer.same_rank(xs)
    return layer.emit("concatenate", xs, {"axis": layer.data_axis(axis, xs[0])})


def slice_tensor(layer: Layer) -> Tensor:
    """Python slices along axes of a sample."""
    x = layer.tensor(0, integer=True)
    cuts: dict[int, slice] = {}
    for axis, cut in slice_arguments(layer, layer.rank(x)).items():
        if axis > 0:
            cuts[axis - 1] = cut
        elif cut.start != 0 or cut.step != 1 or cut.stop < (layer.fixed_batch or _TO_THE_END):
            raise layer.refuse(
                "it takes samples out of the batch (axis 0); supported are the axes of one sample"
            )
    return _cut(layer, x, cuts)


def split(layer: Layer) -> tuple[Tensor, ...]:
    """One slice per output."""
    x = layer.tensor(0)
    axis = layer.data_axis(layer.attributes.integer("axis", 0), x)
    total, count = layer.shape(x)[axis], len(layer.outputs)
    if layer.opset >= 18 and layer.has(1) == layer.attributes.has("num_outputs"):
        raise FileFormatError("it needs either input 1 (split) or the attribute num_outputs")
    lengths = layer.integers(1) if layer.has(1) else layer.attributes.integers("split")
    if layer.attributes.integer("num_outputs", count) != count:
        raise FileFormatError(f"attribute num_outputs is not the number of outputs ({count})")
    if lengths is None:
        longest = -(-total // count)
        lengths = tuple(min(longest, total - i * longest) for i in range(count))
        if layer.opset < 18 and total % count:
            raise FileFormatError(f"{total} elements cannot be split into {count} equal parts")
    if len(lengths) != count or min(lengths) < 1 or sum(lengths) != total:
        raise FileFormatError(f"parts of length {lengths} do not make {count} outputs of {total} elements")
    starts = [sum(lengths[:i]) for i in range(count)]
    return tuple(
        _cut(layer, x, {axis: slice(start, start + length, 1)}, part=str(i))
        for i, (start, length) in enumerate(zip(starts, lengths, strict=True))
    )


def gather(layer: Layer) -> Tensor:
    """Chosen elements along one axis, by constant indices: one, or a list."""
    x = layer.tensor(0)
    axis = layer.data_axis(layer.attributes.integer("axis", 0), x)
    length, shape = layer.shape(x)[axis], layer.shape(x)
    scalar = layer.array(1).ndim == 0
    indices = layer.integers(1)
    if not indices or not all(-length <= n < length for n in indices):
        raise FileFormatError(f"indices {indices[:8]} do not fit an axis of length {length}")
    positions = [n % length for n in indices]
    if scalar:
        one = _cut(layer, x, {axis: slice(positions[0], positions[0] + 1, 1)}, part="slice")
        return layer.reshape(one, (*shape[:axis], *shape[axis + 1 :]))
    runs = _runs(positions)
    if len(runs) == 1:
        return _cut(layer, x, {axis: runs[0]})
    if len(runs) > _MAX_RUNS:
        raise layer.refuse(f"the indices make {len(runs)} separate pieces; supported are {_MAX_RUNS}")
    parts = [_cut(layer, x, {axis: run}, part=f"part{i}") for i, run in enumerate(runs)]
    return layer.emit("concatenate", parts, {"axis": axis})


def _runs(positions: Sequence[int]) -> list[slice]:
    """The positions as slices of step 1, in order."""
    runs: list[slice] = []
    for n in positions:
        if runs and runs[-1].stop == n:
            runs[-1] = slice(runs[-1].start, n + 1, 1)
        else:
            runs.append(slice(n, n + 1, 1))
    return runs


def _cut(layer: Layer, x: Tensor, cuts: dict[int, slice], part: str = "") -> Tensor:
    """A slice layer; axes without a cut stay whole."""
    starts, stops, steps = [], [], []
    for axis, length in enumerate(layer.shape(x)):
        start, stop, step = cuts.get(axis, slice(None)).indices(length)
        if not len(range(start, stop, step)):
            raise FileFormatError(f"nothing is left of axis {axis + 1}, which has length {length}")
        starts.append(start)
        stops.append(None if stop < 0 else stop)
        steps.append(step)
    attrs = {"starts": tuple(starts), "stops": tuple(stops), "steps": tuple(steps)}
    return Tensor(layer.emit("slice", [x], attrs, part=part).name, x.integer)
