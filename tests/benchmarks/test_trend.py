"""The trend of a cost, and what counts as a cliff."""

from __future__ import annotations

import numpy as np
import pytest

SIZES = np.array([16, 32, 64, 128, 256, 512, 1024, 2048])


def seconds():
    """A constant, something per value and something per product."""
    return 1e-5 + 2e-9 * SIZES + 3e-11 * SIZES**2


def test_work_in_proportion_lies_on_its_trend(script):
    found = script("trend").fit(seconds(), SIZES, SIZES**2)
    np.testing.assert_allclose(found.expected, seconds(), rtol=1e-6)
    assert found.cliff == pytest.approx(1.0)


def test_noise_is_no_cliff(script):
    noise = np.random.default_rng(0).uniform(1, 1.1, size=len(SIZES))
    assert script("trend").fit(seconds() * noise, SIZES, SIZES**2).cliff < 1.2


@pytest.mark.parametrize("first", range(1, len(SIZES)))
def test_a_step_to_twice_the_cost_is_caught_wherever_it_is(script, first):
    trend = script("trend")
    stepped = seconds() * np.where(np.arange(len(SIZES)) >= first, 2.0, 1.0)
    found = trend.fit(stepped, SIZES, SIZES**2)
    assert found.cliff > trend.LIMIT
    assert np.argmax(found.jump) == first


def test_a_single_slow_size_is_caught(script):
    trend = script("trend")
    times = seconds()
    times[4] *= 1.8
    found = trend.fit(times, SIZES, SIZES**2)
    assert found.cliff > trend.LIMIT
    assert np.argmax(found.above) == 4


def test_cheaper_large_work_is_no_cliff(script):
    trend = script("trend")
    times = seconds() * np.where(SIZES >= 256, 0.7, 1.0)
    assert trend.fit(times, SIZES, SIZES**2).cliff < trend.LIMIT


def test_coefficients_are_not_negative(script):
    found = script("trend").fit([4e-6, 3e-6, 2e-6], [1, 2, 3])
    assert found.expected == pytest.approx(np.full(3, found.expected[0]))  # no term that shrinks


def test_a_cliff_of_a_curve_is_a_goal_that_is_not_reached(script):
    scaling = script("scaling")
    from isobit.benchmarking.report import Report

    columns = {"size": "size", "call": "call", "unit": "unit", "above": "above", "jump": "jump"}
    report = Report("scaling", "?", columns, section="curve")
    curve = scaling.Curve("layers", "layers", {}, [float], "layer", float)
    scaling.add(report, curve, "16 bits", {1: 1.0, 2: 2.0, 3: 3.0, 4: 8.0, 5: 10.0})
    (goal,) = report.goals
    assert goal.reached is False
    assert goal.remark == "at layers 4"
    scaling.add(report, curve, "8 bits", {1: 1.0, 2: 2.0})
    assert len(report.goals) == 1  # two points have no trend
