"""Calls of hls4ml's own functions, compiled: records as C++ that reads raws and writes raws.

One program runs many calls, each on samples of its own. Nothing of isobit takes part in it.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from isobit.formats import Rounding

HEAD = r"""
#include "ap_fixed.h"
#include <cstdio>
#include <vector>
#include "nnet_utils/nnet_helpers.h"
#include "nnet_utils/nnet_activation.h"
#include "nnet_utils/nnet_batchnorm.h"
#include "nnet_utils/nnet_dense.h"
#include "nnet_utils/nnet_embed.h"
#include "nnet_utils/nnet_conv1d.h"
#include "nnet_utils/nnet_conv2d.h"
#include "nnet_utils/nnet_einsum.h"
#include "nnet_utils/nnet_image.h"
#include "nnet_utils/nnet_merge.h"
#include "nnet_utils/nnet_padding.h"
#include "nnet_utils/nnet_cropping.h"
#include "nnet_utils/nnet_pooling.h"
#include "nnet_utils/nnet_recurrent.h"
#include "nnet_utils/nnet_sepconv1d.h"
#undef NNET_SEPARABLE_CONV2D_LATENCY_H_  // both files have this guard
#include "nnet_utils/nnet_sepconv2d.h"

static std::FILE *in, *out;
template <class T> void read(T *to, int n) {
    for (int i = 0; i < n; i++) {
        long long raw = 0;
        if (std::fread(&raw, sizeof raw, 1, in) != 1) std::printf("short\n");
        to[i].range(T::width - 1, 0) = ap_int<64>(raw).range(T::width - 1, 0);
    }
}
template <class T> void write(const T *from, int n) {
    for (int i = 0; i < n; i++) {
        T value = from[i];
        long long raw = ap_uint<64>(value.range(T::width - 1, 0)).to_uint64();
        std::fwrite(&raw, sizeof raw, 1, out);
    }
}
// The pixels of every window, as hls4ml generates them.
template <class D, class C> struct fill_1d {
    static void fill_buffer(D data[], D buffer[][C::filt_width * C::n_chan], const unsigned part) {
        for (unsigned p = 0; p < C::n_pixels; p++)
            for (unsigned k = 0; k < C::filt_width; k++)
                for (unsigned c = 0; c < C::n_chan; c++) {
                    unsigned at = part * C::n_pixels + p;
                    int x = int(at * C::stride_width + k * C::dilation) - int(C::pad_left);
                    buffer[p][k * C::n_chan + c] =
                        x < 0 || x >= int(C::in_width) ? D(0) : data[x * C::n_chan + c];
                }
    }
};
template <class D, class C> struct fill_2d {
    static const unsigned size = C::filt_height * C::filt_width * C::n_chan;
    static void fill_buffer(D data[], D buffer[][size], const unsigned part) {
        for (unsigned p = 0; p < C::n_pixels; p++)
            for (unsigned k = 0; k < C::filt_height; k++)
                for (unsigned l = 0; l < C::filt_width; l++)
                    for (unsigned c = 0; c < C::n_chan; c++) {
                        unsigned at = part * C::n_pixels + p;
                        int y = int(at / C::out_width * C::stride_height + k) - int(C::pad_top);
                        int x = int(at % C::out_width * C::stride_width + l) - int(C::pad_left);
                        bool outside = y < 0 || y >= int(C::in_height) || x < 0 || x >= int(C::in_width);
                        buffer[p][(k * C::filt_width + l) * C::n_chan + c] =
                            outside ? D(0) : data[(y * C::in_width + x) * C::n_chan + c];
                    }
    }
};
"""


def cpp(fmt):
    """The type of a format."""
    kind = "ap_fixed" if fmt.signed else "ap_ufixed"
    if fmt.frac == 0 and (fmt.width == 1 or fmt.rounding is Rounding.TRN_ZERO):
        return f"ap_{'' if fmt.signed else 'u'}int<{fmt.width}>"
    modes = f"AP_{fmt.rounding.name}, AP_{fmt.overflow.name}"
    return f"{kind}<{fmt.width}, {fmt.integer}, {modes}>"


ENUMERATORS = {
    "implementation": "nnet::softmax_implementation",
    "strategy": "nnet",
    "pool_op": "nnet",
}
BASES = {
    "dense": "dense_config", "softmax": "activ_config", "normalize": "batchnorm_config",
    "lstm_stack": "lstm_config", "gru_stack": "gru_config",
}  # fmt: skip


def value(member, given):
    """A member's value, and its C++ type."""
    if isinstance(given, bool):
        return "const bool", str(given).lower()
    if isinstance(given, float):
        return "constexpr float", repr(given)
    if isinstance(given, str):
        scope = ENUMERATORS[member]
        kind = "const unsigned" if scope == "nnet" else f"const {scope}"
        return ("const nnet::Pool_Op" if member == "pool_op" else kind), f"{scope}::{given}"
    return ("const int" if given < 0 else "const unsigned"), str(given)


