"""The C++ of a test bench: samples from files through the top function (``hls_kernels/testbench``)."""

from __future__ import annotations

from isobit.hls.design import Design
from isobit.hls.ports import PORT_KINDS


def testbench_of(design: Design) -> str:
    """The source of the program."""
    network = design.network
    names = [*design.input_names, *design.output_names]
    sizes = [network.size(port.tensor) for port in (*network.inputs, *network.outputs)]
    arrays = [f"  static {name}_t {name}[{size}];" for name, size in zip(names, sizes, strict=True)]
    reads = [f"    run.input({name});" for name in design.input_names]
    compares = [f'    run.output("{name}", {name});' for name in design.output_names]
    return _SOURCE.format(
        top=design.top,
        bits=PORT_KINDS[design.options.ports].policy,
        arrays="\n".join(arrays),
        reads="\n".join(reads),
        arguments=", ".join(names),
        compares="\n".join(compares),
    )


_SOURCE = """\
// Compares {top} with the outputs that isobit's engine computed, bit for bit.
#include "hls_kernels/testbench/bits_{bits}.hpp"
#include "hls_kernels/testbench/testbench.hpp"
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
