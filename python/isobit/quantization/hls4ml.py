"""hls4ml-style configurations: ``Model``, ``LayerName`` and ``LayerType`` sections.

The formats are used as written; the arithmetic is isobit's (one exact accumulation, correctly rounded
tables), not a copy of what hls4ml's generated code does. ``auto`` means: an exact accumulator, and otherwise
a format that calibration chooses. Options of hls4ml that change numbers in ways that
isobit does not reproduce are refused; options that change no number are checked and accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from isobit.errors import ConfigError, closest
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.quantization import request as ask
from isobit.quantization.request import LayerRequest, Request

SECTIONS = ("Model", "LayerName", "LayerType")

_ROLES = {
    "result": "output",
    "weight": "weight",
    "bias": "bias",
    "accum": "accumulator",
    "table": "table",
    "exp_table": "exp_table",
    "inv_table": "reciprocal_table",
    "scale": "weight",
    "slope": "weight",
    "param": "weight",
    "shift": "bias",
}
"""Names of types in hls4ml, and the role each has here."""

_INTERNAL = ("accum", "inv_inp")
"""Types of intermediate sums of softmax, which isobit keeps exact."""


def is_hls4ml(config: Mapping[str, Any]) -> bool:
    """Whether a dict is written in hls4ml's way."""
    return any(key in config for key in (*SECTIONS, "HLSConfig"))


def parse_hls4ml(config: Mapping[str, Any], graph: Graph) -> Request:
    """The request of an hls4ml-style dict.

    Raises
    ------
    ConfigError
        For unknown keys and layers (with the closest name), and for options that isobit does not implement.
    """
    request = Request()
    for section, value in ask.check_mapping("the configuration", config).items():
        if section not in SECTIONS:
            hint = " Give the dict inside it." if section == "HLSConfig" else closest(section, SECTIONS)
            raise ConfigError(f"hls4ml-style configuration: unknown section {section!r}.{hint}")
        content = ask.check_mapping(section, value)
        if section == "Model":
            request.default = _entry("Model", content, _MODEL_OPTIONS, None)
        elif section == "LayerType":
            for kind, entry in content.items():
                _layer_type(kind, entry, graph, request)
        else:
            for name, entry in content.items():
                _layer_name(name, entry, graph, request)
    return request


def _layer_type(kind: str, entry: Any, graph: Graph, request: Request) -> None:
    where = f"LayerType {kind!r}"
    classes: dict[str, list[str]] = {"Input": [], "InputLayer": []}
    for op in REGISTRY.values():
        for name in op.hls4ml_classes:
            classes.setdefault(name, []).append(op.name)
    if kind not in classes:
        raise ConfigError(f"{where}: unknown layer type.{closest(kind, classes)}")
    parsed = _entry(where, ask.check_mapping(where, entry), _LAYER_OPTIONS, None)
    if not classes[kind]:
        request.inputs = parsed
    for operator in classes[kind]:
        if operator in request.operators and _specific(operator) != kind:
            continue
        request.operators[operator] = parsed


def _specific(operator: str) -> str:
    """The last of an operator's class names is its own; the others it shares (``Activation``, ``Merge``)."""
    return REGISTRY[operator].hls4ml_classes[-1]


def _layer_name(name: str, entry: Any, graph: Graph, request: Request) -> None:
    where = f"LayerName {name!r}"
    content = ask.check_mapping(where, entry)
    layer = name
    if name not in graph.shapes and name.endswith("_linear"):
        layer = name.removesuffix("_linear")
    if layer not in graph.shapes:
        ask.check_layer_name("LayerName", name, graph)
    parsed = _entry(where, content, _LAYER_OPTIONS, ask.roles_of(layer, graph))
    if layer == name:
        known = request.layers.setdefault(name, LayerRequest())
        if (
            "output" in known.roles
            and parsed.roles.get("output", known.roles["output"]) != known.roles["output"]
        ):
            raise ConfigError(f"{where}: its result and that of {name}_linear differ; they are one here")
        parsed.roles = {**known.roles, **parsed.roles}
        request.layers[name] = parsed
        return
    if parsed.everything is not None or set(parsed.roles) - {"output", "table"}:
        raise ConfigError(f"{where}: a linear activation has a 'result' precision only")
    target = request.layers.setdefault(layer, LayerRequest())
    result = parsed.roles.get("output")
    if result is not None and target.roles.setdefault("output", result) != result:
        raise ConfigError(f"{where}: its result and that of {layer!r} differ; they are one here")


def _entry(
    where: str,
    content: Mapping[str, Any],
    options: Mapping[str, Callable[[str, Any], None]],
    roles: tuple[str, ...] | None,
) -> LayerRequest:
    parsed = LayerRequest()
    for key, value in content.items():
        here = f"{where}, {key}"
        if key == "Precision":
            _precision(here, value, parsed, roles)
        elif key == "ReuseFactor":
            parsed.hardware["reuse_factor"] = ask.parse_reuse_factor(here, value)
        elif key == "Strategy":
            parsed.hardware["strategy"] = ask.parse_strategy(here, value)
        elif key == "TableSize":
            parsed.table_size = ask.parse_table_size(here, value)
        elif key in options:
            options[key](here, value)
        else:
            known = closest(key, ("Precision", "ReuseFactor", "Strategy", "TableSize", *options))
            raise ConfigError(f"{where}: unknown key {key!r}.{known}")
    return parsed


def _precision(where: str, value: Any, parsed: LayerRequest, roles: tuple[str, ...] | None) -> None:
    if not isinstance(value, Mapping):
        parsed.everything = ask.parse_choice(where, value)
        return
    for key, entry in ask.check_mapping(where, value).items():
        here = f"{where}, {key!r}"
        if key == "default":
            parsed.everything = ask.parse_choice(here, entry)
        elif key in _INTERNAL and (roles is not None and _ROLES.get(key) not in roles):
            parsed.internal[key] = ask.parse_format(here, entry)
        elif key not in _ROLES:
            raise ConfigError(f"{where}: unknown precision {key!r}.{closest(key, (*_ROLES, 'default'))}")
        else:
            _role(here, _ROLES[key], entry, parsed, roles)


def _role(where: str, role: str, entry: Any, parsed: LayerRequest, roles: tuple[str, ...] | None) -> None:
    fmt = ask.parse_accumulator(where, entry) if role == "accumulator" else ask.parse_choice(where, entry)
    if roles is None or role in roles:
        parsed.roles[role] = fmt
    elif role != "table":  # hls4ml writes a table type for every activation, relu and softmax included
        raise ConfigError(
            f"{where}: this layer has no such format in isobit, so the number would have no effect. "
            f"It has: {', '.join(roles)}. Remove the entry"
        )


def _flag(where: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"{where} must be True or False, not {value!r}")


def _count(where: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 1:
        raise ConfigError(f"{where} must be a positive number, not {value!r}")


def _only(*allowed: Any, reason: str) -> Callable[[str, Any], None]:
    def check(where: str, value: Any) -> None:
        if value not in allowed:
            raise ConfigError(f"{where}: {value!r} is not supported: {reason}")

    return check


_MODEL_OPTIONS: Mapping[str, Callable[[str, Any], None]] = {"BramFactor": _count, "TraceOutput": _flag}
_LAYER_OPTIONS: Mapping[str, Callable[[str, Any], None]] = {
    "Trace": _flag,
    "ParallelizationFactor": _count,
    "Implementation": _only("stable", reason="isobit's softmax subtracts the maximum, as 'stable' does"),
    "Skip": _only(False, reason="isobit computes every layer"),
    "Compression": _only(False, reason="compressed weights are not implemented"),
}
