"""What a project of two layers says, and the many ways to say it."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

import isobit
from hls4ml_projects import SMALL, array_header, edited, write_project
from isobit.formats import Format
from isobit.hls4ml.reading import read_project
from oracle import cast


def records(tmp_path, files):
    return read_project(write_project(tmp_path, files))


def alike(first, second):
    """Whether two firmwares say the same."""
    assert (first.inputs, first.outputs, first.variables) == (second.inputs, second.outputs, second.variables)
    for one, other in zip(first.calls, second.calls, strict=True):
        assert (one.name, one.function, one.inputs, one.outputs) == (
            other.name, other.function, other.inputs, other.outputs,
        )  # fmt: skip
        assert (one.config, one.types, one.weights.keys()) == (
            other.config,
            other.types,
            other.weights.keys(),
        )
        for name, weight in one.weights.items():
            assert weight.format == other.weights[name].format
            np.testing.assert_array_equal(weight.raw, other.weights[name].raw)
    return True


@pytest.fixture
def small(tmp_path):
    return records(tmp_path / "small", SMALL)


def test_records(small):
    assert (small.name, small.backend, small.io_type) == ("small", "Vitis", "io_parallel")
    assert (small.inputs, small.outputs) == (("x",), ("layer3_out",))
    assert {name: (v.shape, str(v.format)) for name, v in small.variables.items()} == {
        "x": ((3,), "fixed<8,4>"),
        "layer2_out": ((2,), "fixed<10,5>"),
        "layer3_out": ((2,), "ufixed<7,3,TRN,SAT>"),
    }
    dense, relu = small.calls
    assert (dense.name, dense.function, dense.inputs, dense.outputs) == (
        "first",
        "dense",
        ("x",),
        ("layer2_out",),
    )
    assert dense.config == {
        "n_in": 3, "n_out": 2, "strategy": "latency", "reuse_factor": 1, "multiplier_limit": 6,
        "store_weights_in_bram": False, "kernel": "DenseLatency", "product": "mult", "n_zeros": 0,
        "io_type": "io_parallel",
    }  # fmt: skip
    assert {name: str(fmt) for name, fmt in dense.types.items()} == {
        "accum_t": "fixed<12,6,RND,SAT>", "bias_t": "fixed<6,2>", "weight_t": "fixed<6,2,RND,WRAP>",
    }  # fmt: skip
    # 0.03125 is half a unit of the weights, which round; text files are not what runs.
    np.testing.assert_array_equal(dense.weights["weights"].raw, [8, -20, 17, 1, -32, 31])
    np.testing.assert_array_equal(dense.weights["biases"].raw, [4, -8])
    assert (relu.name, relu.function, relu.config["table_size"]) == ("second", "relu", 1024)


def test_bits(tmp_path):
    """Products and sums in the accumulator's type, as the oracle casts."""
    model = isobit.load(write_project(tmp_path, SMALL))
    rng = np.random.default_rng(5)
    x = rng.integers(-128, 128, (200, 3))
    weights, biases = np.array([8, -20, 17, 1, -32, 31]).reshape(3, 2), [4, -8]
    accumulator, hidden, result = (
        Format.parse(text) for text in ("fixed<12,6,RND,SAT>", "fixed<10,5>", "ufixed<7,3,TRN,SAT>")
    )
    expected = np.empty((200, 2), dtype=np.int64)
    for row, sample in enumerate(x.tolist()):
        for column in range(2):
            total = cast_raw(biases[column], 4, accumulator)
            for value, weight in zip(sample, weights[:, column].tolist(), strict=True):
                total = cast_raw(total + cast_raw(value * weight, 8, accumulator), 6, accumulator)
            kept = cast_raw(total, 6, hidden)
            expected[row, column] = cast_raw(max(kept, 0), 5, result)
    np.testing.assert_array_equal(model.predict_raw(x), expected)


def cast_raw(raw, frac, fmt):
    fields = (fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow))
    return cast(Fraction(raw, 1 << frac), fields)


