"""Operators that put parts of tensors together or take them out: Concat, Slice, Split."""

from __future__ import annotations

from isobit.errors import FileFormatError
from isobit.frontends.onnx.arguments import slice_arguments
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Tensor

_TO_THE_END = 2**31 - 1


def concat(layer: Layer) -> Tensor:
    """Side by side along one axis of a sample."""
    if not layer.attributes.has("axis"):
        raise FileFormatError("attribute axis is missing")
    axis = layer.attributes.integer("axis", 0)
    xs = [layer.data(i, "fib", moved=True) for i in range(len(layer.inputs))]
    batched = [x for x in xs if x.batch is not None]
    if batched and len(batched) < len(xs) and layer.fixed_batch != 1:
        raise layer.refuse(
            "it joins data with a constant of one sample, which fits a batch of 1 only; supported are "
            "constants that Expand repeats for the batch"
        )
    if len({layer.rank(x) for x in xs}) > 1 or len({x.batch for x in batched}) > 1:
        raise layer.refuse("inputs of different rank would mix the batch axis with data")
    xs = layer.aligned(xs)
    first = batched[0] if batched else xs[0]
    joined = layer.emit("concatenate", xs, {"axis": layer.data_axis(axis, first)})
    return joined.at(first.batch).of(first.element)


def slice_tensor(layer: Layer) -> Tensor:
    """Python slices along axes of a sample."""
    x = layer.tensor(0, "fib", moved=True)
    cuts: dict[int, slice] = {}
    for axis, cut in slice_arguments(layer, layer.rank(x)).items():
        if axis != x.batch:
            cuts[layer.data_axis(axis, x)] = cut
        elif cut.start != 0 or cut.step != 1 or cut.stop < (layer.fixed_batch or _TO_THE_END):
            raise layer.refuse(
                f"it takes samples out of the batch (axis {axis}); supported are the axes of one sample"
            )
    return cut_out(layer, x, cuts)


def split(layer: Layer) -> tuple[Tensor, ...]:
    """One slice per output."""
    x = layer.tensor(0, "fib", moved=True)
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
        cut_out(layer, x, {axis: slice(start, start + length, 1)}, part=str(i))
        for i, (start, length) in enumerate(zip(starts, lengths, strict=True))
    )


def cut_out(layer: Layer, x: Tensor, cuts: dict[int, slice], part: str = "") -> Tensor:
    """A slice layer; axes of a sample without a cut stay whole."""
    starts, stops, steps = [], [], []
    for axis, length in enumerate(layer.shape(x)):
        start, stop, step = cuts.get(axis, slice(None)).indices(length)
        if not len(range(start, stop, step)):
            raise layer.refuse(
                f"nothing is left of axis {layer.onnx_axis(axis, x)}, which has length {length}"
            )
        starts.append(start)
        stops.append(None if stop < 0 else stop)
        steps.append(step)
    attrs = {"starts": tuple(starts), "stops": tuple(stops), "steps": tuple(steps)}
    return layer.emit("slice", [x], attrs, part=part)
