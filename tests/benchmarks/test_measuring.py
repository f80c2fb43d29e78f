"""What the measuring modules report; nothing here asserts how long anything takes."""

from __future__ import annotations

import json
import os
import sys

import numpy as np
import pytest

from isobit.benchmarking import clock, memory
from isobit.benchmarking.quiet import captured
from isobit.benchmarking.report import Goal, Report


def test_ratio_of_the_smallest_times_and_quartiles_of_the_rounds():
    ratio = clock.Times((4.0, 8.0, 6.0, 4.0)).over(clock.Times((2.0, 1.0, 2.0, 2.0)))
    assert ratio.best == 4.0
    assert (ratio.low, ratio.high) == (2.0, 6.75)  # of 2, 2, 3, 8
    assert clock.Times((3.0,)).over(clock.Times((2.0,))).best == 1.5
    assert clock.Times((3.0, 6.0)).per(3) == clock.Times((1.0, 2.0))


def test_actions_take_turns_in_alternating_order():
    calls = []
    actions = {name: (lambda name=name: calls.append(name)) for name in "ab"}
    times = clock.interleaved(actions, rounds=3, seconds=0.0)
    assert {name: len(found.seconds) for name, found in times.items()} == {"a": 3, "b": 3}
    assert "".join(calls[-6:]) == "abbaab"


def test_a_call_that_does_not_count_follows_a_pause():
    calls = []
    clock.interleaved({"a": lambda: calls.append("a")}, rounds=2, seconds=0.0, pause=1e-6)
    assert len(calls) == 2 + 2 * 2  # the first two find out how long one takes


def test_a_budget_takes_rounds_but_leaves_enough_for_quartiles():
    times = clock.interleaved({"a": lambda: None}, rounds=50, seconds=0.0, budget=0.0)
    assert len(times["a"].seconds) == 5


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no processes")
def test_pinning_is_undone():
    before = os.sched_getaffinity(0)
    with clock.pinned(1) as cores:
        assert os.sched_getaffinity(0) == set(cores)
        assert len(cores) == 1
    assert os.sched_getaffinity(0) == before
    with pytest.raises(ValueError, match="cores wanted"), clock.pinned(len(before) + 1):
        pass


def test_peak_memory_counts_what_a_call_frees_again():
    try:
        growth = memory.peak_growth(lambda: np.ones(6_000_000).sum())
    except memory.UnavailableError as reason:
        pytest.skip(str(reason))
    assert 47e6 < growth < 60e6  # 48 MB of float64


def test_what_peers_print_is_kept_from_the_screen(capfd):
    with captured() as said:
        print("from Python")
        os.write(1, b"from C\n")
        print("an error", file=sys.stderr)
        assert said.end(100).split("\n") == ["from Python", "from C", "an error"]
    print("shown")
    assert capfd.readouterr() == ("shown\n", "")


def test_goals_are_judged_on_both_sides_and_without_a_value():
    assert Goal("rate", 3.0, 3.0, True, "x").reached
    assert not Goal("rate", 2.9, 3.0, True, "x").reached
    assert Goal("time", 2.9, 3.0, False, "s").reached
    assert not Goal("time", 3.1, 3.0, False, "s").reached
    unknown = Goal("rate", None, 1500, True, "x", "missing: not installed")
    assert unknown.reached is None
    assert str(unknown) == "rate: at least 1,500 x wanted: not measured (missing: not installed)"


def test_report_is_shown_and_written_whole(tmp_path, capsys):
    report = Report("speed", "How fast?", {"who": "who", "rate": "rate [x]"}, section="where")
    report.add(where="[here]", who="us", rate=2.0, details={"spread": [1.0, 3.0]})
    report.goals = [Goal("rate", 2.0, 3.0, True, "x"), Goal("time", 2.0, 3.0, False, "s", "quiet")]
    with pytest.raises(KeyError, match="no column"):
        report.add(speed=1.0)
    (tmp_path / "speed.json").write_text("old")
    report.publish(tmp_path)
    said = capsys.readouterr().out
    assert "[here]" in said
    assert "rate [x]" in said
    assert "NOT REACHED" in said
    written = json.loads((tmp_path / "speed.json").read_text())
    assert written["rows"] == [{"where": "[here]", "who": "us", "rate": 2.0, "spread": [1.0, 3.0]}]
    assert [goal["reached"] for goal in written["goals"]] == [False, True]
    assert written["machine"]["cores"] == os.cpu_count()
    assert (tmp_path / "speed.md").read_text().split("\n") == [
        f"One run, load {written['machine']['load']} at its start.",
        "",
        "**[here]**",
        "",
        "| who | rate [x] |",
        "| --- | ---: |",
        "| us | 2 |",
        "",
    ]
    assert (tmp_path / "speed_goals.md").read_text().split("\n") == [
        "| goal | wanted | measured | |",
        "| --- | ---: | ---: | --- |",
        "| rate | at least 3 x | 2 x | NOT REACHED |",
        "| time | at most 3 s | 2 s | reached (quiet) |",
        "",
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["speed.json", "speed.md", "speed_goals.md"]