def test_weights_are_parsed_as_text(tmp_path):
    """Nine digits of -149.5 units of 2^-9 lie below the tie, and round to -150."""
    changes = (
        "defines.h",
        "typedef ap_fixed<6,2,AP_RND> weight2_t",
        "typedef ap_fixed<12,3,AP_RND> weight2_t",
    )
    files = edited(
        changes, ("weights/w2.h", "-1.2500", "-0.291992188"), ("weights/w2.h", "0.5000", "-0.2919921875")
    )
    weights = records(tmp_path, files).calls[0].weights["weights"].raw
    np.testing.assert_array_equal(weights[:2], [-149, -150])


def in_namespace(files, name):
    """The declarations of each file inside of a namespace, and some of their names with it."""
    made = {}
    for file, text in files.items():
        if file.endswith((".h", ".cpp")):
            directives = [line for line in text.splitlines() if line.startswith("#include")]
            rest = "\n".join(line for line in text.splitlines() if not line.startswith("#include"))
            body = rest.replace("result_t layer3_out[N_HIDDEN]", f"{name}::result_t layer3_out[N_HIDDEN]")
            guard = "#if 1\n#endif\n"
            made[file] = (
                "\n".join(directives) + f"\n{guard}namespace {name} {{\n{body}\n}} // namespace {name}\n"
            )
    return made


def test_namespace(tmp_path, small):
    assert alike(records(tmp_path, in_namespace(SMALL, "hls4ml_small_v2")), small)


@pytest.mark.parametrize("place", ["firmware", "NN", "."])
def test_places_of_the_sources(tmp_path, small, place):
    write_project(tmp_path, SMALL)
    if place != "firmware":
        for entry in list((tmp_path / "firmware").iterdir()):
            target = tmp_path / place
            target.mkdir(exist_ok=True)
            entry.rename(target / entry.name)
    assert alike(read_project(tmp_path), small)


def test_constants_instead_of_macros(tmp_path, small):
    """Experiments make names of a namespace of the macros."""
    files = edited(
        ("defines.h", "#define N_IN 3", "static const int N_IN=3;"),
        (
            "defines.h",
            "#define N_HIDDEN 2",
            "constexpr unsigned N_HIDDEN = -(1 - N_IN) * (7 % 4 / 3 + !N_IN);",
        ),
    )
    assert alike(records(tmp_path, files), small)


def test_weights_in_a_source_of_their_own(tmp_path, small):
    values = array_header("w2", "weight2_t", ["0.5", "-1.25", "1.0625", "3.125e-2", "-2", "1.9375,"])
    files = edited(
        ("parameters.h", '#include "weights/w2.h"\n', ""),
        ("defines.h", "#endif", "extern weight2_t w2[6];\n#endif"),
    )
    files["weights.cpp"] = f'#include "defines.h"\n{values}'
    assert alike(records(tmp_path, files), small)


def test_weights_through_ports(tmp_path, small):
    """In block RAM, they are arguments; the header of their name is included by the caller only."""
    files = edited(
        ("parameters.h", '#include "weights/w2.h"\n', ""),
        (
            "small.cpp",
            "result_t layer3_out[N_HIDDEN])",
            "result_t layer3_out[N_HIDDEN],\n    weight2_t w2[6])",
        ),
        ("small.h", "result_t layer3_out[N_HIDDEN])", "result_t layer3_out[N_HIDDEN], weight2_t w2[6])"),
    )
    assert alike(records(tmp_path / "there", files), small)
    del files["weights/w2.h"]
    with pytest.raises(isobit.UnsupportedError, match="w2 comes through a port, and no header of its name"):
        records(tmp_path / "missing", files)


def test_other_macros_choose_text_files(tmp_path, small):
    files = edited(
        ("small.cpp", "#ifndef __SYNTHESIS__", "#ifdef LOAD_WEIGHTS_FROM_TEXT"),
        ("weights/w2.h", "#ifndef __SYNTHESIS__", "#if defined(LOAD_WEIGHTS_FROM_TEXT)"),
    )
    assert alike(records(tmp_path, files), small)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"// caf\xe9 /* \" '\n" + text.encode(),
        lambda text: text.replace("    ", "\t").replace(" = ", "=").replace(", ", " ,").encode(),
        lambda text: text.replace("#", "  #  ").replace("#  define", "#define \\\n").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["CRLF", "byte order mark", "Latin-1", "blanks", "continued lines", "no last newline"],
)
def test_spelling(tmp_path, small, change):
    folder = write_project(tmp_path, SMALL)
    for name, text in SMALL.items():
        (folder / "firmware" / name).write_bytes(change(text))
    assert alike(read_project(folder), small)


