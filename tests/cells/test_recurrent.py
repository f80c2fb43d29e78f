"""Recurrent layers: SimpleRNN, LSTM and GRU with all their options."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import isobit
from cells.suite import FEW, CellSuite, Layer, description, trained
from isobit.errors import ConfigError, GraphError, InputError
from isobit.formats import Format
from isobit.ir import GraphBuilder
from isobit.ops import REGISTRY

ACTIVATIONS = ["tanh", "sigmoid", "hard_sigmoid", "relu", "linear"]


class _Recurrent(CellSuite):
    widest = 16
    gates = 1
    states = 1
    outputs = ("sequence", "last", "hidden")
    default_activations = st.booleans()

    def layer(self, draw):
        steps, features, units = (draw(st.integers(1, longest)) for longest in (4, 3, 3))
        width = self.gates * units
        shapes = [(steps, features)]
        attrs = {name: draw(st.booleans()) for name in ("go_backwards", "reverse_output", "initial_states")}
        attrs["output"] = draw(st.sampled_from(self.outputs))
        if attrs["initial_states"]:
            shapes += [(units,)] * self.states
        masking = draw(st.sampled_from(["", "mask", "lengths"]))
        if masking:
            attrs[masking] = True
            attrs["zero_output_for_mask"] = draw(st.booleans())
            shapes.append((steps,) if masking == "mask" else draw(st.sampled_from([(), (1,)])))
        attrs |= self.activations(draw)
        constants = {
            "weight": trained(draw, (features, width), 1.0),
            "recurrent_weight": trained(draw, (units, width), 1.0),
        }
        for name in ("bias", "recurrent_bias"):
            if draw(st.booleans()):
                constants[name] = trained(draw, (width,), 1.0)
        return Layer(shapes, attrs, constants)

    def formats(self, draw, op):
        """States have a zero."""
        states = [role.name for role in REGISTRY[op].roles if role.name in ("output", "state", "hidden")]
        return super().formats(draw, op) | {name: self.format(draw, self.widest) for name in states}

    def activations(self, draw):
        """Mostly the usual ones."""
        names = ["activation"] + (["recurrent_activation"] if self.gates > 1 else [])
        attrs = {name: draw(st.sampled_from(ACTIVATIONS)) for name in names if draw(st.booleans())}
        if draw(st.booleans()):
            attrs |= {"slope": 1 / 6, "offset": 0.5}
        return attrs


class TestSimpleRnn(_Recurrent):
    op = "simple_rnn"


class TestLstm(_Recurrent):
    op = "lstm"
    gates = 4
    states = 2
    outputs = ("sequence", "last", "hidden", "state")


class TestGru(_Recurrent):
    op = "gru"
    gates = 3

    def layer(self, draw):
        layer = super().layer(draw)
        layer.attrs["reset_after"] = draw(st.booleans())
        return layer


# ---- what the suite does not draw ----


def build(op, gates, steps=3, features=2, units=2, shapes=(), constants=None, **attrs):
    rng = np.random.default_rng(len(op))
    builder = GraphBuilder("test")
    names = [builder.input("x", (steps, features))]
    names += [builder.input(f"s{i}", shape) for i, shape in enumerate(shapes)]
    arrays = {
        "weight": rng.normal(size=(features, gates * units)) / 2,
        "recurrent_weight": rng.normal(size=(units, gates * units)) / 2,
    }
    builder.add(op, names, "rnn", attrs, arrays | (constants or {}))
    builder.output("y", "rnn")
    return isobit.Model(builder.build())


KINDS = {"simple_rnn": 1, "gru": 3, "lstm": 4}


@pytest.mark.parametrize("op", KINDS)
class TestOptions:
    def test_a_mask_of_ones_changes_nothing(self, op):
        x = np.random.default_rng(0).normal(size=(5, 3, 2))
        plain = build(op, KINDS[op]).quantize("fixed<16,6>")
        masked = build(op, KINDS[op], shapes=[(3,)], mask=True).quantize("fixed<16,6>")
        np.testing.assert_array_equal(masked.predict([x, np.ones((5, 3))]), plain.predict(x))

    def test_a_length_is_a_mask(self, op):
        x = np.random.default_rng(1).normal(size=(4, 3, 2))
        lengths = np.arange(4.0)
        mask = (np.arange(3) < lengths[:, None]).astype(float)
        for output in ("sequence", "hidden"):
            by_length = build(op, KINDS[op], shapes=[()], lengths=True, output=output)
            by_mask = build(op, KINDS[op], shapes=[(3,)], mask=True, output=output)
            np.testing.assert_array_equal(
                by_length.quantize("fixed<16,6>").predict([x, lengths]),
                by_mask.quantize("fixed<16,6>").predict([x, mask]),
            )

    def test_states_without_a_zero_are_refused(self, op):
        for shapes, attrs in (((), {}), ([(3,)], {"mask": True, "zero_output_for_mask": True})):
            model = build(op, KINDS[op], shapes=shapes, **attrs)
            with pytest.raises(ConfigError, match=r"'rnn'.*pm1 of 'output' has no 0"):
                model.quantize({"default": "fixed<16,6>", "rnn": {"output": "pm1"}})

    @pytest.mark.parametrize(("wrong", "shown"), [(-1, "-1"), (4, "4"), (1.5, "1.5")])
    def test_lengths_that_are_none_are_refused(self, op, wrong, shown):
        model = build(op, KINDS[op], shapes=[(2,)] * (2 if op == "lstm" else 1) + [()], initial_states=True,
                      lengths=True)  # fmt: skip
        length = list(model.inputs)[-1]
        quantized = model.quantize("fixed<16,6>")
        assert quantized.formats[length] == Format(2, 0, signed=False)
        inputs = {name: np.zeros((2, *shape)) for name, shape in model.inputs.items()}
        inputs[length][:] = 0, 3
        quantized.predict(inputs)
        inputs[length][1] = wrong
        for call in (model.predict, quantized.predict, quantized.trace, quantized.verify):
            with pytest.raises(InputError, match=f"'{length}': sample 1.* is {shown}.*'rnn'.*length.*0 to 3"):
                call(inputs)

    def test_a_reversed_sequence_is_read_backwards(self, op):
        x = np.random.default_rng(2).normal(size=(4, 3, 2))
        plain = build(op, KINDS[op], output="sequence").quantize("fixed<16,6>")
        turned = build(op, KINDS[op], output="sequence", go_backwards=True, reverse_output=True)
        np.testing.assert_array_equal(
            turned.quantize("fixed<16,6>").predict(x), plain.predict(x[:, ::-1])[:, ::-1]
        )

    def test_steps_carried_on_one_by_one_are_the_sequence(self, op):
        """What makes stateful use exact: the states have formats, and nothing else is remembered."""
        steps = 4
        x = np.random.default_rng(3).normal(size=(3, steps, 2))
        whole = build(op, KINDS[op], steps=steps, output="sequence").quantize("fixed<16,6>").predict(x)
        shapes = [(2,)] * (2 if op == "lstm" else 1)
        names = ["hidden", "state"][: len(shapes)]
        parts = {
            name: build(op, KINDS[op], steps=1, shapes=shapes, initial_states=True, output=name).quantize(
                "fixed<16,6>"
            )
            for name in names
        }
        states = [np.zeros((3, 2))] * len(shapes)
        for t in range(steps):
            states = [part.predict([x[:, t : t + 1], *states]) for part in parts.values()]
            np.testing.assert_array_equal(states[0], whole[:, t])

    def test_error_falls_as_bits_grow(self, op):
        x = np.random.default_rng(4).normal(size=(200, 10, 2))
        model = build(op, KINDS[op], steps=10, units=6)
        exact = model.predict(x)
        errors = []
        for width in (8, 12, 16, 20):
            config = {"default": "auto", "rnn": {"table_size": min(2 ** (width + 2), 2**16)}}
            quantized = model.quantize(config, calibration=x, width=width)
            errors.append(float(np.abs(quantized.predict(x) - exact).max()))
        # At 20 bits the addresses of the tables, of 65536 entries at most, decide: 2**-12 wide.
        assert errors[0] > 4 * errors[1] > 16 * errors[2] > 16 * errors[3], errors
        assert errors[3] < 1e-3, errors


@pytest.mark.parametrize("op", KINDS)
def test_all_steps_share_weights_and_tables(op):
    """The engine tells constants apart by their Python objects: few of them, however many steps."""
    few, many = (description(build(op, KINDS[op], steps=n).quantize("fixed<16,6>")) for n in (3, 30))
    for what in ("constants", "tables"):
        objects = [{id(part) for one in spec["ops"] for part in one[what]} for spec in (few, many)]
        assert len(objects[0]) == len(objects[1]) <= 8


@FEW
@given(data=st.data())
def test_both_forms_of_the_gru_agree_without_reset(data):
    """With the reset gate wholly open (a large bias) the two forms are one."""
    units = 2
    bias = np.zeros(3 * units)
    bias[units : 2 * units] = 30.0
    x = np.array(data.draw(st.lists(st.floats(-1, 1), min_size=6, max_size=6))).reshape(1, 3, 2)
    config = {"default": "fixed<16,6>", "rnn": {"recurrent_table": "fixed<16,6,RND,SAT>"}}
    results = [
        build("gru", 3, reset_after=after, constants={"bias": bias}).quantize(config).predict(x)
        for after in (True, False)
    ]
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "swish"}, "activation"),
        ({"output": "state"}, "output"),
        ({"mask": True, "lengths": True}, "exclude each other"),
        ({"mask": True}, "takes 2 input"),
        ({"initial_states": True, "shapes": [(3,)]}, "initial state 0 must have shape"),
        ({"mask": True, "shapes": [(2,)]}, "mask must have shape"),
        ({"lengths": True, "shapes": [(2,)]}, "length must have shape"),
        ({"shapes": [(2,)]}, "takes 1 input"),
        ({"constants": {"bias": np.zeros(5)}}, "bias must have shape"),
        ({"constants": {"weight": np.zeros((2, 5))}}, "weight must have shape"),
        ({"constants": {"recurrent_weight": np.zeros(6)}}, "recurrent_weight must have shape"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    with pytest.raises(GraphError, match=message) as refusal:
        build("gru", 3, **change)
    assert "'rnn'" in str(refusal.value)


def test_a_sum_of_too_many_bits_is_refused():
    with pytest.raises(ConfigError, match="layer 'rnn': an exact sum"):
        build("lstm", 4).quantize("fixed<40,6>")
