"""Every operator with random attributes, shapes and constants, in several opsets, against onnxruntime."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontends.onnx import cases_layers
from frontends.onnx.build import NEWEST, check
from frontends.onnx.cases import DEFINED_SINCE, MAKERS, models
from isobit.frontends.onnx.table import OPERATORS

OPSETS = (7, 9, 11, 13, 17, 24, NEWEST)
_PAIRS = [
    (op, opset)
    for op in MAKERS
    for opset in (cases_layers.OPSETS if op in cases_layers.MAKERS else OPSETS)
    if opset >= DEFINED_SINCE.get(op, 7)
]


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


def test_only_operators_of_the_table_are_drawn() -> None:
    assert set(MAKERS) <= set(OPERATORS)
