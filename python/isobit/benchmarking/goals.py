"""Numbers to reach: ratios of times in one run, on one pinned core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isobit.benchmarking.networks import BITS_6, BITS_8, BITS_16
from isobit.benchmarking.race import BATCH_1, BULK, Missing, Result
from isobit.benchmarking.report import Goal


@dataclass(frozen=True)
class Wanted:
    """So many times less time than somebody else.

    Parameters
    ----------
    what : str
    network : str
        A key of :data:`isobit.benchmarking.networks.NETWORKS`.
    ours : tuple of str
        Name of the contestant and quantity.
    theirs : tuple of str
        Key of the contestants, and quantity; the fastest of them counts.
    at_least : float
    among : str
        Only contestants with this in their name.
    """

    what: str
    network: str
    ours: tuple[str, str]
    theirs: tuple[str, str]
    at_least: float
    among: str = ""

    def measured(self, results: Sequence[Result | Missing]) -> Goal:
        """The goal with what a run on one core found."""
        ours = [one for one in results if one.name == self.ours[0] and isinstance(one, Result)]
        missing = [one.reason for one in results if isinstance(one, Missing) and one.key == self.theirs[0]]
        missing += [
            one.reason for one in results if isinstance(one, Missing) and self.ours[0].startswith(one.name)
        ]
        theirs = [one for one in results if one.key == self.theirs[0] and isinstance(one, Result)]
        theirs = [one for one in theirs if self.among in one.name and self.theirs[1] in one.times]
        if not ours or not theirs or self.ours[1] not in ours[0].times:
            return self._goal(None, "; ".join(missing) or "not in this run")
        best = min(theirs, key=lambda one: one.times[self.theirs[1]].best)
        ratio = best.times[self.theirs[1]].over(ours[0].times[self.ours[1]])
        return self._goal(ratio.best, f"against {best.name}; quartiles {ratio.low:.3g} to {ratio.high:.3g}")

    def _goal(self, value: float | None, remark: str) -> Goal:
        return Goal(self.what, value, self.at_least, True, "x", remark)


def _isobit(label: str) -> str:
    return f"isobit {label}"


GOALS = (
    Wanted(
        "tagger 16 bit, bulk: hls4ml's predict (Vitis)",
        "tagger",
        (_isobit(BITS_16), BULK),
        ("hls4ml-vitis", BULK),
        1500,
    ),
    Wanted(
        "tagger 16 bit, bulk: ONNX Runtime float32",
        "tagger",
        (_isobit(BITS_16), BULK),
        ("onnxruntime", BULK),
        2,
    ),
    Wanted("tagger 8 bit, bulk: TFLite int8", "tagger", (_isobit(BITS_8), BULK), ("tflite-int8", BULK), 1.2),
    Wanted(
        "tagger 8 bit, bulk: alkaid's interpreter",
        "tagger",
        (_isobit(BITS_8), BULK),
        ("alkaid", BULK),
        100,
        BITS_8,
    ),
    Wanted(
        "tagger 6 bit, bulk: alkaid's interpreter",
        "tagger",
        (_isobit(BITS_6), BULK),
        ("alkaid", BULK),
        100,
        BITS_6,
    ),
    Wanted(
        "256-512-512-10 8 bit, bulk: TFLite int8", "large", (_isobit(BITS_8), BULK), ("tflite-int8", BULK), 1
    ),
    Wanted(
        "256-512-512-10 16 bit, bulk: ONNX Runtime float32",
        "large",
        (_isobit(BITS_16), BULK),
        ("onnxruntime", BULK),
        2,
    ),
    Wanted(
        "256-512-512-10 8 bit, batch 1 from Python: TFLite int8",
        "large",
        (_isobit(BITS_8), BATCH_1),
        ("tflite-int8", BATCH_1),
        1,
    ),
    Wanted(
        "tagger 8 bit, batch 1, plugin from C++: TFLite int8's invoke",
        "tagger",
        (f"isobit plugin {BITS_8}", "alone: C function"),
        ("tflite-int8", "alone: invoke"),
        2,
    ),
    Wanted(
        "tagger 16 bit, batch 1 from Python: ONNX Runtime's run",
        "tagger",
        (_isobit(BITS_16), BATCH_1),
        ("onnxruntime", BATCH_1),
        1,
    ),
)


def evaluate(results: Mapping[str, Sequence[Result | Missing]]) -> list[Goal]:
    """All goals of the networks that were run; ``results`` by their keys."""
    return [wanted.measured(results[wanted.network]) for wanted in GOALS if wanted.network in results]
