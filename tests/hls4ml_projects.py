"""Projects as hls4ml writes them: of a golden case, from the texts stored with it, and small ones."""

from __future__ import annotations

import numpy as np

DEFINES = """\
#ifndef DEFINES_H_
#define DEFINES_H_
#include "ap_fixed.h"
#include "nnet_utils/nnet_types.h"
{0}
#endif
"""
PARAMETERS = """\
#ifndef PARAMETERS_H_
#define PARAMETERS_H_
#include "nnet_utils/nnet_helpers.h"
#include "defines.h"
{0}
#endif
"""
ARRAY = """\
//Numbers of {name}
#ifndef {guard}_H_
#define {guard}_H_
#ifndef __SYNTHESIS__
{kind} {name}[{count}];
#else
{kind} {name}[{count}] = {{{values}}};
#endif
#endif
"""


def write_project(folder, files):
    """Files by path, in a folder ``firmware``."""
    for name, text in files.items():
        path = folder / "firmware" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def array_header(name, kind, values):
    """A header with numbers that are text already."""
    return ARRAY.format(name=name, guard=name.upper(), kind=kind, count=len(values), values=", ".join(values))


def cpp_type(text):
    """``fixed<16,6,TRN,WRAP,0>`` as C++."""
    name, _, arguments = text.rstrip(">").partition("<")
    parts = [part if part.lstrip("-").isdigit() else f"AP_{part}" for part in arguments.split(",")]
    return f"ap_{name}<{','.join(parts)}>"


def golden_project(folder, case):
    """The project that a golden case was compiled from, without hls4ml's own headers.

    Parameters
    ----------
    folder : Path
    case : GoldenCase
    """
    config, stored = case.case["config"], case.case["weights"]
    stream = config["io_type"] == "io_stream"
    types, variables, headers, layers, calls, generated = {}, {}, {}, [], [], []
    for layer in case.layers:
        for key, value in layer["attributes"].items():
            if str(value).find("exponent_") >= 0 and "precision" in value:
                continue
            if isinstance(value, dict) and "precision" in value:
                types.setdefault(value["name"], cpp_type(value["precision"]))
            elif isinstance(value, dict) and "var" in value:
                kind = value["type"]["name"]
                data = stored.get(f"{layer['name']}/{key}")
                if data is None:
                    variables[value["var"]] = (kind, value["shape"])
                    if stream:
                        element = cpp_type(value["type"]["precision"])
                        types[kind] = f"nnet::array<{element}, {value['shape'][-1]}*1>"
                elif kind.startswith("exponent_"):
                    exponent = cpp_type(value["type"]["precision"])
                    types[kind] = f"struct {kind} {{ap_uint<1> sign;{exponent} weight; }}"
                    text = [
                        f"{{{int(number > 0)}, {int(np.log2(abs(number)))}}}" for number in np.ravel(data)
                    ]
                    headers[f"weights/{value['var']}.h"] = array_header(value["var"], kind, text)
                else:
                    types.setdefault(kind, cpp_type(value["type"]["precision"]))
                    digits = max(0, case.arrays[value["var"]].format.frac)
                    text = [f"{number:.{digits}f}" for number in np.ravel(data).tolist()]
                    headers[f"weights/{value['var']}.h"] = array_header(value["var"], kind, text)
        if layer["class"] != "Input":
            layers.append(layer["attributes"].get("config_cpp") or "")
            calls += _calls(layer, case)
        if layer["class"] == "FixedPointQuantizer":
            generated.append(_quantizer(layer["name"], layer["attributes"]))
    inputs = [v["var"] for name, v in _outputs(case, "Input")]
    outputs = [port["name"] for port in case.case["case"]["outputs"]]
    ports = ",\n".join(_declaration(name, *variables[name], stream, True) for name in (*inputs, *outputs))
    inner = [
        _declaration(name, *variables[name], stream, False) + ";\n"
        for name in variables
        if name not in (*inputs, *outputs) and not any(f"& {name} =" in call for call in calls)
    ]
    body = "".join(inner) + "\n".join(calls)
    includes = "".join(f'#include "{name}"\n' for name in headers)
    write_project(
        folder,
        {
            "defines.h": DEFINES.format("".join(f"typedef {text} {name};\n" for name, text in types.items())),
            "parameters.h": PARAMETERS.format(includes + "\n".join(layers)),
            "golden.h": f'#include "defines.h"\nvoid golden({ports});\n',
            "golden.cpp": '#include "golden.h"\n#include "parameters.h"\n'
            f"void golden({ports}) {{\n{body}\n}}\n",
            "nnet_utils/nnet_code_gen.h": "namespace nnet {\n" + "\n".join(generated) + "\n}\n",
            **headers,
        },
    )
    (folder / "hls4ml_config.yml").write_text(f"Backend: {config['backend']}\nProjectName: golden\n")
    return folder


