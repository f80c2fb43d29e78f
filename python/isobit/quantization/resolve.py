"""From a request to the format of everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from isobit.backends.stored import exact_format
from isobit.errors import ConfigError
from isobit.formats import Format, Overflow, Rounding
from isobit.indices import IndexRange, index_inputs
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.ops.layer import Layer
from isobit.ops.roles import Role, RoleKind
from isobit.quantization.precision import LayerPrecision, Precision
from isobit.quantization.request import Choice, LayerRequest, Open, Request
from isobit.tables import DEFAULT_SIZE

Fallback = Mapping[tuple[str, str], Format]
"""Formats by (layer, role) for what a request leaves open: the result of a calibration."""


def resolve(graph: Graph, request: Request, fallback: Fallback | None = None) -> Precision:
    """Decide every format.

    The first of these counts: the role of the layer; the layer's format; the same for its operator; the
    natural format of operators that only move data, of inputs that hold indices, and exact bounds; the role
    by default; the default format; the calibrated format. A format that is given for a role is used as
    written; one that is given for everything is used with RND and SAT for constants and tables. Accumulators
    are exact unless given.

    Raises
    ------
    ConfigError
        When nothing decides a format.
    """
    fallback = fallback or {}
    indices = index_inputs(graph)
    inputs = {name: _input(name, indices.get(name), request, fallback) for name in graph.inputs}
    formats: dict[str, Format] = dict(inputs)
    layers: dict[str, LayerPrecision] = {}
    shapes = graph.shapes
    for node in graph.nodes:
        sources = [formats[name] for name in node.inputs]
        layer = Layer.of(node, shapes)
        natural = REGISTRY[node.op].output_format(layer, sources)
        layers[node.name] = _precision(layer, natural, request, fallback)
        formats[node.name] = layers[node.name].of("output")
    return Precision(inputs, layers)


def _input(name: str, indices: IndexRange | None, request: Request, fallback: Fallback) -> Format:
    levels = [request.layers.get(name)]
    if indices is None:
        levels += [request.inputs, request.default]
    for level in levels:
        if level is not None:
            fmt = level.roles.get("output") or level.everything
            if isinstance(fmt, Format):
                if indices is not None:
                    indices.check_format(name, fmt)
                return fmt
            if fmt is Open.AUTO:
                break
    return _calibrated(name, "output", fallback) if indices is None else indices.format


def _precision(layer: Layer, natural: Format | None, request: Request, fallback: Fallback) -> LayerPrecision:
    op = REGISTRY[layer.op]
    own = [request.layers.get(layer.name), request.operators.get(layer.op)]
    specific = [level for level in own if level is not None]
    formats: dict[str, Format | None] = {}
    roles = op.used_roles(layer)
    for role in roles:
        formats[role.name] = _role(layer, role, natural, specific, request.default, fallback)
    for level in specific:
        for key, fmt in level.internal.items():
            if not op.keeps(layer, formats, fmt):
                raise layer.refuse(
                    f"{key} {fmt} would change numbers that isobit keeps exact. Remove the entry, or give it "
                    "a format that holds every value of the exact sum",
                    ConfigError,
                )
    hardware: dict[str, Any] = {}
    for level in (request.default, *reversed(specific)):
        hardware.update(level.hardware)
    size = None
    if any(role.kind is RoleKind.TABLE for role in roles):
        sizes = [level.table_size for level in (*specific, request.default) if level.table_size is not None]
        size = sizes[0] if sizes else DEFAULT_SIZE
    return LayerPrecision(formats, size, hardware)


def _role(
    layer: Layer,
    role: Role,
    natural: Format | None,
    specific: list[LayerRequest],
    default: LayerRequest,
    fallback: Fallback,
) -> Format | None:
    if role.kind is RoleKind.ACCUMULATOR:
        return _accumulator(role, [*specific, default])
    bound = role.kind is RoleKind.EXACT
    chosen = _first(role, specific, whole=not bound)
    if isinstance(chosen, Format):
        return _checked(layer, role, chosen)
    if role.name == "output" and natural is not None:
        return natural
    if bound:
        exact = exact_format(np.ravel(REGISTRY[layer.op].constant_values(layer)[role.name]))
        if exact is not None:
            return exact
    if chosen is None:
        chosen = _first(role, [*specific, default] if bound else [default], whole=True)
    if isinstance(chosen, Format):
        return _checked(layer, role, chosen)
    return _calibrated(layer.name, role.name, fallback)


def _checked(layer: Layer, role: Role, fmt: Format) -> Format:
    if fmt.is_pm1 and role.kind is RoleKind.TABLE:
        raise layer.refuse(
            f"a table cannot have the format pm1, which keeps no more than a sign; give {role.name!r} a "
            "format of its own (binary_tanh is the activation with two values)",
            ConfigError,
        )
    return fmt


def _accumulator(role: Role, levels: list[LayerRequest]) -> Format | None:
    for level in levels:
        fmt = level.roles.get(role.name, Open.AUTO)
        if fmt is not Open.AUTO:
            return fmt
    return None


def _first(role: Role, levels: list[LayerRequest], whole: bool) -> Choice | None:
    """The first choice for a role; ``whole`` says whether a layer's format for everything counts."""
    for level in levels:
        choice = level.roles.get(role.name)
        if choice is not None:
            return choice
        if whole and level.everything is not None:
            return softened(role, level.everything)
    return None


def softened(role: Role, choice: Choice) -> Choice:
    """A format for everything, as it applies to a role: constants and tables round and saturate."""
    if role.kind is RoleKind.DATA or not isinstance(choice, Format) or choice.is_pm1:
        return choice
    return choice.with_modes(Rounding.RND, Overflow.SAT)


def _calibrated(layer: str, role: str, fallback: Fallback) -> Format:
    if (layer, role) not in fallback:
        raise ConfigError(
            f"no format is given for {role!r} of {layer!r} ('auto' leaves it open): write one, add the key "
            "'default' to the configuration, or use quantize(..., calibration=X, width=16)"
        )
    return fallback[layer, role]
