"""Other shapes for the same data: Reshape, Flatten, Squeeze, Unsqueeze, Transpose; and Shape itself."""

from __future__ import annotations

import math

import numpy as np

from isobit.errors import FileFormatError
from isobit.frontends.onnx.arguments import axes_argument, bounds_of_shape, permutation
from isobit.frontends.onnx.layer import Layer, batch_without
from isobit.frontends.onnx.values import Constant, Tensor, pair, shape_constant
from isobit.ir import Shape


def shape_of(layer: Layer) -> Constant:
    """The shape of a tensor, in which the size of the batch stays open."""
    x = layer.tensor(0, "fib", moved=True)
    full = shape_constant(layer.shape(x), x.batch, f"the shape of {x.name!r}")
    cut = bounds_of_shape(layer)
    return pair(full.array[cut], None if full.other is None else full.other[cut], full.source)


def size_of(layer: Layer) -> Constant:
    """The number of elements of a tensor without batch axis."""
    x = layer.tensor(0, "fib", moved=True)
    if x.batch is not None:
        raise layer.refuse("computing with the size of the batch is not supported")
    return Constant(np.array(math.prod(layer.shape(x)), dtype=np.int64), f"the size of {x.name!r}")


def reshape(layer: Layer) -> Tensor:
    """A new shape; with a batch axis, that must stay the first."""
    x = layer.tensor(0, "fib")
    target = layer.value(1)
    if not isinstance(target, Constant):
        raise layer.refuse(f"input 1 ({layer.inputs[1]!r}), the shape, is computed from the data")
    if target.array.ndim != 1 or target.array.dtype.kind != "i":
        raise FileFormatError("input 1, the shape, must be a list of integers")
    copy_zeros = not layer.attributes.flag("allowzero", False)
    entries = ["batch" if batch else int(n) for n, batch in zip(target.array, target.is_batch(), strict=True)]
    shown = f"the shape [{', '.join(map(str, entries))}]"
    full: list[int | str] = ["batch", *layer.shape(x)] if x.batch == 0 else list(layer.shape(x))
    if copy_zeros:
        for i, entry in enumerate(entries):
            if entry == 0:
                if i >= len(full):
                    raise FileFormatError(f"{shown} copies axis {i}, but the input has {len(full)} axes")
                entries[i] = full[i]
    first = ["batch"] if x.batch is None else entries[:1]
    sample = entries if x.batch is None else entries[1:]
    rest = [n for n in sample if isinstance(n, int)]
    if not first or len(rest) != len(sample) or 0 in rest or min(rest, default=0) < -1:
        raise layer.refuse(
            f"{shown} of {x.name!r} (samples of shape {layer.shape(x)}): supported are shapes that begin "
            "with the batch axis and have positive entries, and at most one -1"
        )
    return layer.reshape(x, _sample_shape(layer, x, first[0], rest, shown))


def _sample_shape(layer: Layer, x: Tensor, first: int | str, rest: list[int], shown: str) -> Shape:
    """The entries after the first, if the first then is the batch axis and nothing else."""
    size = math.prod(layer.shape(x))
    known = math.prod(n for n in rest if n != -1)
    keeps_batch = first in ("batch", layer.fixed_batch)
    if rest.count(-1) == 1 and keeps_batch and size % known == 0:
        return tuple(size // known if n == -1 else n for n in rest)
    # A number stands for the batch if the rest is one sample: no other batch could run through the file.
    fits = keeps_batch or first == -1 or (layer.fixed_batch is None and isinstance(first, int) and first > 0)
    if -1 not in rest and known == size and fits:
        return tuple(rest)
    raise layer.refuse(
        f"{shown} does not keep the batch axis of {x.name!r}, whose samples have shape {layer.shape(x)} "
        f"({size} elements)"
    )


def flatten(layer: Layer) -> Tensor:
    """All axes of a sample as one; without batch axis, a matrix."""
    x = layer.tensor(0, "fib")
    shape, rank = layer.shape(x), layer.rank(x)
    axis = layer.attributes.integer("axis", 1)
    counted = rank if axis == rank else layer.axis(axis, rank)
    if x.batch is None:
        return layer.reshape(x, (math.prod(shape[:counted]), math.prod(shape[counted:])))
    whole_batch = counted == 0 and layer.fixed_batch == 1
    if not whole_batch and (counted == 0 or math.prod(shape[: counted - 1]) != 1):
        raise layer.refuse(
            f"attribute axis is {axis}, which merges the batch axis with data of shape {shape}; supported: 1"
        )
    return layer.reshape(x, (math.prod(shape),))


def squeeze(layer: Layer) -> Tensor:
    """Drop axes of length 1."""
    x = layer.tensor(0, "fib", moved=True)
    axes = axes_argument(layer)
    shape = layer.shape(x)
    if axes is None and x.batch is not None:
        raise layer.refuse("without axes it would drop the batch axis of a single sample, too; give the axes")
    if axes is None:
        dropped = [axis for axis, n in enumerate(shape) if n == 1]
    else:
        dropped = [layer.data_axis(axis, x) for axis in axes]
    for axis in dropped:
        if shape[axis] != 1:
            raise FileFormatError(f"axis {layer.onnx_axis(axis, x)} has length {shape[axis]}, not 1")
    squeezed = layer.reshape(x, tuple(n for axis, n in enumerate(shape) if axis not in dropped))
    return squeezed.at(batch_without(x, dropped))


def unsqueeze(layer: Layer) -> Tensor:
    """Insert axes of length 1."""
    x = layer.tensor(0, "fib", moved=True)
    axes = axes_argument(layer)
    if axes is None:
        raise FileFormatError("it needs axes")
    rank = layer.rank(x) + len(axes)
    inserted = {layer.axis(axis, rank) for axis in axes}
    if len(inserted) != len(axes):
        raise FileFormatError(f"axes {axes} name an axis twice")
    kept = [axis for axis in range(rank) if axis not in inserted]
    batch = None if x.batch is None else kept[x.batch]
    lengths = iter(layer.shape(x))
    shape = tuple(1 if axis in inserted else next(lengths) for axis in range(rank) if axis != batch)
    return layer.reshape(x, shape).at(batch)


def transpose(layer: Layer) -> Tensor:
    """The axes in another order; the batch axis, which samples do not have, may move among them."""
    x = layer.tensor(0, "fib", moved=True)
    perm = permutation(layer, layer.rank(x))
    order = tuple(layer.data_axis(axis, x) for axis in perm if axis != x.batch)
    return layer.emit("transpose", [x], {"perm": order}).at(None if x.batch is None else perm.index(x.batch))
