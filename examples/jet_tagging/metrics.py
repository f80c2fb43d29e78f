"""How well a classifier tells the classes apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def accuracy(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Give the fraction of samples whose highest score, the first of equals, is that of their class."""
    return float((scores.argmax(axis=1) == labels).mean())


def auc(scores: NDArray[np.floating], labels: NDArray[np.integer]) -> list[float]:
    """Give per class the area under the ROC curve against all other classes; scores are (samples, classes).

    Computed as the Mann-Whitney statistic with mid-ranks, so that equal scores, which quantized networks give
    in large numbers, count one half.
    """
    areas = []
    for label in range(scores.shape[1]):
        _, place, count = np.unique(scores[:, label], return_inverse=True, return_counts=True)
        rank = (np.cumsum(count) - (count - 1) / 2)[place]
        signal = labels == label
        wins = rank[signal].sum() - signal.sum() * (signal.sum() + 1) / 2
        areas.append(float(wins / (signal.sum() * (~signal).sum())))
    return areas
