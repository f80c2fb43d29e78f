"""The commands for HLS projects: what they print, and their exit codes."""

from __future__ import annotations

import json

import pytest

import small_models
from isobit.cli.main import run


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "tagger.isobit"
    small_models.tagger(sizes=(4, 6, 2)).quantize("fixed<10,4>").save(path)
    return path


def test_export_and_simulation(model, tmp_path, capsys):
    prj = tmp_path / "prj"
    options = [
        "--ports",
        "int",
        "--strategy",
        "fc1=resource",
        "--reuse-factor",
        "fc1=8",
        "--reuse-factor",
        "fc2=2",
    ]
    assert run(["export", "hls", str(model), str(prj), *options]) == 0
    assert "HLS project with top function tagger written to" in capsys.readouterr().out
    assert run(["csim", str(prj), "--samples", "200"]) == 0
    out = capsys.readouterr().out
    assert "probabilities" in out
    assert "400" in out
    assert run(["csim", str(prj), "--samples", "100", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outputs"] == [{"name": "probabilities", "values": 200}]
    weights = prj / "firmware" / "weights" / "fc2.h"
    weights.write_text(weights.read_text().replace("{\n", "{\n1 + ", 1))
    assert run(["csim", str(prj), "--samples", "200"]) == 1
    assert "differs from the engine at output 'probabilities'" in capsys.readouterr().err
    assert run(["export", "hls", str(model), str(prj)]) == 3
    assert "is not empty" in capsys.readouterr().err


def test_one_layer_and_a_layer_type(model, tmp_path, capsys):
    assert (
        run(["export", "hls", str(model), str(tmp_path / "a"), "--layer", "fc2", "--ports", "int", "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["top"] == "fc2"
    arguments = [
        "export",
        "layer",
        "leaky_relu",
        str(tmp_path / "b"),
        "--format",
        "fixed<8,3>",
        "--ports",
        "int",
    ]
    assert run(arguments) == 0
    assert run(["csim", str(tmp_path / "b"), "--samples", "50"]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--reuse-factor", "5"], "a reuse factor of 5 does not share its products evenly"),
        (["--reuse-factor", "many"], "'many' is not VALUE or LAYER=VALUE"),
        (["--strategy", "latency", "--strategy", "resource"], "give one VALUE for all layers"),
        (["--layer", "fc7"], "no layer 'fc7'"),
    ],
)
def test_refusals(model, tmp_path, capsys, options, words):
    assert run(["export", "hls", str(model), str(tmp_path / "prj"), *options]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_no_tool_for_synthesis(model, tmp_path, capsys, monkeypatch):
    assert run(["export", "hls", str(model), str(tmp_path / "prj"), "--ports", "int"]) == 0
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["synth", str(tmp_path / "prj")]) == 2
    assert "install AMD Vitis HLS" in capsys.readouterr().err
