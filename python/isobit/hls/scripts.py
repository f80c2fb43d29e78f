"""What surrounds the C++ of a project: the script for Vitis HLS, the Makefile, and what people read."""

from __future__ import annotations

from isobit._version import __version__
from isobit.hls.design import Design
from isobit.hls.ports import PORT_KINDS

CSIM_FLAGS = ("-std=c++14", "-O1")
"""How a C simulation is compiled: quickly rather than well."""


def build_tcl(design: Design) -> str:
    """The script that ``vitis_hls -f`` and ``vitis-run --mode hls --tcl`` run."""
    options = design.options
    return _TCL.format(top=design.top, part=options.part, period=options.clock_period)


def makefile(design: Design) -> str:
    """C simulation with a C++ compiler."""
    vendor = PORT_KINDS[design.options.ports].vendor
    lines = ""
    if vendor:
        lines = _VENDOR.format(header=vendor)
    flags = "-isystem $(VENDOR_INCLUDE)" if vendor else ""
    return _MAKEFILE.format(
        top=design.top, vendor=lines, vendor_flags=flags, flags=" ".join(CSIM_FLAGS)
    ).replace("    ", "\t")


def readme(design: Design) -> str:
    """What the folder is, and what to do with it."""
    network, options = design.network, design.options
    ports = [*zip(design.input_names, network.inputs, strict=True)]
    ports += [*zip(design.output_names, network.outputs, strict=True)]
    rows = "\n".join(
        f"| `{name}` | {'in' if i < len(network.inputs) else 'out'} | {network.size(port.tensor)} | "
        f"{network.format(port.tensor)[0]} | {network.format(port.tensor)[1]} |"
        for i, (name, port) in enumerate(ports)
    )
    layers = "\n".join(
        f"| `{design.layer_names[layer]}` | {design.hardware[layer].strategy} | "
        f"{design.hardware[layer].reuse_factor} | {design.multipliers(layer)} |"
        for layer in design.layer_names
    )
    vendor = PORT_KINDS[options.ports].vendor
    return _README.format(
        top=design.top,
        version=__version__,
        content=design.content_hash(),
        io_type=options.io_type,
        interface=options.interface,
        part=options.part,
        period=options.clock_period,
        ports=rows,
        words=_words(design),
        layers=layers,
        csim="make csim VENDOR_INCLUDE=<folder of " + vendor + ">" if vendor else "make csim",
    )


def _words(design: Design) -> str:
    """What a word of each port is, if they are streams."""
    if not design.streams:
        return ""
    network = design.network
    ports = [*zip(design.input_names, network.inputs, strict=True)]
    ports += [*zip(design.output_names, network.outputs, strict=True)]
    words = (f"`{n}` {design.words(p.tensor)} of {design.channels[p.tensor]} elements" for n, p in ports)
    return f" Words of a stream for one sample: {', '.join(words)}."


_TCL = """\
# Vitis HLS: what is to be done is named, as in
#   vitis_hls -f build.tcl csim csynth
#   ISOBIT_HLS_STEPS="csim csynth" vitis-run --mode hls --tcl build.tcl
# Steps: csim (C simulation), csynth (synthesis), cosim (simulation of the RTL), export (an IP core), vsynth
# (the same, and logic synthesis by Vivado). Without any: csim and csynth.
set steps {{}}
if {{[info exists ::env(ISOBIT_HLS_STEPS)]}} {{ set steps $::env(ISOBIT_HLS_STEPS) }}
foreach word $::argv {{
  if {{[lsearch {{csim csynth cosim export vsynth}} $word] >= 0}} {{ lappend steps $word }}
}}
if {{[llength $steps] == 0}} {{ set steps {{csim csynth}} }}
proc wants {{step}} {{ expr {{[lsearch $::steps $step] >= 0}} }}

set here [file dirname [file normalize [info script]]]
cd $here
set flags "-std=c++14 -I$here/include -I$here/firmware"

open_project -reset {top}_prj
set_top {top}
add_files firmware/{top}.cpp -cflags $flags
add_files -tb testbench/{top}_test.cpp -cflags $flags
add_files -tb tb_data
open_solution -reset solution1
set_part {{{part}}}
create_clock -period {period} -name default

# a design that fails its test bench is not built
if {{[wants csim]}} {{ csim_design -argv "$here/tb_data/inputs.dat $here/tb_data/expected.dat" }}
if {{[wants csynth] || [wants cosim] || [wants export] || [wants vsynth]}} {{ csynth_design }}
if {{[wants cosim]}} {{ cosim_design -argv "$here/tb_data/inputs.dat $here/tb_data/expected.dat" }}
if {{[wants vsynth]}} {{
  export_design -format ip_catalog -flow syn
}} elseif {{[wants export]}} {{
  export_design -format ip_catalog
}}
exit
"""

_VENDOR = """\
# The folder of {header}: that of Vitis HLS or Catapult, or of the wheel of hls4ml.
VENDOR_INCLUDE ?=

"""

_MAKEFILE = """\
# C simulation with g++ or clang++, without any tool of a vendor: make csim
{vendor}CXXFLAGS ?= {flags}
BUILD ?= build
INCLUDES := -Iinclude -Ifirmware {vendor_flags}

.PHONY: csim clean
csim: $(BUILD)/testbench
    $(BUILD)/testbench

SOURCES := firmware/{top}.cpp testbench/{top}_test.cpp
$(BUILD)/testbench: $(SOURCES) firmware/{top}.h $(wildcard firmware/weights/*.h)
    mkdir -p $(BUILD)
    $(CXX) $(CXXFLAGS) $(INCLUDES) $(SOURCES) -o $@

clean:
    rm -rf $(BUILD)
"""

_README = """\
# {top}

An HLS project, made by isobit {version}. Content hash: `{content}`.

    {csim}
    isobit csim .                       # the same with many random samples, against the engine
    vitis_hls -f build.tcl csim csynth  # further: cosim export vsynth
    isobit synth .                      # runs the tool that is installed, and shows its report

| what | where |
|---|---|
| top function `{top}` | `firmware/{top}.cpp`, `firmware/{top}.h` |
| weights, as integers | `firmware/weights/` |
| the headers of isobit that it includes | `include/` |
| test bench: exit code 1 at the first bit that is wrong | `testbench/{top}_test.cpp` |
| samples, and what isobit's engine makes of them | `tb_data/` |
| the network, as isobit loads it | `model.isobit` |
| everything about it, for programs | `project.json` |

{io_type}, interface {interface}, part {part}, clock period {period} ns.

## Ports

Elements in C order; value = raw * 2^-fractional bits.{words}

| port | direction | elements | bits | fractional bits |
|---|---|---|---|---|
{ports}

## Layers

Multipliers: of products with weights, at most; the tool makes shifts and additions of some.

| layer | strategy | reuse factor | multipliers |
|---|---|---|---|
{layers}
"""
