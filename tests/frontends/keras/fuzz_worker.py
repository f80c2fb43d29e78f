"""Load damaged Keras files until one crashes; run by ``test_fuzz.py`` in a process of its own.

    python fuzz_worker.py <folder with unpacked fixtures> <mutation> <first seed> <one past the last seed>

Prints one JSON object: how often each outcome occurred, and the largest resident memory in MiB. Every case is
a function of mutation and seed. A hanging case ends the process (SIGALRM); the seed is in ``last_seed``.
"""

from __future__ import annotations

import io
import json
import random
import resource
import signal
import struct
import sys
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isobit.errors import IsobitError
from isobit.frontends.keras import load

SECONDS_PER_CASE = 10
"""Of the processor: other tests run at the same time."""
ADDRESS_SPACE = 4 << 30

MODELS = ("activation_layers", "normalizations", "movements", "sequential", "nested", "operations")
_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    3,
    2**31,
    2**70,
    0.5,
    1e400,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    "relu",
)
_LIMITS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)


def flip(data: bytes, rng: random.Random, reach: int | None = None) -> bytes:
    """Bits flipped, bytes and whole fields overwritten; among the first ``reach`` bytes, if given."""
    damaged = bytearray(data)
    end = min(reach or len(damaged), len(damaged)) - 8
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place, kind = rng.randrange(end), rng.random()
        if kind < 0.4:
            damaged[place] ^= 1 << rng.randrange(8)
        elif kind < 0.7:
            damaged[place] = rng.randrange(256)
        else:
            size, value = rng.choice((("<H", 2), ("<I", 4), ("<Q", 8))), rng.choice(_LIMITS)
            struct.pack_into(size[0], damaged, place // size[1] * size[1], value % (1 << 8 * size[1]))
    return bytes(damaged)


def truncate(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def shuffle_json(text: bytes, rng: random.Random) -> bytes:
    """Parts of a JSON text replaced, removed, doubled or swapped with others."""
    value = json.loads(text)
    for _ in range(rng.choice((1, 1, 2, 4))):
        places = list(_places(value))
        holder, key = rng.choice(places)
        kind = rng.random()
        if kind < 0.4:
            holder[key] = rng.choice(_VALUES)
        elif kind < 0.55:
            del holder[key]
        elif kind < 0.7 and isinstance(holder, list):
            holder.append(holder[key])
        elif kind < 0.85 and isinstance(holder[key], (int, str)):
            holder[key] = rng.choice([other[k] for other, k in places if type(other[k]) is type(holder[key])])
        else:
            other, other_key = rng.choice(places)
            holder[key] = json.loads(json.dumps(other[other_key]))
    return json.dumps(value).encode()


def _places(value: Any) -> Any:
    pending = [value]
    while pending:
        holder = pending.pop()
        entries = holder.items() if isinstance(holder, dict) else enumerate(holder)
        for key, entry in list(entries):
            yield holder, key
            if isinstance(entry, (dict, list)):
                pending.append(entry)


def repack(data: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip archive with one member changed and all checksums right."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == member else content)
    return packed.getvalue()


def damage(mutation: str, folder: Path, scratch: Path, rng: random.Random) -> tuple[Path, Path | None]:
    """A damaged file, and its weights file for an architecture."""
    model = rng.choice(MODELS)
    archive, full = folder / f"{model}.keras", folder / f"{model}.h5"
    if mutation == "zip":
        content = archive.read_bytes()
        content = truncate(content, rng) if rng.random() < 0.2 else flip(content, rng)
        return _write(scratch / "damaged.keras", content), None
    if mutation == "config":
        content = repack(archive.read_bytes(), "config.json", lambda text: shuffle_json(text, rng))
        return _write(scratch / "damaged.keras", content), None
    if mutation == "weights":
        content = repack(archive.read_bytes(), "model.weights.h5", lambda data: flip(data, rng))
        return _write(scratch / "damaged.keras", content), None
    if mutation == "hdf5":
        content = full.read_bytes()
        content = truncate(content, rng) if rng.random() < 0.1 else flip(content, rng)
        return _write(scratch / "damaged.h5", content), None
    if mutation == "header":
        return _write(scratch / "damaged.h5", flip(full.read_bytes(), rng, 4096)), None
    architecture = _write(
        scratch / "damaged.json", shuffle_json((folder / f"{model}.json").read_bytes(), rng)
    )
    weights = next(folder.glob(f"{model}*weights.h5"))
    return architecture, _write(scratch / "weights.h5", flip(weights.read_bytes(), rng))


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _peak_mib() -> int:
    """Peak resident memory of this process; ``ru_maxrss`` would also count the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) >> 10


def main() -> None:
    folder, mutation, first, end = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    scratch = folder / f"fuzz_{mutation}"
    scratch.mkdir(exist_ok=True)
    outcomes: Counter[str] = Counter()
    for seed in range(first, end):
        (scratch / "last_seed").write_text(str(seed))
        rng = random.Random(f"{mutation} {seed}")  # noqa: S311 (reproducible, not secret)
        path, weights = damage(mutation, folder, scratch, rng)
        signal.setitimer(signal.ITIMER_PROF, SECONDS_PER_CASE)
        try:
            load(path, weights)
            outcomes["loaded"] += 1
        except IsobitError as error:
            outcomes[type(error).__name__] += 1
        signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps({"outcomes": outcomes, "peak": _peak_mib()}))


if __name__ == "__main__":
    main()
