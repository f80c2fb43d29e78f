"""A small quantized classifier, its data, and a way to run the command line in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest

from isobit.cli.main import run
from isobit.ir import GraphBuilder
from isobit.model import Model


def classifier(seed=0, classes=3):
    """A float model 4 - 8 - ``classes`` with ReLU and softmax."""
    rng = np.random.default_rng(seed)
    build = GraphBuilder("classifier")
    build.input("x", (4,))
    build.add("dense", ["x"], "fc", constants={"weight": rng.normal(size=(4, 8)), "bias": rng.normal(size=8)})
    build.add("relu", ["fc"], "act")
    build.add("dense", ["act"], "logits", constants={"weight": rng.normal(size=(8, classes))})
    build.add("softmax", ["logits"], "probabilities")
    build.output("probabilities", "probabilities")
    return Model(build.build())


def sample(n=300, seed=1, classes=3):
    """Data and labels: the choice of the float model, one label in ten replaced."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4)).astype(np.float32)
    y = classifier(classes=classes).predict(X).argmax(axis=1)
    wrong = rng.random(n) < 0.1
    return X, np.where(wrong, rng.integers(0, classes, n), y)


@dataclass
class Files:
    folder: object
    quantized: object
    float: object
    X: object
    y: object


@pytest.fixture
def files(tmp_path):
    """Model and data files in an otherwise empty folder."""
    X, y = sample()
    found = Files(
        tmp_path,
        tmp_path / "quantized.isobit",
        tmp_path / "float.isobit",
        tmp_path / "X.npy",
        tmp_path / "y.npy",
    )
    model = classifier()
    model.save(found.float)
    model.quantize(calibration=X, width=12).save(found.quantized)
    np.save(found.X, X)
    np.save(found.y, y)
    return found


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def isobit(capsys):
    """Run ``isobit`` with arguments; gives exit code and both outputs."""

    def call(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call
