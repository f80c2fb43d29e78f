"""What the measuring modules report; nothing here asserts how long anything takes."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest


def test_ratio_of_the_smallest_times_and_quartiles_of_the_rounds(script):
    times = script("measuring.clock").Times
    ratio = times((4.0, 8.0, 6.0, 4.0)).over(times((2.0, 1.0, 2.0, 2.0)))
    assert ratio.best == 4.0
    assert (ratio.low, ratio.high) == (2.0, 6.75)  # of 2, 2, 3, 8
    assert times((3.0,)).over(times((2.0,))).best == 1.5


def test_actions_take_turns_in_alternating_order(script):
    calls = []
    actions = {name: (lambda name=name: calls.append(name)) for name in "ab"}
    times = script("measuring.clock").interleaved(actions, rounds=3, seconds=0.0)
    assert {name: len(found.seconds) for name, found in times.items()} == {"a": 3, "b": 3}
    assert "".join(calls[-6:]) == "abbaab"


def test_pinning_is_undone(script):
    clock = script("measuring.clock")
    before = os.sched_getaffinity(0)
    with clock.pinned(1) as cores:
        assert os.sched_getaffinity(0) == set(cores)
        assert len(cores) == 1
    assert os.sched_getaffinity(0) == before
    with pytest.raises(ValueError, match="cores wanted"):
        clock.pin(len(before) + 1)


def test_peak_memory_counts_what_a_call_frees_again(script):
    memory = script("measuring.memory")
    try:
        growth = memory.peak_growth(lambda: np.ones(6_000_000).sum())
    except memory.UnavailableError as reason:
        pytest.skip(str(reason))
    assert 47e6 < growth < 60e6  # 48 MB of float64


def test_report_is_shown_and_written_whole(script, tmp_path, capsys):
    module = script("measuring.report")
    report = module.Report("speed", "How fast?", {"who": "who", "rate": "rate"}, section="where")
    report.add(where="[here]", who="us", rate=2.0)
    report.goals = [module.Goal("rate", 2.0, 3.0, True, "x"), module.Goal("time", 2.0, 3.0, False, "s")]
    with pytest.raises(KeyError, match="no column"):
        report.add(speed=1.0)
    (tmp_path / "speed.json").write_text("old")
    report.publish(tmp_path)
    said = capsys.readouterr().out
    assert "[here]" in said
    assert "NOT REACHED" in said
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["rows"] == [{"where": "[here]", "who": "us", "rate": 2.0}]
    assert [goal["reached"] for goal in written["goals"]] == [False, True]
    assert written["machine"]["cores"] == os.cpu_count()
    table = "**[here]**\n\n| who | rate |\n| --- | ---: |\n| us | 2 |\n"
    assert (tmp_path / "speed.md").read_text() == table
    assert sorted(path.name for path in tmp_path.iterdir()) == ["speed.json", "speed.md"]
