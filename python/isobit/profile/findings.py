"""What stands out in a profile, in words: computed from the measurement, the most important first."""

from __future__ import annotations

from collections.abc import Iterator

from isobit.profile.results import ModelProfile, TensorProfile
from isobit.profile.words import percent

_MOST = 7
_LOST = 0.05
"""The share of values lost to zero from which it is worth a word."""


def findings(model: ModelProfile) -> list[str]:
    """Plain sentences; at least one."""
    found = [*_overflows(model), *_misfits(model), *_lost(model), *_idle(model)]
    if len(found) > _MOST:
        found = [
            *found[:_MOST],
            f"{len(found) - _MOST} further remarks are left out; the table below has all numbers.",
        ]
    return found or [
        "Nothing overflows on this data, hardly a value is lost to zero, and no format wastes two bits."
    ]


def _overflows(model: ModelProfile) -> Iterator[str]:
    tensors = sorted((*model.values, *model.accumulators), key=lambda t: -t.overflow.rate)
    for tensor in tensors:
        if tensor.overflow.events:
            wraps = "WRAP" in tensor.format.overflow.name
            what = "wraps around" if wraps else "saturates"
            yield (
                f"{tensor.name} {what} for {percent(tensor.overflow.rate)} of its values "
                f"({_sides(tensor)}): {tensor.format} reaches from {tensor.format.min:.5g} to "
                f"{tensor.format.max:.5g}{_seen(tensor)}." + _advice(tensor, wraps)
            )
        elif not tensor.overflow.countable:
            yield f"{tensor.name} may overflow, but {tensor.format} is too wide for counting it."


def _advice(tensor: TensorProfile, wraps: bool) -> str:
    if wraps:
        return " Give it more integer bits, or SAT."
    if tensor.before_relu and tensor.overflow.below:
        return " The ReLU behind it drops all values below zero."
    return ""


def _sides(tensor: TensorProfile) -> str:
    overflow = tensor.overflow
    parts = [
        (overflow.below, "below its range"),
        (overflow.above, "above it" if overflow.below else "above its range"),
    ]
    return ", ".join(f"{count:,} {where}" for count, where in parts if count)


def _seen(tensor: TensorProfile) -> str:
    if tensor.trained is None:
        return ""
    return f", the float model's values from {tensor.trained.low:.5g} to {tensor.trained.high:.5g}"


def _misfits(model: ModelProfile) -> Iterator[str]:
    for tensor in model.constants:
        if tensor.overflow.events:
            yield (
                f"{tensor.overflow.events} of {tensor.overflow.casts} values of {tensor.name} do not fit in "
                f"{tensor.format}{_seen(tensor)}."
            )


def _lost(model: ModelProfile) -> Iterator[str]:
    for tensor in model.values:
        if tensor.trained is None or tensor.fixed is None:
            continue
        lost = (tensor.fixed.zeros - tensor.trained.zeros) / tensor.fixed.total
        if lost >= _LOST:
            yield (
                f"{tensor.name}: {percent(lost)} more zeros than in the float model, because "
                f"{tensor.format} has steps of {tensor.format.lsb:.3g}."
            )


def _idle(model: ModelProfile) -> Iterator[str]:
    wasteful = [t for t in (*model.values, *model.constants) if t.idle_high >= 2]
    for tensor in sorted(wasteful, key=lambda t: -t.idle_high):
        yield (
            f"{tensor.name} never uses the {tensor.idle_high} highest bits of {tensor.format}; they could be "
            "fractional bits, or saved."
        )
