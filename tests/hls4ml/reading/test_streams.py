"""Projects with streams: shapes follow from the layers, copies are calls."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from hls4ml_projects import edited, write_project
from isobit import FileFormatError
from isobit.hls4ml.reading import read_project

BODY = """\
    hls::stream<hidden_t> layer2_out("layer2_out"), copy1("copy1");
    hls::stream<hidden_t> copy2("copy2");
    #pragma HLS STREAM variable=layer2_out depth=1
    nnet::dense<input_t, hidden_t, config2>(x, layer2_out, w2, b2); // first
    nnet::clone_stream<hidden_t, hidden_t, 2>(layer2_out, copy1, copy2); // copies
    nnet::add<hidden_t, hidden_t, result_t, sum>(copy1, copy2, layer3_out); // second
}
"""
PACKS = (
    ("defines.h", "typedef ap_fixed<8,4> input_t;", "typedef nnet::array<ap_fixed<8,4>, N_IN*1> input_t;"),
    ("defines.h", "ap_fixed<10,5> hidden_t", "nnet::array<ap_fixed<10,5>, 2*1> hidden_t"),
    ("defines.h", "ap_ufixed<7,3,AP_TRN,AP_SAT,0> result_t", "nnet::array<ap_ufixed<7,3>, 2*1> result_t"),
    (
        "parameters.h",
        "struct relu",
        "struct sum : nnet::merge_config {\n    static const unsigned n_elem1 = 2;\n"
        "    static const unsigned n_elem2 = 2;\n};\nstruct relu",
    ),
)


def files(*changes):
    made = edited(*PACKS)
    ports = "hls::stream<input_t> &x, hls::stream<result_t> &layer3_out"
    made["small.h"] = f'#include "defines.h"\nvoid small({ports});\n'
    made["small.cpp"] = f'#include "small.h"\n#include "parameters.h"\nvoid small({ports}) {{\n{BODY}'
    for file, old, new in changes:
        assert old in made[file]
        made[file] = made[file].replace(old, new)
    return made


def test_records(tmp_path):
    found = read_project(write_project(tmp_path, files()))
    assert found.io_type == "io_stream"
    assert {name: variable.shape for name, variable in found.variables.items()} == {
        "x": (3,), "layer2_out": (2,), "copy1": (2,), "copy2": (2,), "layer3_out": (2,),
    }  # fmt: skip
    assert [call.function for call in found.calls] == ["dense", "clone_stream", "add"]


def test_bits(tmp_path):
    """Twice the sum of the layer without streams, in the result's type."""
    x = np.random.default_rng(2).integers(-128, 128, (50, 3))
    streams = isobit.load(write_project(tmp_path / "streams", files())).predict_raw(x)
    plain = edited(
        ("small.cpp", "    nnet::relu<hidden_t, result_t, relu_config3>(layer2_out, layer3_out);",
         "    nnet::linear<hidden_t, hidden_t, relu_config3>(layer2_out, layer3_out);"),
        ("small.cpp", "result_t layer3_out", "hidden_t layer3_out"),
        ("small.h", "result_t layer3_out", "hidden_t layer3_out"),
    )  # fmt: skip
    hidden = isobit.load(write_project(tmp_path / "plain", plain)).predict_raw(x)
    np.testing.assert_array_equal(streams, (2 * hidden >> 1) % 128)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("small.cpp", "(copy1, copy2,", "(copy1, copy1,"), "small.cpp:9: the stream copy1 is read"),
        (("small.cpp", "hidden_t, 2>", "hidden_t, 4>"), "small.cpp:8: nnet::clone_stream has 4 elements"),
        (
            ("small.cpp", "hls::stream<hidden_t> copy2", "ap_fixed<10,5> copy2[2]; hls::stream<hidden_t> b"),
            "small.cpp:8: copy2 has another type",
        ),
        (("defines.h", "2*1> hidden_t", "0*1> hidden_t"), "defines.h:9: the type 'nnet::array"),
        (
            ("small.cpp", "hls::stream<hidden_t> copy2", "hls::stream<ap_fixed<10,5>> copy2"),
            "small.cpp:5: the type",
        ),
    ],
)
def test_refused(tmp_path, change, message):
    with pytest.raises(isobit.IsobitError, match=message):
        read_project(write_project(tmp_path, files(change)))


def test_packs_that_do_not_fit(tmp_path):
    changes = (("defines.h", "2*1> hidden_t", "3*1> hidden_t"),)
    with pytest.raises(FileFormatError, match=r"small.cpp:7: layer2_out carries 3 elements at a time, not 2"):
        read_project(write_project(tmp_path, files(*changes)))
