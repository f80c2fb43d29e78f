"""Compile the plugins that host.cpp runs, and write what they must answer.

python make_plugins.py FOLDER
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np

import isobit
from isobit.ir import GraphBuilder

DATA = Path(isobit.__file__).parent / "data"
EVENTS = 2000


def autoencoder() -> isobit.Model:
    """57-32-16-3-16-32-57. Its weights are random: here only the bits matter."""
    rng = np.random.default_rng(1)
    builder = GraphBuilder("autoencoder")
    tensor = builder.input("event", (57,))
    sizes = (57, 32, 16, 3, 16, 32, 57)
    for number, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=1):
        weight = rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out))
        tensor = builder.add("dense", [tensor], f"fc{number}", constants={"weight": weight})
        if number < len(sizes) - 1:
            tensor = builder.add("relu", [tensor], f"act{number}")
    builder.output("reconstruction", tensor)
    return isobit.Model(builder.build())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder

    tagger = isobit.load(DATA / "jet_tagger.onnx")
    with np.load(DATA / "jets_test.npz") as stored:
        jets = next(array for array in stored.values() if array.ndim == 2)[:EVENTS].astype(np.float32)
    events = np.random.default_rng(2).normal(size=(EVENTS, 57)).astype(np.float32)

    # Two networks, one of them in two versions: all three in one process.
    lines = []
    for file_name, version, model, X in (
        ("tagger_v1", "1", tagger.quantize(calibration=jets, width=16), jets),
        ("tagger_v2", "2", tagger.quantize(calibration=jets, width=12), jets),
        ("autoencoder", "1", autoencoder().quantize("fixed<16,6>"), events),
    ):
        plugin = model.compile(folder, name=file_name, version=version)
        X.tofile(folder / f"{file_name}.inputs")
        model.predict(X).astype(np.float32).tofile(folder / f"{file_name}.outputs")
        lines.append(f"{file_name} {plugin.content_hash}\n")
    (folder / "plugins.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
