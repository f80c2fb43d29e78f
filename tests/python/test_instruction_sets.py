"""Without the instruction sets that ISOBIT_DISABLE_ISAS names, the bits are the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from isobit.demo.formats import quantize_tagger
from isobit.demo.jets import load_jets, load_tagger

VARIABLE = "ISOBIT_DISABLE_ISAS"
WIDTHS = (16, 8)

# Each in a process of its own, because the variable is read once.
PREDICT = """
import hashlib, json, sys
import numpy as np
import isobit
from isobit import _core

X = np.load(sys.argv[1])
digests = {}
for path in sys.argv[2:]:
    model = isobit.load(path)
    for batch in (1, 7, 8, 64, 1000):
        digests[f"{path}, batch {batch}"] = hashlib.sha256(model.predict(X[:batch]).tobytes()).hexdigest()
print(json.dumps([_core.isas(), digests]))
"""
ISAS = "import json; from isobit import _core; print(json.dumps(_core.isas()))"
LOAD = """
import sys
import isobit
try:
    isobit.load(sys.argv[1])
except isobit.IsobitError as error:
    print(error)
"""


def run(script, disabled, *arguments):
    environment = {**os.environ, VARIABLE: disabled}
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def everything():
    """The instruction sets of this processor, best first, whatever this process was started with."""
    return json.loads(run(ISAS, ""))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Jets, and the packaged tagger in each width."""
    folder = tmp_path_factory.mktemp("taggers")
    model, jets = load_tagger(".onnx"), load_jets(1000)
    np.save(folder / "X.npy", jets.X)
    for width in WIDTHS:
        quantize_tagger(model, jets, width).save(folder / f"tagger{width}.isobit")
    return folder / "X.npy", *(folder / f"tagger{width}.isobit" for width in WIDTHS)


def test_the_same_bits_without_the_best(everything, files):
    assert everything[-1] == "generic"
    expected = None
    for first in range(len(everything)):
        isas, digests = json.loads(run(PREDICT, ",".join(everything[:first]), *files))
        assert isas == everything[first:]
        expected = expected or digests
        assert digests == expected, isas
    assert expected is not None
    assert len(set(expected.values())) == len(expected) == 10


def test_names_may_stand_in_any_order_and_twice(everything):
    names = everything[:-1]
    assert json.loads(run(ISAS, " , ".join([*reversed(names), *names]) + ",")) == ["generic"]
    for name in names:
        assert json.loads(run(ISAS, name)) == [isa for isa in everything if isa != name]


@pytest.mark.parametrize("name", ["sse9", "AVX2", "generic"])
def test_what_cannot_be_switched_off(name, everything, files):
    said = run(LOAD, f"{everything[0]},{name}" if len(everything) > 1 else name, files[1])
    assert said.startswith(f"environment variable {VARIABLE} names '{name}'; what can be switched off is ")
    assert set(everything[:-1]) <= set(said.split(" is ")[1].strip().split(", "))
