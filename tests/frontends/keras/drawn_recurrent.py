"""Random recurrent layers, cells, and layers around layers."""

from __future__ import annotations

from typing import Any

from frontends.keras.drawing import Builder, Draw

KINDS = ("SimpleRNN", "LSTM", "GRU")
ACTIVATIONS = ("tanh", "sigmoid", "hard_sigmoid", "relu", "linear", None)


def _cell_options(draw: Draw, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "activation": draw.one_of("tanh", *ACTIVATIONS),
        "use_bias": draw.chance(0.8),
        "dropout": draw.one_of(0.0, 0.2),
        "recurrent_dropout": draw.one_of(0.0, 0.2),
    }
    if kind != "SimpleRNN":
        options["recurrent_activation"] = draw.one_of("sigmoid", *ACTIVATIONS)
    if kind == "GRU":
        options["reset_after"] = draw.chance()
    return options


def _run_options(draw: Draw, backwards: bool = True) -> dict[str, Any]:
    return {
        "return_sequences": draw.chance(),
        "return_state": draw.chance(),
        "go_backwards": backwards and draw.chance(),
        "unroll": draw.chance(0.3),
    }


def _sequence(draw: Draw) -> Any:
    steps, features = draw.integer(1, 6), draw.integer(1, 4)
    return draw.masked(steps, features) if draw.chance(0.4) else draw.input((steps, features))


def _states(draw: Draw, count: int, units: int) -> dict[str, Any]:
    if draw.chance(0.6):
        return {}
    return {"initial_state": [draw.input((units,)) for _ in range(count)]}


def recurrent(kind: str) -> Builder:
    def build(draw: Draw) -> Any:
        units = draw.integer(1, 4)
        layer = getattr(draw.layers, kind)(units, **_cell_options(draw, kind), **_run_options(draw))
        x = _sequence(draw)
        states = _states(draw, 2 if kind == "LSTM" else 1, units)
        if draw.chance(0.2):
            states["mask"] = draw.booleans((x.shape[1],))
        return layer(x, **states)

    return build


def cells(draw: Draw) -> Any:
    """``RNN`` around one cell or several."""
    made = [
        getattr(draw.layers, f"{kind}Cell")(draw.integer(1, 4), **_cell_options(draw, kind))
        for kind in (draw.one_of(*KINDS) for _ in range(draw.integer(1, 3)))
    ]
    options = _run_options(draw)
    options["zero_output_for_mask"] = options["return_sequences"] and draw.chance()
    if len(made) > 1:
        options["return_state"] = False
    layer = draw.layers.RNN(made if len(made) > 1 or draw.chance(0.2) else made[0], **options)
    return layer(_sequence(draw))


def bidirectional(draw: Draw) -> Any:
    kind, units = draw.one_of(*KINDS), draw.integer(1, 4)
    run = _run_options(draw, backwards=False)
    merge = draw.one_of("concat", "sum", "ave", "mul", None)
    if merge is None and run["return_state"]:
        run["return_state"] = False
    inner = getattr(draw.layers, kind)(units, **_cell_options(draw, kind), **run)
    backward = None
    if draw.chance(0.3):
        backward = getattr(draw.layers, kind)(
            units, **_cell_options(draw, kind), **{**run, "go_backwards": True}
        )
    layer = draw.layers.Bidirectional(inner, merge_mode=merge, backward_layer=backward)
    states = _states(draw, 4 if kind == "LSTM" else 2, units)
    return layer(_sequence(draw), **states)


def time_distributed(draw: Draw) -> Any:
    layers, steps = draw.layers, draw.integer(1, 4)
    flat = [
        layers.Dense(draw.integer(1, 4), activation=draw.activation()),
        layers.BatchNormalization(),
        layers.LayerNormalization(),
        layers.Activation(draw.one_of("relu", "softmax")),
        layers.RepeatVector(2),
        layers.Dropout(0.2),
    ]
    images = [
        layers.Conv2D(2, 2, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.GlobalAveragePooling2D(),
        layers.Permute((2, 1, 3)),
    ]
    if draw.chance():
        return layers.TimeDistributed(draw.one_of(*flat))(draw.input((steps, draw.integer(1, 4))))
    return layers.TimeDistributed(draw.one_of(*images))(draw.input((steps, *draw.shape(3, 2, 4))))


def masked_chain(draw: Draw) -> Any:
    """A mask that goes through several layers, or is lost in one of them as in Keras."""
    layers, steps = draw.layers, draw.integer(2, 5)
    if draw.chance():
        x = layers.Embedding(7, 3, mask_zero=True)(draw.indices((steps,), 7))
    else:
        x = draw.masked(steps, 3)
    for _ in range(draw.integer(1, 4)):
        x = draw.one_of(
            layers.Dense(3, activation="tanh"),
            layers.Dropout(0.3),
            layers.Activation("relu"),
            layers.LayerNormalization(),
            layers.BatchNormalization(),
            layers.LSTM(3, return_sequences=True),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
            layers.TimeDistributed(layers.Dense(3)),
            layers.Conv1D(3, 2, padding="same"),
            layers.Rescaling(0.5),
            layers.UnitNormalization(),
            layers.PReLU(),
        )(x)
    return draw.one_of(layers.SimpleRNN(2), layers.GlobalAveragePooling1D(), layers.LSTM(2))(x)


def spectral(draw: Draw) -> Any:
    layers = draw.layers
    if draw.chance():
        inner = layers.Conv2D(draw.integer(1, 3), 2, use_bias=draw.chance())
        return layers.SpectralNormalization(inner)(draw.input(draw.shape(3, 2, 4)))
    inner = layers.Dense(draw.integer(1, 3), activation=draw.activation(), use_bias=draw.chance())
    return layers.SpectralNormalization(inner)(draw.input(draw.shape(2, 1, 4)))


BUILDERS: dict[str, Builder] = {
    **{kind: recurrent(kind) for kind in KINDS},
    "RNN": cells,
    "Bidirectional": bidirectional,
    "TimeDistributed": time_distributed,
    "Masking": masked_chain,
    "SpectralNormalization": spectral,
}
