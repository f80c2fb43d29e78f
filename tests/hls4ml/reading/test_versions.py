"""Projects of older versions, whose configurations lack what version 1.3 writes."""

from __future__ import annotations

import pytest

from hls4ml_projects import edited, write_project
from isobit import UnsupportedError
from isobit.hls4ml.reading import read_project

KERNEL = """\
    template<class data_T, class res_T, class CONFIG_T>
    using kernel = nnet::DenseLatency<data_T, res_T, CONFIG_T>;
"""
SOFTMAX = """\
    static const unsigned table_size = 512;
    static const nnet::softmax_implementation implementation = nnet::softmax_implementation::{0};
    typedef sum_t exp_table_t;
"""
POOLING = """\
struct pool : nnet::pooling1d_config {{
    static const unsigned n_in = 2;
    static const unsigned n_filt = 1;
    static const nnet::Pool_Op pool_op = nnet::{0};
}};
"""
WIDENING = "ap_fixed<W + ceillog2(N), I + ceillog2(N)> tmp = 0;"


def read(tmp_path, *changes, **more):
    return read_project(write_project(tmp_path, {**edited(*changes), **more}))


@pytest.mark.parametrize(
    ("strategy", "reuse", "kernel"),
    [
        ("latency", 1, "DenseLatency"),
        ("resource", 3, "DenseResource_rf_leq_nin"),
        ("resource", 6, "DenseResource_rf_gt_nin_rem0"),
        ("resource", 4, "DenseResource_rf_gt_nin"),
    ],
)
def test_kernels(tmp_path, strategy, reuse, kernel):
    found = read(
        tmp_path,
        ("parameters.h", KERNEL, ""),
        ("parameters.h", "nnet::latency", f"nnet::{strategy}"),
        ("parameters.h", "reuse_factor = 1", f"reuse_factor = {reuse}"),
    )
    assert found.calls[0].config["kernel"] == kernel
    assert found.version == "before 1.3"


def softmax(tmp_path, implementation):
    return read(
        tmp_path,
        ("small.cpp", "nnet::relu", "nnet::softmax"),
        (
            "parameters.h",
            "    typedef act_table_t",
            SOFTMAX.format(implementation) + "    typedef act_table_t",
        ),
    ).calls[1]


def test_softmax(tmp_path):
    """Sums have the type of the exponentials, and both tables one size."""
    call = softmax(tmp_path, "latency")
    assert {name: str(fmt) for name, fmt in call.types.items()} == {
        "table_t": "fixed<18,8>",
        **dict.fromkeys(("exp_table_t", "accum_t", "inv_inp_t"), "fixed<12,6,RND,SAT>"),
    }
    assert (call.config["exp_table_size"], call.config["inv_table_size"]) == (512, 512)
    with pytest.raises(UnsupportedError, match=r"layer 'second' \(nnet::softmax\).*'stable' rounded"):
        softmax(tmp_path / "stable", "stable")


def pooling(tmp_path, operation, header=None):
    return read(
        tmp_path,
        ("small.cpp", "nnet::relu<", "nnet::global_pooling1d_cl<"),
        ("small.cpp", "relu_config3>", "pool>"),
        ("small.cpp", "layer3_out[N_HIDDEN]", "layer3_out[1]"),
        ("parameters.h", "struct relu", POOLING.format(operation) + "struct relu"),
        **({} if header is None else {"nnet_utils/nnet_pooling.h": header}),
    ).calls[1]  # fmt: skip


def test_averages(tmp_path):
    """Only the project's own header tells in which type they are summed."""
    assert "accum_t" not in pooling(tmp_path / "max", "Max").types
    assert str(pooling(tmp_path / "average", "Average", WIDENING).types["accum_t"]) == "fixed<11,6>"
    for folder, header in (("none", None), ("other", "T avg(T (&x)[N])")):
        with pytest.raises(UnsupportedError, match=r"nnet::global_pooling1d_cl.*before 1.3.*does not tell"):
            pooling(tmp_path / folder, "Average", header)


def test_functions_that_changed(tmp_path):
    with pytest.raises(
        UnsupportedError, match=r"layer 'second' \(nnet::hard_tanh\).*differs between versions"
    ):
        read(tmp_path, ("small.cpp", "nnet::relu", "nnet::hard_tanh"))
