"""Every operator with random attributes, shapes and constants, in several opsets, against onnxruntime."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontends.onnx.build import NEWEST, check
from frontends.onnx.cases import DEFINED_SINCE, MAKERS, models
from isobit.frontends.onnx.table import OPERATORS

OPSETS = (7, 9, 11, 13, 17, 24, NEWEST)
_PAIRS = [(op, opset) for op in MAKERS for opset in OPSETS if opset >= DEFINED_SINCE.get(op, 7)]


@pytest.mark.parametrize(("op", "opset"), _PAIRS)
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_like_peer(op: str, opset: int, data: st.DataObject, seed: int, tmp_path: Path) -> None:
    check(data.draw(models(op, opset)), tmp_path, seed)


def test_every_operator_that_makes_layers_is_tested() -> None:
    assert {op for op, entry in OPERATORS.items() if entry.convert} - set(MAKERS) == {"Shape"}


def test_table_knows_every_version_of_its_operators() -> None:
    """A new version in the installed onnx shows up here, to be read before it is added to the table."""
    for op, entry in OPERATORS.items():
        versions = set()
        for opset in range(7, NEWEST + 1):
            if onnx.defs.has(op, opset, ""):
                versions.add(onnx.defs.get_schema(op, opset, "").since_version)
        assert versions <= set(entry.versions), op
