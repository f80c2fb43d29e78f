"""Small models that exercise every layer, activation and way of connecting layers that isobit reads.

Used by ``make_fixtures.py`` with several versions of Keras; each function takes the ``keras`` module of the
version. What a version lacks is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from frontends.keras.fixture_operations import operations

ACTIVATIONS = (
    *(
        "linear",
        "relu",
        "relu6",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "silu",
        "swish",
        "softplus",
        "softsign",
    ),
    *("sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "exponential", "softmax", "log_softmax"),
)


def major(keras: Any) -> int:
    return int(keras.__version__.split(".")[0])


def activation_functions(keras: Any) -> list[str]:
    """The names that this version of Keras resolves."""
    known = []
    for name in ACTIVATIONS:
        try:
            keras.activations.get(name)
        except (ValueError, NameError):
            continue
        known.append(name)
    return known


def activations(keras: Any) -> Any:
    """``Activation`` layers, activations fused into Dense, and layers and functions in their place."""
    layers = keras.layers
    x = keras.Input((6,), name="x")
    outputs = [layers.Activation(name, name=f"act_{name}")(x) for name in activation_functions(keras)]
    slope = {"negative_slope": 0.05} if major(keras) == 3 else {"alpha": 0.05}
    for number, activation in enumerate(
        ["relu", "hard_sigmoid", "softmax", None, layers.LeakyReLU(**slope), layers.ReLU(max_value=1.5)]
    ):
        outputs.append(layers.Dense(3, activation=activation, name=f"fused_{number}")(x))
    outputs.append(layers.Dense(4, activation=keras.activations.tanh, use_bias=False, name="function")(x))
    return keras.Model(x, outputs, name="activations")


def activation_layers(keras: Any) -> Any:
    """Activation layers with options, on an input with two axes."""
    layers = keras.layers
    x = keras.Input((3, 4), name="x")
    slope = "negative_slope" if major(keras) == 3 else "alpha"
    made = [
        layers.ReLU(name="relu"),
        layers.ReLU(max_value=1.25, name="relu_max"),
        layers.ReLU(negative_slope=0.125, name="relu_slope"),
        layers.ReLU(threshold=0.5, name="relu_threshold"),
        layers.ReLU(max_value=1.0, threshold=0.5, name="relu_both"),
        layers.ReLU(max_value=1.0, negative_slope=0.25, name="relu_slope_max"),
        layers.LeakyReLU(name="leaky"),
        layers.LeakyReLU(**{slope: 0.01}, name="leaky_small"),
        layers.PReLU(name="prelu"),
        layers.PReLU(shared_axes=[1], name="prelu_shared"),
        layers.PReLU(shared_axes=[1, 2], name="prelu_all"),
        layers.ELU(name="elu"),
        layers.ELU(alpha=0.5, name="elu_half"),
        layers.Softmax(name="softmax"),
        layers.Softmax(axis=1, name="softmax_first"),
        layers.Activation("softmax", name="softmax_activation"),
    ]
    if major(keras) == 2:
        made += [layers.ThresholdedReLU(name="threshold"), layers.ThresholdedReLU(theta=0.5, name="half")]
    return keras.Model(x, [layer(x) for layer in made], name="activation_layers")


def normalizations(keras: Any) -> Any:
    """BatchNormalization, Normalization and Rescaling with their options."""
    layers = keras.layers
    x, y = keras.Input((5,), name="x"), keras.Input((3, 4), name="y")
    adapted = layers.Normalization(name="adapted")
    adapted.adapt(np.random.default_rng(5).normal(2, 3, (50, 5)).astype("float32"))
    over_all = layers.Normalization(axis=None, name="over_all")
    over_all.adapt(np.random.default_rng(6).normal(-1, 2, (50, 3, 4)).astype("float32"))
    outputs = [
        layers.BatchNormalization(name="bn")(x),
        layers.BatchNormalization(epsilon=0.1, momentum=0.5, name="bn_epsilon")(x),
        layers.BatchNormalization(center=False, name="bn_no_center")(x),
        layers.BatchNormalization(scale=False, name="bn_no_scale")(x),
        layers.BatchNormalization(center=False, scale=False, name="bn_plain")(x),
        layers.BatchNormalization(axis=1, name="bn_first")(y),
        layers.BatchNormalization(axis=-1, trainable=False, name="bn_frozen")(y),
        adapted(x),
        over_all(y),
        layers.Normalization(
            mean=[1.0, 2.0, 3.0, 4.0, 5.0], variance=[1.0, 0.5, 2.0, 4.0, 0.25], name="given"
        )(x),
        layers.Normalization(axis=None, mean=0.5, variance=4.0, name="scalar")(x),
        layers.Normalization(axis=None, mean=0.0, variance=1e-16, name="tiny_variance")(x),
        layers.Rescaling(0.25, name="rescaled")(x),
        layers.Rescaling([1.0, 2.0, 0.5, 0.25], offset=[0.0, -1.0, 2.0, 3.0], name="rescaled_each")(y),
    ]
    if keras.__version__ >= "2.13":
        outputs.append(
            layers.Normalization(axis=None, mean=3.0, variance=4.0, invert=True, name="inverse")(x)
        )
        two = layers.Normalization(axis=(1, 2), name="two_axes")
        two.adapt(np.random.default_rng(7).normal(1, 2, (50, 3, 4)).astype("float32"))
        outputs.append(two(y))
    return keras.Model([x, y], outputs, name="normalizations")


def movements(keras: Any) -> Any:
    """Reshaping, merging, and layers without effect; several inputs."""
    layers = keras.layers
    a, b, c = keras.Input((3, 4), name="a"), keras.Input((3, 4), name="b"), keras.Input((4,), name="c")
    outputs = [
        layers.Flatten(name="flat")(a),
        layers.Flatten(data_format="channels_first", name="flat_first")(a),
        layers.Reshape((2, -1), name="reshaped")(a),
        layers.Reshape((12,), name="line")(b),
        layers.Permute((2, 1), name="permuted")(a),
        layers.RepeatVector(3, name="repeated")(c),
        layers.Add(name="sum")([a, b, a]),
        layers.Add(name="sum_ranks")([a, c]),
        layers.Subtract(name="difference")([a, b]),
        layers.Multiply(name="product")([a, b]),
        layers.Average(name="mean")([a, b, b]),
        layers.Maximum(name="largest")([a, b]),
        layers.Minimum(name="smallest")([a, b]),
        layers.Concatenate(name="joined")([a, b]),
        layers.Concatenate(axis=1, name="stacked")([a, b, a]),
        layers.Dense(2, activation="relu", name="each")(a),
    ]
    z = layers.Dropout(0.5, noise_shape=None, seed=3, name="dropout")(a)
    z = layers.SpatialDropout1D(0.2, name="spatial")(z)
    z = layers.GaussianDropout(0.2, name="gaussian")(z)
    z = layers.GaussianNoise(0.1, name="noise")(z)
    z = layers.AlphaDropout(0.1, name="alpha")(z)
    z = layers.ActivityRegularization(l2=0.1, name="regularized")(z)
    if hasattr(layers, "Identity"):
        z = layers.Identity(name="identity")(z)
    return keras.Model([a, b, c], [*outputs, z], name="movements")


def sequential(keras: Any) -> Any:
    """A compiled and trained Sequential model."""
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Dense(8, activation="relu", input_shape=(6,), name="fc1")
            if major(keras) == 2
            else layers.Dense(8, activation="relu", name="fc1"),
            layers.BatchNormalization(name="bn1"),
            layers.Dropout(0.1, name="drop"),
            layers.Dense(5, activation="elu", name="fc2"),
            layers.Dense(3, activation="softmax", name="out"),
        ],
        name="chain",
    )
    model.build((None, 6))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(8)
    x = rng.normal(size=(64, 6)).astype("float32")
    model.fit(x, np.eye(3, dtype="float32")[rng.integers(0, 3, 64)], epochs=1, verbose=0)
    return model


def nested(keras: Any) -> Any:
    """Shared layers, a frozen layer, models in models, one of them with two outputs and called twice."""
    layers = keras.layers
    inner = keras.Sequential(
        [layers.Dense(4, activation="tanh", name="d1"), layers.BatchNormalization(name="bn")], name="inner"
    )
    u, v = keras.Input((4,), name="u"), keras.Input((4,), name="v")
    frozen = layers.Dense(4, name="frozen", trainable=False)
    first = inner(layers.Add(name="add")([frozen(u), v]))
    # Before 3.1 Keras cannot save two weights of one name in the HDF5 group of a nested model.
    again = layers.Dense(4, name="d1" if keras.__version__ >= "3.1" else "d2")
    pair = keras.Model([u, v], [first, again(inner(v))], name="pair")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    shared = layers.Dense(4, activation="relu", name="shared")
    p, q = pair([shared(x), shared(y)])
    r, s = pair([q, shared(p)])
    deferred = keras.Sequential(
        [layers.Dense(3, name="late"), layers.ReLU(name="late_relu")], name="deferred"
    )
    outputs = [deferred(r), s, shared(s), layers.Concatenate(name="both")([p, deferred(q)])]
    return keras.Model([x, y], outputs, name="nested")


def called_twice(keras: Any) -> Any:
    """Nested models whose calls the file numbers in a way that only the rule of the version decides."""
    layers = keras.layers
    u, x, y = (keras.Input((3,), name=name) for name in "uxy")
    functional = keras.Model(u, layers.Dense(3, name="d")(u), name="functional")
    chain = keras.Sequential([keras.Input((3,)), layers.Dense(3, name="e")], name="chain")
    outputs = []
    for inner, shown in ((functional, 0), (chain, 1)):
        results = [inner(x), inner(y)]
        outputs += [layers.Subtract(name=f"difference_{inner.name}")(results), results[shown]]
    return keras.Model([x, y], outputs, name="called_twice")


def dictionaries(keras: Any) -> Any:
    """A nested model that takes and returns dictionaries, whose keys are not in alphabetical order."""
    layers = keras.layers
    p, o = keras.Input((3,), name="p"), keras.Input((3,), name="o")
    results = {"s": layers.Subtract(name="s")([p, o]), "c": layers.Concatenate(name="c")([o, p])}
    inner = keras.Model({"p": p, "o": o}, results, name="inner")
    x, y = keras.Input((3,), name="x"), keras.Input((3,), name="y")
    returned = inner({"p": x, "o": y})
    return keras.Model([x, y], [returned["s"], returned["c"]], name="dictionaries")


MODELS: dict[str, Callable[[Any], Any]] = {
    "activations": activations,
    "activation_layers": activation_layers,
    "normalizations": normalizations,
    "movements": movements,
    "sequential": sequential,
    "nested": nested,
    "called_twice": called_twice,
    "dictionaries": dictionaries,
    "operations": operations,
}
