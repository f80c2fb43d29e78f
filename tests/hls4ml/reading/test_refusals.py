"""Sources that are edited, incomplete or of another kind: refused, with the file and the line."""

from __future__ import annotations

import pytest

import isobit
from hls4ml_projects import SMALL, array_header, edited, write_project
from isobit import FileFormatError, MissingFileError, UnsupportedError
from isobit.hls4ml.reading import read_project

DENSE = "nnet::dense<input_t, hidden_t, config2>(x, layer2_out, w2, b2);"
EDITS = [
    # the top function
    (
        ("small.cpp", "    nnet::relu", "    layer2_out[0] = 1;\n    nnet::relu"),
        r"small.cpp:19: 'layer2_out\[0\] = 1;'",
    ),
    (
        ("small.cpp", "    nnet::relu", "    for (int i = 0; i < 2; i++) {}\n    nnet::relu"),
        r"small.cpp:19: 'for",
    ),
    (("small.cpp", "nnet::relu<", "nnet::rely<"), r"small.cpp:19: the function rely"),
    (("small.cpp", "nnet::relu<", "mine::relu<"), r"small.cpp:19: a call of 'mine::relu"),
    (
        ("small.cpp", "nnet::relu<hidden_t, result_t, relu_config3>", "relu"),
        r"small.cpp:19: a call of 'relu'",
    ),
    (
        ("small.cpp", "layer2_out, w2, b2", "layer2_out, b2, w2"),
        r"b2.h:\d+: b2 has the type 'bias2_t'; \S+small.cpp:17",
    ),
    (
        ("small.cpp", "layer2_out, w2, b2", "layer2_out, w2"),
        r"small.cpp:17: .* with 3 template arguments and 3 arg",
    ),
    (
        ("small.cpp", "layer2_out, w2, b2", "layer2_out, 0, b2"),
        r"small.cpp:17: '0' instead of a constant array",
    ),
    (("small.cpp", "relu<hidden_t,", "relu<input_t,"), r"small.cpp:19: layer2_out has another type"),
    (("small.cpp", "relu_config3>", "config2>"), r"small.cpp:19: nnet::relu has 3 elements of layer2_out"),
    (("small.cpp", "relu_config3>", "hidden_t>"), r"small.cpp:19: 'hidden_t' is no configuration"),
    (
        ("small.cpp", "relu_config3>", "relu_config4>"),
        r"small.cpp:19: the type 'relu_config4' is not defined",
    ),
    (("small.cpp", "(layer2_out, layer3_out)", "(layer2_out, x)"), r"small.cpp:19: x has another type"),
    (
        ("small.cpp", "(layer2_out, layer3_out)", "(other, layer3_out)"),
        r"small.cpp:19: 'other' is no variable",
    ),
    (("small.cpp", "    " + DENSE, "  //"), r"small.cpp:19: layer2_out is read before a layer writes it"),
    (
        ("small.cpp", "    nnet::relu", f"    {DENSE}\n    nnet::relu"),
        r"small.cpp:19: layer2_out is written a second",
    ),
    (
        ("small.cpp", "hidden_t layer2_out[N_HIDDEN]", "hidden_t layer2_out[3]"),
        r"small.cpp:17: .* 2 elements of layer2",
    ),
    (
        ("small.cpp", "hidden_t layer2_out[N_HIDDEN]", "hidden_t layer2_out[N_OTHER]"),
        r"small.cpp:14: 'N_OTHER' is not",
    ),
    (
        ("small.cpp", "hidden_t layer2_out[N_HIDDEN]", "hidden_t layer2_out"),
        r"small.cpp:14: .*array or a stream was",
    ),
    (
        ("small.cpp", "hidden_t layer2_out[N_HIDDEN]", "hidden_t layer2_out[2] = {1, 2}"),
        r"small.cpp:14: .*has a value",
    ),
    (
        ("small.cpp", "hidden_t layer2_out[N_HIDDEN]", "hidden_t layer2_out[1 << 30]"),
        r"small.cpp:14: an array of the",
    ),
    (
        ("small.cpp", "x[N_IN],", "x[N_IN], bias2_t w2[6],"),
        r"small.cpp:17: w2 comes through a port, and no header",
    ),
    (("small.cpp", "void small", "int small"), r"small.cpp:5: the top function of hls4ml returns nothing"),
    (("small.cpp", "__SYNTHESIS__", "LOADED"), r"small.cpp:8: the variable 'static bool"),
    (("small.cpp", "#endif", ""), r"small.cpp:7: #if without #endif"),
    (("small.cpp", "#ifndef __SYNTHESIS__", "#if N_IN > 2"), r"small.cpp:7: the condition '#if N_IN > 2'"),
    # configurations
    (
        ("parameters.h", "nnet::activ_config", "nnet::active_config"),
        r"parameters.h:24: .* nnet::active_config, which",
    ),
    (("parameters.h", "nnet::activ_config", "config2"), r"parameters.h:24: relu_config3 inherits from"),
    (
        ("parameters.h", "    static const unsigned n_in = N_IN;\n", ""),
        r"parameters.h:13: 'n_in' is not defined",
    ),
    (
        ("parameters.h", "n_out = N_HIDDEN", "n_out = N_IN"),
        r"w2.h:7: w2 has 6 numbers; \S+small.cpp:17 reads 9",
    ),
    (("parameters.h", "n_in = N_IN;", "n_in = n_out;"), r"w2.h:7: w2 has 6 numbers; \S+small.cpp:17 reads 4"),
    (
        ("parameters.h", "n_in = N_IN;", "n_in = n_in;"),
        r"parameters.h:10: 'config2::n_in' is defined by itself",
    ),
    (
        ("parameters.h", "n_in = N_IN;", "n_in = sizeof(int);"),
        r"parameters.h:10: 'sizeof\(int\)' in a constant",
    ),
    (("parameters.h", "n_in = N_IN;", "n_in = 3.5;"), r"parameters.h:10: a constant with a fraction"),
    (("parameters.h", "n_in = N_IN;", "n_in = N_IN / 0;"), r"parameters.h:10: a constant divides by zero"),
    (
        ("parameters.h", "n_in = N_IN;", "n_in = 3; int f() { return 1; }"),
        r"parameters.h:10: the member 'int f",
    ),
    (
        ("parameters.h", "n_in = N_IN;", "n_in = 3; static const unsigned n_in = 3;"),
        r"parameters.h:10: .*'n_in' twice",
    ),
    (
        ("parameters.h", "reuse_factor = 1;", "reuse_factor;"),
        r"parameters.h:13: config2::reuse_factor has no value",
    ),
    (("parameters.h", "typedef bias2_t bias_t;", ""), r"small.cpp:17: biases: bias_t is no fixed-point type"),
    (
        ("parameters.h", "typedef bias2_t bias_t;", "typedef float bias_t;"),
        r"biases: bias_t is no fixed-point type",
    ),
    (("parameters.h", "struct relu_config3", "struct config2"), r"parameters.h:24: config2 is defined twice"),
    (("parameters.h", '#include "weights/w2.h"\n', ""), r"small.cpp:17: the array 'w2' is not defined"),
    (
        ("parameters.h", "weights/w2.h", "weights/w3.h"),
        r"parameters.h:5: includes 'weights/w3.h', which the project",
    ),
    (("parameters.h", "of two. */", "of two."), r"parameters.h:7: a comment without end"),
    (("parameters.h", "struct relu", "w2[0] = 1;\nstruct relu"), r"parameters.h:24: the statement"),
    # types
    (("defines.h", "ap_fixed<8,4>", "ap_fixed<8>"), r"defines.h:7: 'ap_fixed<8>': width"),
    (("defines.h", "ap_fixed<8,4>", "ap_fixed<80,4>"), r"defines.h:7: .*numbers of more than 64 bits"),
    (("defines.h", "ap_fixed<8,4>", "ap_fixed<8,4,AP_RUND>"), r"defines.h:7: 'AP_RUND' is no mode"),
    (("defines.h", "ap_fixed<8,4>", "ap_fixed<8,4,AP_TRN,AP_WRAP,2>"), r"defines.h:7: .*saturation bits"),
    (("defines.h", "ap_fixed<8,4>", "float"), r"small.cpp:5: 'x\[N_IN\]' of the type 'input_t'"),
    (("defines.h", "ap_fixed<8,4>", "input_t"), r"the type 'input_t' is defined by itself"),
    (("defines.h", "ap_fixed<8,4>", "ap_float<8,4>"), r"small.cpp:5: .*array or a stream was expected"),
    (
        ("defines.h", "ap_fixed<10,5> hidden_t", "ap_fixed<10,5> result_t"),
        r"defines.h:12: the type result_t is",
    ),
    (
        ("defines.h", "#define N_IN 3", "#define N_IN 3\n#define N_IN 4"),
        r"defines.h:6: N_IN is '3' at \S+defines.h:5",
    ),
    (
        ("defines.h", "#define N_IN 3", "#define N_IN N_HIDDEN\n#undef N_HIDDEN"),
        r"defines.h:5: the macro N_IN; macros of a project",
    ),
    (
        ("defines.h", "#define N_IN 3", "#define N_IN(x) x"),
        r"defines.h:5: the macro N_IN; macros of a project",
    ),
    (
        ("defines.h", "#define N_IN 3", "#define dense sparse"),
        r"defines.h:5: the macro dense; macros of a project",
    ),
    (("defines.h", "#define N_IN 3", "#error no\n#define N_IN 3"), r"defines.h:5: #error no"),
    (
        ("defines.h", "#include <cstddef>", '#include "/etc/passwd"'),
        r"defines.h includes '/etc/passwd': only rel",
    ),
    (
        ("defines.h", "#include <cstddef>", "#include cstddef"),
        r"defines.h:4: #include cstddef: a file name was",
    ),
    (("defines.h", "#endif", ""), r"defines.h:1: #if without #endif"),
    # weights
    (
        ("weights/w2.h", "w2[6] = {0.5000, ", "w2[6] = {"),
        r"w2.h:7: w2 is declared with 6 elements and has 5 numbers",
    ),
    (
        ("weights/w2.h", "w2[6] = {0.5000, ", "w2[5] = {"),
        r"w2.h:7: w2 has 5 numbers; \S+small.cpp:17 reads 6",
    ),
    (("weights/w2.h", "0.5000", "0.5x"), r"w2.h:7: '0.5x' in a constant"),
    (("weights/w2.h", "0.5000", "half"), r"w2.h:7: 'half' is not defined"),
    (("weights/w2.h", "0.5000", "1e999"), r"w2.h:7: w2: a number is too large"),
    (("weights/w2.h", "0.5000", "1e99"), r"w2.h:7: w2: a number beyond 2\^53"),
    (("weights/w2.h", "0.5000", "AP_RND"), r"w2.h:7: 'AP_RND' is not a number"),
    (("weights/w2.h", "#else", "#endif\n#ifdef OTHER"), r"small.cpp:17: the array 'w2' is not defined"),
    (("weights/w2.h", "weight2_t w2[6] = {", "input_t w2[6] = {"), r"w2.h:7: w2 has the type 'input_t'"),
    (("weights/b2.h", "-0.5000", "-0.5000};\nbias2_t b2[2] = {0, 1"), r"b2.h:8: b2 is defined twice"),
]


