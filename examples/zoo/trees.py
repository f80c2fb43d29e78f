"""Boosted trees of the level-1 triggers, with random cuts and leaves."""

from __future__ import annotations

import numpy as np

from isobit import Model
from isobit.ir import GraphBuilder


def jet_substructure(seed: int = 1) -> Model:
    """Five jet classes from 16 features: 100 trees of depth 4 for each (conifer, arXiv:2002.02534)."""
    return boosted("jet substructure", features=16, rounds=100, depth=4, classes=5, seed=seed)


def track_quality(seed: int = 1) -> Model:
    """Whether a track is genuine, from 7 properties: 60 trees of depth 3 (CMS level-1 tracks)."""
    return boosted("track quality", features=7, rounds=60, depth=3, classes=1, seed=seed)


def boosted(name: str, features: int, rounds: int, depth: int, classes: int, seed: int = 1) -> Model:
    """Complete trees on standardised features; softmax or sigmoid of the sums."""
    rng = np.random.default_rng(seed)
    trees, inner, leaves = rounds * classes, 2**depth - 1, 2**depth
    n = trees * inner
    tree, node = np.divmod(np.arange(n), inner)
    first = tree * inner

    def child(number: np.ndarray) -> np.ndarray:
        """Node ``number`` of the same tree, or the leaf that comes after its nodes."""
        return np.where(number < inner, first + number, -1 - (tree * leaves + number - inner))

    builder = GraphBuilder(name)
    x = builder.input("features", (features,))
    sums = builder.add(
        "forest",
        [x],
        "forest",
        {"outputs": classes},
        {
            "feature": rng.integers(0, features, n),
            "threshold": rng.normal(size=n).astype(np.float32),
            "inclusive": np.zeros(n),
            "left": child(2 * node + 1),
            "right": child(2 * node + 2),
            "root": np.arange(trees) * inner,
            "leaf": rng.normal(scale=0.1, size=(trees * leaves, 1)),
            "target": (np.arange(trees) % classes)[:, None],
        },
    )
    last = builder.add("softmax" if classes > 1 else "sigmoid", [sums], "probabilities")
    builder.output("probabilities", last)
    return Model(builder.build())
