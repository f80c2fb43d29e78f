"""The recurrent operators against the layers of Keras: weights copied, options drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from isobit.ir import GraphBuilder

KINDS = {"simple_rnn": ("SimpleRNN", 1), "lstm": ("LSTM", 4), "gru": ("GRU", 3)}
CASES = 25


def drawn(op, rng):
    """Sizes, constants and options of one layer."""
    steps, features, units = (int(n) for n in rng.integers(1, 7, size=3))
    width = KINDS[op][1] * units
    names = ["tanh", "sigmoid", "relu", "linear", "hard_sigmoid"]
    options = {
        "activation": names[rng.integers(len(names))] if rng.random() < 0.4 else "tanh",
        "go_backwards": bool(rng.random() < 0.3),
        "sequences": bool(rng.random() < 0.5),
        "masked": bool(rng.random() < 0.5),
        "initial": bool(rng.random() < 0.5),
        "zero_output_for_mask": bool(rng.random() < 0.3),
        "bias": bool(rng.random() < 0.7),
    }
    if op != "simple_rnn":
        options["recurrent_activation"] = "hard_sigmoid" if rng.random() < 0.3 else "sigmoid"
    if op == "gru":
        options["reset_after"] = bool(rng.random() < 0.5)
    constants = {
        "weight": rng.normal(size=(features, width)) / 2,
        "recurrent_weight": rng.normal(size=(units, width)) / 2,
    }
    if options["bias"]:
        constants["bias"] = rng.normal(size=width) / 2
        if options.get("reset_after"):
            constants["recurrent_bias"] = rng.normal(size=width) / 2
    return steps, features, units, constants, options


def of_keras(keras, op, x, mask, states, units, constants, options):
    """Result of the layer and its states, in float64."""
    more = {key: options[key] for key in ("recurrent_activation", "reset_after") if key in options}
    layer = getattr(keras.layers, KINDS[op][0])(
        units,
        activation=options["activation"],
        use_bias=options["bias"],
        return_sequences=options["sequences"],
        return_state=True,
        go_backwards=options["go_backwards"],
        zero_output_for_mask=options["zero_output_for_mask"],
        dtype="float64",
        **more,
    )
    layer.build(x.shape)
    weights = [constants["weight"], constants["recurrent_weight"]]
    if options["bias"]:
        both = [constants[key] for key in ("bias", "recurrent_bias") if key in constants]
        weights.append(np.stack(both) if len(both) == 2 else both[0])
    layer.set_weights(weights)
    given = {"initial_state": states} if options["initial"] else {}
    return [np.asarray(y) for y in layer(x, mask=mask if options["masked"] else None, **given)]


def of_isobit(op, x, mask, states, constants, options):
    """The same from the operator: result, then states."""
    wanted = ["sequence" if options["sequences"] else "last", "hidden"] + ["state"] * (op == "lstm")
    attrs = {
        key: options[key] for key in ("activation", "recurrent_activation", "reset_after") if key in options
    }
    attrs |= {"go_backwards": options["go_backwards"], "slope": 1 / 6, "offset": 0.5}
    attrs |= {"initial_states": options["initial"], "mask": options["masked"]}
    attrs["zero_output_for_mask"] = options["zero_output_for_mask"]
    arrays = [x]
    arrays += states if options["initial"] else []
    arrays += [mask.astype(float)] if options["masked"] else []
    results = []
    for output in wanted:
        builder = GraphBuilder("one")
        names = [builder.input(f"x{i}", array.shape[1:]) for i, array in enumerate(arrays)]
        builder.output("y", builder.add(op, names, "rnn", attrs | {"output": output}, constants))
        model = isobit.Model(builder.build())
        results.append(model.predict(arrays if len(arrays) > 1 else x))
    return results


@pytest.mark.slow
@pytest.mark.parametrize("op", KINDS)
def test_the_operators_compute_what_keras_computes(op):
    keras = pytest.importorskip("keras", reason="needs TensorFlow (extra 'keras')", exc_type=ImportError)
    rng = np.random.default_rng(sum(map(ord, op)))
    compared = 0
    for _ in range(CASES):
        steps, features, units, constants, options = drawn(op, rng)
        x = rng.normal(size=(3, steps, features))
        mask = rng.random(size=(3, steps)) < 0.6
        states = [rng.normal(size=(3, units)) for _ in range(2 if op == "lstm" else 1)]
        theirs = of_keras(keras, op, x, mask, states, units, constants, options)
        ours = of_isobit(op, x, mask, states, constants, options)
        for found, expected in zip(ours, theirs, strict=True):
            # Both in double precision, with other orders of additions.
            np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, err_msg=str(options))
            compared += 1
    assert compared >= 2 * CASES
