"""Damaged ONNX files by the thousand: each must be read, or end in an error of isobit.

Run as a program in a process of its own: after the imports the address space is limited to 1 GiB more than
is in use, so that a file that takes more ends in a failure, and a crash takes only this process along.

    PYTHONPATH=tests python -m frontends.fuzz_onnx FOLDER [--first 0] [--count 2000]

Every case follows from its number alone; a failure prints it, and ``--first N --count 1`` repeats it.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

import isobit
from frontends.fuzz_onnx_damage import ON_BYTES, ON_MODELS
from frontends.fuzz_onnx_models import originals
from isobit.frontends.onnx import load

EXTRA_BYTES = 1 << 30
SECONDS = 5.0  # of the processor, for one file; all of them are small


def case(number: int, models: Sequence[onnx.ModelProto]) -> tuple[str, bytes]:
    """The kind of damage, and the damaged file, of this number."""
    rng = random.Random(number)  # noqa: S311 (not for secrets)
    model = onnx.ModelProto()
    model.CopyFrom(models[number % len(models)])
    change = (*ON_BYTES, *ON_MODELS)[number // len(models) % (len(ON_BYTES) + len(ON_MODELS))]
    if change in ON_BYTES:
        return change.__name__, change(model.SerializeToString(), rng)  # type: ignore[arg-type, return-value]
    for _ in range(rng.choice((1, 1, 2, 3))):
        change(model, rng)  # type: ignore[arg-type]
    return change.__name__, model.SerializeToString()


def prepare(folder: Path) -> Path:
    """The folder of the model, with external data inside, and a secret and a link to it outside."""
    home = folder / "model"
    home.mkdir()
    (home / "weights.bin").write_bytes(np.linspace(-1, 1, 8, dtype=np.float32).tobytes())
    (folder / "secret.bin").write_bytes(bytes(32))
    (home / "link.bin").symlink_to(folder / "secret.bin")
    return home / "model.onnx"


def limit_memory(extra: int = EXTRA_BYTES) -> None:
    """No more than so many bytes beyond what the imports took."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    total = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (total, total))


def run(folder: Path, first: int, count: int) -> dict[str, int]:
    """Read every case; stops at the first that ends in anything but a graph or an error of isobit."""
    path, models, results = prepare(folder), originals(), Counter[str]()
    for model in models:
        path.write_bytes(model.SerializeToString())
        load(path)
    limit_memory()
    warnings.simplefilter("error")
    for number in range(first, first + count):
        kind, data = case(number, models)
        path.write_bytes(data)
        started = time.process_time()
        try:
            load(path)
        except isobit.IsobitError as error:
            if str(path) not in str(error):
                raise AssertionError(
                    f"case {number} ({kind}): the error does not name the file: {error}"
                ) from None
            results[f"{kind}: refused"] += 1
        except BaseException:
            print(f"case {number} ({kind}) ended in", file=sys.stderr)
            raise
        else:
            results[f"{kind}: read"] += 1
        if time.process_time() - started > SECONDS:
            raise AssertionError(f"case {number} ({kind}) took more than {SECONDS} s")
    return dict(results)


def main() -> int:
    """Print how many cases of each kind were read and refused, as JSON."""
    parser = argparse.ArgumentParser(description="damaged ONNX files, read one after the other")
    parser.add_argument("folder", type=Path, help="an empty folder to work in")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    options = parser.parse_args()
    try:
        print(json.dumps(run(options.folder, options.first, options.count)))
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
