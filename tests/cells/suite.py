"""The tests that every layer inherits.

The test of a new layer subclasses `CellSuite`, names the operator and draws a legal layer: shapes of the
inputs, attributes and trained constants. The suite chooses formats for every role, quantizes, and demands

* the oracle's bits on every path: lanes, instruction sets, threads, batch sizes, f64, trace replay;
* proven ranges that hold every value;
* the oracle's float input and output;
* the definition of the layer from the float model;
* the same model after saving and loading;
* that all of this saw at least 100 different configurations.
"""

from __future__ import annotations

import importlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import drawing
import engine
import isobit
import oracle
import oracle_layers
from frontends import reference
from isobit import _core as core
from isobit.backends.engine import lower
from isobit.backends.program import ProgramBuilder
from isobit.formats import PM1, Format, Overflow, Rounding
from isobit.ir import GraphBuilder
from isobit.ops import REGISTRY
from isobit.ops.roles import RoleKind

EXAMPLES = settings(
    max_examples=84,
    deadline=None,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
)
FEW = settings(EXAMPLES, max_examples=14)
CONFIGURATIONS = 100
"""Of a layer and its formats: at least so many different ones a class. Hypothesis repeats some, so that the
tests draw 84 + 4 * 14."""


@dataclass
class Layer:
    """A legal layer, before formats are chosen."""

    shapes: list
    attrs: dict = field(default_factory=dict)
    constants: dict = field(default_factory=dict)


