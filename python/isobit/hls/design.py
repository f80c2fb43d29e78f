"""A network as the calls of kernels, layer by layer: what the C++ source is written from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from isobit.backends.cells import schedule_of
from isobit.cxx.network import Network
from isobit.errors import UnsupportedError
from isobit.hls import io_parallel, io_stream
from isobit.hls.multipliers import check_reuse_factors, multipliers
from isobit.hls.names import identifiers
from isobit.hls.options import IO_STREAM, RESOURCE, Hardware, Options
from isobit.hls.parts import Call, Parts
from isobit.hls.widths import check_widths

RESERVED = ("main", "run", "argc", "argv", "testbench")
"""Names in test benches, which no port has."""

KERNELS = {"io_parallel": io_parallel.KERNELS, "io_stream": io_stream.KERNELS}
"""By I/O type: how each schedule of the engine is called. A new I/O type adds a line here."""


@dataclass(frozen=True)
class Design:
    """A network, and how it is built.

    Attributes
    ----------
    top : str
        The name of the top function.
    network : Network
    options : Options
    hardware : mapping of str to Hardware
        By layer.
    calls : sequence of Call
        In order.
    layer_names : mapping of str to str
        Identifiers by layer.
    input_names, output_names : sequence of str
        Identifiers of the ports.
    channels : mapping of int to int
        Elements of a word by tensor, for ``io_stream``.
    """

    top: str
    network: Network
    options: Options
    hardware: Mapping[str, Hardware]
    calls: Sequence[Call]
    layer_names: Mapping[str, str]
    input_names: Sequence[str]
    output_names: Sequence[str]
    channels: Mapping[int, int]

    def layer(self, call: Call) -> str:
        """The layer that a call belongs to."""
        return self.network.layers[call.operation]

    @property
    def streams(self) -> bool:
        """Whether tensors are streams of words, rather than arrays."""
        return self.options.io_type == IO_STREAM

    def words(self, tensor: int) -> int:
        """Words of one sample of a stream."""
        return self.network.size(tensor) // self.channels[tensor]

    @property
    def is_dataflow(self) -> bool:
        """Whether layers work at the same time on different samples, rather than as one pipeline."""
        shared = any(self.hardware[self.layer(call)].strategy == RESOURCE for call in self.calls)
        return shared or self.streams or self.options.interface == "axi_stream"

    @property
    def interval(self) -> int:
        """Cycles between samples of one pipeline: the largest reuse factor."""
        return max((self.hardware[self.layer(call)].reuse_factor for call in self.calls), default=1)

    def multipliers(self, layer: str) -> int:
        """The most multipliers for products with weights that a layer has."""
        hardware = self.hardware[layer]
        runs = {call.operation: call.runs for call in self.calls}
        return multipliers(self.network, layer, hardware, runs)

    def content_hash(self) -> str:
        """SHA-256 of what the network computes and of how it is built."""
        layers = {name: [h.strategy, h.reuse_factor] for name, h in sorted(self.hardware.items())}
        built = json.dumps([self.top, vars(self.options), layers], sort_keys=True)
        return hashlib.sha256((self.network.content_hash() + built).encode()).hexdigest()


def design_of(network: Network, top: str, options: Options, hardware: Mapping[str, Hardware]) -> Design:
    """The kernels of a network.

    Raises
    ------
    ConfigError
        For reuse factors that do not divide, and numbers that are wider than the tool has integers.
    UnsupportedError
        For a layer without kernel for the chosen I/O type.
    """
    check_reuse_factors(network, hardware)
    check_widths(network, options.ports)
    layers = list(dict.fromkeys(network.layers))
    layer_names = dict(zip(layers, identifiers(layers), strict=True))
    ports = identifiers([port.name for port in (*network.inputs, *network.outputs)], [top, *RESERVED])
    kernels = KERNELS[options.io_type]
    prefixes = identifiers(layer_names[layer] for layer in network.layers)
    declared: dict[str, str] = {}
    channels = {port.tensor: port.shape[-1] if port.shape else 1 for port in network.inputs}
    calls = []
    for number, op in enumerate(network.operations):
        layer = network.layers[number]
        build = kernels.get(schedule_of(op["cell"]))
        if build is None:
            raise UnsupportedError(
                f"layer {layer!r} is computed by cells {op['cell']!r}, for which {options.io_type} has no "
                "schedule; use io_type='io_parallel'"
            )
        calls.append(build(Parts(network, number, prefixes[number], declared, channels)))
    return Design(
        top,
        network,
        options,
        hardware,
        calls,
        layer_names,
        ports[: len(network.inputs)],
        ports[len(network.inputs) :],
        channels,
    )
