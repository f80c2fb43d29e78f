"""``isobit bench --peers``: which networks, which contestants, and where the results go."""

from __future__ import annotations

import json

import pytest

from isobit.cli.exits import Exit

QUICK = ("--peers", "--quick", "--only", "isobit")


def test_a_built_in_network(isobit, tmp_path):
    output = ("--output", str(tmp_path / "results"))
    result = isobit("bench", *QUICK, "--networks", "tagger", "--json", *output).json
    assert {row["name"] for row in result["rows"]} == {
        f"isobit {x}" for x in ("fixed<16,6>", "8 bits", "6 bits")
    }
    written = json.loads((tmp_path / "results" / "peers.json").read_text())
    assert written["rows"] == result["rows"]
    assert "| isobit 8 bits |" in (tmp_path / "results" / "peers.md").read_text()
    pytest.importorskip("matplotlib")
    assert (tmp_path / "results" / "peers.svg").read_bytes().startswith(b"<?xml")


def test_a_table_for_people(isobit, tmp_path):
    text = isobit("bench", *QUICK, "--networks", "tagger", "--output", str(tmp_path)).out
    assert "jet tagger 16-64-32-32-5, one pinned core" in text
    assert "not measured (not in this run)" in text


@pytest.mark.parametrize(
    ("options", "labels"),
    [((), ("16 bits", "8 bits")), (("--format", "fixed<12,4>"), ("fixed<12,4>",))],
)
def test_a_float_model_of_the_user(isobit, files, options, labels):
    output = ("--output", str(files.folder))
    rows = isobit("bench", files.float, files.X, *options, *QUICK, "--json", *output).json["rows"]
    assert {row["name"] for row in rows} == {f"isobit {label}" for label in labels}
    assert {row["network"] for row in rows} == {"classifier"}


def test_a_quantized_model_of_the_user_without_data(isobit, files):
    arguments = ("bench", files.quantized, "--peers", "--quick", "--only", "isobit,onnxruntime", "--json")
    rows = isobit(*arguments, "--output", str(files.folder)).json["rows"]
    assert rows[0]["name"] == "isobit as given"
    assert rows[1]["missing"] == "not run: the model does not come from an ONNX file"


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_measured(isobit, files):
    refused = isobit("bench", *QUICK, "--output", files.X / "results")
    assert refused.code == Exit.NOT_WRITTEN
    assert "cannot make the folder" in refused.err
    assert "preparing" not in refused.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument 'MODEL'"),
        (("--format", "fixed<8,3>"), "no MODEL"),
        (("--only", "isobit"), "go with --peers"),
        (("--peers", "--only", "isobit,tflow"), "there is no 'tflow'"),
        (("--peers", "--networks", "resnet"), "there is no 'resnet'"),
        (("model.onnx", "--peers", "--networks", "tagger"), "leave out MODEL"),
    ],
)
def test_refused(isobit, arguments, said):
    refused = isobit("bench", *arguments)
    assert refused.code == Exit.BAD_INPUT
    assert said in refused.err
