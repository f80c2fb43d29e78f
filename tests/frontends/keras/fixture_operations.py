"""Arithmetic with Python operators and functions between layers, for ``fixture_models.py``."""

from __future__ import annotations

from typing import Any

import numpy as np


def operations(keras: Any) -> Any:
    """Arithmetic with Python operators and functions between layers."""
    return (
        _operations_of_keras3(keras)
        if int(keras.__version__.split(".")[0]) == 3
        else _functions_of_tensorflow(keras)
    )


def _operations_of_keras3(keras: Any) -> Any:
    ops = keras.ops
    x, y = keras.Input((2, 4), name="x"), keras.Input((2, 4), name="y")
    z = keras.layers.Dense(4, name="fc")(x)
    outputs = [
        x + y,
        2.0 * x,
        1.0 - x,
        x - 0.5,
        z * np.array([1.0, -2.0, 0.5, 4.0], dtype="float32"),
        z / np.array([[[1.0, 2.0, 4.0, 5.0]]], dtype="float32"),
        -x,
        ops.maximum(x, 0.25),
        ops.minimum(x, y),
        ops.relu(x),
        ops.relu6(x * 4.0),
        ops.leaky_relu(x, negative_slope=0.3),
        ops.elu(x, alpha=0.5),
        ops.selu(x),
        ops.silu(x),
        ops.gelu(x),
        ops.gelu(x, approximate=False),
        ops.sigmoid(x),
        ops.hard_sigmoid(x),
        ops.tanh(x),
        ops.softplus(x),
        ops.softsign(x),
        ops.exp(x),
        ops.softmax(x),
        ops.softmax(x, axis=1),
        ops.log_softmax(x),
        ops.clip(x, -0.5, 0.75),
        ops.concatenate([x, y], axis=1),
        ops.reshape(x, (-1, 4, 2)),
        ops.transpose(x, (0, 2, 1)),
        ops.expand_dims(x, 1),
        ops.squeeze(x[:, :1], axis=1),
        x[:, 1],
        x[:, ::-1, 1:3],
        x[:, :, None, -1],
    ]
    if keras.__version__ >= "3.1":
        outputs += [x[..., 2], keras.activations.relu(x), keras.activations.relu(x, max_value=1.0)]
    return keras.Model([x, y], outputs, name="operations")


def _functions_of_tensorflow(keras: Any) -> Any:
    import tensorflow as tf

    x, y = keras.Input((2, 4), name="x"), keras.Input((2, 4), name="y")
    z = keras.layers.Dense(4, name="fc")(x)
    outputs = [
        x + y,
        2.0 * x,
        1.0 - x,
        x - 0.5,
        z * np.array([1.0, -2.0, 0.5, 4.0], dtype="float32"),
        z / np.array([[[1.0, 2.0, 4.0, 5.0]]], dtype="float32"),
        -x,
        tf.maximum(x, 0.25),
        tf.minimum(x, y),
        tf.nn.relu(x),
        tf.nn.relu6(x * 4.0),
        tf.nn.leaky_relu(x, 0.3),
        tf.nn.elu(x),
        tf.nn.selu(x),
        tf.nn.gelu(x),
        tf.nn.gelu(x, approximate=True),
        tf.sigmoid(x),
        tf.tanh(x),
        tf.math.softplus(x),
        tf.nn.softsign(x),
        tf.exp(x),
        tf.nn.softmax(x),
        tf.nn.softmax(x, axis=1),
        tf.nn.log_softmax(x),
        tf.clip_by_value(x, -0.5, 0.75),
        tf.concat([x, y], axis=1),
        tf.reshape(x, (-1, 4, 2)),
        tf.transpose(x, (0, 2, 1)),
        tf.expand_dims(x, 1),
        tf.squeeze(x[:, :1], axis=1),
        x[:, 1],
        x[:, ::-1, 1:3],
        x[:, :, None, -1],
        tf.add(x, y),
        tf.divide(x, 4.0),
    ]
    return keras.Model([x, y], outputs, name="operations")
