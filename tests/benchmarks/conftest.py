"""The benchmarks are scripts: their folder comes first in the path, as it does when they are run."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """Imports a script by name."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("the benchmarks pin processes to cores, which this system does not offer")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return import_module
