"""Golden hls4ml cases as firmware records: from the layers, types and C++ structures stored with each.

Nothing of isobit's own conversion takes part: what a structure says is read from its text, and weights are
printed and parsed as hls4ml and a compiler do.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

import numpy as np

import isobit
from isobit.backends.stored import exact_format
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml import Call, Firmware, Variable, Weight
from isobit.rounding import to_raw

STRUCT = re.compile(r"struct (\w+)(?: *: *(?:public )?[\w:]+)? *\{(.*?)\n\};", re.S)
MEMBER = re.compile(r"static (?:const|constexpr) (?:unsigned|bool|float|int|[\w:]+) +(\w+) *= *([^;]+);")
TYPEDEF = re.compile(r"typedef ([^;]+?) (\w+);")
USING = re.compile(r"using (\w+) *= *(?:nnet::)?([\w:]+)")
ARRAY = re.compile(r"unsigned (\w+)\[\d+\] = \{([^}]*)\};")
POINTER = re.compile(r"const unsigned\* const (\w+)::(\w+) = (\w+);")
CONSTANT = re.compile(r"const (\w+) (\w+)::(\w+) = ([-\d.e]+);")
CALL = re.compile(r"nnet::(\w+)<(.*?)>\((.*)\);")

PARAMETERS = {
    "dense": ("data", "res", "weights", "biases"),
    "einsum_dense": ("data", "res", "weights", "biases"),
    "normalize": ("data", "res", "scale", "bias"),
    "normalize_binary_tanh": ("data", "res", "threshold"),
    "normalize_ternary_tanh": ("data", "res", "threshold_hi", "threshold_lo"),
    "elu": ("data", "alpha", "res"),
    "leaky_relu": ("data", "alpha", "res"),
    "prelu": ("data", "alpha", "res"),
    "thresholded_relu": ("data", "theta", "res"),
    "lstm_stack": ("data", "res", "param", "param_r", "param_b", "param_br"),
    "gru_stack": ("data", "res", "param", "param_zr", "param_b", "param_br"),
    "bidirectional_stack": (
        "data", "res", "param", "param_r", "param_b", "param_br", "param_back", "param_r_back",
        "param_b_back", "param_br_back",
    ),
    "embedding": ("data", "res", "embeddings"),
}  # fmt: skip
CONVOLUTION = ("data", "res", "weights", "biases")
MERGES = {"add", "subtract", "multiply", "average", "maximum", "minimum", "dot1d", "einsum"}


@dataclass
class Structure:
    """A configuration structure of the C++."""

    members: dict = field(default_factory=dict)
    typedefs: dict = field(default_factory=dict)


def structures(text):
    """Structures by name, with arrays and constants that are defined outside of them."""
    found = {}
    for name, body in STRUCT.findall(text):
        entry = found[name] = Structure()
        for member, value in MEMBER.findall(body):
            number = plain_value(value.strip())
            if number is not None:
                entry.members[member] = number
        for target, name_ in TYPEDEF.findall(body):
            entry.typedefs[name_] = target.strip()
        for name_, target in USING.findall(body):
            entry.members[name_] = target.split("::")[-1]
    arrays = {name: tuple(int(n) for n in body.split(",")) for name, body in ARRAY.findall(text)}
    for owner, member, array in POINTER.findall(text):
        found[owner].members[member] = arrays[array]
    return found


def plain_value(text):
    """A number, a truth value or an enumerator; None for an expression."""
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?[\d.]+(e-?\d+)?f?", text):
        return float(text.rstrip("f"))
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[\w:]+", text) and "::" in text:
        return text.split("::")[-1]
    return None


def flatten(name, found, precision, prefix="", config=None, types=None):
    """Members and types of a structure and of those that it names."""
    config = {} if config is None else config
    types = {} if types is None else types
    for member, value in found[name].members.items():
        config[prefix + member] = value
    for member, target in found[name].typedefs.items():
        if target in found:
            flatten(target, found, precision, f"{prefix}{member}.", config, types)
        elif target in precision:
            types[prefix + member] = precision[target]
        elif re.match(r"ap_u?(fixed|int)<", target):
            types[prefix + member] = typed(target)
    return config, types


def typed(text):
    """The format of a type, None for those that are not of fixed point."""
    try:
        fmt = Format.parse(text)
    except ValueError:
        return None
    is_integer = "int<" in text  # which takes the integer part of what is assigned to it
    return fmt.with_modes(Rounding.TRN_ZERO, Overflow.WRAP) if is_integer else fmt


def printed(values, fmt, text=None):
    """Weights as the compiler sees them: printed with the digits of their type, parsed, cast."""
    digits = max(0, fmt.frac)
    parsed = [float(f"{value:.{digits}f}") for value in np.ravel(values).tolist()]
    return to_raw(np.array(parsed, dtype=np.float64), fmt).reshape(np.shape(values))


def exact(values):
    """Weights that are compiled in as numbers of their own."""
    fmt = exact_format(np.asarray(values, dtype=np.float64), limit=52)
    return Weight(fmt, to_raw(np.asarray(values, dtype=np.float64), fmt))


def arrays(folder, kind):
    """Arrays of a kind by name; one that is alone has none."""
    if (folder / f"{kind}.npy").exists():
        return {"": np.load(folder / f"{kind}.npy")}
    if not (folder / f"{kind}.npz").exists():
        return {}
    with np.load(folder / f"{kind}.npz") as stored:
        return {name: stored[name] for name in sorted(stored.files)}


class GoldenCase:
    """One folder of golden/hls4ml as a firmware."""

    def __init__(self, folder):
        self.folder = folder
        self.case = {
            name: json.loads((folder / f"{name}.json").read_text()) for name in ("case", "config", "layers")
        }
        self.case["weights"], self.trace = arrays(folder, "weights"), arrays(folder, "trace")
        self.inputs = list(arrays(folder, "inputs").values())
        self.outputs = list(arrays(folder, "outputs").values())
        self.exponent_width = None
        self.layers = self.case["layers"]
        self.precision, self.variables, self.arrays = {}, {}, {}
        for layer in self.layers:
            for key, value in layer["attributes"].items():
                self._collect(layer, key, value)

    def _collect(self, layer, key, value):
        if not isinstance(value, dict):
            return
        if "precision" in value:
            fmt = typed(value["precision"])
            if fmt is not None:
                self.precision[value["name"]] = fmt
        elif "var" in value:
            self._collect(layer, key, value["type"])
            fmt = typed(value["type"]["precision"])
            stored = self.case.get("weights", {}).get(f"{layer['name']}/{key}")
            if stored is not None and value["type"]["name"].startswith("exponent_"):
                self.arrays[value["var"]] = exact(stored)  # signs and exponents, of powers of two
                self.exponent_width = fmt.width
            elif stored is not None:
                self.arrays[value["var"]] = Weight(fmt, printed(stored, fmt))
            else:
                self.variables[value["var"]] = Variable(value["var"], tuple(value["shape"]), fmt)

    def firmware(self):
        calls = [call for layer in self.layers if (call := self._call(layer)) is not None]
        inputs = tuple(
            layer["attributes"][layer["outputs"][0]]["var"]
            for layer in self.layers
            if layer["class"] == "Input"
        )
        outputs = tuple(port["name"] for port in self.case["case"]["outputs"])
        config = self.case["config"]
        return Firmware(
            self.case["case"]["name"],
            "1.3.0",
            config["backend"],
            config["io_type"],
            inputs,
            outputs,
            self.variables,
            tuple(calls),
        )

    def _call(self, layer):
        attributes, name = layer["attributes"], layer["name"]
        if layer["class"] == "Input":
            return None
        output = attributes[layer["outputs"][0]]["var"]
        if layer["class"] in ("Reshape", "Repack"):
            source = self._variable_of(layer["inputs"][0])
            return Call(name, "reshape", (source,), (output,))
        if layer["class"] == "FixedPointQuantizer":
            return self._quantizer(layer, output)
        if "da_codegen" in attributes:
            return self._distributed(layer, output)
        function, template, arguments = CALL.search(attributes["function_cpp"]).groups()
        config_name = template.split(",")[-1].strip()
        text = attributes.get("config_cpp") or ""
        found = structures(text)
        config, types = flatten(config_name, found, self.precision) if config_name in found else ({}, {})
        given = [argument.strip() for argument in split(arguments)]
        parameters = PARAMETERS.get(function)
        if parameters is None:
            merged = function in MERGES or function.startswith("concatenate")
            parameters = ("data1", "data2", "res") if merged else CONVOLUTION
        weights, inputs, outputs = {}, [], []
        for parameter, argument in zip(parameters, given, strict=False):
            if parameter.startswith("data"):
                inputs.append(argument)
            elif parameter == "res":
                outputs.append(argument)
            elif argument in self.arrays:
                weights[parameter] = self.arrays[argument]
            else:
                fmt = self.precision[template.split(",")[1].strip()]
                weights[parameter] = Weight(fmt, to_raw(np.array([float(argument)]), fmt))
        for kind, owner, member, value in CONSTANT.findall(text):
            if owner == config_name:
                fmt = self.precision[kind]
                weights[member] = Weight(fmt, to_raw(np.array([float(value)]), fmt))
        if self.exponent_width is not None:
            config["weight_exponent_width"] = self.exponent_width
        return Call(name, function, tuple(inputs), tuple(outputs), config, types, weights)

    def _distributed(self, layer, output):
        """A kernel of shifts and additions, written from the trained weights as they are."""
        trained = isobit.load(self.folder / "model.keras").graph.node(layer["name"]).constants
        n_in, n_out = trained["weight"].shape
        weights = {"weights": exact(trained["weight"]), "biases": exact(trained["bias"])}
        source = self._variable_of(layer["inputs"][0])
        return Call(
            layer["name"], "dense_da", (source,), (output,), {"n_in": n_in, "n_out": n_out}, {}, weights
        )

    def _quantizer(self, layer, output):
        attributes = layer["attributes"]
        signed, width, integer = (tuple(np.ravel(mask).tolist()) for mask in attributes["mask_kbi"])
        config = {
            "signed": signed,
            "width": width,
            "integer": integer,
            "rounding": attributes["RND"],
            "overflow": attributes["SAT"],
        }
        return Call(
            layer["name"],
            "fixed_point_quantizer",
            (self._variable_of(layer["inputs"][0]),),
            (output,),
            config,
        )

    def _variable_of(self, name):
        for layer in self.layers:
            for key, value in layer["attributes"].items():
                if key == name and isinstance(value, dict) and "var" in value:
                    return value["var"]
        raise KeyError(name)


def split(text):
    """Arguments at the top level of a call."""
    return text.split(",")


class TriggerCase:
    """One network of golden/trigger as a firmware, with its raw inputs and outputs."""

    def __init__(self, folder, name):
        self.facts = json.loads((folder / f"{name}.json").read_text())
        stored = arrays(folder, name)
        inputs = stored if "inputs_raw" in stored else arrays(folder, self.facts["inputs_file"][:-4])
        self.inputs, outputs = inputs["inputs_raw"], stored["outputs_raw"]
        self.outputs = {
            part["name"]: outputs[:, slice(*part["cols"])] for part in self.facts["outputs_raw_columns"]
        }
        # Bits of saturation (the fifth parameter) mean nothing where a type saturates.
        self.precision = {
            name: typed(text.replace("AP_SAT,AP_SAT>", "AP_SAT>"))
            for name, text in self.facts["typedefs"].items()
        }
        types = self.facts["weight_types"]
        self.arrays = {
            name: Weight(self.precision[types[name]], to_raw(values, self.precision[types[name]]))
            for name, values in arrays(folder, f"{name}_weights").items()
        }

    def firmware(self):
        variables, calls, config = {}, [], self.facts["configs"]
        for layer in self.facts["layers"]:
            function = layer["fn"].removeprefix("nnet::")
            source, result, structure = (part.strip() for part in layer["tpl"].split(","))
            given = [argument.strip() for argument in layer["args"].split(",")]
            members, types = self._members(structure)
            if not variables:
                shape = (members["in_height"], members["in_width"]) if "in_height" in members else ()
                shape = (*shape, members["n_chan"]) if shape else (members["n_in"],)
                variables[given[0]] = Variable(given[0], shape, self.precision[source])
            count = config[structure].get("n_out") or config[structure].get("n_in")
            shape = (
                (int(count),) if count else tuple(members[n] for n in ("out_height", "out_width", "n_filt"))
            )
            variables[given[1]] = Variable(given[1], shape, self.precision[result])
            weights = dict(
                zip(("weights", "biases"), (self.arrays[name] for name in given[2:]), strict=False)
            )
            calls.append(Call(layer["name"], function, (given[0],), (given[1],), members, types, weights))
        first, last = calls[0].inputs, calls[-1].outputs
        return Firmware(
            self.facts["model"], "", "Vivado", "io_parallel", first, last, variables, tuple(calls)
        )

    def _members(self, structure, prefix=""):
        members, types = {}, {}
        for name, value in self.facts["configs"][structure].items():
            if value in self.facts["configs"]:
                for inner, found in zip(
                    (members, types), self._members(value, f"{prefix}{name[1:]}."), strict=True
                ):
                    inner.update(found)
            elif name.startswith("_") and value in self.precision:
                types[prefix + name[1:]] = self.precision[value]
            elif name.startswith("_"):
                members[prefix + name[1:]] = value.split("<")[0].split("::")[-1]
            elif (number := plain_value(value)) is not None:
                members[prefix + name] = number
        return members, types
