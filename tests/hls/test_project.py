"""Projects: complete, self-contained, right in every bit, able to fail, and refused or written as a whole."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess

import numpy as np
import pytest

import cxx
import isobit
import small_models
from isobit import hls
from isobit.hls import headers, widths
from isobit.hls.csim import Project, compile_testbench, open_project
from isobit.hls.lint import lint_project
from isobit.hls.names import identifiers
from isobit.ir import GraphBuilder

STRICT = ("-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")
COMPILERS = ("g++", "clang++", "clang++-16")


@pytest.fixture(scope="module")
def tagger():
    return small_models.tagger().quantize("fixed<16,6>")


@pytest.fixture(scope="module")
def project(tagger, tmp_path_factory):
    """With integers of the language, whose compilation is quick."""
    folder = tmp_path_factory.mktemp("projects") / "tagger"
    tagger.export("hls", folder, ports="int", strategy="resource", reuse_factor=8)
    return folder


def test_c_simulation_has_the_bits_of_the_engine(project):
    report = hls.simulate(project, samples=2000)
    assert report.samples == 2000
    assert [(c.name, c.values) for c in report.outputs] == [("probabilities", 10_000)]


def test_vendor_integers(tagger, tmp_path):
    """Whatever the interface: latency, pipelined every cycle."""
    headers.vendor_folder("ap_fixed.h")
    tagger.export("hls", tmp_path / "prj", interface="handshake")
    assert hls.simulate(tmp_path / "prj", samples=300).samples == 300


def test_what_is_in_a_project(project, tagger):
    names = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    own = {name for name in names if not name.startswith(("include/", "firmware/weights/"))}
    assert own == {
        "Makefile", "README.md", "build.tcl", "firmware/tagger.cpp", "firmware/tagger.h", "model.isobit",
        "project.json", "tb_data/expected.dat", "tb_data/inputs.dat", "testbench/tagger_test.cpp",
    }  # fmt: skip
    content = json.loads((project / "project.json").read_text())
    assert content["inputs"][0]["format"] == "fixed<16,6>"
    layers = {layer["name"]: layer for layer in content["layers"]}
    assert layers["fc1"]["multipliers"] == 16 * 64 // 8
    assert layers["fc1_relu"]["multipliers"] == 0
    assert isobit.load(project / "model.isobit").config() == tagger.config()


def test_the_headers_suffice(project):
    """Every header that a source includes is in the project."""
    for path in [*project.rglob("*.h"), *project.rglob("*.hpp"), *project.rglob("*.cpp")]:
        for name in re.findall(r'#include "([^"]+)"', path.read_text()):
            places = (path.parent, project / "include", project / "firmware")
            assert any((place / name).is_file() for place in places), (path, name)


def test_weights_are_integers_that_nobody_constructs(project):
    text = (project / "firmware" / "weights" / "fc1.h").read_text()
    assert "static const std::int16_t fc1_c0_values[1024] = {" in text
    assert not re.search(r"\d\.\d|vector|\bnew\b", text)


def test_a_wrong_weight_makes_the_test_bench_fail(project, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(project, broken)
    weights = broken / "firmware" / "weights" / "fc2.h"
    text = weights.read_text()
    first = re.search(r"\{\n(-?\d+)", text)
    weights.write_text(text[: first.start(1)] + str(int(first[1]) ^ 1) + text[first.end(1) :])
    program = tmp_path / "testbench"
    compile_testbench(open_project(broken), program)
    done = subprocess.run([str(program)], cwd=broken, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.match(r"FAIL: sample \d+, output probabilities, element \d: -?\d+ instead of", done.stderr)
    with pytest.raises(isobit.MismatchError, match=r"output 'probabilities', sample \d+, element \d"):
        hls.simulate(broken, samples=2000)


def test_the_makefile_runs_the_test_bench(project, tmp_path):
    if shutil.which("make") is None:
        pytest.skip("no make")
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    done = subprocess.run(["make", "csim"], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "PASS: 256 samples, every bit as expected" in done.stdout
    expected = copy / "tb_data" / "expected.dat"
    expected.write_text(expected.read_text().rsplit("\n", 2)[0] + "\n")  # a sample less
    assert subprocess.run(["make", "csim"], cwd=copy, capture_output=True, check=False).returncode != 0


VITIS = {
    "arrays": ["array_reshape variable = NAME complete dim = 0", "interface mode = ap_vld port = NAME"],
    "handshake": ["array_reshape variable = NAME complete dim = 0", "interface mode = ap_hs port = NAME"],
    "axi_stream": ["interface mode = axis port = NAME"],
}


@pytest.mark.parametrize("interface", VITIS)
def test_pragmas_as_vitis_sees_them(tagger, interface, tmp_path):
    prj = tmp_path / "prj"
    tagger.export("hls", prj, ports="int", interface=interface, strategy="resource", reuse_factor=8)
    command = [
        cxx.compiler(quick=True), "-std=c++14", "-D__VITIS_HLS__", "-E", "-I", str(prj / "include"),
        str(prj / "firmware" / "tagger.cpp"),
    ]  # fmt: skip
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    top = text[text.index("void tagger(const features_t features[16], probabilities_t probabilities[5]) {") :]
    pragmas = [
        line.removeprefix("#pragma HLS ") for line in top.splitlines() if line.startswith("#pragma HLS")
    ]
    for name in ("features", "probabilities"):
        assert [line.replace("NAME", name) for line in VITIS[interface]] == [
            line for line in pragmas if re.search(rf"= {name}\b", line)
        ]
    assert "dataflow" in pragmas
    assert "array_reshape variable = fc1_c0_values cyclic factor = 128" in pragmas
    assert "array_partition variable = a3 complete dim = 0" in pragmas
    loops = [
        line.removeprefix("#pragma HLS ") for line in text.splitlines() if line.startswith("#pragma HLS")
    ]
    assert {"unroll", "inline", "pipeline II = 1", "pipeline II = II"} <= set(loops)


@pytest.mark.slow
@pytest.mark.parametrize(
    "defines",
    ["-D__VITIS_HLS__", "-D__BAMBU__", "-D__BAMBU__ -DISOBIT_HLS_UNROLL_LOOPS", "-DISOBIT_HLS_CATAPULT"],
)
def test_every_dialect_compiles(project, defines, tmp_path):
    flags = ("-std=c++14", "-fsyntax-only", *STRICT, "-Wno-unknown-pragmas", *defines.split())
    compile_testbench(open_project(project), tmp_path / "program", flags)


@pytest.mark.slow
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("ports", ["ap", "ac", "int"])
@pytest.mark.parametrize("strategy", ["latency", "resource"])
def test_compilers_have_nothing_to_say(tagger, ports, strategy, compiler, tmp_path, monkeypatch):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on the PATH")
    monkeypatch.setenv("CXX", compiler)
    tagger.export("hls", tmp_path / "prj", ports=ports, strategy=strategy, reuse_factor=4)
    for optimize in ("-O0", "-O2"):
        compile_testbench(
            open_project(tmp_path / "prj"), tmp_path / "program", ("-std=c++14", optimize, *STRICT)
        )


@pytest.mark.slow
@pytest.mark.parametrize("ports", ["ap", "ac", "int"])
@pytest.mark.parametrize("strategy", ["latency", "resource"])
def test_the_static_check_has_nothing_to_say(tagger, ports, strategy, tmp_path):
    tagger.export("hls", tmp_path / "prj", ports=ports, strategy=strategy, reuse_factor=8)
    if not any(map(shutil.which, ("clang++", "clang++-16"))):
        pytest.skip("no clang")
    assert lint_project(tmp_path / "prj").findings == ()


def test_a_layer_alone(tagger, tmp_path):
    written = hls.export_layer(
        tagger, "fc3", tmp_path / "fc3", ports="int", reuse_factor=32, strategy="resource"
    )
    assert written.top == "fc3"
    assert hls.simulate(tmp_path / "fc3", samples=500).samples == 500
    # on the tensors of the whole network
    X = tagger.trace_raw(np.random.default_rng(0).integers(-500, 500, (50, 16)))
    alone = isobit.load(tmp_path / "fc3" / "model.isobit")
    np.testing.assert_array_equal(alone.predict_raw(X["fc2_relu"]), X["fc3"])
    with pytest.raises(isobit.ConfigError, match=r"no layer 'fc33'. Did you mean 'fc3'\?"):
        hls.export_layer(tagger, "fc33", tmp_path / "other")


def test_options_of_the_configuration_count(tmp_path):
    config = {
        "default": {"default": "fixed<16,6>", "reuse_factor": 4},
        "fc1": {"strategy": "Resource", "reuse_factor": 16},
    }
    config["fc4"] = {"reuse_factor": 32}
    model = small_models.tagger().quantize(config)
    model.export("hls", tmp_path / "prj", ports="int", reuse_factor={"fc2": 64})
    layers = {
        layer["name"]: layer
        for layer in json.loads((tmp_path / "prj" / "project.json").read_text())["layers"]
    }
    found = {name: (layer["strategy"], layer["reuse_factor"]) for name, layer in layers.items()}
    assert found["fc1"] == ("resource", 16)
    assert found["fc2"] == ("latency", 64)
    assert found["fc3"] == ("latency", 4)
    assert found["fc4"] == ("latency", 32)
    source = (tmp_path / "prj" / "firmware" / "tagger.cpp").read_text()
    assert "ISOBIT_HLS_DATAFLOW" in source
    assert "kernels::reuse<16>" in source


def test_a_tensor_with_several_readers_is_forked(tmp_path):
    """Where kernels work at the same time, each tensor has one reader."""
    builder = GraphBuilder("branches")
    x = builder.input("x", (6,))
    left = builder.add("relu", [x], "left")
    right = builder.add("tanh", [x], "right")
    both = builder.add("add", [left, right, x], "both")
    twice = builder.add("multiply", [both, both], "twice")
    for name in (left, both, twice, x):
        builder.output(f"out_{name}", name)
    model = isobit.Model(builder.build()).quantize("fixed<12,4>")
    model.export("hls", tmp_path / "prj", ports="int", strategy="resource", reuse_factor=2)
    body = (tmp_path / "prj" / "firmware" / "branches.cpp").read_text().split("ISOBIT_HLS_DATAFLOW")[1]
    arrays = re.findall(r"> (a\w+);", body)
    assert len(arrays) == len(set(arrays)) > 8
    for array in arrays:
        assert len(re.findall(rf"\b{array}\b", body)) == 4, array  # declared, registers, written, read
    assert hls.simulate(tmp_path / "prj", samples=500).samples == 500


REFUSED = {
    "reuse factor": (
        {"reuse_factor": 7},
        "ConfigError",
        r"layer 'fc1': a reuse factor of 7 .* it can have 1, 2, 4, 8, 16, 32, .*, 1024",
    ),
    "of one layer": ({"reuse_factor": {"fc4": 3}}, "ConfigError", r"layer 'fc4': a reuse factor of 3"),
    "no layer": ({"strategy": {"fc9": "latency"}}, "ConfigError", r"no layer 'fc9'. Did you mean 'fc\d'"),
    "strategy": ({"strategy": "fast"}, "ConfigError", r"strategy 'fast' is not supported; use Latency"),
    "zero": ({"reuse_factor": 0}, "ConfigError", r"a positive integer, not 0"),
    "io": ({"io_type": "io_paralel"}, "ConfigError", r"io_type: 'io_paralel' is not supported. Did you mean"),
    "ports": ({"ports": "float"}, "ConfigError", r"ports: 'float' is not supported"),
    "interface": ({"interface": "axi"}, "ConfigError", r"interface: 'axi' is not supported"),
    "part": ({"part": "x } ; exec"}, "ConfigError", r"is not the name of a device"),
    "clock": ({"clock_period": 0}, "ConfigError", r"clock_period: 0 is not a number of nanoseconds"),
    "option": ({"reuse": 4}, "ConfigError", r"no option 'reuse'; it has: .*reuse_factor"),
    "top": ({"top": "int"}, "ConfigError", r"'int' cannot be the name of a function"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_leave_nothing_behind(tagger, case, tmp_path):
    options, error, words = REFUSED[case]
    with pytest.raises(getattr(isobit, error), match=words):
        tagger.export("hls", tmp_path / "prj", **options)
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_wider_than_the_tool_allows(tagger, tmp_path, monkeypatch):
    """16 x 16 bits, 64 terms, a bias and a cast: 42 bits."""
    monkeypatch.setitem(widths.WIDEST, "ap", 42)
    tagger.export("hls", tmp_path / "prj")
    monkeypatch.setitem(widths.WIDEST, "ap", 41)
    with pytest.raises(isobit.ConfigError, match=r"layer 'fc2' computes with numbers of 42 bits, .* has 41"):
        tagger.export("hls", tmp_path / "other")


@pytest.mark.slow
def test_the_policy_asserts_the_widths_that_python_computes(tagger, tmp_path):
    tagger.export("hls", tmp_path / "prj")
    project, flags = open_project(tmp_path / "prj"), ("-std=c++14", "-fsyntax-only")
    compile_testbench(project, tmp_path / "program", (*flags, "-DAP_INT_MAX_W=42"))
    with pytest.raises(isobit.CompileError, match="this number is wider than the tool allows"):
        compile_testbench(project, tmp_path / "program", (*flags, "-DAP_INT_MAX_W=41"))


def test_back_ends_that_do_not_exist(tagger, tmp_path):
    with pytest.raises(isobit.UnsupportedError, match=r"no back end 'hsl'. Did you mean 'hls'"):
        tagger.export("hsl", tmp_path / "prj")


def test_folders_that_cannot_be_written(tagger, tmp_path, monkeypatch):
    used = tmp_path / "used"
    used.mkdir()
    (used / "notes.txt").write_text("mine")
    with pytest.raises(isobit.SaveError, match="is not empty; name a new one"):
        tagger.export("hls", used, ports="int")
    assert [path.name for path in used.iterdir()] == ["notes.txt"]
    with pytest.raises(isobit.SaveError, match="is not a folder"):
        tagger.export("hls", used / "notes.txt", ports="int")
    with pytest.raises(isobit.SaveError, match="cannot"):
        tagger.export("hls", used / "notes.txt" / "prj", ports="int")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(isobit.QuantizedModel, "save", full)
    with pytest.raises(isobit.SaveError, match="No space left on device; nothing was changed"):
        tagger.export("hls", tmp_path / "prj", ports="int")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["used"]
    monkeypatch.undo()
    (tmp_path / "empty").mkdir()
    tagger.export("hls", tmp_path / "empty", ports="int")
    assert (tmp_path / "empty" / "project.json").is_file()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(tagger, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o555)
    with pytest.raises(isobit.SaveError, match="Permission denied; nothing was changed"):
        tagger.export("hls", tmp_path / "locked" / "prj", ports="int")


def test_a_missing_header_of_the_vendor(tagger, tmp_path, monkeypatch):
    tagger.export("hls", tmp_path / "prj")
    monkeypatch.delenv("ISOBIT_AP_INCLUDE", raising=False)
    monkeypatch.delenv("XILINX_HLS", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(isobit.MissingFileError, match=r"ap_fixed.h is not found: pip install hls4ml"):
        hls.simulate(tmp_path / "prj")
    monkeypatch.setenv("ISOBIT_AP_INCLUDE", str(tmp_path))
    with pytest.raises(isobit.MissingFileError, match=r"ISOBIT_AP_INCLUDE names .* has no ap_fixed.h"):
        hls.simulate(tmp_path / "prj")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is no HLS project"),
        ("{", "cannot be read"),
        ('{"version": 99}', "version 99 of HLS projects is not known"),
        (
            '{"version": 1, "top": "a b", "options": {"ports": "ap", "clock_period": 5}, "outputs": []}',
            "is damaged",
        ),
        (
            '{"version": 1, "top": "a", "options": {"ports": "zz", "clock_period": 5}, "outputs": []}',
            "is damaged",
        ),
        ('{"version": 1, "top": 3, "options": [], "outputs": []}', "cannot be read"),
    ],
)
def test_folders_that_hold_no_project(content, words, tmp_path):
    if content is not None:
        (tmp_path / "project.json").write_text(content)
    with pytest.raises(isobit.IsobitError, match=words):
        hls.simulate(tmp_path)


def test_names_of_a_model_become_identifiers():
    names = ["fc1", "FC1", "class", "1st layer", "a0", "t12", "größe", "x//y", "__x__", "", "policy", "tanh"]
    made = identifiers(names, ["top"])
    assert made[:2] == ["fc1", "FC1_2"]
    assert len({name.lower() for name in made}) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and "__" not in name for name in made)
    assert {"class", "a0", "t12", "policy"}.isdisjoint(made)


def test_nothing_of_a_model_becomes_code(tmp_path):
    builder = GraphBuilder("*/ int main() {} //")
    name = 'x"];\n#error broken\n\\'
    builder.input(name, (3,))
    builder.add("relu", [name], "re lu */ \n#error \\")
    builder.output("y; }", "re lu */ \n#error \\")
    model = isobit.Model(builder.build()).quantize("fixed<8,3>")
    model.export("hls", tmp_path / "prj", ports="int")
    assert hls.simulate(tmp_path / "prj", samples=50).outputs[0].name == "y; }"


def test_export_is_reproducible(tagger, tmp_path):
    contents = []
    for name in ("one", "two"):
        written = tagger.export("hls", tmp_path / name, ports="int")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([written.content_hash, *((path.name, path.read_bytes()) for path in files)])
    assert contents[0] == contents[1]
    assert Project(tmp_path, "tagger", "int", []).top == written.top
