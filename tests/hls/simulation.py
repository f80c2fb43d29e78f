"""Networks in C simulation: many small ones in one design, since compiling takes longer than computing."""

from __future__ import annotations

import numpy as np

import engine
from isobit import _core as core
from isobit.hls.csim import Project, compile_testbench, run_testbench
from isobit.hls.design import design_of
from isobit.hls.multipliers import products_of
from isobit.hls.options import Hardware, Options
from isobit.hls.project import files_of
from plugin.joined import network_of


def hardware(spec, strategy, factor):
    """For each operation the legal reuse factor that is next to a wish."""
    chosen = {}
    for number, op in enumerate(spec["ops"]):
        products = products_of(op)
        legal = sorted(products.legal()) if products else [factor]
        chosen[f"op{number}"] = Hardware(strategy, min(legal, key=lambda r: abs(r - factor)))
    return chosen


def written(spec, folder, *, strategy="latency", factor=1, ports="ap", interface="arrays"):
    """The design of a description, as files in a folder."""
    design = design_of(
        network_of(spec),
        "design",
        Options(ports=ports, interface=interface),
        hardware(spec, strategy, factor),
    )
    for name, text in files_of(design).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(folder, "design", ports, [port.name for port in design.network.outputs])


def compare(spec, samples, folder, flags=("-std=c++14", "-O0"), **options):
    """The engine's raws from C simulation, for every output and sample."""
    project = written(spec, folder, **options)
    inputs = engine.batches(spec, samples)
    expected = core.Program(spec).run_raw(inputs, spec["outputs"], 1, "auto", "auto")
    compile_testbench(project, folder / "testbench_program", flags)
    build = folder / "build"
    build.mkdir()
    (folder / "testbench_program").rename(build / "testbench")
    found = run_testbench(build, inputs, expected)
    for number, array, wanted in zip(spec["outputs"], found, expected, strict=True):
        np.testing.assert_array_equal(array, wanted, err_msg=engine.describe(spec, number))
