"""Quantizers of HGQ, which are functions that hls4ml generates: a format for each element."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from hls4ml_projects import edited, write_project
from isobit import FileFormatError, UnsupportedError
from isobit.hls4ml.reading import read_project

HEADER = "nnet_utils/nnet_code_gen.h"
CODE = """\
namespace nnet {
template<class data_T> class fill_buffer_9 { void fill(data_T a) { if (1) { a = 2; } } };

template<typename input_t, typename output_t>
void second_iq(input_t *inp, output_t *out) {
    #pragma HLS INLINE

    out[0] = ap_fixed<4,3,AP_RND,AP_SAT>(inp[0]);
    out[1] = ap_ufixed<3,1,AP_RND,AP_SAT>(inp[1]);
}

template<typename input_t, typename output_t>
void other(input_t *inp, output_t *out) { out[0] = inp[0] + 1; }
}
"""


def files(*changes, space="nnet"):
    code = CODE
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    made = edited(
        (
            "small.cpp",
            "nnet::relu<hidden_t, result_t, relu_config3>",
            f"{space}::second_iq<hidden_t, result_t>",
        )
    )
    return {**made, HEADER: code}


def test_records(tmp_path):
    call = read_project(write_project(tmp_path, files())).calls[1]
    assert (call.name, call.function) == ("second", "fixed_point_quantizer")
    assert call.config == {
        "signed": (1, 0), "width": (4, 3), "integer": (3, 1), "rounding": "RND", "overflow": "SAT",
    }  # fmt: skip


def test_elements_that_are_zero(tmp_path):
    folder = write_project(tmp_path, files(("ap_ufixed<3,1,AP_RND,AP_SAT>(inp[1])", "0")))
    assert read_project(folder).calls[1].config["width"] == (4, 0)
    raws = isobit.load(folder).predict_raw(np.random.default_rng(0).integers(-128, 128, (40, 3)))
    assert np.any(raws[:, 0])
    assert not np.any(raws[:, 1])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(inp[1])", "(inp[0])", r"nnet_code_gen.h:9: 'out\[1\] = "),
        ("out[1]", "out[0]", r"nnet_code_gen.h:9: "),
        ("(inp[1])", "(inp[1] + 1)", r"nnet_code_gen.h:9: "),
        ("ap_ufixed<3,1,AP_RND,AP_SAT>(inp[1])", "inp[1]", r"nnet_code_gen.h:9: "),
        ("ap_ufixed<3,1,AP_RND", "ap_ufixed<3,1,AP_TRN", r"nnet_code_gen.h:5: .* in several ways"),
        ("void second_iq", "void third_iq", r"small.cpp:19: the function second_iq, which this reader"),
    ],
)
def test_edited(tmp_path, old, new, message):
    with pytest.raises(UnsupportedError, match=message):
        read_project(write_project(tmp_path, files((old, new))))


def test_cut_off(tmp_path):
    end = CODE.index("(inp[1])")
    with pytest.raises(FileFormatError, match=r"nnet_code_gen.h:5: the function second_iq has no end"):
        read_project(write_project(tmp_path, {**files(), HEADER: CODE[:end]}))


def test_too_few_elements(tmp_path):
    changes = ("    out[1] = ap_ufixed<3,1,AP_RND,AP_SAT>(inp[1]);\n", "")
    with pytest.raises(UnsupportedError, match="second"):
        isobit.load(write_project(tmp_path, files(changes)))
