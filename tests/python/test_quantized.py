"""The quantized model: its tensors suffice to recompute it, its proof holds, its bits are the oracle's."""

from __future__ import annotations

import pickle
import random
import warnings
from fractions import Fraction

import numpy as np
import pytest

import oracle
from isobit import Format, InputError, ProofError, QuantizationWarning
from isobit.backends.engine import lower
from isobit.backends.program import ProgramBuilder
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.verify import random_raws
from small_models import every_operator, every_operator_data, tagger


@pytest.fixture(scope="module")
def model():
    return tagger()


def code(fmt):
    return fmt.width, fmt.frac, fmt.signed, int(fmt.rounding), int(fmt.overflow)


def quiet(model, config):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        return model.quantize(config)


def identity(width_format, shape=(3,)):
    builder = GraphBuilder("m")
    builder.output("y", builder.add("linear", [builder.input("x", shape)], "act"))
    return Model(builder.build()).quantize(width_format)


def test_a_user_can_recompute_a_layer_from_the_tensors(model):
    q = quiet(model, {"default": "fixed<14,5,RND_CONV,SAT>", "fc1": {"accumulator": "fixed<20,9,TRN_ZERO>"}})
    X = np.random.default_rng(0).normal(size=(20, 16))
    raws = q.trace_raw(oracle_raws(X, q.formats["features"]))
    for layer, source in (("fc1", "features"), ("fc2", "fc1_relu")):
        weight, bias = q.tensors[f"{layer}.weight"], q.tensors[f"{layer}.bias"]
        assert weight.shape == model.graph.node(layer).constants["weight"].shape
        accumulator, output = q.tensors[f"{layer}.accumulator"], q.tensors[f"{layer}.output"]
        for sample in range(20):
            x = [oracle.value_of(int(r), code(q.formats[source])) for r in raws[source][sample]]
            for neuron in range(weight.shape[1]):
                total = oracle.value_of(int(bias.raw[neuron]), code(bias.format))
                for value, w in zip(x, weight.raw[:, neuron], strict=True):
                    total += value * oracle.value_of(int(w), code(weight.format))
                total = oracle.value_of(
                    oracle.cast(total, code(accumulator.format)), code(accumulator.format)
                )
                assert oracle.cast(total, code(output.format)) == raws[layer][sample, neuron]


def oracle_raws(X, fmt):
    return np.array([[oracle.from_float(value, code(fmt)) for value in row] for row in X.tolist()])


def test_softmax_from_its_tables(model):
    q = model.quantize("fixed<16,6>")
    raws = q.trace_raw(random_raws(q, 30, 5)[0])
    tables = [q.tensors["softmax.exp_table"], q.tensors["softmax.reciprocal_table"]]
    described = [
        {
            "index": code(t.index),
            "low": t.index.min_raw,
            "entries": t.raw.tolist(),
            "format": code(t.format),
        }
        for t in tables
    ]
    for row, result in zip(raws["fc4"], raws["softmax"], strict=True):
        x = [oracle.value_of(int(r), code(q.formats["fc4"])) for r in row]
        exps = [oracle.look_up(max(x) - value, described[0]) for value in x]
        reciprocal = oracle.look_up(sum(exps), described[1])
        assert [oracle.cast(e * reciprocal, code(q.formats["softmax"])) for e in exps] == result.tolist()
    assert 0 < tables[0].max_error < 2 * 2.0**-10  # half an entry, and half an address times slope 1


@pytest.mark.parametrize("seed", range(12))
def test_every_operator_has_the_bits_of_the_oracle(seed):
    """Random formats with random modes; the oracle evaluates the description that the engine got."""
    zoo, _ = every_operator(seed)
    rng = random.Random(seed)  # noqa: S311
    config = {"default": random_format(rng, 16), "x": random_format(rng, 12), "y": random_format(rng, 12)}
    for node in zoo.layers:
        if rng.random() < 0.7:
            config[node.name] = random_format(rng, 10)
    q = quiet(zoo, config)
    raws = random_raws(q, 12, seed)
    found = q.trace_raw(raws)
    builder = ProgramBuilder()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        ids = lower(q.graph, q.precision, builder)
    spec = {"tensors": builder.tensors, "inputs": [ids[name] for name in q.inputs], "ops": builder.ops}
    for sample in range(12):
        expected = oracle.run(spec, [array[sample].ravel().tolist() for array in raws])
        for name, number in ids.items():
            assert found[name][sample].ravel().tolist() == expected[number], name


