"""TensorFlow Lite with XNNPACK, its default delegate: float32, and full integer quantization to int8.

The int8 model comes in two forms: with float inputs and outputs, which it converts itself, and with int8,
for which the user's call converts with NumPy. ``invoke`` alone computes what is in its input buffer.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.benchmarking.contestants import (
    Contestant,
    FloatArray,
    Loop,
    MissingPeerError,
    OnCores,
    Prediction,
)
from isobit.benchmarking.contestants.keras_layers import keras_model
from isobit.benchmarking.networks import CALIBRATION_SAMPLES, Network


def prepare(network: Network, folder: Path, kind: str) -> OnCores:
    """The converted model; an interpreter for every batch size, its tensors allocated beforehand."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        import tensorflow as tf
    except ImportError as error:
        raise MissingPeerError(f"not installed ({error})") from None
    model = keras_model(network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = {"TFLite float32": _converted(tf, model)}
        if kind == "int8":
            samples = network.samples(CALIBRATION_SAMPLES)
            files = {
                "TFLite int8": _converted(tf, model, samples, tf.float32),
                "TFLite int8, int8 in and out": _converted(tf, model, samples, tf.int8),
            }

    def on(cores: int) -> list[Contestant]:
        made = {name: partial(_interpreter, tf, file, cores) for name, file in files.items()}
        return [
            Contestant(name, at=partial(_prediction, new), alone=partial(_alone, new))
            for name, new in made.items()
        ]

    return on


def _converted(tf: Any, model: Any, samples: FloatArray | None = None, outside: Any = None) -> bytes:
    """A TFLite file; with samples, whose ranges it takes, int8 but for the type outside."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if samples is not None:

        def representative() -> Iterator[list[FloatArray]]:
            for i in range(len(samples)):
                yield [samples[i : i + 1]]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = outside
    file: bytes = converter.convert()
    return file


def _interpreter(tf: Any, file: bytes, cores: int, batch: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # says that this interpreter will move to another package
        made = tf.lite.Interpreter(model_content=file, num_threads=cores)
    (source,) = made.get_input_details()
    made.resize_tensor_input(source["index"], [batch, *source["shape"][1:]])
    made.allocate_tensors()
    return made


def _prediction(new: Any, batch: int) -> Prediction:
    interpreter = new(batch)
    (source,), (result,) = interpreter.get_input_details(), interpreter.get_output_details()
    start, end = source["index"], result["index"]

    def predict(X: FloatArray) -> npt.NDArray[Any]:
        interpreter.set_tensor(start, _steps(X, source))
        interpreter.invoke()
        return _values(interpreter.get_tensor(end), result)

    return predict


def _steps(X: FloatArray, tensor: Mapping[str, Any]) -> npt.NDArray[Any]:
    """Values as a tensor of the model holds them."""
    if tensor["dtype"] is np.float32:
        return X
    scale, zero = tensor["quantization"]
    steps = X * np.float32(1 / scale)
    np.rint(steps, out=steps)
    steps += np.float32(zero)
    np.clip(steps, -128, 127, out=steps)
    return steps.astype(np.int8)


def _values(y: npt.NDArray[Any], tensor: Mapping[str, Any]) -> npt.NDArray[Any]:
    """The values that a tensor of the model stands for."""
    if tensor["dtype"] is np.float32:
        return y
    scale, zero = tensor["quantization"]
    values = y.astype(np.float32)
    values -= np.float32(zero)
    values *= np.float32(scale)
    return values


def _alone(new: Any, x: FloatArray) -> Mapping[str, Loop]:
    """``invoke``, and what it calls in the extension module: its C++ under the thinnest Python there is."""
    outer, other = new(1), new(1)  # `invoke` refuses to run while somebody holds what it calls
    for interpreter in (outer, other):
        (source,) = interpreter.get_input_details()
        interpreter.set_tensor(source["index"], _steps(x, source))
    return {
        "invoke": Loop(outer.invoke, 1, partial(_output, outer)),
        "inner Invoke": Loop(other._interpreter.Invoke, 1, partial(_output, other)),
    }


def _output(interpreter: Any) -> npt.NDArray[Any]:
    (result,) = interpreter.get_output_details()
    return _values(interpreter.get_tensor(result["index"]), result)
