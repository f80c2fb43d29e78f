"""Comparison of every execution path, layer by layer and bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.engine import Engine, threads
from isobit.errors import InputError, MismatchError
from isobit.inputs import check_raws, check_values
from isobit.rounding import FLOAT64_BITS, RawArray, raw_dtype, to_raw, to_value

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

Arrays = list[npt.NDArray[Any]]
_LANES = ("16", "32", "64", "128")
_LAYOUTS = ("samples", "neurons")
_BATCHES = (1, 7, 64)
_SLOW_SAMPLES = 256
"""The replay of the data-flow graph sees so many samples, a batch size so many batches."""


@dataclass
class Report:
    """What :meth:`QuantizedModel.verify` compared.

    Attributes
    ----------
    samples : int
        Number of samples.
    paths : dict of str to int
        Integers that were compared, by path. The reference is the scalar path in 128-bit integers.
    skipped : dict of str to str
        Paths that are not available here, with the reason.
    mismatches : int
        Always zero: the first difference is an error.
    """

    samples: int
    paths: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    mismatches: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "samples": self.samples,
            "mismatches": self.mismatches,
            "paths": dict(self.paths),
            "skipped": dict(self.skipped),
        }

    def __str__(self) -> str:
        lines = [f"{self.samples} samples, {len(self.paths)} paths, {self.mismatches} mismatches"]
        lines += [f"  {path}: {count} integers equal" for path, count in self.paths.items()]
        lines += [f"  {path}: skipped, {reason}" for path, reason in self.skipped.items()]
        return "\n".join(lines)


def verify(model: QuantizedModel, X: Any, samples: int, seed: int) -> Report:
    """The work of :meth:`QuantizedModel.verify`, which documents it."""
    names = list(model.graph.shapes)
    if X is None:
        raws = check_raws(_by_name(model, random_raws(model, samples, seed)), model.inputs, model.formats)
        values = None
    else:
        values = check_values(X, model.inputs, model.index_ranges)
        pairs = zip(values, model.inputs, strict=True)
        raws = [to_raw(array.astype(np.float64), model.formats[name]).view(np.int64) for array, name in pairs]
    reference = dict(zip(names, model.engine.run_raw(raws, names, 1, "128", "generic"), strict=True))
    if len(raws[0]) == 0:
        raise InputError("verify needs at least one sample")
    report = Report(samples=len(raws[0]))
    for path, chosen, run in _integer_paths(model, raws, names, report):
        _compare(path, {name: reference[name] for name in chosen}, run(), report)
    _compare_floats(model, values, raws, reference, report)
    return report


def _integer_paths(
    model: QuantizedModel, raws: Arrays, names: list[str], report: Report
) -> Iterator[tuple[str, list[str], Callable[[], Arrays]]]:
    """Name of each path, the tensors that it computes, and the computation."""
    from isobit import _core

    engine, count = model.engine, len(raws[0])
    outputs = list(dict.fromkeys(model.graph.outputs.values()))
    for isa in _core.isas():
        # As predict computes: packed and fused, where only the outputs are kept.
        for layout in _LAYOUTS:
            yield f"{isa}, {layout}", outputs, partial(engine.run_raw, raws, outputs, 1, "auto", isa, layout)
        for lane in _LANES:
            yield f"{isa}, lane {lane}", names, partial(engine.run_raw, raws, names, 1, lane, isa)
    for number in sorted({2, 3, threads(None)}):
        yield f"{number} threads", names, partial(engine.run_raw, raws, names, number)
    for batch in _BATCHES:
        if batch < count:
            yield f"batches of {batch}", names, partial(_in_batches, engine, raws, names, batch)
    few = [array[:_SLOW_SAMPLES] for array in raws]
    if engine.is_traceable:
        yield "replay of the data-flow graph", names, partial(engine.replay, few, names)
    else:
        report.skipped["replay of the data-flow graph"] = "the network is too large for one to be recorded"
    if model.proof.f64:
        yield "integers in float64", names, partial(engine.run_f64, raws, names)
    else:
        report.skipped["integers in float64"] = "the proof does not exclude integers beyond 53 bits"


def _in_batches(engine: Engine, raws: Arrays, names: list[str], batch: int) -> Arrays:
    """The first batches of a size, computed one by one."""
    count = min(len(raws[0]), batch * _SLOW_SAMPLES)
    parts = [
        engine.run_raw([array[start : min(start + batch, count)] for array in raws], names, 1)
        for start in range(0, count, batch)
    ]
    return [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]


def _compare(path: str, reference: dict[str, npt.NDArray[Any]], found: Arrays, report: Report) -> None:
    """Layers in order of computation; a path may compute the first samples only."""
    compared = 0
    for (name, expected), actual in zip(reference.items(), found, strict=True):
        different = expected[: len(actual)] != actual
        if different.any():
            position = tuple(int(i) for i in np.argwhere(different)[0])
            raise MismatchError(
                f"path {path!r} differs at layer {name!r}, sample {position[0]}, element {position[1:]}: "
                f"expected {expected[position]}, found {actual[position]} "
                f"({int(different.sum())} of {actual.size} elements of this layer differ)"
            )
        compared += actual.size
    report.paths[path] = compared


def _compare_floats(
    model: QuantizedModel,
    values: Arrays | None,
    raws: Arrays,
    reference: dict[str, npt.NDArray[Any]],
    report: Report,
) -> None:
    """The path of ``predict``: floats in, floats out."""
    path = "floats in and out"
    wide = [name for name in model.inputs if model.formats[name].width > FLOAT64_BITS]
    if values is None and wide:
        report.skipped[path] = f"the input {wide[0]!r} has more than {FLOAT64_BITS} bits"
        return
    if values is None:
        pairs = zip(raws, model.inputs, strict=True)
        values = [to_value(array, model.formats[name]) for array, name in pairs]
    names = [name for name, fmt in model.formats.items() if fmt.width <= FLOAT64_BITS]
    exact = {name: to_value(reference[name], model.formats[name]) for name in names}
    _compare(path, exact, model.engine.run(values, names, None), report)


def random_raws(model: QuantizedModel, samples: int, seed: int) -> list[RawArray]:
    """Random integers over the input formats; the first samples hold zero and the ends of the range."""
    generator = np.random.default_rng(seed)
    arrays = []
    for name, shape in model.inputs.items():
        fmt = model.formats[name]
        low, high, dtype = fmt.min_raw, fmt.max_raw, raw_dtype(fmt)
        raws = generator.integers(low, high, size=(samples, *shape), dtype=dtype, endpoint=True)
        for row, raw in enumerate((0, high, low, 1 if high >= 1 else 0, -1 if low < 0 else 0)):
            raws[row : row + 1] = raw
        if fmt.is_pm1:
            raws[raws == 0] = 1
        arrays.append(raws)
    return arrays


def _by_name(model: QuantizedModel, arrays: list[RawArray]) -> dict[str, RawArray]:
    return dict(zip(model.inputs, arrays, strict=True))
