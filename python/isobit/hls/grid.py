"""A kernel that slides over an image, found again in the list of pixels that its taps meet.

Lowered operations hold lists of pixels and no strides or pads. What is found here makes exactly the same
list, or nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isobit.hls.multipliers import divisors
from isobit.ops.sliding import Axis, Pixels, combined

Coordinates = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """The two axes of an image with a kernel; an axis of time is one row.

    Attributes
    ----------
    rows, columns : Axis
    outputs : (int, int)
        Positions of the kernel along both.
    """

    rows: Axis
    columns: Axis
    outputs: tuple[int, int]

    def pixels(self) -> Pixels:
        """(positions, taps): the pixel that each tap meets, -1 in the padding."""
        axes = (self.rows, self.columns)
        return combined(axes, [axis.meets(n) for axis, n in zip(axes, self.outputs, strict=True)])


def grid_of_taps(pixels: Pixels, size: int) -> Grid | None:
    """The grid of a convolution.

    Parameters
    ----------
    pixels : array of shape (positions, taps)
        -1 in the padding.
    size : int
        Pixels of the input.
    """
    positions, taps = pixels.shape
    fullest = pixels[np.argmax((pixels >= 0).sum(axis=1))]
    for length, outputs, kernel in _candidates(size, positions, taps):
        if not _is_square(fullest, length, kernel):
            continue
        grid = _fitted(pixels, size, length, outputs, kernel)
        if grid is not None and np.array_equal(grid.pixels(), pixels):
            return grid
    return None


def grid_of_windows(windows: Sequence[Pixels], size: int) -> Grid | None:
    """The grid of pooling, whose windows hold the pixels inside of the input only.

    Parameters
    ----------
    windows : sequence of arrays
    size : int
        Pixels of the input.
    """
    lengths = np.array([len(window) for window in windows])
    taps = int(lengths.max())
    listed = np.concatenate(windows)
    lasts = np.array([window[-1] for window in windows])
    for length, outputs, kernel in _candidates(size, len(windows), taps):
        grid = _from_ends(lasts, size, length, outputs, (taps // kernel, kernel))
        if grid is None:
            continue
        pixels = grid.pixels()
        inside = pixels >= 0
        if np.array_equal(inside.sum(axis=1), lengths) and np.array_equal(pixels[inside], listed):
            return grid
    return None


def _candidates(size: int, positions: int, taps: int) -> Iterator[tuple[int, int, int]]:
    """Columns of the image, of the output and of the kernel; those of one row come first."""
    for length in reversed(divisors(size)):
        for outputs in reversed(divisors(positions)):
            for kernel in reversed(divisors(taps)):
                if length < size or (outputs == positions and kernel == taps):
                    yield length, outputs, kernel


def _is_square(taps: Coordinates, length: int, kernel: int) -> bool:
    """Whether rows of a kernel lie in rows of the image, and columns in columns: a quick test."""
    square = taps.reshape(-1, kernel)
    return _is_constant(square // length, square >= 0, 1) and _is_constant(square % length, square >= 0, 0)


def _is_constant(values: Coordinates, inside: npt.NDArray[np.bool_], axis: int) -> bool:
    most = np.where(inside, values, -1).max(axis, keepdims=True)
    return bool(((values == most) | ~inside).all())


def _fitted(pixels: Pixels, size: int, length: int, outputs: int, kernel: int) -> Grid | None:
    positions, taps = pixels.shape
    places = pixels.reshape(positions // outputs, outputs, taps // kernel, kernel)
    inside = places >= 0
    rows = _axis(places // length, inside, size // length, 0)
    columns = _axis(places % length, inside, length, 1)
    if rows is None or columns is None:
        return None
    return Grid(rows, columns, (positions // outputs, outputs))


def _axis(met: Coordinates, inside: npt.NDArray[np.bool_], length: int, which: int) -> Axis | None:
    """The steps between neighbours that are both inside, from the first such pair."""
    stride = _step(met, inside, which)
    dilation = _step(met, inside, 2 + which)
    if not inside.any() or stride < 1 or dilation < 1:
        return None
    place = tuple(int(i) for i in np.argwhere(inside)[0])
    begin = place[which] * stride + place[2 + which] * dilation - int(met[place])
    if begin < 0:
        return None
    return Axis(length, met.shape[2 + which], stride, dilation, begin)


def _step(met: Coordinates, inside: npt.NDArray[np.bool_], axis: int) -> int:
    count = met.shape[axis]
    if count == 1:
        return 1
    here, following = np.arange(count - 1), np.arange(1, count)
    both = np.take(inside, here, axis) & np.take(inside, following, axis)
    if not both.any():
        return 0
    return int((np.take(met, following, axis) - np.take(met, here, axis))[both][0])


def _from_ends(
    lasts: Coordinates, size: int, length: int, outputs: int, kernel: tuple[int, int]
) -> Grid | None:
    """From the last pixels of the first windows along both axes: those end inside of the image."""
    ends = lasts.reshape(-1, outputs)
    rows = _axis_from_ends(ends[:, 0] // length, size // length, kernel[0])
    columns = _axis_from_ends(ends[0] % length, length, kernel[1])
    if rows is None or columns is None:
        return None
    return Grid(rows, columns, (len(ends), outputs))


def _axis_from_ends(ends: Coordinates, length: int, taps: int) -> Axis | None:
    begin = taps - 1 - int(ends[0])
    stride = int(ends[1] - ends[0]) if len(ends) > 1 else 1
    return Axis(length, taps, stride, 1, begin) if begin >= 0 and stride >= 1 else None
