"""What the demo compares beside its fixed-point paths, and how it sums up a verification."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.errors import MismatchError

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.verify import Report

FILES_TOLERANCE = 1e-6
"""For probabilities. One file divides by the deviations, the other multiplies by rounded inverses."""
RUNTIME_TOLERANCE = 1e-4
"""For probabilities of ONNX Runtime, which computes in single precision."""


def compare_files(onnx: Model, keras: Model, X: npt.NDArray[Any]) -> float:
    """The largest difference of the probabilities from the two files of the float model.

    Raises
    ------
    MismatchError
        When it is more than ``FILES_TOLERANCE``.
    """
    difference = float(np.max(np.abs(onnx.predict(X) - keras.predict(X))))
    return _checked(difference, FILES_TOLERANCE, "jet_tagger.keras and jet_tagger.onnx")


def compare_onnxruntime(model: Model, X: npt.NDArray[Any]) -> float | str:
    """The largest difference of the float model to ONNX Runtime, or why there is none.

    Raises
    ------
    MismatchError
        When it is more than ``RUNTIME_TOLERANCE``.
    """
    if find_spec("onnxruntime") is None:
        return "skipped, onnxruntime is not installed"
    import onnxruntime

    with as_file(files("isobit") / "data" / "jet_tagger.onnx") as path:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [expected] = session.run(None, {session.get_inputs()[0].name: X})
    difference = float(np.max(np.abs(model.predict(X) - expected)))
    return _checked(difference, RUNTIME_TOLERANCE, "ONNX Runtime and the float model")


def group_paths(report: Report) -> dict[str, tuple[int, int]]:
    """Paths of a verification by kind: how many, and the integers that they compared."""
    groups: dict[str, tuple[int, int]] = {}
    for path, integers in report.paths.items():
        name = _kind(path)
        count, total = groups.get(name, (0, 0))
        groups[name] = (count + 1, total + integers)
    return groups


def _kind(path: str) -> str:
    lane = re.fullmatch(r"(.+), lane \d+", path)
    if lane:
        return f"{lane.group(1)}, all lane widths"
    if re.fullmatch(r"\d+ threads", path):
        return "several threads"
    return "small batches" if path.startswith("batches of") else path


def _checked(difference: float, tolerance: float, what: str) -> float:
    if not difference <= tolerance:
        raise MismatchError(f"{what} differ by {difference:.3g}; at most {tolerance:g} is expected")
    return difference