def _outputs(case, kind):
    for layer in case.layers:
        if layer["class"] == kind:
            yield layer["name"], layer["attributes"][layer["outputs"][0]]


def _quantizer(name, attributes):
    """A function that casts each element on its own."""
    lines = []
    for i, (signed, width, integer) in enumerate(zip(*map(np.ravel, attributes["mask_kbi"]), strict=True)):
        name_ = "ap_fixed" if signed else "ap_ufixed"
        kind = f"{name_}<{width},{integer},AP_{attributes['RND']},AP_{attributes['SAT']}>"
        lines.append(f"    out[{i}] = {kind}(inp[{i}]);" if width else f"    out[{i}] = 0;")
    body = "\n".join(lines)
    return (
        "template<typename input_t, typename output_t>\n"
        f"void {name}(input_t *inp, output_t *out) {{\n    #pragma HLS INLINE\n\n{body}\n}}\n"
    )


def _calls(layer, case):
    attributes = layer["attributes"]
    text = attributes.get("function_cpp")
    if text is None:
        source = case._variable_of(layer["inputs"][0])
        return [f"    auto& {attributes[layer['outputs'][0]]['var']} = {source};"]
    return [f"    {text} // {layer['name']}"]


def _declaration(name, kind, shape, stream, is_port):
    if not stream:
        return f"    {kind} {name}[{'*'.join(map(str, shape))}]"
    return f"    hls::stream<{kind}> " + (f"&{name}" if is_port else f'{name}("{name}")')


SMALL = {
    "defines.h": """\
#ifndef DEFINES_H_
#define DEFINES_H_
#include "ap_fixed.h"
#include <cstddef>
#define N_IN 3
#define N_HIDDEN 2
typedef ap_fixed<8,4> input_t;
typedef ap_fixed<12,6,AP_RND,AP_SAT> sum_t;
typedef ap_fixed<10,5> hidden_t;
typedef ap_fixed<6,2,AP_RND> weight2_t;
typedef ap_fixed<6,2> bias2_t;
typedef ap_ufixed<7,3,AP_TRN,AP_SAT,0> result_t;
typedef ap_fixed<18,8> act_table_t;
#endif
""",
    "parameters.h": """\
#ifndef PARAMETERS_H_
#define PARAMETERS_H_
#include "nnet_utils/nnet_dense.h"
#include "defines.h"
#include "weights/w2.h"
#include "weights/b2.h"
/* The first layer,
   of two. */
struct config2 : nnet::dense_config {
    static const unsigned n_in = N_IN;
    static const unsigned n_out = N_HIDDEN;
    static const unsigned strategy = nnet::latency;
    static const unsigned reuse_factor = 1;
    static const unsigned multiplier_limit = DIV_ROUNDUP(n_in * n_out, reuse_factor);
    static const bool store_weights_in_bram = false;
    typedef sum_t accum_t;
    typedef bias2_t bias_t;
    typedef weight2_t weight_t;
    template<class data_T, class res_T, class CONFIG_T>
    using kernel = nnet::DenseLatency<data_T, res_T, CONFIG_T>;
    template<class x_T, class y_T>
    using product = nnet::product::mult<x_T, y_T>;
};
struct relu_config3 : nnet::activ_config {
    static const unsigned n_in = N_HIDDEN;
    typedef act_table_t table_t;
};
#endif
""",
    "small.h": """\
#ifndef SMALL_H_
#define SMALL_H_
#include "defines.h"
void small(input_t x[N_IN], result_t layer3_out[N_HIDDEN]);
#endif
""",
    "small.cpp": """\
#include <iostream>
#include "small.h"
#include "parameters.h"

void small(input_t x[N_IN], result_t layer3_out[N_HIDDEN]) {
    #pragma HLS PIPELINE
#ifndef __SYNTHESIS__
    static bool loaded_weights = false;
    if (!loaded_weights) {
        nnet::load_weights_from_txt<weight2_t, 6>(w2, "w2.txt");
        loaded_weights = true;
    }
#endif
    hidden_t layer2_out[N_HIDDEN];
    #pragma HLS ARRAY_PARTITION variable=layer2_out complete dim=0

    nnet::dense<input_t, hidden_t, config2>(x, layer2_out, w2, b2); // first

    nnet::relu<hidden_t, result_t, relu_config3>(layer2_out, layer3_out); // second
}
""",
    "weights/w2.h": array_header(
        "w2", "weight2_t", ["0.5000", "-1.2500", "1.0625", "0.03125", "-2.0", "1.9375"]
    ),
    "weights/b2.h": array_header("b2", "bias2_t", ["0.2500", "-0.5000"]),
    "weights/w2.txt": "9, 9, 9, 9, 9, 9",
}
"""A project of two layers, written by hand."""


