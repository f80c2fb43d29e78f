"""Every benchmark runs at tiny size and measures what it says; nothing asserts how long anything takes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from isobit.benchmarking.networks import packaged_tagger

SCRIPTS = {
    "bench_peers": ("peers", ["--only", "isobit,onnxruntime", "--networks", "tagger"]),
    "bench_startup": ("startup", []),
    "bench_layers": ("layers", []),
    "bench_memory": ("memory", []),
    "scaling": ("scaling", []),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_quick_run_writes_its_rows(script, tmp_path, name):
    written, options = SCRIPTS[name]
    arguments = ["--quick", "--output", str(tmp_path), *options]
    result = CliRunner().invoke(script(name).main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    content = json.loads((tmp_path / f"{written}.json").read_text())
    numbers = [value for row in content["rows"] for value in row.values() if isinstance(value, float)]
    assert numbers or content["notes"]
    assert all(np.isfinite(numbers))


def test_the_start_is_measured_without_a_compiler(script):
    with pytest.raises(RuntimeError, match="FileNotFoundError"):
        script("bench_startup").run("import subprocess\nsubprocess.run(['g++', '--version'])")


def test_memory_of_an_unknown_kind_of_input_is_an_error(script):
    with pytest.raises(RuntimeError, match="complex"):
        script("bench_memory").measure_apart("jet tagger", "complex", 10, 1)


def test_the_parts_of_a_call_are_all_there(script):
    rows = script("bench_layers").measure(batch=64, rounds=2).rows
    layers = packaged_tagger().model.layers
    assert len(rows) == len(layers) + 4  # input, output, predict and the sum
    assert sum(row["nanoseconds"] for row in rows[:-1]) == pytest.approx(rows[-1]["nanoseconds"])


def test_scaling_has_a_curve_for_every_size_and_format_and_its_plot(script, tmp_path):
    scaling = script("scaling")
    report = scaling.measure(quick=True)
    axes = {(row["axis"], row["bits"]) for row in report.rows}
    growing = ("width n", "layers", "batch", "threads")
    assert axes == {(axis, bits) for axis in growing for bits in ("16 bits", "8 bits")}
    pytest.importorskip("matplotlib")
    text = scaling.draw(report, tmp_path / "scaling.svg").read_text()
    assert text.startswith("<?xml")
    assert "MLP n-n-n-n" in text


def test_tables_are_brought_into_the_page(script, tmp_path):
    document = script("document")
    (tmp_path / "peers.md").write_text("| new |\n")
    old = "<!-- peers.md -->\n| old |\n<!-- end -->\nbetween\n<!-- memory.md -->\n| kept |\n<!-- end -->\n"
    text, missing = document.updated(old, tmp_path)
    assert text == old.replace("| old |", "| new |")
    assert missing == ["memory.md"]
    assert "<!-- peers.md -->" in document.PAGE.read_text()