def random_format(rng, least):
    width = rng.randint(least, 20)
    overflow = rng.choice(["WRAP", "SAT", "SAT_SYM", "SAT_ZERO", "WRAP_SM"])
    rounding = rng.choice(["TRN", "TRN_ZERO", "RND", "RND_ZERO", "RND_INF", "RND_MIN_INF", "RND_CONV"])
    return f"fixed<{width},{rng.randint(2, 8)},{rounding},{overflow}>"


def test_verify_compares_every_path_and_finds_nothing():
    from isobit import _core

    zoo, _ = every_operator()
    q = quiet(zoo, "fixed<12,5,RND,SAT>")
    report = q.verify(every_operator_data(300))
    assert (report.samples, report.mismatches) == (300, 0)
    for isa in _core.isas():
        for lane in ("16", "32", "64", "128"):
            assert f"{isa}, lane {lane}" in report.paths
    for path in (
        "2 threads",
        "batches of 1",
        "batches of 7",
        "replay of the data-flow graph",
        "floats in and out",
    ):
        assert report.paths[path] > 0
    assert "integers in float64" in report.paths
    elements = sum(int(np.prod(shape)) for shape in q.graph.shapes.values())
    assert report.paths["2 threads"] == 300 * elements
    assert "0 mismatches" in str(report)
    assert report.as_dict()["mismatches"] == 0
    assert q.verify().samples == 256


def test_verify_of_nothing_is_refused(model):
    with pytest.raises(InputError, match="at least one sample"):
        model.quantize("fixed<16,6>").verify(np.zeros((0, 16)))


def test_verify_says_what_it_skipped():
    report = identity("fixed<60,20>").verify()
    assert "more than 53 bits" in report.skipped["floats in and out"]
    assert "53 bits" in report.skipped["integers in float64"]


def test_verify_names_the_first_difference(model, monkeypatch):
    from isobit import MismatchError

    q = model.quantize("fixed<16,6>")
    real = type(q.engine).run_raw

    def faulty(self, arrays, names, n_threads, lane="auto", isa="auto", layout="auto"):
        results = real(self, arrays, names, n_threads, lane, isa, layout)
        if n_threads == 2:
            results[names.index("fc2")][5, 3] += 1
            results[names.index("fc3")][1, 1] += 1
        return results

    monkeypatch.setattr(type(q.engine), "run_raw", faulty)
    with pytest.raises(
        MismatchError, match=r"path '2 threads' .*'fc2', sample 5, element \(3,\): expected"
    ) as seen:
        q.verify()
    assert isinstance(seen.value, AssertionError)


def test_values_and_raws_agree(model):
    q = model.quantize("fixed<16,6>")
    X = np.random.default_rng(0).normal(size=(100, 16)).astype(np.float32)
    raws = oracle_raws(X, q.formats["features"])
    fmt = q.formats["softmax"]
    y = q.predict(X)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, q.predict_raw(raws) * fmt.lsb)
    assert q.predict_raw(raws).dtype == np.int64
    np.testing.assert_array_equal(q.trace(X)["features"], raws * q.formats["features"].lsb)


def test_results_into_arrays_of_the_user(model):
    q = model.quantize("fixed<16,6>")
    X = np.random.default_rng(0).normal(size=(100, 16))
    out = np.full((100, 5), np.nan, np.float32)
    assert q.predict(X, out=out) is out
    np.testing.assert_array_equal(out, q.predict(X))
    zoo, _ = every_operator()
    many = quiet(zoo, "fixed<25,9>")
    expected = many.predict(every_operator_data(7))
    arrays = [np.empty_like(array) for array in expected]
    assert many.predict(every_operator_data(7), out=arrays) is arrays
    for found, right in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(found, right)
    for wrong, text in (
        (np.empty((100, 5)), "float32 array of shape .* not float64"),
        (np.empty((99, 5), np.float32), r"not float32 \(99, 5\)"),
        (np.empty((5, 100), np.float32).T, "C-contiguous"),
        ([out, out], "one array for each of the 1 output"),
        ([out.tolist()], "not list"),
        (3, "one array for each"),
    ):
        with pytest.raises(InputError, match=text):
            q.predict(X, out=wrong)


