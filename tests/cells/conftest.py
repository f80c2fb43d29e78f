"""A run counts the configurations that each layer was tested in, and fails on too few."""

from __future__ import annotations

import pytest

from cells.suite import CONFIGURATIONS, CellSuite


@pytest.fixture(scope="class", autouse=True)
def enough_configurations(request):
    """Count what a class of the suite draws; demand enough of it where all inherited tests are run."""
    kind = request.cls
    if kind is None or not issubclass(kind, CellSuite):
        yield
        return
    kind.drawn = set()
    yield
    run = {item.originalname for item in request.session.items if item.cls is kind}
    if run >= {name for name in dir(CellSuite) if name.startswith("test_")}:
        assert len(kind.drawn) >= CONFIGURATIONS, f"only {len(kind.drawn)} different configurations"
