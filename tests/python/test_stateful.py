"""Networks whose states go from call to call."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import isobit
from isobit.errors import GraphError, InputError
from isobit.ir import GraphBuilder

UNITS, FEATURES = 5, 3


def constants(gates, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "weight": rng.normal(size=(FEATURES, gates * UNITS)) / 2,
        "recurrent_weight": rng.normal(size=(UNITS, gates * UNITS)) / 2,
        "bias": rng.normal(size=gates * UNITS) / 4,
    }


def gru(steps=1, seed=0):
    """A GRU that takes and gives its state, and an answer from it."""
    builder = GraphBuilder("gru")
    x, h = builder.input("x", (steps, FEATURES)), builder.input("h_in", (UNITS,))
    state = builder.add("gru", [x, h], "rnn", {"initial_states": True}, constants(3, seed))
    weight = np.random.default_rng(9).normal(size=(UNITS, 2))
    builder.output("y", builder.add("dense", [state], "answer", constants={"weight": weight}))
    builder.output("h_out", state)
    return isobit.Model(builder.build())


def lstm():
    builder = GraphBuilder("lstm")
    inputs = [builder.input("x", (1, FEATURES)), builder.input("h", (UNITS,)), builder.input("c", (UNITS,))]
    for name, output in (("next_h", "hidden"), ("next_c", "state")):
        attrs = {"initial_states": True, "output": output}
        builder.output(name, builder.add("lstm", inputs, name, attrs, constants(4)))
    return isobit.Model(builder.build())


def whole(op, gates, steps):
    builder = GraphBuilder("whole")
    builder.input("x", (steps, FEATURES))
    builder.output("y", builder.add(op, ["x"], "rnn", {"output": "sequence"}, constants(gates)))
    return isobit.Model(builder.build())


FORMAT = "fixed<16,6,RND,SAT>"


def data(count=4, steps=6, seed=1):
    return np.random.default_rng(seed).normal(size=(count, steps, FEATURES)).astype(np.float32)


class TestBits:
    def test_calls_one_after_the_other_are_one_sequence(self):
        x = data()
        expected = whole("gru", 3, 6).quantize(FORMAT).predict(x)
        stateful = isobit.Stateful(gru().quantize(FORMAT), {"h_in": "h_out"})
        for t in range(6):
            stateful.predict(x[:, t : t + 1])
            np.testing.assert_array_equal(stateful.state["h_in"], expected[:, t])

    def test_both_states_of_an_lstm(self):
        x = data()
        expected = whole("lstm", 4, 6).quantize(FORMAT).predict(x)
        stateful = isobit.Stateful(lstm().quantize(FORMAT), {"h": "next_h", "c": "next_c"})
        for t in range(6):
            h, c = stateful.predict(x[:, t : t + 1])
            np.testing.assert_array_equal(h, expected[:, t])
        assert stateful.state["c"].tolist() == c.tolist()

    def test_the_float_model(self):
        x = data()
        expected = whole("gru", 3, 6).predict(x)
        stateful = isobit.Stateful(gru(), {"h_in": "h_out"})
        for t in range(6):
            stateful.predict(x[:, t : t + 1])
        np.testing.assert_allclose(stateful.state["h_in"], expected[:, -1], rtol=1e-12)

    def test_chunks_of_any_length(self):
        x = data()
        by_two = isobit.Stateful(gru(2).quantize(FORMAT), {"h_in": "h_out"})
        by_one = isobit.Stateful(gru(1).quantize(FORMAT), {"h_in": "h_out"})
        for t in range(0, 6, 2):
            by_two.predict(x[:, t : t + 2])
            for step in (t, t + 1):
                by_one.predict(x[:, step : step + 1])
            np.testing.assert_array_equal(by_one.state["h_in"], by_two.state["h_in"])

    def test_reset_and_state(self):
        stateful = isobit.Stateful(gru().quantize(FORMAT), {"h_in": "h_out"})
        x = data()
        first = stateful.predict(x[:, :1])
        kept = stateful.state
        second = stateful.predict(x[:, 1:2])
        stateful.reset()
        np.testing.assert_array_equal(stateful.predict(x[:, :1]), first)
        stateful.state = kept
        np.testing.assert_array_equal(stateful.predict({"x": x[:, 1:2]}), second)
        stateful.reset()
        assert stateful.predict(x[:2, :1]).shape == (2, 2)


def test_instances_do_not_interact():
    quantized = gru().quantize(FORMAT)
    streams = [data(1, 6, seed) for seed in range(8)]
    alone = []
    for x in streams:
        stateful = isobit.Stateful(quantized, {"h_in": "h_out"})
        alone.append([stateful.predict(x[:, t : t + 1]) for t in range(6)])
    together = [isobit.Stateful(quantized, {"h_in": "h_out"}) for _ in streams]
    for t in range(6):
        for stateful, x, expected in zip(together, streams, alone, strict=True):
            np.testing.assert_array_equal(stateful.predict(x[:, t : t + 1]), expected[t])


def test_instances_in_threads_do_not_interact():
    quantized = gru().quantize(FORMAT)
    streams = [data(3, 40, seed) for seed in range(6)]
    expected = [run(isobit.Stateful(quantized, {"h_in": "h_out"}), x) for x in streams]
    found: list = [None] * len(streams)
    start = threading.Barrier(len(streams))

    def work(i):
        start.wait()
        found[i] = run(isobit.Stateful(quantized, {"h_in": "h_out"}), streams[i])

    workers = [threading.Thread(target=work, args=(i,)) for i in range(len(streams))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for result, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(result, wanted)


def run(stateful, x):
    return np.stack([stateful.predict(x[:, t : t + 1], n_threads=1) for t in range(x.shape[1])])


class TestRefused:
    @pytest.mark.parametrize(
        ("states", "message"),
        [
            ({}, "at least one"),
            ({"h_im": "h_out"}, "no input 'h_im'"),
            ({"h_in": "h"}, "no output 'h'"),
            ({"h_in": "y"}, "leaves by 'y' with shape"),
        ],
    )
    def test_states(self, states, message):
        with pytest.raises(GraphError, match=message):
            isobit.Stateful(gru().quantize(FORMAT), states)

    def test_formats_that_change_the_state(self):
        quantized = gru().quantize({"default": FORMAT, "h_in": "fixed<12,4>"})
        with pytest.raises(GraphError, match="which changes"):
            isobit.Stateful(quantized, {"h_in": "h_out"})

    def test_nothing_but_states(self):
        builder = GraphBuilder("echo")
        builder.input("h", (2,))
        builder.output("y", builder.add("linear", ["h"], "layer"))
        with pytest.raises(GraphError, match="nothing to predict from"):
            isobit.Stateful(isobit.Model(builder.build()), {"h": "y"})

    def test_data(self):
        stateful = isobit.Stateful(gru().quantize(FORMAT), {"h_in": "h_out"})
        x = data()
        stateful.predict(x[:, :1])
        before = stateful.state["h_in"]
        with pytest.raises(InputError, match="states for 4 streams"):
            stateful.predict(x[:2, :1])
        with pytest.raises(InputError, match="is a state"):
            stateful.predict({"x": x[:, :1], "h_in": before})
        with pytest.raises(InputError, match="no input"):
            stateful.predict({"z": x[:, :1]})
        with pytest.raises(InputError):
            stateful.predict(x[:, :1] * np.nan)
        with pytest.raises(InputError, match="must have shape"):
            stateful.state = {"h_in": np.zeros((4, 3))}
        with pytest.raises(InputError, match="for each of"):
            stateful.state = {}
        np.testing.assert_array_equal(stateful.state["h_in"], before)
