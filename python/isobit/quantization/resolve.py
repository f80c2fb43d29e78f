"""From a request to the format of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from isobit.backends.stored import exact_format
from isobit.errors import ConfigError
from isobit.formats import Format, Overflow, Rounding
from isobit.ir import Graph, Node
from isobit.ops import REGISTRY
from isobit.ops.roles import Role, RoleKind
from isobit.quantization.precision import LayerPrecision, Precision
from isobit.quantization.request import LayerRequest, Request
from isobit.tables import DEFAULT_SIZE

Fallback = Mapping[tuple[str, str], Format]
"""Formats by (layer, role) for what a request leaves open: the result of a calibration."""


def resolve(graph: Graph, request: Request, fallback: Fallback | None = None) -> Precision:
    """Decide every format.

    The first of these counts: the role of the layer; the layer's format; the same for its operator; the
    natural format of operators that only move data, and exact bounds; the role by default; the default
    format; the calibrated format. A format that is given for a role is used as written; one that is given
    for everything is used with RND and SAT for constants and tables. Accumulators are exact unless given.

    Raises
    ------
    ConfigError
        When nothing decides a format.
    """
    fallback = fallback or {}
    inputs = {name: _input(name, request, fallback) for name in graph.inputs}
    formats: dict[str, Format] = dict(inputs)
    layers: dict[str, LayerPrecision] = {}
    shapes = graph.shapes
    for node in graph.nodes:
        sources = [formats[name] for name in node.inputs]
        natural = REGISTRY[node.op].output_format(node, sources, [shapes[name] for name in node.inputs])
        layers[node.name] = _layer(node, natural, request, fallback)
        formats[node.name] = layers[node.name].of("output")
    return Precision(inputs, layers)


def _input(name: str, request: Request, fallback: Fallback) -> Format:
    for level in (request.layers.get(name), request.inputs, request.default):
        if level is not None:
            fmt = level.roles.get("output") or level.everything
            if fmt is not None:
                return fmt
    return _calibrated(name, "output", fallback)


def _layer(node: Node, natural: Format | None, request: Request, fallback: Fallback) -> LayerPrecision:
    op = REGISTRY[node.op]
    own = [request.layers.get(node.name), request.operators.get(node.op)]
    specific = [level for level in own if level is not None]
    formats: dict[str, Format | None] = {}
    for role in op.roles:
        formats[role.name] = _role(node, role, natural, specific, request.default, fallback)
    hardware: dict[str, Any] = {}
    for level in (request.default, *reversed(specific)):
        hardware.update(level.hardware)
    size = None
    if any(role.kind is RoleKind.TABLE for role in op.roles):
        sizes = [level.table_size for level in (*specific, request.default) if level.table_size is not None]
        size = sizes[0] if sizes else DEFAULT_SIZE
    return LayerPrecision(formats, size, hardware)


def _role(
    node: Node,
    role: Role,
    natural: Format | None,
    specific: list[LayerRequest],
    default: LayerRequest,
    fallback: Fallback,
) -> Format | None:
    for level in specific:
        if role.name in level.roles:
            return level.roles[role.name]
        if level.everything is not None and role.kind not in (RoleKind.ACCUMULATOR, RoleKind.EXACT):
            return softened(role, level.everything)
    if role.name == "output" and natural is not None:
        return natural
    if role.kind is RoleKind.EXACT:
        exact = exact_format(np.ravel(REGISTRY[node.op].constant_values(node)[role.name]))
        if exact is not None:
            return exact
    if role.name in default.roles:
        return default.roles[role.name]
    if role.kind is RoleKind.ACCUMULATOR:
        return None
    for level in (*specific, default):
        if level.everything is not None:
            return softened(role, level.everything)
    return _calibrated(node.name, role.name, fallback)


def softened(role: Role, fmt: Format) -> Format:
    """A format for everything, as it applies to a role: constants and tables round and saturate."""
    if role.kind is RoleKind.DATA:
        return fmt
    return fmt.with_modes(Rounding.RND, Overflow.SAT)


def _calibrated(layer: str, role: str, fallback: Fallback) -> Format:
    if (layer, role) not in fallback:
        raise ConfigError(
            f"no format is given for {role!r} of {layer!r}: add the key 'default' to the configuration, or "
            "calibration data and a width"
        )
    return fallback[layer, role]
