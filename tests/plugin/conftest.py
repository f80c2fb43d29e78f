"""A compiler or a visible skip, a cache of compiled plugins that only these tests use, and a small plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

import cxx
import small_models
from isobit.plugin.build import compile_model


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """The value of XDG_CACHE_HOME for all of these tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _private_cache(cache, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture
def compiler():
    """The path of a C++ compiler."""
    return Path(cxx.compiler())


@pytest.fixture(scope="session")
def small():
    """A quantized tagger of few neurons."""
    return small_models.tagger(sizes=(6, 9, 5)).quantize("fixed<16,6>")


@pytest.fixture
def plugin(small, tmp_path, compiler):
    """The small tagger, compiled."""
    return compile_model(small, tmp_path / "plugin", name="tagger")