def test_two_outputs_of_one_tensor_into_arrays_of_the_user():
    builder = GraphBuilder("m")
    builder.add("relu", [builder.input("x", (3,))], "act")
    for name, tensor in (("a", "act"), ("b", "x"), ("c", "act")):
        builder.output(name, tensor)
    q = Model(builder.build()).quantize("fixed<8,4>")
    arrays = [np.empty((1, 3), np.float32) for _ in range(3)]
    q.predict([[1, -2, 3]], out=arrays)
    assert [array.tolist() for array in arrays] == [[[1, 0, 3]], [[1, -2, 3]], [[1, 0, 3]]]


@pytest.mark.parametrize(
    ("fmt", "dtype"), [("fixed<24,8>", np.float32), ("fixed<25,8>", np.float64), ("fixed<53,8>", np.float64)]
)
def test_the_type_of_values_holds_them_exactly(fmt, dtype):
    q = identity(fmt)
    F = Format.parse(fmt)
    raws = np.array([[F.max_raw, F.min_raw, 1]])
    values = q.predict(np.ldexp(raws.astype(np.float64), -F.frac))
    assert values.dtype == dtype
    assert [Fraction(float(v)) for v in values[0]] == [Fraction(int(r), 2**F.frac) for r in raws[0]]


def test_more_than_53_bits_have_integers_only():
    q = identity("fixed<54,8>")
    with pytest.raises(InputError, match="float64 holds 53 bits; use predict_raw"):
        q.predict(np.zeros((1, 3)))
    raws = np.array([[2**53 - 1, -(2**53), 0]])
    np.testing.assert_array_equal(q.predict_raw(raws), raws)


def test_unsigned_64_bit_integers():
    q = identity("ufixed<64,64>")
    raws = np.array([[2**64 - 1, 2**63, 0]], dtype=np.uint64)
    found = q.predict_raw(raws)
    assert found.dtype == np.uint64
    np.testing.assert_array_equal(found, raws)


@pytest.mark.parametrize(
    ("raws", "text"),
    [
        (
            np.array([[0, 0, 0], [0, 128, 0]]),
            r"sample 1, feature 1 is 128, out of the range of .* -128 to 127",
        ),
        (np.array([[-129, 0, 0]]), "sample 0, feature 0 is -129"),
        (np.array([[0.0, 0, 0]]), "raws are integers"),
        (np.array([0, 0, 0]), "without the batch axis"),
        (np.array([[2**63, 0, 0]], dtype=np.uint64), "is 9223372036854775808"),
    ],
)
def test_raws_out_of_range_are_refused(raws, text):
    with pytest.raises(InputError, match=text):
        identity("fixed<8,4>").predict_raw(raws)
    with pytest.raises(InputError, match="-127 to 127"):
        identity("fixed<8,4,RND,SAT_SYM>").predict_raw(np.array([[-128, 0, 0]]))


def test_tensors(model):
    q = model.quantize("fixed<16,6>")
    weight = q.tensors["fc1.weight"]
    assert (weight.layer, weight.role, weight.shape) == ("fc1", "weight", (16, 64))
    assert weight.raw.dtype == np.int64
    np.testing.assert_array_equal(weight.value, weight.raw * 2.0**-10)
    assert np.abs(weight.value - weight.trained).max() <= 2.0**-11
    assert not weight.raw.flags.writeable
    accumulator = q.tensors["fc1.accumulator"]
    assert accumulator.format.frac == 20
    assert accumulator.low >= accumulator.format.min_raw
    assert accumulator.high <= accumulator.format.max_raw
    result = q.tensors["fc1"]
    assert (result.raw, result.value, result.shape) == (None, None, (64,))
    assert (result.low, result.high) == (-(2**15), 2**15 - 1)
    assert q.tensors["fc1.output"].name == "fc1"
    assert q.tensors["features"].format == Format(16, 10)
    assert set(q.tensors) >= {"features", "fc4", "fc4.bias", "softmax.reciprocal_table"}
    with pytest.raises(KeyError, match=r"no tensor is called 'fc1.wieght'. Did you mean 'fc1.weight'"):
        q.tensors["fc1.wieght"]