class CellSuite:
    """Subclass, set ``op`` and define ``layer``."""

    op: str
    widest = 20
    """Of data formats."""
    drawn: ClassVar[set[str]] = set()
    """The configurations of a run, in words (see conftest.py)."""
    table_overflows = (oracle.WRAP, oracle.SAT, oracle.SAT_SYM, oracle.SAT_ZERO)

    def layer(self, draw):
        """Draw a `Layer`."""
        raise NotImplementedError

    # ---- the tests ----

    @EXAMPLES
    @given(data=st.data())
    def test_every_path_gives_the_bits_of_the_oracle(self, data):
        quantized = self.quantized(data.draw)
        spec = description(quantized)
        samples = drawing.samples(spec, 3)
        elements = sum(tensor["size"] for tensor in spec["tensors"])
        engine.check(core, spec, samples, repeat=(1, 3, 25)[elements % 3])
        parts = oracle_layers.Parts(quantized)
        for sample in self.legal(quantized, samples):
            named = dict(zip(quantized.inputs, sample, strict=True))
            expected = oracle_layers.evaluate(quantized.graph, parts, named)
            traced = quantized.trace_raw(self.batch(quantized, [sample]))
            for name, raws in traced.items():
                assert [int(r) for r in raws.ravel()] == list(expected[name].ravel()), name

    @FEW
    @given(data=st.data())
    def test_batches_and_threads_change_nothing(self, data):
        quantized = self.quantized(data.draw)
        samples = self.legal(quantized, drawing.samples(description(quantized), 3))
        single = [quantized.predict_raw(self.batch(quantized, [sample])) for sample in samples]
        for size, n_threads in ((0, 1), (1, 3), (2, 2), (31, 1), (65, 2), (200, None)):
            order = np.arange(size) % len(samples)
            result = quantized.predict_raw(
                self.batch(quantized, [samples[i] for i in order]), n_threads=n_threads
            )
            assert result.shape == (size, *quantized.outputs["y"])
            np.testing.assert_array_equal(result, np.concatenate(single)[order])

    @FEW
    @given(data=st.data())
    def test_values_in_and_out(self, data):
        """Floats enter by one cast, results leave as raw * 2**-frac."""
        quantized = self.quantized(data.draw)
        parts = oracle_layers.Parts(quantized)
        floats = {}
        for name, shape in quantized.inputs.items():
            fmt = quantized.formats[name]
            number = st.floats(2 * fmt.min - 1, 2 * fmt.max + 1) | st.integers(-9, 9).map(float)
            if name in quantized.index_ranges:
                number = indices(quantized.index_ranges[name])
            size = int(np.prod(shape))
            floats[name] = np.reshape(data.draw(st.lists(number, min_size=size, max_size=size)), (1, *shape))
        raws = {
            name: [oracle.from_float(float(v), parts.output(name)) for v in array.ravel()]
            for name, array in floats.items()
        }
        name = quantized.graph.outputs["y"]
        expected = oracle_layers.evaluate(quantized.graph, parts, raws)[name]
        values = quantized.predict(list(floats.values()) if len(floats) > 1 else floats["x0"])
        exact = [float(oracle.value_of(raw, parts.output(name))) for raw in expected.ravel()]
        assert values.ravel().tolist() == exact

    @FEW
    @given(data=st.data())
    def test_float_model_is_the_definition(self, data):
        """The `real` policy against NumPy. Both are double precision: 1e-12 relative or absolute."""
        model = self.model(data.draw)
        self.note(model)
        numbers = st.floats(-8, 8)
        inputs = {}
        for name, shape in model.inputs.items():
            size = 3 * int(np.prod(shape))
            drawn = data.draw(
                st.lists(
                    indices(model.index_ranges[name]) if name in model.index_ranges else numbers,
                    min_size=size,
                    max_size=size,
                )
            )
            inputs[name] = np.reshape(drawn, (3, *shape))
        expected = reference.evaluate(model.graph, inputs)["y"]
        np.testing.assert_allclose(model.predict(inputs), expected, rtol=1e-12, atol=1e-12)

    @FEW
    @given(data=st.data())
    def test_saving_and_loading_changes_nothing(self, data, tmp_path_factory):
        quantized = self.quantized(data.draw)
        path = tmp_path_factory.mktemp("saved") / "model.isobit"
        quantized.save(path)
        loaded = isobit.load(path)
        assert loaded.config() == quantized.config()
        assert description_text(loaded) == description_text(quantized)
        samples = self.legal(quantized, drawing.samples(description(quantized), 3))
        batch = self.batch(quantized, samples)
        np.testing.assert_array_equal(loaded.predict_raw(batch), quantized.predict_raw(batch))

    # ---- drawing ----

    def model(self, draw):
        layer = self.layer(draw)
        builder = GraphBuilder("test")
        names = [builder.input(f"x{i}", shape) for i, shape in enumerate(layer.shapes)]
        builder.add(self.op, names, "layer", layer.attrs, layer.constants)
        builder.output("y", "layer")
        return isobit.Model(builder.build())

    def quantized(self, draw):
        model = self.model(draw)
        config = {node.name: self.formats(draw, node.op) for node in model.layers}
        for name in model.inputs:
            if name not in model.index_ranges:
                config[name] = self.format_or_pm1(draw, self.widest)
            elif draw(st.booleans()):  # by default the smallest integers that hold all indices
                least = model.index_ranges[name].format.width
                config[name] = Format(draw(st.integers(least + 1, 12)), 0, draw(st.booleans()))
        return self.quantize(model, config)

    def quantize(self, model, config):
        """The model in formats that were drawn."""
        self.note(model, config)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", isobit.QuantizationWarning)
            return model.quantize(config)

    def note(self, model, config=None):
        """Count a layer with its formats."""
        layers = [
            (node.op, node.attrs, {name: array.tobytes() for name, array in node.constants.items()})
            for node in model.layers
        ]
        self.drawn.add(repr((model.inputs, layers, config)))

    def formats(self, draw, op):
        """A format for every role of an operator."""
        config = {}
        for role in REGISTRY[op].roles:
            if role.kind is RoleKind.DATA or role.name == "weight":
                wide = self.widest if role.kind is RoleKind.DATA else 12
                config[role.name] = self.format_or_pm1(draw, wide)
            elif role.kind is RoleKind.ACCUMULATOR:
                config[role.name] = "exact" if draw(st.booleans()) else self.format(draw, 24)
            elif role.kind is RoleKind.TABLE:
                config[role.name] = self.table_format(draw, role.name)
                config["table_size"] = draw(st.sampled_from([16, 64, 256]))
            else:
                config[role.name] = self.format(draw, 12)
        return config

    def format(self, draw, widest, **options):
        width, frac, signed, rounding, overflow = draw(drawing.formats(max_width=widest, **options))
        return Format(width, frac, signed, Rounding(rounding), Overflow(overflow))

    def format_or_pm1(self, draw, widest):
        """Now and then the format of binary networks."""
        return PM1 if draw(st.integers(0, 9)) == 0 else self.format(draw, widest)

    def table_format(self, draw, role):
        return self.format(draw, 14, min_width=2, overflows=self.table_overflows)

    def legal(self, quantized, samples):
        """Samples whose indices are in range, as users may give them; the engine takes any."""
        ranges = [quantized.index_ranges.get(name) for name in quantized.inputs]
        return [
            [
                raws if legal is None else [raw % legal.count for raw in raws]
                for raws, legal in zip(sample, ranges, strict=True)
            ]
            for sample in samples
        ]

    def batch(self, quantized, samples):
        """Samples of raws as the arrays that `predict_raw` takes."""
        arrays = []
        for position, (name, shape) in enumerate(quantized.inputs.items()):
            fmt = quantized.formats[name]
            kind = np.uint64 if fmt.width == 64 and not fmt.signed else np.int64
            rows = [sample[position] for sample in samples]
            arrays.append(np.array(rows, dtype=kind).reshape(len(samples), *shape))
        return arrays if len(arrays) > 1 else arrays[0]


