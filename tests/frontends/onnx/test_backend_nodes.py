"""The official backend node tests of the onnx package: what isobit accepts, it computes right."""

from __future__ import annotations

from collections import Counter

import pytest

from frontends.onnx.node_tests import PASSED, STORED, WRONG, Outcome, outcomes

FLOOR = 350
"""Cases that pass."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """The outcomes of all cases."""
    return outcomes(tmp_path_factory.mktemp("nodes"))


def test_nothing_that_is_accepted_is_wrong(found: list[Outcome]) -> None:
    assert [outcome for outcome in found if outcome.state == WRONG] == []


def test_at_least_so_many_pass(found: list[Outcome]) -> None:
    states = Counter(outcome.state for outcome in found)
    assert states[PASSED] + states[STORED] >= FLOOR
