"""Kernels of distributed arithmetic, read back into a matrix."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import isobit
from hls4ml_projects import edited, write_project
from isobit import UnsupportedError
from isobit.hls4ml.reading import read_project

HEADER = "nnet_utils/nnet_code_gen.h"
CODE = """\
namespace nnet {
template <typename inp_t, typename out_t>
void dense_da_2(inp_t model_inp[3], out_t model_out[2]) { // ap_fixed<8,4> -> ap_fixed<13,7>
    #pragma HLS INLINE

    ap_fixed<8,4> v0 = model_inp[0]; // 0.0
    ap_fixed<8,4> v1 = model_inp[1]; // 0.0
    ap_fixed<8,4> v2 = model_inp[2]; // 0.0
    ap_fixed<11,6> v3 = v0 + bit_shift<-1>(v1); // 1.0
    ap_fixed<12,7> v4 = v3 - v2; // 2.0
    ap_fixed<13,8> v5 = v4 + ap_ufixed<2,1>(1.5); // 3.0

    model_out[0] = ap_fixed<13,8>(v5);
    model_out[1] = ap_fixed<13,9>(-bit_shift<1>(v4));
}
}
"""


def files(*changes):
    code = CODE
    for old, new in changes:
        assert old in code
        code = code.replace(old, new)
    call = "nnet::dense<input_t, hidden_t, config2>(x, layer2_out, w2, b2)"
    made = edited(("small.cpp", call, "nnet::dense_da_2<input_t, hidden_t>(x, layer2_out)"))
    return {**made, HEADER: code}


def test_matrix(tmp_path):
    folder = write_project(tmp_path, files())
    call = read_project(folder).calls[0]
    assert (call.name, call.function, call.config) == ("first", "dense_da", {"n_in": 3, "n_out": 2})
    weights, biases = (
        [Fraction(int(raw), 1 << weight.format.frac) for raw in weight.raw]
        for weight in (call.weights["weights"], call.weights["biases"])
    )
    assert weights == [1, -2, Fraction(1, 2), -1, -1, 2]
    assert biases == [Fraction(3, 2), 0]
    x = np.random.default_rng(4).integers(-128, 128, (100, 3))
    exact = (x @ np.array([[2, -4], [1, -2], [-2, 4]]) + [48, 0]) // 1  # in units of 2^-5, as hidden_t has
    hidden = (exact + 512) % 1024 - 512
    expected = np.minimum(np.maximum(hidden, 0) >> 1, 127)
    np.testing.assert_array_equal(isobit.load(folder).predict_raw(x), expected)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ap_fixed<8,4> v0", "ap_fixed<7,4> v0", r"nnet_code_gen.h:6: 'ap_fixed<7,4>' does not hold"),
        ("ap_fixed<11,6> v3", "ap_fixed<9,4> v3", r"nnet_code_gen.h:9: 'ap_fixed<9,4>' does not hold"),
        ("ap_fixed<11,6> v3", "ap_fixed<11,7> v3", r"nnet_code_gen.h:9: 'ap_fixed<11,7>' does not hold"),
        ("ap_ufixed<2,1>(1.5)", "ap_ufixed<1,1>(1.5)", r"nnet_code_gen.h:11: 'ap_ufixed<1,1>' does not hold"),
        ("v4 + ap", "v4 * ap", r"nnet_code_gen.h:11: .* shifts and additions"),
        ("= v3 - v2", "= v3 > 0 ? v3 : v2", r"nnet_code_gen.h:10: .* shifts and additions"),
        ("= v3 - v2", "= v9 - v2", r"nnet_code_gen.h:10: 'v9' in a kernel"),
        ("model_inp[2]", "model_inp[3]", r"nnet_code_gen.h:8: 'model_inp\[3\]' in a kernel"),
        ("model_out[1]", "model_out[0]", r"nnet_code_gen.h:14: 'model_out\[0\]"),
        ("    model_out[0] = ap_fixed<13,8>(v5);\n", "", r"a kernel with 1 results; 2 are read"),
        ("bit_shift<-1>", "bit_shift<-1000>", r"nnet_code_gen.h:9: 'bit_shift<-1000>"),
        ("dense_da_2", "dense_da_3", r"small.cpp:17: the function dense_da_2"),
    ],
)
def test_refused(tmp_path, old, new, message):
    with pytest.raises(isobit.IsobitError, match=message):
        read_project(write_project(tmp_path, files((old, new))))


def test_long_kernels(tmp_path, monkeypatch):
    from isobit.hls4ml.reading import kernels

    monkeypatch.setattr(kernels, "MAX_TERMS", 10)
    with pytest.raises(UnsupportedError, match="too large to be read"):
        read_project(write_project(tmp_path, files()))
