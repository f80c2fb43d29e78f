"""Networks in C simulation: many small ones in one design, since compiling takes longer than computing."""

from __future__ import annotations

import numpy as np

import engine
import oracle
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


def random_inputs(spec, count, seed=0):
    """Raws over the whole formats of the inputs, the first ones at their ends: arrays of shape (n, size)."""
    rng = np.random.default_rng(seed)
    arrays = []
    for number in spec["inputs"]:
        fmt = spec["tensors"][number]["format"]
        shape = (count, spec["tensors"][number]["size"])
        if tuple(fmt) == oracle.PM1:
            arrays.append(rng.choice(np.array([-1, 1]), shape))
            continue
        low, high = oracle.raw_range(engine.plain(fmt))
        raws = rng.integers(low, high, shape, dtype=np.uint64 if low == 0 else np.int64, endpoint=True)
        for row, raw in enumerate((high, low, 0)):
            raws[row : row + 1] = raw
        arrays.append(raws.view(np.int64))
    return arrays


def compare(spec, inputs, folder, flags=("-std=c++14", "-O0"), **options):
    """The engine's raws from C simulation, for every output and sample.

    Inputs: arrays of shape (n, size).
    """
    project = written(spec, folder, **options)
    expected = core.Program(spec).run_raw(inputs, spec["outputs"], 1, "auto", "auto")
    build = folder / "build"
    build.mkdir()
    compile_testbench(project, build / "testbench", flags)
    found = run_testbench(build, inputs, expected)
    for number, array, wanted in zip(spec["outputs"], found, expected, strict=True):
        np.testing.assert_array_equal(array, wanted, err_msg=engine.describe(spec, number))
