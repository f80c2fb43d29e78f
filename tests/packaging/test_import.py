"""`import isobit` is quick and loads nothing that only some users need."""

from __future__ import annotations

import subprocess
import sys

MAX_SECONDS = 0.3
REPEATS = 5
HEAVY = (
    "onnx",
    "h5py",
    "matplotlib",
    "mpmath",
    "rich",
    "click",
    "tensorflow",
    "keras",
    "torch",
    "hls4ml",
    "onnxruntime",
)


def in_fresh_python(code: str) -> str:
    """Run code in an interpreter of its own and return what it printed."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_import_is_quick() -> None:
    code = "import time; t = time.process_time(); import isobit; print(time.process_time() - t)"
    # Of the processor's time, and the smallest of several runs: other tests run at the same time.
    seconds = min(float(in_fresh_python(code)) for _ in range(REPEATS))
    assert seconds < MAX_SECONDS


def test_import_does_not_load_heavy_modules() -> None:
    loaded = in_fresh_python(f"import sys, isobit; print(*[m for m in {HEAVY!r} if m in sys.modules])")
    assert loaded.split() == []