def test_accumulators_wider_than_64_bits_are_shown():
    builder = GraphBuilder("m")
    constants = {"weight": np.full((4, 1), 0.9)}
    builder.output("y", builder.add("dense", [builder.input("x", (4,))], "fc", constants=constants))
    q = Model(builder.build()).quantize("fixed<40,8>")
    assert q.tensors["fc.accumulator"].format.width > 64
    assert q.proof.layers["fc"].lane == 128
    assert q.verify().mismatches == 0


def test_arithmetic_beyond_the_widest_integer_is_refused():
    builder = GraphBuilder("m")
    builder.input("x", (4,))
    builder.output("y", builder.add("multiply", ["x", "x", "x"], "cube"))
    with pytest.raises(ProofError, match=r"layer 'cube': .*bits.*narrower formats"):
        Model(builder.build()).quantize("fixed<60,8>")


@pytest.mark.parametrize("seed", range(5))
def test_the_proof_holds_what_happens(seed):
    zoo, _ = every_operator(seed)
    q = quiet(zoo, "fixed<11,4,RND,SAT>")
    observed = q.trace_raw(random_raws(q, 2000, seed))
    for name, raws in observed.items():
        low, high = q.proof.range(name)
        assert low <= raws.min(), name
        assert raws.max() <= high, name


def test_overflow_that_is_excluded_never_happens():
    """A format with many more integer bits gives the same values where the proof excludes overflow."""
    zoo, _ = every_operator()
    q = quiet(zoo, "fixed<18,9>")
    excluded = [
        name
        for name, proof in q.proof.layers.items()
        if not proof.overflows and not q.formats[name].is_pm1  # which has one width
    ]
    assert 10 < len(excluded) < len(zoo.layers)
    config = q.config()
    for name in excluded:
        fmt = q.formats[name]
        config[name]["output"] = str(Format(fmt.width + 8, fmt.frac, fmt.signed, fmt.rounding, fmt.overflow))
    wide = quiet(zoo, config)
    raws = random_raws(q, 500, 1)
    before, after = q.trace_raw(raws), wide.trace_raw(raws)
    for name in excluded:
        np.testing.assert_array_equal(before[name], after[name], err_msg=name)


def test_summary_and_representation(model):
    q = model.quantize("fixed<16,6>")
    assert repr(q) == "<isobit.QuantizedModel 'tagger': 8 layers, input fixed<16,6>>"
    line = next(line for line in q.summary().splitlines() if line.startswith("fc1 "))
    for part in ("dense", "fixed<16,6>", "weight fixed<16,6,RND,SAT>", "accumulator exact", "possible"):
        assert part in line


def test_models_are_not_pickled(model):
    with pytest.raises(TypeError, match="models are not pickled"):
        pickle.dumps(model.quantize("fixed<16,6>"))


def test_operation_counts_of_a_dense_layer():
    builder = GraphBuilder("m")
    builder.input("x", (3,))
    # 3 and 5 need a multiplier; 0 vanishes, 1 and -2 are shifts
    weight = np.array([[3.0, 0.0], [5.0, 1.0], [-2.0, 0.0]])
    builder.add("dense", ["x"], "fc", constants={"weight": weight, "bias": [1.0, 0.0]})
    builder.add("sigmoid", ["fc"], "act")
    builder.output("y", "act")
    q = Model(builder.build()).quantize("fixed<12,6>")
    counts = q.operation_counts
    assert counts["fc"]["multiplications"] == 2
    assert counts["fc"]["additions"] == 3  # three products and a bias; the other neuron is a wire
    table = q.tensors["act.table"]
    assert counts["act"]["table_bits"] == table.raw.size * table.format.width
    assert counts["act"]["lookups"] == 2


def test_only_the_default_number_of_threads_goes_by_the_work(monkeypatch):
    monkeypatch.setattr("isobit.backends.engine.threads", lambda n: 8 if n is None else n)
    engine = tagger().quantize("fixed<12,6>").engine
    samples = int(2**23 / engine.program.work)  # what pays for one thread
    assert engine._threads(None, 1) == 1
    assert engine._threads(None, 3 * samples + 10) == 3
    assert engine._threads(None, 1000 * samples) == 8
    assert engine._threads(5, 1) == 5