def structure(name, call, prefix=""):
    """The configuration structure of a call, after those that it names."""
    config = {k.removeprefix(prefix): v for k, v in call.config.items() if k.startswith(prefix)}
    types = {k.removeprefix(prefix): v for k, v in call.types.items() if k.startswith(prefix)}
    nested = sorted({key.split(".")[0] for key in (*config, *types) if "." in key})
    text, outside = "", ""
    for inner in nested:
        text += structure(f"{name}_{inner}", call, f"{prefix}{inner}.")
    base = BASES.get(call.function, "activ_config") if not prefix else "dense_config"
    base = "activ_config" if "ACT_CONFIG" in prefix else base
    plain = call.function.startswith(("conv", "depthwise", "pointwise")) and not prefix
    text += (
        f"struct {name} : nnet::{base} {{\n" if not plain and "tpose" not in prefix else f"struct {name} {{\n"
    )
    for member, given in config.items():
        if "." in member or member in ("product", "activation", "activation_recr"):
            continue
        if isinstance(given, tuple):
            text += f"    static const unsigned *const {member};\n"
            outside += f"static unsigned {name}_{member}[] = {{{', '.join(map(str, given))}}};\n"
            outside += f"const unsigned *const {name}::{member} = {name}_{member};\n"
            continue
        kind, shown = value(member, given)
        text += f"    static {kind} {member} = {shown};\n"
    text += "".join(
        f"    typedef {cpp(fmt)} {member};\n" for member, fmt in types.items() if "." not in member
    )
    text += "".join(f"    typedef {name}_{inner} {inner};\n" for inner in nested)
    product = config.get("product", "mult")
    text += f"    template <class x, class y> using product = nnet::product::{product}<x, y>;\n"
    if "strategy" in config and "n_in" in config:
        chosen = kernel(config)
        text += f"    template <class d, class r, class c> using kernel = nnet::{chosen}<d, r, c>;\n"
    for member in ("activation", "activation_recr"):
        if member in config:
            text += (
                f"    template <class x, class y, class c> using {member} = "
                f"nnet::activation::{config[member]}<x, y, c>;\n"
            )
    if "mult_config" in nested:
        fill = "fill_1d" if "1d" in call.function else "fill_2d"
        text += f"    template <class d, class c> using fill_buffer = {fill}<d, c>;\n"
        text += "    template <class d, class r, class c> using conv_kernel = nnet::Conv1DLatency<d, r, c>;\n"
    for constant in ("slope", "shift"):
        if constant in call.weights:
            weight = call.weights[constant]
            number = float(np.ravel(weight.raw)[0]) * weight.format.lsb
            text += f"    static const {cpp(weight.format)} {constant};\n"
            outside += f"const {cpp(weight.format)} {name}::{constant} = {number!r};\n"
    return f"{text}}};\n{outside}"


def kernel(config):
    if config["strategy"] != "resource":
        return "DenseLatency"
    if config["reuse_factor"] <= config["n_in"]:
        return "DenseResource_rf_leq_nin"
    return "DenseResource_rf_gt_nin_rem0"


CONSTANTS = ("slope", "shift")
FIRST = ("alpha", "theta")
"""Arguments between data and result."""


