"""The options of an export, checked."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isobit.errors import ConfigError, closest
from isobit.ir import Graph
from isobit.quantization import request

IO_PARALLEL, IO_STREAM = "io_parallel", "io_stream"
IO_TYPES = (IO_PARALLEL, IO_STREAM)
PORTS = ("ap", "ac", "int")
INTERFACES = {IO_PARALLEL: ("arrays", "handshake", "axi_stream"), IO_STREAM: ("fifo", "axi_stream")}
"""By I/O type; the first one is the default."""
LATENCY, RESOURCE = "latency", "resource"

DEFAULT_PART = "xcvu13p-flga2577-2-e"
DEFAULT_CLOCK_PERIOD = 5.0

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)


@dataclass(frozen=True)
class Options:
    """What an export was asked for.

    Attributes
    ----------
    io_type : str
        ``io_parallel``: tensors are arrays, and every layer sees all of its input at once.
        ``io_stream``: tensors are streams of pixels, and layers are connected by FIFOs.
    ports : str
        ``ap``: AMD's integers inside, ``ap_fixed`` at the ports; ``ac``: ``ac_int``, raws at the ports;
        ``int``: the integers of the language, raws at the ports.
    interface : str
        ``arrays``, ``handshake`` or ``axi_stream``; for streams ``fifo`` or ``axi_stream``.
    part : str
        The device, as the vendor names it.
    clock_period : float
        In nanoseconds.
    """

    io_type: str = IO_TYPES[0]
    ports: str = PORTS[0]
    interface: str = ""
    part: str = DEFAULT_PART
    clock_period: float = DEFAULT_CLOCK_PERIOD

    def __post_init__(self) -> None:
        _choice("io_type", self.io_type, IO_TYPES)
        _choice("ports", self.ports, PORTS)
        interfaces = INTERFACES[self.io_type]
        if self.interface == "":
            object.__setattr__(self, "interface", interfaces[0])
        what = "interface" if self.io_type == IO_PARALLEL else f"interface of {self.io_type}"
        _choice(what, self.interface, interfaces)
        if not isinstance(self.part, str) or not _PART.fullmatch(self.part):
            raise ConfigError(f"part: {self.part!r} is not the name of a device, such as {DEFAULT_PART!r}")
        period = self.clock_period
        if isinstance(period, bool) or not isinstance(period, int | float) or not 0 < period < math.inf:
            raise ConfigError(f"clock_period: {period!r} is not a number of nanoseconds above zero")


@dataclass(frozen=True)
class Hardware:
    """How one layer is built.

    Attributes
    ----------
    strategy : str
        ``latency``: unrolled; ``resource``: in steps that share multipliers.
    reuse_factor : int
        Products for which one multiplier serves.
    """

    strategy: str
    reuse_factor: int


def hardware_of(
    graph: Graph,
    given: Mapping[str, Mapping[str, Any]],
    strategy: str | Mapping[str, str] | None,
    reuse_factor: int | Mapping[str, int] | None,
) -> dict[str, Hardware]:
    """Strategy and reuse factor of every layer.

    Parameters
    ----------
    graph : Graph
    given : mapping
        ``strategy`` and ``reuse_factor`` of layers, from the configuration of the model.
    strategy, reuse_factor : optional
        Go before those: for all layers, or by the name of a layer.

    Raises
    ------
    ConfigError
        For values that are none, and for layers that do not exist.
    """
    names = [node.name for node in graph.nodes]
    strategies = _by_layer("strategy", strategy, names, request.parse_strategy)
    factors = _by_layer("reuse_factor", reuse_factor, names, request.parse_reuse_factor)
    return {
        name: Hardware(
            strategies.get(name, given.get(name, {}).get("strategy", LATENCY)),
            factors.get(name, given.get(name, {}).get("reuse_factor", 1)),
        )
        for name in names
    }


def _by_layer(what: str, value: Any, names: list[str], parse: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        return dict.fromkeys(names, parse(what, value))
    for name in value:
        if name not in names:
            raise ConfigError(f"{what}: there is no layer {name!r}.{closest(str(name), names)}")
    return {name: parse(f"{what} of {name!r}", entry) for name, entry in value.items()}


def _choice(what: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigError(f"{what}: {value!r} is not supported.{closest(str(value), known)}")
