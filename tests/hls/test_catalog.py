"""Layer types on their own: each can be exported, and the documented costs are those that are counted."""

from __future__ import annotations

import warnings

import pytest

import cxx
import isobit
from isobit import hls
from isobit.hls import catalog
from isobit.ops import REGISTRY

pytestmark = pytest.mark.filterwarnings("ignore::isobit.QuantizationWarning")


def test_the_documented_costs_are_those_that_are_counted():
    text = (cxx.ROOT / "docs" / "hls-layers.md").read_text(encoding="utf-8")
    assert text.endswith(catalog.table_of_costs()), "write it anew: python benchmarks/hls_layers.py"


def test_every_layer_type_is_there():
    assert set(catalog.operators()) | catalog.REWRITTEN == set(REGISTRY)
    with pytest.raises(isobit.ConfigError, match=r"no layer type 'dens'. Did you mean 'dense'\?"):
        catalog.sample_of("dens")


def test_costs_of_a_dense_layer():
    """16 inputs, 64 neurons: at most as many products as weights, and an addition for each but the first."""
    (counts,) = catalog.sample_model("dense").operation_counts.values()
    weights = catalog.sample_model("dense").tensors["layer.weight"].raw
    powers = sum(int(abs(w)) & (int(abs(w)) - 1) == 0 for w in weights.ravel())
    assert counts["multiplications"] == 16 * 64 - powers
    assert counts["additions"] >= 15 * 64


@pytest.mark.parametrize("operator", ["gru", "softmax", "multi_threshold"])
def test_a_layer_type_alone(operator, tmp_path):
    catalog.export_sample(operator, tmp_path / "prj", ports="int", strategy="resource", reuse_factor=2)
    assert hls.simulate(tmp_path / "prj", samples=200).samples == 200


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_each_layer_type_alone(part, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        for operator in catalog.operators()[part::4]:
            catalog.export_sample(operator, tmp_path / operator, "fixed<12,5,RND,SAT>", ports="int")
            hls.simulate(tmp_path / operator, samples=1000)
