"""The float model against NumPy, and what data it takes."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from isobit import InputError
from isobit.ir import GraphBuilder
from isobit.model import Model
from small_models import every_operator, every_operator_data, tagger


@pytest.fixture(scope="module")
def model():
    return tagger()


@pytest.fixture(scope="module")
def zoo():
    return every_operator()


def test_every_operator_computes_its_function(zoo):
    model, expected = zoo
    X = every_operator_data(300)
    found = model.trace(X)
    for name, function in expected.items():
        reference = function(X["x"], X["y"])
        assert found[name].shape == reference.shape, name
        # float64 on both sides: only the order of operations differs
        np.testing.assert_allclose(found[name], reference, rtol=1e-12, atol=1e-13, err_msg=name)


def test_several_outputs_come_in_order(zoo):
    model, expected = zoo
    X = every_operator_data(3)
    results = model.predict(X)
    assert list(model.outputs) == list(expected)
    assert [r.shape[1:] for r in results] == list(model.outputs.values())
    trace = model.trace([X["x"], X["y"]])
    np.testing.assert_array_equal(results[5], trace[list(expected)[5]])


def test_an_output_may_show_an_input_or_another_output():
    builder = GraphBuilder("m")
    builder.input("x", (3,))
    builder.add("relu", ["x"], "act")
    for name, tensor in (("a", "x"), ("b", "act"), ("c", "act")):
        builder.output(name, tensor)
    made = Model(builder.build())
    X = np.array([[1.0, -2.0, 3.0]])
    a, b, c = made.predict(X)
    assert a.tolist() == X.tolist()
    assert b.tolist() == c.tolist() == [[1, 0, 3]]
    q = made.quantize("fixed<8,4>")
    assert [r.tolist() for r in q.predict(X)] == [[[1, -2, 3]], [[1, 0, 3]], [[1, 0, 3]]]


def misaligned(array):
    """The same numbers in memory that starts between two words."""
    content = bytes(3) + array.tobytes()
    return np.frombuffer(content, array.dtype, offset=3).reshape(array.shape)


@pytest.mark.parametrize("made", ["float", "quantized"])
def test_every_kind_of_array_gives_the_same_numbers(model, made):
    network = model if made == "float" else model.quantize("fixed<16,6>")
    X = np.random.default_rng(0).integers(-8, 8, size=(40, 16))
    reference = network.predict(X)
    wide = np.zeros((80, 48))
    wide[::2, 3:35:2] = X
    for other in (
        X.astype(np.float32),
        X.astype(np.float64),
        X.astype(np.float16),
        X.astype(np.int8),
        np.asfortranarray(X.astype(np.float32)),
        wide[::2, 3:35:2],
        X.astype(">f8"),
        X.tolist(),
        X[::-1][::-1],
        {"features": X},
        memoryview(np.ascontiguousarray(X)),
        misaligned(X.astype(np.float64)),
    ):
        np.testing.assert_array_equal(network.predict(other), reference)
    assert network.predict(np.zeros((0, 16))).shape == (0, 5)
    assert network.predict(X[:1]).shape == (1, 5)


@pytest.mark.parametrize(
    ("X", "text"),
    [
        (np.zeros((3, 15)), r"'features' has shape \(3, 15\); expected is \(n, 16\)"),
        (np.zeros(16), r"one sample without the batch axis.*write X\[None\]"),
        (np.zeros((2, 3, 16)), r"shape \(2, 3, 16\); expected"),
        (np.zeros((3, 16), bool), "type bool.*astype"),
        (np.zeros((3, 16), complex), "type complex128; supported are float32"),
        (np.full((3, 16), "1"), "supported are float32"),
        (np.full((3, 16), None), "type object"),
        ([[1.0] * 16, [2.0] * 15], "not a rectangular array"),
        (np.full((1, 16), 2**60), "beyond 2\\*\\*53.*predict_raw"),
        ({"feature": np.zeros((3, 16))}, "no input 'feature'. Did you mean 'features'"),
        ({}, "no data for the input 'features'"),
        (None, "type object"),
        ("data.npy", "supported are"),
    ],
)
def test_other_data_is_refused(model, X, text):
    with pytest.raises(InputError, match=text):
        model.predict(X)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_located(model, value):
    X = np.zeros((20, 16), np.float32)
    X[7, 3] = X[9, 1] = value
    with pytest.raises(InputError, match=rf"sample 7, feature 3 is {value} \(2 such"):
        model.predict(X)
    builder = GraphBuilder("m")
    builder.output("y", builder.add("relu", [builder.input("x", (2, 3))], "act"))
    Y = np.zeros((5, 2, 3))
    Y[4, 1, 2] = value
    with pytest.raises(InputError, match=r"sample 4, feature \(1, 2\)"):
        Model(builder.build()).predict(Y)


def test_several_inputs(zoo):
    model, _ = zoo
    X = every_operator_data(5)
    for wrong, text in (
        ([X["x"]], r"2 inputs \(x, y\): give a list .* not 1 of them"),
        (X["x"], "not ndarray"),
        ({"x": X["x"]}, "no data for the input 'y'"),
        ([X["x"], X["y"][:3]], "different numbers of samples .*'x': 5, 'y': 3"),
        ([X["y"], X["x"]], "'x' has shape"),
    ):
        with pytest.raises(InputError, match=text):
            model.predict(wrong)


@pytest.mark.parametrize("n_threads", [0, -1, 1.5, "2", True])
def test_thread_counts_are_checked(model, n_threads):
    with pytest.raises(InputError, match="n_threads must be a positive integer"):
        model.predict(np.zeros((3, 16)), n_threads=n_threads)


def test_models_serve_several_threads(model):
    q = model.quantize("fixed<16,6>")
    X = np.random.default_rng(0).normal(size=(500, 16))
    reference, real, failures = q.predict(X), model.predict(X), []

    def work():
        for _ in range(20):
            if not np.array_equal(q.predict(X), reference) or not np.array_equal(model.predict(X), real):
                failures.append(1)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_what_a_model_says_about_itself(model):
    assert model.name == "tagger"
    assert dict(model.inputs) == {"features": (16,)}
    assert dict(model.outputs) == {"probabilities": (5,)}
    assert repr(model) == "<isobit.Model 'tagger': 8 layers>"
    lines = model.summary().splitlines()
    assert len(lines) == 3 + 1 + 8
    assert "1088" in next(line for line in lines if line.startswith("fc1 "))
