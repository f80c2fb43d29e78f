"""Where the real models and vectors lie that are used in place and never copied."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest starts first: several processes would wait for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material beside the repository, or ``ISOBIT_SHARED``; skips without it."""
    named = os.environ.get("ISOBIT_SHARED")
    candidates = (
        [Path(named)] if named else [folder / "shared" for folder in Path(__file__).resolve().parents[1:]]
    )
    for folder in candidates:
        if (folder / "models").is_dir():
            return folder
    pytest.skip("the shared models are not there (set ISOBIT_SHARED to their folder)")
