"""The short way of `predict` for plain arrays: results and errors of the general way, and no leaks."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isobit import InputError, QuantizationWarning
from isobit.backends.engine import WORK_PER_THREAD
from isobit.ir import GraphBuilder
from isobit.model import Model
from small_models import tagger

SHAPES = ((3,), (2, 3), ())


def several(shape=(3,)):
    """A model with three outputs, of float32, float64 and the input itself."""
    builder = GraphBuilder("several")
    builder.input("x", shape)
    builder.output("a", builder.add("relu", ["x"], "act"))
    builder.output("b", builder.add("sigmoid", ["act"], "wide"))
    builder.output("c", "x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        return Model(builder.build()).quantize({"default": "fixed<16,6>", "wide": {"output": "fixed<30,6>"}})


def general(model, X):
    """What `predict` does without the short way."""
    short, model._plain_call = model._plain_call, None
    try:
        return model.predict(X)
    finally:
        model._plain_call = short


def outcome(call, *arguments):
    """Everything that a caller sees of a result, or of an error."""
    try:
        results = call(*arguments)
    except InputError as error:
        return type(error), str(error)
    arrays = results if isinstance(results, list) else [results]
    assert all(type(y) is np.ndarray and y.flags.c_contiguous and y.flags.writeable for y in arrays)
    return type(results), [(y.dtype, y.shape, y.tobytes()) for y in arrays]


@pytest.fixture(scope="module")
def models():
    return {shape: several(shape) for shape in SHAPES}


PLAIN = ("f4", "f8")
OTHER = ("f2", "g", ">f4", ">f8", "i1", "i4", "i8", "u1", "u8", "?", "c8", "U3", "O")


def unaligned(x):
    if x.dtype.hasobject:
        return x
    buffer = np.empty(x.nbytes + 1, np.uint8)
    y = buffer[1:].view(x.dtype).reshape(x.shape)
    y[...] = x
    return y


def read_only(x):
    x.flags.writeable = False
    return x


def described(x):
    return x.astype(np.dtype(x.dtype, metadata={"unit": "GeV"}))


class Subclass(np.ndarray):
    """As libraries have them."""


REARRANGED = {
    "as it is": lambda x: x,
    "Fortran order": np.asfortranarray,
    "every other sample": lambda x: np.repeat(x, 2, axis=0)[::2],
    "samples backwards": lambda x: x[::-1],
    "features backwards": lambda x: x[..., ::-1] if x.ndim else x,
    "the same sample": lambda x: np.broadcast_to(x[:1], x.shape) if x.ndim else x,
    "unaligned": unaligned,
    "read-only": read_only,
    "dtype with metadata": described,
    "subclass": lambda x: x.view(Subclass),
    "masked": np.ma.masked_array,
    "list": lambda x: x.tolist(),
    "tuple": lambda x: (x,),
    "dict": lambda x: {"x": x},
    "wrong dict": lambda x: {"y": x},
    "one sample": lambda x: x[0] if len(x) else x,
    "one axis more": lambda x: x[..., None],
    "transposed": lambda x: x.T,
}


@given(data=st.data())
def test_both_ways_agree(models, data):
    shape = data.draw(st.sampled_from(SHAPES))
    count = data.draw(st.sampled_from([0, 1, 1, 2, 3, 65]))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    values = np.asarray(rng.normal(size=(count, *shape)) * 20)
    dtype = data.draw(st.sampled_from(PLAIN * 3 + OTHER))
    if values.size and dtype in (*PLAIN, "f2", ">f4", ">f8") and data.draw(st.booleans()):
        values.flat[rng.integers(values.size)] = data.draw(st.sampled_from([np.nan, np.inf, -np.inf, 1e300]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        X = REARRANGED[data.draw(st.sampled_from(list(REARRANGED)))](values.astype(dtype))
    assert outcome(models[shape].predict, X) == outcome(general, models[shape], X)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_matrices_agree(models):
    X = np.matrix([[1.0, 2.0, 3.0]])
    assert models[3,]._plain_call(X) is None
    assert outcome(models[3,].predict, X) == outcome(general, models[3,], X)


@pytest.mark.parametrize("how", REARRANGED)
def test_only_plain_arrays_go_the_short_way(models, how):
    X = REARRANGED[how](np.ones((2, 3), np.float32))
    assert (models[3,]._plain_call(X) is not None) == (how in ("as it is", "read-only"))


def test_what_else_does_not_go_the_short_way(models):
    short = models[3,]._plain_call
    for X in (np.ones((0, 3)), np.ones(3), np.ones((2, 3), ">f8"), np.ones((2, 3), int), None, "x", 3.0):
        assert short(X) is None


def test_work_for_two_threads_does_not_go_the_short_way():
    q = tagger().quantize("fixed<16,6>")
    rows = int(2 * WORK_PER_THREAD / q.engine.program.work)
    assert q._plain_call(np.ones((rows, 16), np.float32)) is not None
    assert q._plain_call(np.ones((rows + 1, 16), np.float32)) is None


@pytest.mark.parametrize("dtype", PLAIN)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_named(dtype, value):
    q = tagger().quantize("fixed<16,6>")
    for count, sample, feature in ((1, 0, 0), (1, 0, 15), (70, 64, 7), (5000, 4999, 3)):
        X = np.zeros((count, 16), dtype)
        X[sample, feature] = value
        for n_threads in (None, 1, 2):
            with pytest.raises(InputError) as caught:
                q.predict(X, n_threads)
            assert str(caught.value) == (
                f"input 'features': sample {sample}, feature {feature} is {value} (1 such value(s) in all); "
                "fixed-point numbers cannot represent it"
            )
        X[-1, 15] = value
        with pytest.raises(InputError, match=rf"sample {sample}, feature {feature} is"):
            q.predict(X)
        with pytest.raises(InputError, match=rf"sample {sample}, feature {feature} is"):
            q.predict(X, out=np.empty((count, 5), np.float32))
        with pytest.raises(InputError, match=rf"sample {sample}, feature {feature} is"):
            q.trace(X)


def test_largest_floats_saturate():
    q = several()
    X = np.array([[np.finfo(np.float64).max, -np.finfo(np.float64).max, 1.0]])
    assert outcome(q.predict, X) == outcome(general, q, X)


def test_models_without_a_short_way():
    builder = GraphBuilder("two")
    builder.output("y", builder.add("add", [builder.input("a", (3,)), builder.input("b", (3,))], "sum"))
    two = Model(builder.build()).quantize("fixed<16,6>")
    assert two._plain_call is None
    assert two.predict([np.ones((1, 3)), np.ones((1, 3))]).tolist() == [[2, 2, 2]]
    builder = GraphBuilder("twice")
    builder.add("relu", [builder.input("x", (3,))], "act")
    builder.output("a", "act")
    builder.output("b", "act")
    twice = Model(builder.build()).quantize("fixed<16,6>")
    assert twice._plain_call is None
    assert [y.tolist() for y in twice.predict(np.ones((1, 3)))] == [[[1, 1, 1]]] * 2
    builder = GraphBuilder("wide")
    builder.output("y", builder.add("linear", [builder.input("x", (3,))], "act"))
    wide = Model(builder.build()).quantize("fixed<54,8>")
    assert wide._plain_call is None


def test_descriptions_that_contradict_the_program_are_refused():
    program = several().engine.program
    for sample, which, shapes, text in (
        ((4,), [0], [(3,)], "one input"),
        ((3,), [0, 1], [(3,)], "a shape for every tensor"),
        ((3,), [0], [(4,)], "does not fit its tensor"),
        ((3,), [-1], [(3,)], "no tensor -1"),
        ((3,), [99], [(3,)], "no tensor 99"),
    ):
        with pytest.raises(ValueError, match=text):
            program.plain_call(sample, which, shapes, 1e9)


def test_the_short_way_outlives_its_model():
    q = several()
    expected, short = q.predict(np.ones((1, 3))), q._plain_call
    program = q.engine.program
    del q
    gc.collect()
    held = sys.getrefcount(program)
    for found, right in zip(short(np.ones((1, 3))), expected, strict=True):
        np.testing.assert_array_equal(found, right)
    del short
    assert sys.getrefcount(program) == held - 1


def test_threads_share_a_model():
    q = tagger().quantize("fixed<16,6>")
    X = np.random.default_rng(0).normal(size=(64, 16)).astype(np.float32)
    expected, failures = q.predict(X), []
    start = threading.Barrier(8)

    def work(seed):
        rows = np.random.default_rng(seed).integers(0, 65, size=(500, 2))
        start.wait()
        for first, last in np.sort(rows, axis=1):
            if not np.array_equal(q.predict(X[first:last]), expected[first:last]):
                failures.append((first, last))

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures


def test_calls_leave_no_references_behind():
    q = several()
    plain, bad = np.ones((1, 3), np.float32), np.full((1, 3), np.nan, np.float32)
    watched = (plain, bad, plain.dtype, np.dtype(np.float64), np.ndarray, q.engine.program)

    def calls():
        for _ in range(1000):
            q.predict(plain)
            q._plain_call(bad)
            q._plain_call([])

    calls()
    before = [sys.getrefcount(thing) for thing in watched]
    calls()
    assert [sys.getrefcount(thing) for thing in watched] == before
    tracemalloc.start()
    calls()
    held = tracemalloc.get_traced_memory()[0]
    calls()
    grown = tracemalloc.get_traced_memory()[0] - held
    tracemalloc.stop()
    assert grown < 1000  # bytes, where one array a call would be a hundred thousand
