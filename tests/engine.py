"""Descriptions of small networks for ``isobit._core.Program``, and their comparison with the oracle.

`check` is what every test of the engine ends in: all execution paths give the oracle's bits, and the
interval proof holds them.
"""

from __future__ import annotations

import numpy as np

import oracle

EXACT = (0, 0, True, oracle.TRN, oracle.WRAP)
"""Stands for `no cast` where an accumulator format is asked for."""


def plain(fmt):
    """The same numbers, without modes."""
    return (*fmt[:3], oracle.TRN, oracle.WRAP)


def as_int64(raws, fmt):
    """Raws as the engine stores them: 64-bit unsigned ones as their bit pattern."""
    integers = [int(raw) for raw in raws]
    if fmt[0] == 64 and not fmt[2]:
        integers = [oracle.wrap(raw, 64, True) for raw in integers]
    return np.array(integers, dtype=np.int64)


def constant(raws, fmt):
    values = np.array([float(oracle.value_of(raw, fmt)) for raw in raws])
    return {"format": fmt, "raw": as_int64(raws, fmt), "value": values}


def table(index, low, entries, fmt, function="sigmoid", parameter=0.0):
    return {
        "index": index,
        "low": low,
        "entries": as_int64(entries, fmt),
        "format": fmt,
        "function": function,
        "parameter": parameter,
    }


def operation(cell, inputs, output, formats=(), constants=(), tables=(), ints=()):
    return {
        "cell": cell,
        "inputs": list(inputs),
        "output": output,
        "formats": list(formats),
        "constants": list(constants),
        "tables": list(tables),
        "ints": np.array(ints, dtype=np.int64),
    }


def network(tensors, inputs, outputs, ops):
    """``tensors`` is a list of (size, format)."""
    return {
        "tensors": [{"size": size, "format": fmt} for size, fmt in tensors],
        "inputs": list(inputs),
        "outputs": list(outputs),
        "ops": list(ops),
    }


def batches(spec, samples):
    """One int64 array of shape (n, size) per graph input, of samples that hold one list of raws per input."""
    return [
        np.stack([as_int64(sample[position], spec["tensors"][number]["format"]) for sample in samples])
        for position, number in enumerate(spec["inputs"])
    ]


def paths(core, program, which, outputs, inputs):
    """Every way to compute: (label, tensors, list of raw arrays).

    Where only outputs are asked for, the engine keeps nothing else: operations are fused, and tensors
    packed.
    """
    for isa in core.isas():
        for layout in ("samples", "neurons"):
            for wanted in (which, outputs):
                label = f"{isa}, {layout}, {'outputs' if wanted is outputs else 'all tensors'}"
                yield label, wanted, program.run_raw(inputs, wanted, 1, "auto", isa, layout)
        for lane in ("16", "32", "64", "128"):
            yield f"lane {lane}, {isa}", which, program.run_raw(inputs, which, 1, lane, isa)
    for n_threads in (2, 3):
        yield f"{n_threads} threads", outputs, program.run_raw(inputs, outputs, n_threads, "auto", "auto")
    yield "trace replay", which, program.replay(inputs, which)
    if program.proof()["f64"]:
        yield "f64", which, program.run_f64(inputs, which)


def check(core, spec, samples, repeat=1, program=None):
    """All paths of the engine equal the oracle on these samples, in batches of ``repeat`` times as many."""
    program = program or core.Program(spec)
    tensors, which = spec["tensors"], list(range(len(spec["tensors"])))
    results = [oracle.run(spec, sample) for sample in samples]
    expected = [
        np.stack([as_int64(result[number], tensors[number]["format"]) for result in results])
        for number in which
    ]
    order = np.resize(np.random.default_rng(0).permutation(len(samples)), repeat * len(samples))
    inputs = [array[order] for array in batches(spec, samples)]
    for label, wanted, arrays in paths(core, program, which, list(spec["outputs"]), inputs):
        for number, array in zip(wanted, arrays, strict=True):
            np.testing.assert_array_equal(
                array, expected[number][order], err_msg=f"{label}: tensor {number}, {describe(spec, number)}"
            )
    check_proof(program, spec, results)
    return program


def check_proof(program, spec, results):
    """Every raw lies in the range that the interval proof gives for it, and that range in the format's."""
    for number, proven in enumerate(program.proof()["tensors"]):
        low, high = ([int(bound) for bound in np.ravel(proven[end])] for end in ("low", "high"))
        size = spec["tensors"][number]["size"]
        assert len(low) == len(high) == size
        floor, ceiling = oracle.raw_range(plain(spec["tensors"][number]["format"]))
        assert min(low) >= floor, describe(spec, number)
        assert max(high) <= ceiling, describe(spec, number)
        for result in results:
            for element, raw in enumerate(result[number]):
                assert low[element] <= raw <= high[element], (number, element, raw, describe(spec, number))


def describe(spec, number):
    """The operation that makes a tensor, with its formats, for messages."""
    formats = [tensor["format"] for tensor in spec["tensors"]]
    for op in spec["ops"]:
        if op["output"] == number:
            sources = [formats[source] for source in op["inputs"]]
            return f"{op['cell']} from {sources} to {formats[number]} with {op['formats']}"
    return f"input {formats[number]}"