@pytest.mark.parametrize(("edit", "message"), EDITS, ids=lambda value: str(value)[:40])
def test_edited(tmp_path, edit, message):
    with pytest.raises((UnsupportedError, FileFormatError), match=message):
        read_project(write_project(tmp_path, edited(edit)))


def test_integers(tmp_path):
    """A fraction in integers would be cut off by C++."""
    files = edited(
        ("defines.h", "ap_fixed<6,2,AP_RND> weight2_t", "ap_int<6> weight2_t"),
        (
            "weights/w2.h",
            SMALL["weights/w2.h"],
            array_header("w2", "weight2_t", ["1", "-2", "3", "0", "0", "1.5"]),
        ),
    )
    with pytest.raises(UnsupportedError, match=r"w2.h:7: w2: a fraction in an array of integers"):
        read_project(write_project(tmp_path, files))


@pytest.mark.parametrize("missing", ["small.cpp", "defines.h", "parameters.h", "weights/w2.h", "small.h"])
def test_missing_file(tmp_path, missing):
    files = {name: text for name, text in SMALL.items() if name != missing}
    with pytest.raises(
        FileFormatError, match=r"is missing|no hls4ml project|which the project does not have"
    ):
        read_project(write_project(tmp_path, files))


def test_other_backends(tmp_path):
    folder = write_project(tmp_path, SMALL)
    (folder / "hls4ml_config.yml").write_text("Backend: Quartus\n")
    with pytest.raises(UnsupportedError, match="the back end Quartus of hls4ml"):
        read_project(folder)


