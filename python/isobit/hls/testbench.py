"""The C++ of a test bench: samples from files through the top function (``hls_kernels/testbench``)."""

from __future__ import annotations

from isobit.hls.design import Design
from isobit.hls.ports import PORT_KINDS
from isobit.hls.source import stream_of


def testbench_of(design: Design) -> str:
    """The source of the program."""
    network = design.network
    names = [*design.input_names, *design.output_names]
    sizes = [network.size(port.tensor) for port in (*network.inputs, *network.outputs)]
    arrays = [f"  static {name}_t {name}[{size}];" for name, size in zip(names, sizes, strict=True)]
    reads = [f"    run.input({name});" for name in design.input_names]
    compares = [f'    run.output("{name}", {name});' for name in design.output_names]
    arguments = names
    if design.streams:
        ports = [*network.inputs, *network.outputs]
        streams = dict(zip(names, ports, strict=True))
        arguments = [f"{name}_words" for name in names]
        arrays += [f"  static {stream_of(design, n, port)} {n}_words;" for n, port in streams.items()]
        channels = {n: design.channels[port.tensor] for n, port in streams.items()}
        reads += [f"    testbench::send<{channels[n]}>({n}_words, {n});" for n in design.input_names]
        compares[:0] = [
            f"    testbench::receive<{channels[n]}>({n}, {n}_words);" for n in design.output_names
        ]
    return _SOURCE.format(
        top=design.top,
        bits=PORT_KINDS[design.options.ports].policy,
        arrays="\n".join(arrays),
        reads="\n".join(reads),
        arguments=", ".join(arguments),
        streams='#include "hls_kernels/testbench/streams.hpp"\n' if design.streams else "",
        compares="\n".join(compares),
    )


_SOURCE = """\
// Compares {top} with the outputs that isobit's engine computed, bit for bit.
#include "hls_kernels/testbench/bits_{bits}.hpp"
{streams}#include "hls_kernels/testbench/testbench.hpp"
#include "{top}.h"

int main(int argc, char** argv) {{
  testbench::run run(argc, argv);
{arrays}
  while (run.next()) {{
{reads}
    {top}({arguments});
{compares}
    run.end();
  }}
  return run.finish();
}}
"""
