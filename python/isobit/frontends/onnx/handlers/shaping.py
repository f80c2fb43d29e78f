"""Other shapes for the same data: Reshape, Flatten, Squeeze, Unsqueeze, Transpose; and Shape itself."""

from __future__ import annotations

import math

from isobit.errors import FileFormatError
from isobit.frontends.onnx.arguments import axes_argument, bounds_of_shape, permutation
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Constant, Tensor, pair, shape_constant
from isobit.ir import Shape


def shape_of(layer: Layer) -> Constant:
    """The shape of a tensor, in which the size of the batch stays open."""
    x = layer.tensor(0, integer=True)
    full = shape_constant(layer.shape(x), f"the shape of {x.name!r}")
    cut = bounds_of_shape(layer)
    return pair(full.array[cut], None if full.other is None else full.other[cut], full.source)


def reshape(layer: Layer) -> Tensor:
    """A new shape whose first axis must still be the batch."""
    x = layer.tensor(0, integer=True)
    target = layer.value(1)
    if not isinstance(target, Constant):
        raise layer.refuse(f"input 1 ({layer.inputs[1]!r}), the shape, is computed from the data")
    if target.array.ndim != 1 or target.array.dtype.kind != "i":
        raise FileFormatError("input 1, the shape, must be a list of integers")
    copy_zeros = not layer.attributes.flag("allowzero", False)
    entries = ["batch" if batch else int(n) for n, batch in zip(target.array, target.is_batch(), strict=True)]
    shown = f"the shape [{', '.join(map(str, entries))}]"
    shape = layer.shape(x)
    if copy_zeros:
        for i, entry in enumerate(entries):
            if entry == 0:
                if i > len(shape):
                    raise FileFormatError(f"{shown} copies axis {i}, but the input has {len(shape) + 1} axes")
                entries[i] = "batch" if i == 0 else shape[i - 1]
    rest = [n for n in entries[1:] if isinstance(n, int)]
    if not entries or len(rest) != len(entries) - 1 or 0 in rest or min(rest, default=0) < -1:
        raise layer.refuse(
            f"{shown} of {x.name!r} (samples of shape {shape}): supported are shapes that begin "
            "with the batch axis and have positive entries, and at most one -1"
        )
    return layer.reshape(x, _sample_shape(layer, x, entries[0], rest, shown))


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
    """All axes of a sample as one."""
    x = layer.tensor(0, integer=True)
    shape, rank = layer.shape(x), layer.rank(x)
    axis = layer.attributes.integer("axis", 1)
    counted = rank if axis == rank else layer.axis(axis, rank)
    whole_batch = counted == 0 and layer.fixed_batch == 1
    if not whole_batch and (counted == 0 or math.prod(shape[: counted - 1]) != 1):
        raise layer.refuse(
            f"attribute axis is {axis}, which merges the batch axis with data of shape {shape}; supported: 1"
        )
    return layer.reshape(x, (math.prod(shape),))


def squeeze(layer: Layer) -> Tensor:
    """Drop axes of length 1."""
    x = layer.tensor(0, integer=True)
    axes = axes_argument(layer)
    if axes is None:
        raise layer.refuse("without axes it would drop the batch axis of a single sample, too; give the axes")
    dropped = [layer.data_axis(axis, x) for axis in axes]
    shape = layer.shape(x)
    for axis in dropped:
        if shape[axis] != 1:
            raise FileFormatError(f"axis {axis + 1} has length {shape[axis]}, not 1")
    return layer.reshape(x, tuple(n for axis, n in enumerate(shape) if axis not in dropped))


def unsqueeze(layer: Layer) -> Tensor:
    """Insert axes of length 1."""
    x = layer.tensor(0, integer=True)
    axes = axes_argument(layer)
    if axes is None:
        raise FileFormatError("it needs axes")
    rank = layer.rank(x) + len(axes)
    inserted = {layer.axis(axis, rank) for axis in axes}
    if len(inserted) != len(axes):
        raise FileFormatError(f"axes {axes} name an axis twice")
    if 0 in inserted:
        raise layer.refuse("axis 0 would move the batch axis; supported are the axes after it")
    lengths = iter(layer.shape(x))
    return layer.reshape(x, tuple(1 if axis in inserted else next(lengths) for axis in range(1, rank)))


def transpose(layer: Layer) -> Tensor:
    """The axes of a sample in another order."""
    x = layer.tensor(0, integer=True)
    perm = permutation(layer, layer.rank(x))
    if perm[0] != 0:
        raise layer.refuse(f"attribute perm {list(perm)} moves the batch axis; it must stay first")
    turned = layer.emit("transpose", [x], {"perm": tuple(axis - 1 for axis in perm[1:])})
    return Tensor(turned.name, x.integer)
