"""Networks of the zoo as users get them: from a file."""

from __future__ import annotations

import pytest

import isobit


@pytest.fixture
def loaded(tmp_path):
    """Writes a model to a file and gives what `isobit.load` reads from it."""

    def load(model):
        path = tmp_path / "network.isobit"
        model.save(path)
        return isobit.load(path)

    return load
