"""What a user asks for: formats for some layers, operators, roles; not necessarily for all of them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from isobit.errors import ConfigError, FormatError, closest
from isobit.formats import Format
from isobit.ir import Graph
from isobit.ops import REGISTRY
from isobit.tables import MAX_SIZE


class Open(enum.Enum):
    """A format that is left to calibration on purpose, whatever the defaults say."""

    AUTO = "auto"


Choice = Format | Open
EXACT = "exact"
STRATEGIES = ("latency", "resource")


@dataclass
class LayerRequest:
    """What is asked for one layer, one operator, or by default.

    Parameters
    ----------
    everything : Format or Open, optional
        For all roles; constants and tables take it with rounding to nearest and saturation.
    roles : mapping
        Formats of single roles, used exactly as written; None is an exact accumulator.
    internal : mapping
        Formats of intermediate results that isobit keeps exact: legal where they change nothing.
    table_size : int, optional
        Largest number of table entries.
    hardware : mapping
        ``reuse_factor`` and ``strategy``.
    """

    everything: Choice | None = None
    roles: dict[str, Choice | None] = field(default_factory=dict)
    internal: dict[str, Format] = field(default_factory=dict)
    table_size: int | None = None
    hardware: dict[str, Any] = field(default_factory=dict)


@dataclass
class Request:
    """A whole configuration; the most specific entry counts: layer, then operator, then default."""

    default: LayerRequest = field(default_factory=LayerRequest)
    inputs: LayerRequest = field(default_factory=LayerRequest)
    operators: dict[str, LayerRequest] = field(default_factory=dict)
    layers: dict[str, LayerRequest] = field(default_factory=dict)


def parse_choice(where: str, value: Any) -> Choice:
    """A format, or ``"auto"``."""
    return Open.AUTO if value == Open.AUTO.value else parse_format(where, value)


def parse_format(where: str, value: Any) -> Format:
    """A format from a configuration; says where it stands if it does not parse."""
    try:
        return Format.parse(value)
    except FormatError as error:
        raise ConfigError(f"{where}: {error}") from None


def parse_accumulator(where: str, value: Any) -> Format | None:
    """The format of an accumulator, or None for ``"exact"`` and ``"auto"``, which mean the same."""
    return None if value in (EXACT, Open.AUTO.value) else parse_format(where, value)


def parse_table_size(where: str, value: Any) -> int:
    """A power of two, 2 to 65536."""
    legal = isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= MAX_SIZE
    if not legal or value & (value - 1):
        raise ConfigError(f"{where}: a table size is a power of two from 2 to {MAX_SIZE}, not {value!r}")
    return int(value)


def parse_reuse_factor(where: str, value: Any) -> int:
    """A positive integer."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where}: a reuse factor is a positive integer, not {value!r}")
    return value


def parse_strategy(where: str, value: Any) -> str:
    """``latency`` or ``resource``, in any case."""
    if not isinstance(value, str) or value.lower() not in STRATEGIES:
        raise ConfigError(f"{where}: the strategy {value!r} is not supported; use Latency or Resource")
    return value.lower()


def check_mapping(where: str, value: Any) -> Mapping[str, Any]:
    """A dict with string keys."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ConfigError(f"{where} must be a dict with string keys, not {value!r}")
    return value


def check_layer_name(where: str, name: str, graph: Graph) -> None:
    """:class:`ConfigError` with the closest name unless the model has this input or layer."""
    if name not in graph.shapes:
        raise ConfigError(
            f"{where}: the model has no layer or input {name!r}.{closest(name, graph.shapes)} "
            "(Layers that were folded into others on loading, such as batch normalisation after a dense "
            "layer, no longer exist; Model.summary() lists the layers.)"
        )


def roles_of(name: str, graph: Graph) -> tuple[str, ...]:
    """The roles of a layer; of an input: its format is called ``output``."""
    if name in graph.inputs:
        return ("output",)
    return tuple(role.name for role in REGISTRY[graph.node(name).op].roles)