def edited(*changes):
    """The small project with replacements of text, each (file, old, new); the old text must be there."""
    files = dict(SMALL)
    for file, old, new in changes:
        assert old in files[file], (file, old)
        files[file] = files[file].replace(old, new)
    return files


def trigger_project(folder, case):
    """A network of a trigger in the shape in which experiments keep one.

    Everything is in a namespace, sizes are constants of it, and weights are declared in a header and defined
    in a source of their own, beside another source that only calls the top function.
    """
    facts, name = case.facts, case.facts["model"]
    space = f"hls4ml_{name}"
    lines = [f"static const int {key}={value};" for key, value in facts["numbers"].items()]
    lines += [f"typedef {text} {key};" for key, text in facts["typedefs"].items()]
    weights = []
    for key, kind in facts["weight_types"].items():
        weight = case.arrays[key]
        text = ", ".join(
            repr(v) for v in np.ldexp(weight.raw.astype(float), -weight.format.frac).ravel().tolist()
        )
        lines.append(f"extern {kind} {key}[{weight.raw.size}];")
        weights.append(f"{kind} {key}[{weight.raw.size}] = {{{text}}};")
    configs = [_trigger_structure(key, members) for key, members in facts["configs"].items()]
    ports, body = _trigger_calls(facts)
    spaced = f"namespace {space} {{{{\n{{}}\n}}}} // namespace {space}\n"
    return write_project(
        folder,
        {
            "defines.h": DEFINES.replace("{0}", spaced.format("\n".join(lines))),
            "parameters.h": PARAMETERS.replace("{0}", spaced.format("\n".join(configs))),
            "weights.cpp": '#include "defines.h"\n' + spaced.format("\n".join(weights)),
            f"{name}.cpp": '#include "parameters.h"\n'
            + spaced.format(f"void {name}({', '.join(ports)}) {{\n{body}\n}}"),
            "emulator.cpp": '#include "emulator.h"\n'
            f"class E {{ void predict() {{ {space}::{name}(a, b); }} }};\n",
        },
    )


def _trigger_structure(name, members):
    text = []
    for key, value in members.items():
        if key.startswith("_") and "<" in value and "::" in value:
            text.append(f"    template<class data_T, class CONFIG_T>\n    using {key[1:]} = {value};")
        elif key.startswith("_"):
            text.append(f"    typedef {value} {key[1:]};")
        elif key != "base":
            kind = "bool" if value in ("true", "false") else "unsigned"
            kind = "nnet::conv_implementation" if key == "implementation" else kind
            text.append(f"    static const {kind} {key} = {value};")
    return f"struct {name} : {members['base']} {{\n" + "\n".join(text) + "\n};"


def _trigger_calls(facts):
    layers, ports, body = facts["layers"], [], []
    for index, layer in enumerate(layers):
        source, result, structure = (part.strip() for part in layer["tpl"].split(","))
        given = [part.strip() for part in layer["args"].split(",")]
        config = facts["configs"][structure]
        if index == 0:
            size = config.get("n_in") or "*".join(config[n] for n in ("in_height", "in_width", "n_chan"))
            ports.append(f"{source} {given[0]}[{size}]")
        size = config.get("n_out") or config.get("n_in")
        size = size or "*".join(config[n] for n in ("out_height", "out_width", "n_filt"))
        declaration = f"{result} {given[1]}[{size}]"
        if index == len(layers) - 1:
            ports.append(declaration)
        else:
            body.append(f"  {declaration};\n#pragma HLS ARRAY_PARTITION variable={given[1]} complete dim=0")
        body.append(f"  {layer['fn']}<{layer['tpl']}>({layer['args']}); // {layer['name']}")
    return ports, "\n".join(body)
