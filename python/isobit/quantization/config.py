"""isobit's own configuration: a dict from layer name to a format, or to formats by role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isobit.errors import ConfigError, closest
from isobit.formats import Format
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.ops.roles import SYNONYMS
from isobit.quantization import request as ask
from isobit.quantization.request import LayerRequest, Request

_OPTIONS = ("table_size", "reuse_factor", "strategy")


def parse_config(config: Mapping[str, Any], graph: Graph) -> Request:
    """The request of a dict such as ``{"default": "fixed<16,6>", "fc1": {"weight": "fixed<8,1>"}}``.

    Keys are names of layers and inputs, ``default`` (everything that is not named) and ``input`` (all
    inputs of the model, unless a layer or an input has that name). A value is a format, or a dict with
    formats by role (``output``, ``weight``, ``bias``, ``accumulator``, ``table``, ``exp_table``,
    ``reciprocal_table``, ``log_table``; ``default`` for the others), ``table_size``, ``reuse_factor``
    and ``strategy``. Accumulators may be ``"exact"``. ``"auto"`` leaves a format to calibration.

    Raises
    ------
    ConfigError
        For unknown layers, roles or values; names the entry and the closest legal name.
    """
    request = Request()
    for name, value in ask.check_mapping("the configuration", config).items():
        where = f"configuration of {name!r}"
        if name == "default":
            request.default = _layer(where, value, _all_roles())
        elif name == "input" and name not in graph.shapes:
            request.inputs = _layer(where, value, ("output",))
        else:
            ask.check_layer_name("configuration", name, graph)
            request.layers[name] = _layer(where, value, ask.roles_of(name, graph))
    return request


def _layer(where: str, value: Any, roles: tuple[str, ...]) -> LayerRequest:
    if isinstance(value, str | Format):
        return LayerRequest(everything=ask.parse_choice(where, value))
    layer = LayerRequest()
    for key, entry in ask.check_mapping(where, value).items():
        here, role = f"{where}, {key!r}", SYNONYMS.get(key, key)
        if key == "default":
            layer.everything = ask.parse_choice(here, entry)
        elif key == "table_size":
            layer.table_size = ask.parse_table_size(here, entry)
        elif key == "reuse_factor":
            layer.hardware[key] = ask.parse_reuse_factor(here, entry)
        elif key == "strategy":
            layer.hardware[key] = ask.parse_strategy(here, entry)
        elif role not in roles:
            known = closest(key, (*roles, *_OPTIONS, "default"))
            raise ConfigError(f"{where}: there is no role or option {key!r} here.{known}")
        elif role in layer.roles:
            raise ConfigError(f"{where}: the role {role!r} is given twice")
        elif role == "accumulator":
            layer.roles[role] = ask.parse_accumulator(here, entry)
        else:
            layer.roles[role] = ask.parse_choice(here, entry)
    return layer


def _all_roles() -> tuple[str, ...]:
    return tuple(dict.fromkeys(role.name for op in REGISTRY.values() for role in op.roles))