def test_long_arrays(tmp_path):
    """More numbers than the parser sees, over several lines, and the lines of what follows are right."""
    values = [f"{k % 7 - 3}.{k % 10}" + ("\n" if k % 5 == 0 else "") for k in range(600)]
    files = edited(
        ("defines.h", "#define N_IN 3", "#define N_IN 300"),
        ("weights/w2.h", SMALL["weights/w2.h"], array_header("w2", "weight2_t", values)),
    )
    found = records(tmp_path / "right", files).calls[0].weights["weights"]
    expected = np.floor(np.array([float(v) for v in values]) * 16 + 0.5).astype(int)
    np.testing.assert_array_equal(found.raw, (expected + 32) % 64 - 32)
    files["weights/w2.h"] += "unknown_t u = 1;\nnonsense nonsense nonsense;\n"
    with pytest.raises(
        isobit.FileFormatError, match=rf"weights/w2.h:{files['weights/w2.h'].count(chr(10))}:"
    ):
        records(tmp_path / "wrong", files)


def test_names_of_layers(tmp_path):
    """From the comment behind the call, above it, or else from the variable."""
    files = edited(("small.cpp", " // first", ""), ("small.cpp", " // second", " // a b"))
    assert [call.name for call in records(tmp_path / "1", files).calls] == ["layer2_out", "layer3_out"]
    files = edited(
        ("small.cpp", " // first", ""), ("small.cpp", "    nnet::dense", "    // above\n    nnet::dense")
    )
    assert [call.name for call in records(tmp_path / "2", files).calls] == ["above", "second"]


def test_reshape_in_place(tmp_path, small):
    """Another name for an array is no layer."""
    files = edited(
        ("small.cpp", "    nnet::relu", "    auto& flat = layer2_out;\n    nnet::relu"),
        ("small.cpp", "(layer2_out, layer3_out)", "(flat, layer3_out)"),
    )
    assert alike(records(tmp_path, files), small)


BRANCHES = """\
    hidden_t b[2];
    nnet::linear<hidden_t, hidden_t, relu_config3>(layer2_out, b); // side
    nnet::add<hidden_t, hidden_t, result_t, sum>(layer2_out, b, layer3_out);
    result_t unused[4];
    // nnet::relu"""
MERGE = """\
struct sum : nnet::merge_config {
    static const unsigned n_elem1 = 2;
    static const unsigned n_elem2 = n_elem1;
};
"""


def test_branches(tmp_path):
    """Two layers read one variable, and one reads both."""
    files = edited(
        ("small.cpp", "    nnet::relu", BRANCHES),
        ("parameters.h", "struct relu", MERGE + "struct relu"),
    )
    found = records(tmp_path, files)
    assert [(call.inputs, call.outputs) for call in found.calls[1:]] == [
        (("layer2_out",), ("b",)),
        (("layer2_out", "b"), ("layer3_out",)),
    ]
    assert set(found.variables) == {"x", "layer2_out", "b", "layer3_out"}
    model = isobit.load(tmp_path)
    np.testing.assert_array_equal(model.predict(np.zeros((1, 3))), [[0.5, 0]])


def test_several_top_functions(tmp_path, small):
    files = {**SMALL, "other.cpp": SMALL["small.cpp"].replace("void small", "void other")}
    folder = write_project(tmp_path, files)
    with pytest.raises(isobit.FileFormatError, match=r"several sources.*other.cpp, small.cpp"):
        read_project(folder)
    assert read_project(folder / "firmware" / "other.cpp").name == "other"
    assert isobit.load(folder / "firmware" / "other.cpp").name == "other"
    (folder / "hls4ml_config.yml").write_text("Backend: Vivado\nProjectName: small\n")
    assert read_project(folder).backend == "Vivado"
    assert alike(read_project(folder), small)


def test_command_line(tmp_path, capsys):
    from isobit.cli.main import run

    folder = write_project(tmp_path, SMALL)
    np.save(tmp_path / "x.npy", np.zeros((2, 3)))
    assert run(["info", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "small"
    assert run(["predict", str(folder), str(tmp_path / "x.npy"), "-o", str(tmp_path / "y.npy")]) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), [[0.25, 0], [0.25, 0]])
