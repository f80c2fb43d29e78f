"""Numbers to reach: ratios of times in one run, on one pinned core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isobit.benchmarking.networks import BITS_1, BITS_6, BITS_8, BITS_16, CALIBRATED_16
from isobit.benchmarking.race import BATCH_1, BULK, Missing, Result
from isobit.benchmarking.report import Goal, text


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
        return self._goal(
            ratio.best, f"against {best.name}; quartiles {text(ratio.low)} to {text(ratio.high)}"
        )

    def _goal(self, value: float | None, remark: str) -> Goal:
        return Goal(self.what, value, self.at_least, True, "x", remark)


def _bulk(what: str, network: str, bits: str, peer: str, at_least: float, among: str = "") -> Wanted:
    return Wanted(what, network, (f"isobit {bits}", BULK), (peer, BULK), at_least, among)


def _first(what: str, network: str, bits: str, peer: str) -> Wanted:
    return Wanted(what, network, (f"isobit {bits}", BATCH_1), (peer, BATCH_1), 1)


_TAGGER_8, _TAGGER_16 = "tagger, 8 bits", "tagger, 16 bits"
_LARGE = "MLP 256-512-512-10"
_TREES = "100 trees x 5 classes, depth 4, 16 bits, bulk"

GOALS = (
    _bulk(f"{_TAGGER_16}, bulk: hls4ml's predict (Vitis)", "tagger", BITS_16, "hls4ml-vitis", 1500),
    _bulk(
        "tagger, hls4ml's bits, bulk: hls4ml's predict (Vitis)",
        "tagger",
        "hls4ml profile",
        "hls4ml-vitis",
        150,
    ),
    _bulk(f"{_TAGGER_16}, bulk: ONNX Runtime float32", "tagger", BITS_16, "onnxruntime", 2),
    _bulk(f"{_TAGGER_8}, bulk: TFLite int8", "tagger", BITS_8, "tflite-int8", 1.2),
    *(
        _bulk(f"tagger, {words}, bulk: alkaid's {what}", "tagger", bits, "alkaid", 100, f"{bits}, {what}")
        for words, bits in (("16 bits", BITS_16), (BITS_8, BITS_8), (BITS_6, BITS_6))
        for what in ("predict", "interpreter")
    ),
    _bulk(f"{_LARGE}, 8 bits, bulk: TFLite int8", "large", BITS_8, "tflite-int8", 1),
    _bulk(f"{_LARGE}, 16 bits, bulk: ONNX Runtime float32", "large", BITS_16, "onnxruntime", 2),
    *(
        goal
        for op in ("LSTM", "GRU")
        for goal in (
            _bulk(f"{op}, 16 bits, bulk: ONNX Runtime float32", op.lower(), BITS_16, "onnxruntime", 2),
            _bulk(f"{op}, 16 bits, bulk: TFLite int8", op.lower(), BITS_16, "tflite-int8", 1),
        )
    ),
    _bulk(f"binary {_LARGE}, bulk: the same shape at 8 bits", "binary", BITS_1, "isobit", 4, BITS_8),
    _first(f"{_LARGE}, 8 bits, batch 1 from Python: TFLite int8", "large", BITS_8, "tflite-int8"),
    Wanted(
        f"{_TAGGER_8}, batch 1 through the plugin from C++: TFLite int8's invoke",
        "tagger",
        (f"isobit plugin {BITS_8}", "alone: C function"),
        ("tflite-int8", "alone: invoke"),
        2,
    ),
    _first(f"{_TAGGER_16}, batch 1 from Python: ONNX Runtime's run", "tagger", BITS_16, "onnxruntime"),
    _first(
        "autoencoder, 16 bits, batch 1 from Python: ONNX Runtime's run", "autoencoder", BITS_16, "onnxruntime"
    ),
    _first(f"{_LARGE}, 16 bits, batch 1 from Python: ONNX Runtime's run", "large", BITS_16, "onnxruntime"),
    _bulk(
        "interaction network, 16 bits, bulk: ONNX Runtime float32",
        "interaction",
        CALIBRATED_16,
        "onnxruntime",
        1,
    ),
    *(
        _bulk(f"{name}, {words}, bulk: {what}", network, bits, peer, at_least)
        for name, network in (("SVHN CNN", "svhn"), ("1D CNN", "cnn1d"))
        for words, bits, what, peer, at_least in (
            ("16 bits", BITS_16, "hls4ml's predict (Vitis)", "hls4ml-vitis", 500),
            ("8 bits", BITS_8, "TFLite int8", "tflite-int8", 1),
        )
    ),
    _bulk(f"{_TREES}: XGBoost", "trees", BITS_16, "xgboost", 2),
    _bulk(f"{_TREES}: treelite", "trees", BITS_16, "treelite", 2),
    _bulk(f"{_TREES}: treelite, compiled", "trees", BITS_16, "tl2cgen", 2),
    _bulk(f"{_TREES}: conifer", "trees", BITS_16, "conifer", 100),
)


def evaluate(results: Mapping[str, Sequence[Result | Missing]]) -> list[Goal]:
    """All goals of the networks that were run; ``results`` by their keys."""
    return [wanted.measured(results[wanted.network]) for wanted in GOALS if wanted.network in results]
