"""Random small Keras models and hls4ml configurations for them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

ROUNDINGS = ("TRN", "TRN_ZERO", "RND", "RND_ZERO", "RND_INF", "RND_MIN_INF", "RND_CONV")
OVERFLOWS = ("WRAP", "SAT", "SAT_SYM")
FUNCTIONS = (
    "relu",
    "relu6",
    "sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "selu",
    "elu",
    "leaky_relu",
    "linear",
)


def fixed(rng: random.Random, low: int = 6, high: int = 18, unsigned: bool = True) -> str:
    """A type as users write it."""
    width = rng.randint(low, high)
    integer = rng.randint(1, max(1, width - 2))
    sign = "u" if unsigned and rng.random() < 0.15 else ""
    modes = f",{rng.choice(ROUNDINGS)},{rng.choice(OVERFLOWS)}" if rng.random() < 0.6 else ""
    prefix = rng.choice(["", "ap_"])
    return f"{prefix}{sign}fixed<{width},{integer}{modes}>"


class Builder:
    """Stacks random layers on a tensor."""

    def __init__(self, rng: random.Random) -> None:
        import keras

        self.keras, self.layers, self.rng = keras, keras.layers, rng
        self.number = 0

    def name(self, stem: str) -> str:
        self.number += 1
        return f"{stem}{self.number}"

    def function(self) -> str | None:
        return self.rng.choice([None, None, *FUNCTIONS])

    def dense(self, x: Any) -> Any:
        return self.layers.Dense(
            self.rng.randint(2, 6),
            activation=self.function(),
            use_bias=self.rng.random() < 0.8,
            name=self.name("fc"),
        )(x)

    def activation(self, x: Any) -> Any:
        kind = self.rng.choice(["name", "relu", "leaky", "elu", "prelu", "threshold", "dropout"])
        if kind == "name":
            return self.layers.Activation(self.rng.choice(FUNCTIONS), name=self.name("act"))(x)
        if kind == "relu":
            return self.layers.ReLU(name=self.name("relu"))(x)
        if kind == "threshold":
            return self.layers.ReLU(threshold=0.5, name=self.name("relu"))(x)
        if kind == "leaky":
            return self.layers.LeakyReLU(self.rng.choice([0.1, 0.25, 0.3]), name=self.name("leaky"))(x)
        if kind == "elu":
            return self.layers.ELU(self.rng.choice([1.0, 0.5, 0.3]), name=self.name("elu"))(x)
        if kind == "prelu":
            return self.layers.PReLU(name=self.name("prelu"))(x)
        return self.layers.Dropout(0.2, name=self.name("drop"))(x)

    def normalization(self, x: Any) -> Any:
        return self.layers.BatchNormalization(
            scale=self.rng.random() < 0.8, center=self.rng.random() < 0.8, name=self.name("bn")
        )(x)

    def window(self, x: Any) -> Any:
        rank = len(x.shape) - 2
        kind = self.rng.choice(
            ["conv", "conv", "depthwise", "pointwise", "max", "average", "pad", "up", "crop"]
        )
        size = self.rng.randint(1, min(3, *x.shape[1:-1]))
        stride = self.rng.randint(1, 2)
        padding = self.rng.choice(["same", "valid"])
        options = {"strides": stride, "padding": padding}
        biased = {"use_bias": self.rng.random() < 0.8, "activation": self.function()}
        made: Callable[..., Any] = lambda stem: getattr(self.layers, f"{stem}{rank}D")  # noqa: E731
        if kind == "conv":
            return made("Conv")(self.rng.randint(1, 4), size, **options, **biased, name=self.name("conv"))(x)
        if kind == "depthwise":
            return made("DepthwiseConv")(size, **options, **biased, name=self.name("dw"))(x)
        if kind == "pointwise":
            return made("Conv")(self.rng.randint(1, 4), 1, **biased, name=self.name("pw"))(x)
        if kind in ("max", "average"):
            return made(f"{kind.title()}Pooling")(size, **options, name=self.name("pool"))(x)
        if kind == "pad":
            return made("ZeroPadding")(1, name=self.name("pad"))(x)
        if kind == "crop" and min(x.shape[1:-1]) > 3:
            return made("Cropping")(1, name=self.name("crop"))(x)
        return made("UpSampling")(2, name=self.name("up"))(x) if max(x.shape[1:-1]) < 6 else x

    def flat(self, x: Any) -> Any:
        rank = len(x.shape) - 2
        kind = self.rng.choice(["flatten", "flatten", "gmax", "gavg", "reshape"])
        if kind == "gmax":
            return getattr(self.layers, f"GlobalMaxPooling{rank}D")(name=self.name("gmax"))(x)
        if kind == "gavg":
            return getattr(self.layers, f"GlobalAveragePooling{rank}D")(name=self.name("gavg"))(x)
        if kind == "reshape":
            return self.layers.Reshape((int(np.prod(x.shape[1:])),), name=self.name("shape"))(x)
        return self.layers.Flatten(name=self.name("flat"))(x)

    def recurrent(self, x: Any) -> Any:
        kind = getattr(self.layers, self.rng.choice(["LSTM", "GRU"]))
        options = {"return_sequences": self.rng.random() < 0.5, "use_bias": self.rng.random() < 0.8}
        if self.rng.random() < 0.3:
            return self.layers.Bidirectional(kind(3, **options), name=self.name("bi"))(x)
        return kind(self.rng.randint(2, 4), **options, name=self.name("rnn"))(x)

    def merge(self, x: Any, y: Any) -> Any:
        kinds = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]
        kind = self.rng.choice(kinds if x.shape == y.shape else ["Concatenate"])
        return getattr(self.layers, kind)(name=self.name("merge"))([x, y])

    def steps(self, x: Any, count: int) -> Any:
        for _ in range(count):
            choices = [self.activation, self.normalization, self.dense]
            if len(x.shape) > 2:
                choices += [self.window] * 3
            if len(x.shape) == 3:
                choices.append(self.recurrent)
                if self.rng.random() < 0.2:
                    choices.append(lambda t: self.layers.Permute((2, 1), name=self.name("perm"))(t))
            x = self.rng.choice(choices)(x)
        return x


def random_model(seed: int) -> Any:
    """A functional model with trained-looking weights."""
    rng = random.Random(seed)  # noqa: S311
    builder = Builder(rng)
    keras = builder.keras
    keras.utils.set_random_seed(seed)
    shape = rng.choice([(5,), (8,), (6, 3), (7, 2), (5, 5, 2), (6, 4, 3)])
    given = [keras.Input(shape, name="inp")]
    x = builder.steps(given[0], rng.randint(1, 4))
    if rng.random() < 0.3:
        y = builder.steps(x, rng.randint(1, 2))
        z = builder.steps(x, rng.randint(0, 1))
        if y.shape[1:-1] == z.shape[1:-1] and y is not z:
            x = builder.merge(y, z)
    outputs = [x]
    if len(x.shape) > 2 and rng.random() < 0.7:
        x = builder.flat(x)
        x = builder.steps(x, rng.randint(0, 2))
        outputs = [x]
    if len(x.shape) == 2:
        if rng.random() < 0.4:
            x = builder.layers.Dense(4, activation="softmax", name="out")(x)
            outputs = [x]
        elif rng.random() < 0.2:
            outputs = [builder.dense(x), builder.dense(x)]
    if any(output is given[0] for output in outputs):
        outputs = [builder.dense(given[0])]
    model = keras.Model(given, outputs)
    numbers = np.random.default_rng(seed)
    for weight in model.weights:
        value = numbers.normal(0, 0.6, weight.shape).astype(np.float32)
        weight.assign(np.abs(value) + 0.1 if "variance" in weight.name else value)
    return model


def random_config(model: Any, seed: int, backend: str = "Vitis") -> dict[str, Any]:
    """A configuration as users start from it, with random changes."""
    import hls4ml

    rng = random.Random(seed + 10_000_019)  # noqa: S311
    granularity = rng.choice(["model", "type", "name", "name"])
    config: dict[str, Any] = hls4ml.utils.config_from_keras_model(
        model,
        granularity=granularity,
        backend=backend if rng.random() < 0.9 else None,
        default_precision=fixed(rng, 8, 18, unsigned=False),
        default_reuse_factor=rng.choice([1, 1, 1, 2, 3, 4]),
        max_precision=fixed(rng, 10, 20, unsigned=False) if rng.random() < 0.3 else None,
    )
    config["Model"]["Strategy"] = rng.choice(["Latency", "Latency", "Resource", "resource", "latency"])
    for section in (*config.get("LayerName", {}).values(), *config.get("LayerType", {}).values()):
        precision = section.get("Precision", {})
        for part in precision:
            if rng.random() < 0.25:
                precision[part] = fixed(rng)
        if rng.random() < 0.05 and precision:
            section["Precision"] = fixed(rng)
        if "TableSize" in section and rng.random() < 0.3:
            section["TableSize"] = rng.choice([256, 512, 2048])
        if "TableSize" in section and rng.random() < 0.2:
            section["table_t"] = fixed(rng)
        if "Implementation" in section:
            section["Implementation"] = rng.choice(["stable", "latency", "argmax", "legacy"])
            section["Skip"] = rng.random() < 0.1
            if rng.random() < 0.3:
                section["exp_table_t"], section["inv_table_t"] = fixed(rng), fixed(rng)
            if rng.random() < 0.2:
                section["inv_inp_t"] = fixed(rng, 10)
        if "ReuseFactor" in section and rng.random() < 0.3:
            section["ReuseFactor"] = rng.choice([1, 2, 3, 5, 8])
        if rng.random() < 0.1:
            section["Strategy"] = rng.choice(["Latency", "Resource"])
    return config
