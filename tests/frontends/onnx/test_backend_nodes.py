"""The official backend node tests of the onnx package: what isobit accepts, it computes right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import onnx
import pytest

from frontends.onnx.node_report import BEGIN, DOCUMENT, END, VERSION, report
from frontends.onnx.node_tests import PASSED, STORED, WRONG, Outcome, outcomes
from isobit.frontends.onnx.table import OPERATORS

FLOOR = 1090
"""Cases that pass."""
WITHOUT_CASES = {"GlobalLpPool", "IsInf", "IsNaN"}
"""There are none of the first; those of the others have data that is not finite."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """The outcomes of all cases."""
    return outcomes(tmp_path_factory.mktemp("nodes"))


def test_nothing_that_is_accepted_is_wrong(found: list[Outcome]) -> None:
    assert [outcome for outcome in found if outcome.state == WRONG] == []


def test_at_least_so_many_pass(found: list[Outcome]) -> None:
    states = Counter(outcome.state for outcome in found)
    assert states[PASSED] + states[STORED] >= FLOOR


def test_every_operator_passes_some(found: list[Outcome]) -> None:
    passed = [outcome.uses for outcome in found if outcome.state in (PASSED, STORED)]
    assert set(OPERATORS) - frozenset().union(*passed) == WITHOUT_CASES


@pytest.mark.skipif(onnx.__version__ != VERSION, reason=f"the page tells the cases of onnx {VERSION}")
def test_the_page_tells_the_outcomes(found: list[Outcome]) -> None:
    """``python -m frontends.onnx.node_report`` (in the folder of the tests) writes the page."""
    page = Path(DOCUMENT).read_text(encoding="utf-8")
    assert page[page.index(BEGIN) + len(BEGIN) : page.index(END)] == report(found)