def test_other_versions(tmp_path):
    folder = write_project(tmp_path, SMALL)
    (folder / "hls4ml_config.yml").write_text("Backend: Vitis\nVersion: 9.1.0\n")
    with pytest.raises(UnsupportedError, match=r"Version 9.1.0, .* load the folder firmware"):
        read_project(folder)
    assert read_project(folder / "firmware").name == "small"


def test_no_project(tmp_path):
    with pytest.raises(FileFormatError, match="no hls4ml project"):
        isobit.load(tmp_path)
    with pytest.raises(MissingFileError):
        isobit.load(tmp_path / "there_is_none")
    with pytest.raises(MissingFileError):
        isobit.load(tmp_path / "there" / "is_none.cpp")
    with pytest.raises(MissingFileError):
        isobit.load(write_project(tmp_path, SMALL) / "firmware" / "is_none.cpp")


@pytest.mark.parametrize("option", [{"weights": "w.h5"}, {"batch": False}, {"passes": ()}])
def test_options_for_files(tmp_path, option):
    with pytest.raises(UnsupportedError, match="do not apply"):
        isobit.load(write_project(tmp_path, SMALL), **option)


def test_parser_is_not_installed(tmp_path, monkeypatch):
    import sys

    from isobit.hls4ml.reading import syntax

    syntax._parser.cache_clear()
    monkeypatch.setitem(sys.modules, "tree_sitter_cpp", None)
    with pytest.raises(UnsupportedError, match=r"tree_sitter_cpp.*pip install 'isobit\[hls4ml\]'"):
        isobit.load(write_project(tmp_path, SMALL))
