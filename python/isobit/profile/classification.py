"""ROC curves, areas under them and accuracies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.errors import InputError
from isobit.profile.results import Classification, Curve

Scores = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def roc(scores: npt.NDArray[Any], signal: npt.NDArray[np.bool_]) -> Curve:
    """The ROC curve of one score, cut from above.

    Equal scores, which quantized networks give in large numbers, make one straight segment: half of their
    pairs of signal and background count as ordered rightly, so that the area is the Mann-Whitney statistic
    with mid-ranks.

    Parameters
    ----------
    scores : array of shape (n,)
    signal : bool array of shape (n,)
        At least one true and one false.
    """
    order = np.argsort(-scores, kind="stable")
    ordered, is_signal = scores[order], signal[order]
    last_of_equals = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)
    signal_above = np.cumsum(is_signal)[last_of_equals]
    background_above = np.cumsum(~is_signal)[last_of_equals]
    n_signal, n_background = int(signal_above[-1]), int(background_above[-1])
    efficiency = np.concatenate([[0.0], signal_above / n_signal])
    mistag = np.concatenate([[0.0], background_above / n_background])
    area = float(np.sum(np.diff(mistag) * (efficiency[1:] + efficiency[:-1]) / 2))
    return Curve(efficiency, mistag, area, n_signal, n_background)


def classify(scores: Scores, labels: Labels, reference: Scores) -> Classification:
    """Accuracy, agreement with the float model and one curve per class.

    Parameters
    ----------
    scores, reference : arrays of shape (n, classes)
        Of the model and of the float model. A single column is the score of class 1 of two, chosen from 0.5
        on.
    labels : array of shape (n,)
        As :func:`check_labels` returns them.
    """
    chosen, expected = choices(scores), choices(reference)
    if scores.shape[1] == 1:
        curves = [roc(scores[:, 0], labels == 1)]
    else:
        curves = [roc(scores[:, label], labels == label) for label in range(scores.shape[1])]
    return Classification(float(np.mean(chosen == labels)), float(np.mean(chosen == expected)), tuple(curves))


def choices(scores: Scores) -> Labels:
    """The class of the highest score, the first of equals; for a single score whether it reaches 0.5."""
    chosen = scores[:, 0] >= 0.5 if scores.shape[1] == 1 else scores.argmax(axis=1)
    return chosen.astype(np.int64)


def check_labels(labels: npt.ArrayLike, samples: int, columns: int) -> Labels:
    """Labels as class numbers of shape (n,).

    Parameters
    ----------
    labels : array-like
        Class numbers of shape (n,) or (n, 1), or one-hot rows of shape (n, classes).
    samples, columns : int
        Shape of the scores.

    Raises
    ------
    InputError
        For another length, shape or type, labels of no class, and classes that do not occur.
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "iufb":
        raise InputError(f"labels have type {array.dtype}; supported are class numbers and one-hot rows")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2 and columns > 1:
        if array.shape[1] != columns or not np.all((array == 0) | (array == 1)) or np.any(array.sum(1) != 1):
            raise InputError(
                f"labels of shape {array.shape} are not one-hot rows for the {columns} classes of the output"
            )
        array = array.argmax(axis=1)
    if array.ndim != 1 or len(array) != samples:
        raise InputError(f"labels have shape {array.shape}; expected is ({samples},), one for each sample")
    if np.any(array != np.floor(array)):
        raise InputError("labels must be whole class numbers")
    numbers = array.astype(np.int64)
    classes = max(columns, 2)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= classes):
        raise InputError(
            f"labels go from {numbers.min()} to {numbers.max()}, but the output has the classes 0 to "
            f"{classes - 1}"
        )
    missing = np.flatnonzero(np.bincount(numbers, minlength=classes) == 0)
    if missing.size:
        raise InputError(f"no sample belongs to class {missing[0]}, so that it has no ROC curve")
    return numbers


def class_names(names: Sequence[str] | None, columns: int) -> tuple[str, ...]:
    """Names of the curves, one per column of the scores.

    Raises
    ------
    InputError
        For another number of names.
    """
    if names is None:
        return ("class 1",) if columns == 1 else tuple(f"class {number}" for number in range(columns))
    if len(names) != columns:
        raise InputError(f"{len(names)} class names ({', '.join(names)}) for an output of {columns} scores")
    return tuple(str(name) for name in names)
