"""Tables computed in Python are those that hls4ml's own C++ fills, in every bit of wide types."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.emulation import table_contents as contents

SOURCE = r"""
#include "ap_fixed.h"
#include <cstdio>
#include "nnet_utils/nnet_activation.h"

template <unsigned Size> struct wide : nnet::activ_config {
    typedef ap_fixed<60, 4> table_t;
    static const unsigned table_size = Size;
};
template <unsigned Size> struct wrapping : nnet::activ_config {
    typedef ap_fixed<40, 20> table_t;
};
template <unsigned Size> struct softmax_tables : nnet::activ_config {
    typedef ap_fixed<60, 12, AP_RND, AP_SAT> exp_table_t;
    typedef ap_fixed<44, 12, AP_RND, AP_SAT> inv_table_t;
    static const unsigned exp_table_size = Size, inv_table_size = Size;
    static constexpr float exp_scale = 0.75;
};
template <unsigned Size> struct wrapped_tables : softmax_tables<Size> {
    typedef ap_fixed<24, 8> exp_table_t;
    typedef ap_fixed<24, 8> inv_table_t;
};

template <class T, int Size> void show(const char *name, const T (&table)[Size]) {
    std::printf("%s %d", name, Size);
    for (int i = 0; i < Size; i++) {
        T entry = table[i];
        std::printf(" %llu", (unsigned long long)entry.range(T::width - 1, 0).to_uint64());
    }
    std::printf("\n");
}

template <unsigned Size> void all() {
    static typename wide<Size>::table_t t[Size];
    nnet::init_sigmoid_table<wide<Size>, Size>(t);
    show("sigmoid", t);
    nnet::init_tanh_table<wide<Size>, Size>(t);
    show("tanh", t);
    nnet::init_softplus_table<wide<Size>, Size>(t);
    show("softplus", t);
    nnet::init_softsign_table<wide<Size>, Size>(t);
    show("softsign", t);
    nnet::init_elu_table<wide<Size>, Size>(t);
    show("elu", t);
    nnet::init_selu_table<wide<Size>, Size>(t);
    show("selu", t);
    static typename wrapping<Size>::table_t w[Size];
    nnet::init_exp_table_legacy<wrapping<Size>, Size>(w);
    show("legacy_exp", w);
    nnet::init_invert_table_legacy<wrapping<Size>, Size>(w);
    show("legacy_inverse", w);
    static typename softmax_tables<Size>::exp_table_t e[Size];
    nnet::init_exp_table<ap_fixed<16, 6>, softmax_tables<Size>>(e);
    show("exp", e);
    nnet::init_exp_table<ap_ufixed<15, 5>, softmax_tables<Size>>(e, true);
    show("exp_of_distance", e);
    static typename softmax_tables<Size>::inv_table_t v[Size];
    nnet::init_invert_table<ap_fixed<18, 8>, softmax_tables<Size>>(v);
    show("inverse", v);
    static typename wrapped_tables<Size>::exp_table_t x[Size];
    nnet::init_exp_table<ap_fixed<16, 10>, wrapped_tables<Size>>(x);
    show("exp_wrapped", x);
    static typename wrapped_tables<Size>::inv_table_t y[Size];
    nnet::init_invert_table<ap_ufixed<18, 8>, wrapped_tables<Size>>(y);
    show("inverse_wrapped", y);
}
int main() {
    all<512>();
    all<1024>();
    all<4096>();
}
"""

WIDE, WRAPPING, NARROW = Format(60, 56), Format(40, 20), Format(24, 16)
EXP = Format(60, 48, True, Rounding.RND, Overflow.SAT)
INVERSE = Format(44, 32, True, Rounding.RND, Overflow.SAT)


def addresses(size, width, frac, signed):
    """What the top bits of a type stand for, in the order in which hls4ml counts them."""
    pattern = np.arange(size)
    raw = np.where(pattern >= size // 2, pattern - size, pattern) if signed else pattern
    return np.ldexp(raw.astype(float), width - size.bit_length() + 1 - frac)


def expected(name, size):
    """Format and raws of a table."""
    if name in ("exp", "exp_wrapped"):
        fmt, x = (
            (EXP, addresses(size, 16, 10, True)) if name == "exp" else (NARROW, addresses(size, 16, 6, True))
        )
        return fmt, contents.exp_of(x, 0.75, False)
    if name == "exp_of_distance":
        return EXP, contents.exp_of(addresses(size, 15, 10, False), 0.75, True)
    if name == "inverse":
        return INVERSE, contents.inverse_of(addresses(size, 18, 10, True))
    if name == "inverse_wrapped":
        return NARROW, contents.inverse_of(addresses(size, 18, 10, False))
    if name.startswith("legacy"):
        return WRAPPING, getattr(contents, name)(size)
    return WIDE, getattr(contents, "tanh_table" if name == "tanh" else name)(size)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    hls4ml = pytest.importorskip("importlib.util").find_spec("hls4ml")
    if hls4ml is None:
        pytest.skip("hls4ml is not installed")
    templates = Path(hls4ml.origin).parent / "templates" / "vivado"
    folder = tmp_path_factory.mktemp("tables")
    (folder / "tables.cpp").write_text(SOURCE)
    subprocess.run(
        [
            "g++",
            "-std=c++11",
            "-O0",
            "-w",
            "-I",
            templates,
            "-I",
            templates / "ap_types",
            "tables.cpp",
            "-o",
            "t",
        ],
        cwd=folder,
        check=True,
    )
    lines = subprocess.run(
        ["./t"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    tables = {}
    for line in lines:
        name, size, *raws = line.split()
        tables[name, int(size)] = [int(raw) for raw in raws]
    return tables


@pytest.mark.slow
def test_every_table(compiled):
    assert len(compiled) == 3 * 13
    for (name, size), found in compiled.items():
        fmt, values = expected(name, size)
        raws = [int(raw) % 2**fmt.width for raw in contents.entries(values, fmt)]
        assert raws == found, (name, size)
