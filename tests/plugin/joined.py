"""Many small networks in one plugin, since compiling takes longer than computing."""

from __future__ import annotations

import numpy as np

import engine
from isobit import _core as core
from isobit.cxx.network import Network, Port
from isobit.cxx.toolchain import find_compiler, include_folder
from isobit.plugin.isa import choose
from isobit.plugin.plugin import Plugin
from isobit.plugin.source import source_of


def join(specs):
    """One description of networks side by side: inputs and outputs in order."""
    tensors, inputs, outputs, operations = [], [], [], []
    for spec in specs:
        first = len(tensors)
        tensors += spec["tensors"]
        inputs += [first + number for number in spec["inputs"]]
        outputs += [first + number for number in spec["outputs"]]
        for op in spec["ops"]:
            moved = {"inputs": [first + n for n in op["inputs"]], "output": first + op["output"]}
            operations.append({**op, **moved})
    return {"tensors": tensors, "inputs": inputs, "outputs": outputs, "ops": operations}


def network_of(spec, name="joined"):
    """The network of a description, with the engine's proof of it."""
    proof = core.Program(spec).proof()
    ranges = [
        (min(int(low) for low in np.ravel(t["low"])), max(int(high) for high in np.ravel(t["high"])))
        for t in proof["tensors"]
    ]

    def ports(kind, numbers):
        return [
            Port(f"{kind}{i}", (spec["tensors"][number]["size"],), number) for i, number in enumerate(numbers)
        ]

    return Network(
        name,
        ports("x", spec["inputs"]),
        ports("y", spec["outputs"]),
        spec["tensors"],
        spec["ops"],
        [op["lane"] for op in proof["ops"]],
        ranges,
        [f"op{number}" for number in range(len(spec["ops"]))],
    )


def written(spec, folder, isa="native", flags=("-O1",)):
    """The library of a description, compiled quickly rather than well."""
    folder.mkdir(exist_ok=True)
    chosen = choose(isa)
    source, library = folder / f"{isa}.cpp", folder / f"{isa}.so"
    source.write_text(source_of(network_of(spec), "", chosen))
    find_compiler().compile(source, library, include_folder(), [*chosen.flags, *flags])
    return library


def compiled(spec, folder, isa="native", flags=("-O1",)):
    """The plugin of a description."""
    return Plugin(written(spec, folder, isa, flags))


def check(plugin, spec, samples, oracle_run=None):
    """A plugin gives the engine's raws for every sample (and those of the oracle, where it is given)."""
    inputs = engine.batches(spec, samples)
    expected = core.Program(spec).run_raw(inputs, spec["outputs"], 1, "auto", "auto")
    if oracle_run is not None:
        for row, sample in enumerate(samples):
            computed = oracle_run(spec, sample)
            for number, array in zip(spec["outputs"], expected, strict=True):
                raws = engine.as_int64(computed[number], spec["tensors"][number]["format"])
                np.testing.assert_array_equal(array[row], raws, err_msg=engine.describe(spec, number))
    results = [np.empty_like(array) for array in expected]
    for n_threads in (1, 3):
        for result in results:
            result.fill(-77)
        plugin._native.run(inputs, results, len(samples), n_threads)
        for number, found, wanted in zip(spec["outputs"], results, expected, strict=True):
            np.testing.assert_array_equal(
                found, wanted, err_msg=f"{plugin.isa}: {engine.describe(spec, number)}"
            )
