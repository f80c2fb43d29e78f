"""Formats from data: enough integer bits for what was seen, wrap only where a proof allows it."""

from __future__ import annotations

import numpy as np
import pytest

from isobit import InputError, Overflow, QuantizationWarning, Rounding
from isobit.quantization.calibration import observed_ranges
from small_models import every_operator, every_operator_data, tagger


@pytest.fixture(scope="module")
def calibrated():
    model = tagger()
    X = np.random.default_rng(2).normal(size=(500, 16)) * 3
    return model, X, model.quantize(calibration=X, width=14)


def test_every_format_has_the_width_and_rounds(calibrated):
    _, _, q = calibrated
    chosen = [
        fmt for layer in q.precision.layers.values() for fmt in layer.formats.values() if fmt is not None
    ]
    for fmt in [*chosen, *q.precision.inputs.values()]:
        assert fmt.width == 14
        assert fmt.rounding is Rounding.RND


def test_observed_values_fit_and_no_bit_is_wasted(calibrated):
    model, X, q = calibrated
    for name, values in model.trace(X).items():
        fmt, largest = q.formats[name], np.abs(values).max()
        assert largest <= fmt.max + fmt.lsb
        assert largest > fmt.max / 2 - fmt.lsb or q.proof.range(name)[1] > fmt.max_raw // 2


def test_constants_use_their_own_range(calibrated):
    model, _, q = calibrated
    for node in model.layers:
        if node.op == "dense":
            fmt, weight = q.tensors[f"{node.name}.weight"].format, node.constants["weight"]
            assert fmt.max / 2 <= np.abs(weight).max() <= fmt.max + fmt.lsb
            assert np.abs(q.tensors[f"{node.name}.weight"].value - weight).max() <= fmt.lsb


def test_wrap_only_where_overflow_is_excluded(calibrated):
    _, _, q = calibrated
    assert q.formats["features"].overflow is Overflow.SAT
    modes = {q.formats[name].overflow for name in q.proof.layers}
    assert modes == {Overflow.SAT, Overflow.WRAP}
    for name, proof in q.proof.layers.items():
        assert proof.overflows == (q.formats[name].overflow is Overflow.SAT) or not proof.overflows
        if q.formats[name].overflow is Overflow.WRAP:
            assert not proof.overflows


def test_what_cannot_be_negative_is_unsigned(calibrated):
    _, _, q = calibrated
    assert not q.formats["fc1_relu"].signed
    assert not q.formats["softmax"].signed
    assert q.formats["fc1"].signed
    assert q.formats["features"].signed


def test_it_is_close_to_the_float_model(calibrated):
    model, X, q = calibrated
    coarse = model.quantize(calibration=X, width=8)
    errors = [np.abs(made.predict(X) - model.predict(X)).mean() for made in (coarse, q)]
    assert errors[1] < errors[0] / 16  # six more bits everywhere: about 64 times better
    assert errors[1] < 1e-3


def test_given_formats_stay(calibrated):
    model, X, _ = calibrated
    config = {"input": "fixed<10,5>", "fc1": {"weight": "fixed<6,2>"}, "softmax": "fixed<18,8>"}
    q = model.quantize(config, calibration=X, width=12)
    assert str(q.formats["features"]) == "fixed<10,5>"
    assert str(q.precision.layers["fc1"].formats["weight"]) == "fixed<6,2>"
    assert str(q.formats["softmax"]) == "fixed<18,8>"
    assert q.formats["fc2"].width == 12


@pytest.mark.parametrize("width", [6, 12, 20])
def test_every_operator_calibrates_and_agrees_on_all_paths(width):
    zoo, _ = every_operator()
    X = every_operator_data(200)
    q = zoo.quantize(calibration=X, width=width)
    assert q.verify(X).mismatches == 0
    if width == 20:
        real, fixed = zoo.trace(X), q.trace(X)
        for node in zoo.layers:
            if node.op not in ("exp", "binary_tanh", "ternary_tanh", "argmax"):
                assert np.abs(real[node.name] - fixed[node.name]).max() < 0.01, node.name


def test_ranges_are_collected_in_blocks(monkeypatch):
    model = tagger()
    X = np.random.default_rng(2).normal(size=(50, 16))
    whole = observed_ranges(model, X)
    monkeypatch.setattr("isobit.quantization.calibration._BLOCK", 7)
    assert observed_ranges(model, X) == whole


def test_losses_are_reported_once():
    X = np.random.default_rng(2).normal(size=(50, 16))
    with pytest.warns(QuantizationWarning) as seen:
        tagger().quantize({"fc1": {"weight": "fixed<8,0>"}}, calibration=X, width=12)
    assert len(seen) == 1


def test_no_data_is_refused():
    with pytest.raises(InputError, match="at least one sample"):
        tagger().quantize(calibration=np.zeros((0, 16)), width=16)
