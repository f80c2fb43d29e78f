"""The C++ of a design: its header, its source, and a header of weights for each layer."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from isobit._version import __version__
from isobit.cxx.literals import static_format
from isobit.cxx.network import Port
from isobit.hls.design import Design
from isobit.hls.multipliers import products_of
from isobit.hls.options import LATENCY, RESOURCE
from isobit.hls.parts import POLICY, Call
from isobit.hls.ports import PORT_KINDS

_INTERFACES = {
    "arrays": "ISOBIT_HLS_ARRAYS",
    "handshake": "ISOBIT_HLS_HANDSHAKE",
    "axi_stream": "ISOBIT_HLS_AXI_STREAM",
    "fifo": "ISOBIT_HLS_FIFO_PORT",
}
_DEPTH = 2
"""Words that a FIFO holds between two kernels."""


def header_of(design: Design) -> str:
    """The declaration of the top function, and the types of its ports."""
    kind = PORT_KINDS[design.options.ports]
    lines = []
    for name, port in _ports(design):
        fmt = design.network.format(port.tensor)
        lines.append(f"typedef {kind.type(fmt)} {name}_t;  // {_meaning(fmt)}, {_shape(port)}")
    guard = f"ISOBIT_DESIGN_{design.top.upper()}_H"
    included = f"#include {kind.header}\n"
    if design.streams:
        included += '#include "hls_kernels/channel.hpp"\n'
    return (
        f"// {_made(design)}\n#ifndef {guard}\n#define {guard}\n\n{included}\n"
        + "\n".join(lines)
        + f"\n\n{_signature(design)};\n\n#endif\n"
    )


def weights_of(design: Design) -> dict[str, str]:
    """Constants, tables and lists of elements: the contents of headers by identifier of the layer."""
    texts: dict[str, list[str]] = {}
    for call in design.calls:
        texts.setdefault(design.layer_names[design.layer(call)], []).extend(call.data)
    return {name: "\n".join(data) + "\n" for name, data in texts.items() if data}


def source_of(design: Design) -> str:
    """The top function; it includes the headers of isobit and of the weights."""
    kind = PORT_KINDS[design.options.ports]
    network = design.network
    tensors = "\n".join(
        f"using t{number} = {_tensor(design, number)};" for number in range(len(network.tensors))
    )
    included = "\n".join(f'#include "weights/{name}.h"' for name in weights_of(design))
    return _SOURCE.format(
        made=_made(design),
        top=design.top,
        policy=kind.policy,
        name=POLICY,
        schedules="streams" if design.streams else "kernels",
        tensors=tensors,
        weights=included,
        signature=_signature(design),
        body="\n".join(f"  {line}" for line in _body(design)),
    )


def _body(design: Design) -> Iterator[str]:
    network, options = design.network, design.options
    for name, _ in _ports(design):
        yield f"{_INTERFACES[options.interface]}({name})"
    yield "ISOBIT_HLS_BLOCK_CONTROL"
    yield "ISOBIT_HLS_DATAFLOW" if design.is_dataflow else f"ISOBIT_HLS_PIPELINE({design.interval})"
    yield from _weight_memories(design)
    places = "element_ports" if options.interface == "axi_stream" else "ports"
    if design.streams:
        places = "word_ports"
    arrays = _Arrays(design)
    for name, port in zip(design.input_names, network.inputs, strict=True):
        to = yield from arrays.written(port.tensor)
        yield f"kernels::{places}<{POLICY}, t{port.tensor}>::read({to}, {name});"
        yield from arrays.forked(port.tensor)
    layer = None
    for call in design.calls:
        if design.layer(call) != layer:
            layer = design.layer(call)
            yield f"// {_comment(layer)}"
        to = yield from arrays.written(call.output)
        read = [arrays.read(tensor) for tensor in call.inputs]
        yield f"{call.kernel}::run<{_schedule(design, call)}>({', '.join([to, *read])});"
        yield from arrays.forked(call.output)
    for name, port in zip(design.output_names, network.outputs, strict=True):
        yield f"kernels::{places}<{POLICY}, t{port.tensor}>::write({name}, {arrays.read(port.tensor)});"


class _Arrays:
    """The arrays of tensors: one, or where kernels work at the same time one for each reader."""

    def __init__(self, design: Design) -> None:
        network, self._design = design.network, design
        reads = [tensor for call in design.calls for tensor in call.inputs]
        reads += [port.tensor for port in network.outputs]
        self._readers = [reads.count(n) if design.is_dataflow else 1 for n in range(len(network.tensors))]
        self._given = [0] * len(network.tensors)

    def written(self, tensor: int) -> Generator[str, None, str]:
        """Declares the array that is written; returns its name."""
        yield from self._declared(tensor, f"a{tensor}", _DEPTH)
        return f"a{tensor}"

    def forked(self, tensor: int) -> Iterator[str]:
        """Copies for readers, of which the last call of `fork` makes two.

        A reader may fall behind another one by a whole sample at most: such FIFOs hold one.
        """
        source = f"a{tensor}"
        if self._design.streams and self._readers[tensor] == 0:
            yield f"kernels::drop_words<{POLICY}, t{tensor}>::run({source});"
        depth = self._design.words(tensor) if self._design.streams else 0
        fork = "fork_words" if self._design.streams else "fork"
        for number in range(1, self._readers[tensor]):
            last = number == self._readers[tensor] - 1
            first, second = (
                f"a{tensor}_{number}",
                f"a{tensor}_{number + 1}" if last else f"a{tensor}_more{number}",
            )
            yield from self._declared(tensor, first, depth)
            yield from self._declared(tensor, second, depth)
            yield f"kernels::{fork}<{POLICY}, t{tensor}>::run({first}, {second}, {source});"
            source = second

    def read(self, tensor: int) -> str:
        """The array for the next reader."""
        self._given[tensor] += 1
        return f"a{tensor}" if self._readers[tensor] <= 1 else f"a{tensor}_{self._given[tensor]}"

    def _declared(self, tensor: int, name: str, depth: int) -> Iterator[str]:
        if self._design.streams:
            yield f"ISOBIT_HLS_CHANNEL kernels::array<{POLICY}, t{tensor}> {name};"
            yield f"ISOBIT_HLS_FIFO({name}, {max(depth, _DEPTH)})"
        else:
            yield f"kernels::array<{POLICY}, t{tensor}> {name};"
            yield f"ISOBIT_HLS_REGISTERS({name})"


def _tensor(design: Design, number: int) -> str:
    tensor = design.network.tensors[number]
    fmt = static_format(tensor["format"])
    if design.streams:
        return f"kernels::stream<{fmt}, {design.words(number)}, {design.channels[number]}>"
    return f"kernels::tensor<{fmt}, {tensor['size']}>"


def _weight_memories(design: Design) -> Iterator[str]:
    """As many weights are read at a time as are multiplied; where all are, they are no memory."""
    done = set()
    for call in design.calls:
        hardware = design.hardware[design.layer(call)]
        products = products_of(design.network.operations[call.operation])
        if not call.weight or products is None or call.weight in done:
            continue
        done.add(call.weight)
        at_once = products.terms * products.columns // hardware.reuse_factor
        if hardware.strategy == RESOURCE and hardware.reuse_factor > 1:
            yield f"ISOBIT_HLS_WORDS({call.weight}_values, {at_once})"
        else:
            yield f"ISOBIT_HLS_REGISTERS({call.weight}_values)"


def _schedule(design: Design, call: Call) -> str:
    hardware = design.hardware[design.layer(call)]
    kind = "parallel" if hardware.strategy == LATENCY else "reuse"
    return f"kernels::{kind}<{hardware.reuse_factor}>"


def _ports(design: Design) -> Iterator[tuple[str, Port]]:
    network = design.network
    yield from zip(design.input_names, network.inputs, strict=True)
    yield from zip(design.output_names, network.outputs, strict=True)


def _signature(design: Design) -> str:
    network = design.network
    if design.streams:
        streams = [f"{stream_of(design, name, port)}& {name}" for name, port in _ports(design)]
        return f"void {design.top}({', '.join(streams)})"
    inputs: Sequence[str] = [
        f"const {name}_t {name}[{network.size(port.tensor)}]"
        for name, port in zip(design.input_names, network.inputs, strict=True)
    ]
    outputs = [
        f"{name}_t {name}[{network.size(port.tensor)}]"
        for name, port in zip(design.output_names, network.outputs, strict=True)
    ]
    return f"void {design.top}({', '.join([*inputs, *outputs])})"


def stream_of(design: Design, name: str, port: Port) -> str:
    """The type of a port that is a stream."""
    words, channels = design.words(port.tensor), design.channels[port.tensor]
    return f"isobit::kernels::channel<isobit::kernels::word<{name}_t, {channels}>, {words}>"


def _made(design: Design) -> str:
    return f"Made by isobit {__version__}. Content hash: {design.content_hash()}"


def _meaning(fmt: tuple[int, int, bool, int, int]) -> str:
    width, frac, signed, *_ = fmt
    return f"{'' if signed else 'un'}signed, {width} bits, {frac} of them fractional"


def _shape(port: Port) -> str:
    return f"shape ({', '.join(map(str, port.shape))})"


def _comment(text: str) -> str:
    """Text of a model in a comment: one line of plain letters."""
    return "".join(c if c.isascii() and c.isprintable() and c != "\\" else "?" for c in text)


_SOURCE = """\
// {made}
#include "{top}.h"

#include "hls_kernels/policy/{policy}.hpp"
#include "hls_kernels/schedule/{schedules}.hpp"

namespace isobit {{
inline namespace ISOBIT_ISA {{
namespace {{

using {name} = {policy};

{tensors}

{weights}

}}  // namespace
}}  // namespace ISOBIT_ISA
}}  // namespace isobit

{signature} {{
  using namespace isobit;
{body}
}}
"""
