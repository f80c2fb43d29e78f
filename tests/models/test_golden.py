"""Dense layers as hls4ml's own firmware emulation computed them.

hls4ml adds products one by one in a format of its own choice. Where that accumulator wraps and has all
fractional bits of the products, adding is exact modulo 2**W, so that the order does not matter and the exact
profile must give the same bits. The vectors are used in place; without them this is skipped.
"""

from __future__ import annotations

import json
import warnings

import numpy as np

import isobit
from isobit import Format, Overflow
from isobit.ir import GraphBuilder


def load(folder):
    """What is needed of one converted model: layers, inputs, and the recorded weights and results."""
    arrays = {}
    for kind in ("weights", "trace"):
        with np.load(folder / f"{kind}.npz") as stored:
            arrays[kind] = dict(stored)
    inputs = [np.load(folder / "inputs.npy")] if (folder / "inputs.npy").exists() else []
    return {"layers": json.loads((folder / "layers.json").read_text()), "inputs": inputs, **arrays}


def dense_layers(case):
    """(layer, types, inputs, outputs) of the dense layers whose bits are defined and were recorded."""
    formats, recorded = {}, dict(case["trace"])
    names = [layer["name"] for layer in case["layers"] if layer["class"] == "Input"]
    recorded |= dict(zip(names, case["inputs"], strict=False))
    for layer in case["layers"]:
        types = {key: parse(text) for key, text in layer["types"].items()}
        source = layer["inputs"][0] if layer["inputs"] else None
        formats |= dict.fromkeys((layer["name"], *layer["outputs"]), types.get("result_t"))
        if layer["class"] != "Dense" or layer["name"] not in recorded or source not in recorded:
            continue
        roles = [formats.get(source), types.get("weight_t"), types.get("bias_t"), types.get("accum_t")]
        if all(roles) and exact_modulo(*roles):
            outputs = recorded[layer["name"]]
            yield layer["name"], (*roles, types["result_t"]), recorded[source][: len(outputs)], outputs


def parse(text):
    """A format, or None for types that are not numbers of the fixed-point kind."""
    try:
        return Format.parse(text)
    except isobit.FormatError:
        return None


def exact_modulo(source, weight, bias, accumulator):
    binary = source.width == weight.width == 1  # hls4ml's XNOR products, another meaning of the bits
    fine = accumulator.frac >= max(source.frac + weight.frac, bias.frac)
    return fine and accumulator.overflow is Overflow.WRAP and not binary


def as_printed(weights, fmt):
    """hls4ml prints weights with as many decimal digits as the format has fractional bits."""
    return np.vectorize(lambda w: float(f"{w:.{fmt.frac}f}"))(weights.astype(float))


def layer_of(case, name, types):
    source, weight, bias, accumulator, result = types
    builder = GraphBuilder("golden")
    kernel = as_printed(case["weights"][f"{name}/weight"], weight)
    builder.input("x", (kernel.shape[0],))
    constants = {"weight": kernel, "bias": as_printed(case["weights"][f"{name}/bias"], bias)}
    builder.add("dense", ["x"], "layer", constants=constants)
    builder.output("y", "layer")
    roles = {"weight": weight, "bias": bias, "accumulator": accumulator, "output": result}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        return isobit.Model(builder.build()).quantize({"x": source, "layer": roles})


def test_dense_layers(shared):
    compared, wrong = 0, []
    for folder in sorted((shared / "golden" / "hls4ml").iterdir()):
        if not all((folder / f"{kind}.npz").exists() for kind in ("weights", "trace")):
            continue
        if not json.loads((folder / "case.json").read_text()).get("golden_valid", True):
            continue
        case = load(folder)
        for layer, types, inputs, outputs in dense_layers(case):
            result = layer_of(case, layer, types).predict(inputs.reshape(len(inputs), -1))
            compared += 1
            if not np.array_equal(result, outputs.reshape(result.shape)):
                wrong.append((folder.name, layer, int((result != outputs.reshape(result.shape)).sum())))
    assert not wrong
    assert compared >= 30


def test_a_network_of_the_level_1_trigger(shared):
    """AXOL1TL v4 of CMS as it is deployed: 4,096 events, all layers, every bit."""
    folder = shared / "golden" / "trigger"
    facts = json.loads((folder / "AXOL1TL_v4.json").read_text())
    with np.load(folder / "AXOL1TL_v4.npz") as stored, np.load(folder / "AXOL1TL_v4_weights.npz") as weights:
        columns, constants = stored["outputs_raw"], dict(weights)
    types = {name: Format.parse(text) for name, text in facts["typedefs"].items()}
    builder, sizes = GraphBuilder("axol1tl"), (57, 28, 15, 8)
    tensor, config = builder.input("x", (57,)), {"x": types["input_t"]}
    layers = (
        (2, "q_dense", "relu", "layer3_t"),
        (4, "q_dense_1", "relu", "layer5_t"),
        (6, "mu", "linear", "result_t"),
    )
    for (number, name, activation, result), n_in, n_out in zip(layers, sizes[:-1], sizes[1:], strict=True):
        kernel = constants[f"w{number}"].reshape(n_in, n_out)
        dense = {"weight": kernel, "bias": constants[f"b{number}"]}
        tensor = builder.add("dense", [tensor], name, constants=dense)
        tensor = builder.add(activation, [tensor], f"{name}_{activation}")
        config[name] = {
            "weight": types[f"weight{number}_t"],
            "bias": types[f"bias{number}_t"],
            "accumulator": types[f"{name}_accum_t"],
            "output": types[f"layer{number}_t"],
        }
        config[tensor] = types[result]
    builder.output("y", tensor)
    quantized = isobit.Model(builder.build()).quantize(config)
    spans = {entry["name"]: slice(*entry["cols"]) for entry in facts["outputs_raw_columns"]}
    result = quantized.predict_raw(columns[:, spans["scaled_input"]].astype(np.int64))
    assert len(result) == 4096
    np.testing.assert_array_equal(result, columns[:, spans["result"]])