def indices(legal):
    """Values that an input of indices may hold."""
    return st.integers(0, legal.count - 1).map(float)


def suites():
    """The classes of tests/cells by operator."""
    for path in sorted((Path(__file__).parent).glob("test_*.py")):
        importlib.import_module(f"cells.{path.stem}")
    found, waiting = {}, CellSuite.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if hasattr(kind, "op"):
            found[kind.op] = kind
    return dict(sorted(found.items()))


class PositionwiseSuite(CellSuite):
    """For operators that treat every element alike: one input of any shape, no attributes."""

    def layer(self, draw):
        return Layer([draw(shapes())])


def description(quantized):
    """What the model gives to the engine; the oracle takes it too."""
    builder = ProgramBuilder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        ids = lower(quantized.graph, quantized.precision, builder)
    outputs = [ids[tensor] for tensor in quantized.graph.outputs.values()]
    return {
        "tensors": builder.tensors,
        "inputs": [ids[name] for name in quantized.graph.inputs],
        "outputs": outputs,
        "ops": builder.ops,
    }


def description_text(quantized):
    """Every tensor of a model with its integers, for comparison."""
    return {
        name: (tensor.format, tensor.shape, None if tensor.raw is None else tensor.raw.tolist(), tensor.index)
        for name, tensor in quantized.tensors.items()
    }


def shapes(dimensions=(1, 1, 2, 3), longest=5):
    """Small shapes without the batch axis."""
    return st.sampled_from(dimensions).flatmap(
        lambda n: st.lists(st.integers(1, longest), min_size=n, max_size=n).map(tuple)
    )


def trained(draw, shape, largest=4.0):
    """Constants of any precision: arbitrary numbers, dyadic ties, tiny ones and round ones."""
    return constants_from(drawing.generator(draw), shape, largest)


def constants_from(rng, shape, largest=4.0):
    """The same from a generator of random numbers."""
    kinds = [
        rng.uniform(-largest, largest, shape),
        rng.integers(-int(largest * 64), int(largest * 64), shape, endpoint=True) / 64,
        rng.choice([-1.0, 1.0], shape) * largest * 2.0 ** -rng.uniform(0, 40, shape),
        rng.choice([0.0, 1.0, -1.0, largest, -largest], shape),
    ]
    return np.choose(rng.choice(4, shape, p=[0.4, 0.4, 0.1, 0.1]), kinds)


def broadcastable(draw, shape):
    """A shape that broadcasts to the given one without enlarging it."""
    kept = draw(st.integers(0, len(shape)))
    return tuple(draw(st.sampled_from([1, n])) for n in shape[len(shape) - kept :])
