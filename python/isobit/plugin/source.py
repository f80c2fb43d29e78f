"""The C++ source of a plugin: types and data for the schedules of ``isobit/native``, no arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from isobit._version import __version__
from isobit.cxx.literals import format_fields, static_format, text
from isobit.cxx.network import Network, Port
from isobit.plugin.isa import InstructionSet
from isobit.plugin.layout import ALIGNMENT, Layout
from isobit.plugin.operations import program_of
from isobit.plugin.parts import Call


def source_of(network: Network, version: str, isa: InstructionSet) -> str:
    """One self-contained source file (it includes the headers of isobit)."""
    content = network.content_hash()
    program = program_of(network, isa)
    scratch = max((call.scratch_bytes for call in program.calls), default=0)
    layout = Layout(network, scratch, program.least_bytes, program.skipped)
    parts = [
        _HEAD.format(
            version=__version__,
            content=content,
            unique=content[:_UNIQUE],
            isa=isa.name,
            features=",".join(isa.features),
        ),
        *(_tensor(network, layout, number) for number in layout.places),
        *(data for call in program.calls for data in call.data),
        _network(network, layout, program.calls),
        *_ports("input", network, network.inputs),
        *_ports("output", network, network.outputs),
        _TAIL.format(
            name=text(network.name),
            version=text(version),
            content=content,
            isobit=text(__version__),
            n_inputs=len(network.inputs),
            n_outputs=len(network.outputs),
        ),
    ]
    return "\n".join(parts)


def _tensor(network: Network, layout: Layout, number: int) -> str:
    place = layout.places[number]
    fmt, size = static_format(network.format(number)), network.size(number)
    return f"using t{number} = native::tensor<{fmt}, {place.storage.name}, {size}, {place.offset}>;"


def _network(network: Network, layout: Layout, calls: Sequence[Call]) -> str:
    lines = "\n".join(
        f"    {call.schedule.replace('@scratch@', str(layout.scratch))}::run(w);" for call in calls
    )
    return _NETWORK.format(
        inputs=", ".join(_input(port) for port in network.inputs),
        outputs=", ".join(f"t{port.tensor}" for port in network.outputs),
        bytes=max(layout.bytes, ALIGNMENT),
        alignment=ALIGNMENT,
        calls=lines,
    )


def _input(port: Port) -> str:
    return f"native::indices<t{port.tensor}, {port.indices}>" if port.indices else f"t{port.tensor}"


def _ports(kind: str, network: Network, ports: Sequence[Port]) -> list[str]:
    # a scalar has no axes, but an array of C++ has elements
    shapes = [
        f"constexpr std::int64_t {kind}{i}_shape[] = {{{', '.join(map(str, port.shape or (1,)))}}};"
        for i, port in enumerate(ports)
    ]
    rows = ",\n".join(
        f"    {{{text(port.name)}, {format_fields(network.format(port.tensor))}, {len(port.shape)}, "
        f"{kind}{i}_shape, {network.size(port.tensor)}}}"
        for i, port in enumerate(ports)
    )
    return [*shapes, f"constexpr isobit_tensor {kind}s[] = {{\n{rows}}};\n"]


_UNIQUE = 16
"""Digits of the content hash in the name of a plugin's namespace."""

_HEAD = """\
// Made by isobit {version} from a quantized model.
// Content hash: {content}
#define ISOBIT_ISA model_{unique}
#include "isobit/native/program.hpp"

#ifndef ISOBIT_PLUGIN_ISA
#define ISOBIT_PLUGIN_ISA "{isa}"
#endif
#ifndef ISOBIT_PLUGIN_CPU_FEATURES
#define ISOBIT_PLUGIN_CPU_FEATURES "{features}"
#endif

namespace isobit {{
inline namespace ISOBIT_ISA {{
namespace {{
"""

_NETWORK = """
struct network {{
  using inputs = native::tensors<{inputs}>;
  using outputs = native::tensors<{outputs}>;
  static constexpr std::uint64_t workspace_bytes() {{ return {bytes}; }}
  static constexpr std::uint64_t workspace_alignment() {{ return {alignment}; }}
  static void run(unsigned char* w) {{
{calls}
  }}
}};
"""

_TAIL = """\
constexpr isobit_plugin description = {{
    ISOBIT_PLUGIN_ABI, sizeof(isobit_plugin), ISOBIT_PLUGIN_CPU_FEATURES, ISOBIT_PLUGIN_ISA,
    {name}, {version}, "{content}", {isobit}, {n_inputs}, {n_outputs}, inputs, outputs,
    network::workspace_bytes(), network::workspace_alignment(), &native::predict<network>,
    &native::error_text}};

}}  // namespace
}}  // namespace ISOBIT_ISA
}}  // namespace isobit

ISOBIT_NATIVE_EXPORT ISOBIT_NATIVE_ANY_PROCESSOR const isobit_plugin* ISOBIT_PLUGIN_ENTRY() {{
  return &isobit::description;
}}
"""