class Program:
    """Calls are added with the raws of their inputs; `run` gives the raws of all results."""

    def __init__(self):
        self.text, self.main, self.data, self.results = HEAD, "", [], []

    def add(self, call, variables, samples):
        """``samples``: for each input an array of raws (n, size)."""
        number = len(self.results)
        name = f"config{number}"
        self.text += structure(name, call)
        inputs, result = [variables[v] for v in call.inputs], variables[call.outputs[0]]
        body, before, behind = "", [], []
        for parameter, weight in call.weights.items():
            if parameter in CONSTANTS:
                continue
            raws = np.ravel(weight.raw)
            body += f"    static {cpp(weight.format)} {parameter}[{raws.size}];\n"
            body += f"    read({parameter}, {raws.size});\n"
            self.data.append(raws)
            single = parameter in FIRST and raws.size == 1
            (before if parameter in FIRST else behind).append(f"{parameter}[0]" if single else parameter)
        names = []
        for k, variable in enumerate(inputs):
            count = int(np.prod(variable.shape))
            body += f"    static {cpp(variable.format)} x{k}[{count}];\n"
            names.append(f"x{k}")
        count = int(np.prod(result.shape))
        body += f"    static {cpp(result.format)} y[{count}];\n"
        body += f"    for (int s = 0; s < {len(samples[0])}; s++) {{\n"
        for k, variable in enumerate(inputs):
            body += f"        read(x{k}, {int(np.prod(variable.shape))});\n"
        arguments = ", ".join([*names, *before, "y", *behind])
        types = [cpp(v.format) for v in inputs]
        if call.function == "resize_nearest" or call.function.startswith("normalize_"):
            template = [*types, name]
        elif before:
            template = [*types, cpp(call.weights[next(p for p in FIRST if p in call.weights)].format)]
            template += [cpp(result.format), name]
        else:
            template = [*types, cpp(result.format), name]
        body += f"        nnet::{call.function}<{', '.join(template)}>({arguments});\n"
        body += f"        write(y, {count});\n    }}\n"
        self.text += f"void call{number}() {{\n{body}}}\n"
        self.main += f"    call{number}();\n"
        self.data.append(np.concatenate([np.asarray(s).reshape(len(s), -1) for s in samples], axis=1).ravel())
        self.results.append((len(samples[0]), result))

    def run(self, folder):
        """Raws of each call, (n, *shape)."""
        spec = importlib.util.find_spec("hls4ml")
        if spec is None:
            pytest.skip("hls4ml is not installed")
        templates = Path(spec.origin).parent / "templates"
        include = folder / "nnet_utils"
        shutil.copytree(templates / "vivado" / "nnet_utils", include)
        shutil.copytree(templates / "vitis" / "nnet_utils", include, dirs_exist_ok=True)
        opened = '    in = std::fopen("in", "rb");\n    out = std::fopen("out", "wb");\n'
        main = f"int main() {{\n{opened}{self.main}    std::fclose(out);\n}}\n"
        (folder / "program.cpp").write_text(f"{self.text}\n{main}")
        stream = np.concatenate([np.ravel(part).astype(np.int64) for part in self.data])
        (folder / "in").write_bytes(stream.tobytes())
        flags = ["-std=c++14", "-O0", "-w", "-I", folder, "-I", templates / "vivado" / "ap_types"]
        done = subprocess.run(
            ["g++", *flags, "program.cpp", "-o", "program"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, "\n".join(line for line in done.stderr.splitlines() if "error" in line)[
            :3000
        ]
        subprocess.run(["./program"], cwd=folder, check=True)
        raws = np.frombuffer((folder / "out").read_bytes(), dtype=np.int64)
        found, first = [], 0
        for count, variable in self.results:
            size = count * int(np.prod(variable.shape))
            part = raws[first : first + size].reshape(count, *variable.shape)
            first += size
            if variable.format.signed and variable.format.width < 64:
                part = np.where(
                    part >> (variable.format.width - 1) & 1, part - (1 << variable.format.width), part
                )
            found.append(part)
        return found
