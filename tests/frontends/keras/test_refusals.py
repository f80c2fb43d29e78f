"""What isobit does not implement is refused, by name: classes, options, functions, ways of calling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontends.keras.build import archive, called, dense, functional, input_layer, kernel, layer, sequential
from frontends.keras.build import tensor as ref
from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.keras import load

LAYERS: list[tuple[Any, tuple[str, ...]]] = [
    (layer("ConvLSTM1D", filters=2), ("'it'", "'ConvLSTM1D'", "Supported: ", "Dense")),
    (layer("LSTM", units=2, stateful=True), ("'it'", "stateful = True", "initial_state", "return_state")),
    (layer("CategoryEncoding", num_tokens=3), ("'it'", "'CategoryEncoding'")),
    (layer("Discretization", num_bins=3), ("'it'", "'Discretization'")),
    (layer("Lambda", function={"class_name": "__lambda__"}), ("'it'", "'Lambda'", "never runs")),
    (layer("BinaryDense", module=None, units=2), ("'it'", "'BinaryDense'")),
    (layer("TernaryDense", module=None, units=2), ("'it'", "'TernaryDense'")),
    (layer("QDense", module="qkeras.qlayers", units=2), ("'it'", "'QDense'", "'qkeras.qlayers'")),
    (layer("Dense", module="mine.layers", units=2), ("'it'", "'Dense'", "'mine.layers'")),
    (
        {**layer("Dense", units=2), "registered_name": "mine>Dense"},
        ("'it'", "'Dense'", "'mine>Dense'"),
    ),
    ({**layer("Flatten"), "surprise": 1}, ("'it'", "'surprise'")),
    (dense(2, lora_rank=4), ("'fc'", "lora_rank = 4")),
    (dense(2, quantization_config={"mode": "int8"}), ("'fc'", "quantization_config")),
    (dense(2, new_option=3), ("'fc'", "new_option = 3", "does not know")),
    (dense(2, dtype="int8_from_float32"), ("'fc'", "int8_from_float32", "float16")),
    (
        dense(2, dtype={"class_name": "QuantizedDTypePolicy", "config": {"mode": "int8"}}),
        ("'fc'", "QuantizedDTypePolicy"),
    ),
    (dense(2, activation="hard_shrink"), ("'fc'", "'hard_shrink'", "hard_sigmoid")),
    (dense(2, activation="mine"), ("'fc'", "'mine'", "silu")),
    (dense(2, activation={"value": ["code"]}), ("'fc'", "never run")),
    (
        dense(2, activation={"class_name": "function", "config": "f", "module": "builtins"}),
        ("'fc'", "'config': 'f'"),
    ),
    (dense(2, activation={"class_name": "PReLU", "config": {}}), ("'fc'", "'PReLU'")),
    (
        dense(2, activation={"class_name": "function", "config": "relu", "module": "mine"}),
        ("'fc'", "'mine'"),
    ),
    (layer("Activation", activation="binary_tanh"), ("'it'", "'binary_tanh'")),
    (layer("BatchNormalization", renorm=True), ("'it'", "renorm = True")),
    (layer("BatchNormalization", axis=[1, 2]), ("'it'", "axis = [1, 2]")),
    (layer("BatchNormalization", axis=0), ("'it'", "axis = 0", "batch")),
    (layer("BatchNormalization", virtual_batch_size=4), ("'it'", "virtual_batch_size")),
    (layer("ReLU", negative_slope=0.1, threshold=0.5), ("'it'", "negative_slope", "threshold")),
    (layer("RepeatVector", n=3), ("'it'", "n = 3")),
]

MALFORMED: list[tuple[Any, tuple[str, ...]]] = [
    (dense("two"), ("'fc'", "units = 'two'", "integer")),  # type: ignore[arg-type]
    (dense(2, use_bias="yes"), ("'fc'", "use_bias = 'yes'")),
    (layer("LeakyReLU", negative_slope="steep"), ("'it'", "negative_slope = 'steep'")),
    (layer("LeakyReLU", negative_slope=float("nan")), ("'it'", "negative_slope = nan")),
    (layer("ReLU", max_value=-1.0), ("'it'", "max_value = -1.0")),
    (layer("Softmax", axis=7), ("'it'", "axis = 7")),
    (layer("Reshape", target_shape=[5, -1]), ("'it'", "(5, -1)")),
    (layer("Flatten", data_format="sideways"), ("'it'", "'sideways'")),
    (layer("Normalization", axis=[-1], mean=[1.0], variance=[-1.0]), ("'it'", "variance is negative")),
    (layer("Normalization", axis=[-1], mean=[1.0, 2.0, 3.0], variance=1.0), ("'it'", "mean has shape (3,)")),
]


@pytest.mark.parametrize(("spec", "phrases"), LAYERS)
def test_layer_is_refused(tmp_path: Path, spec: Any, phrases: tuple[str, ...]) -> None:
    names = {"Dense": "dense", "BatchNormalization": "batch_normalization"}
    stem = names.get(spec["class_name"])
    state = (
        {f"layers/{stem}": kernel(4, 2) * 2 if stem == "batch_normalization" else kernel(4, 2)}
        if stem
        else {}
    )
    with pytest.raises(UnsupportedError) as caught:
        load(archive(tmp_path, sequential(input_layer(3, 4), spec), state))
    for phrase in ("model.keras: ", *phrases):
        assert phrase in str(caught.value)


@pytest.mark.parametrize(("spec", "phrases"), MALFORMED)
def test_malformed_option_is_refused(tmp_path: Path, spec: Any, phrases: tuple[str, ...]) -> None:
    state = {"layers/dense": kernel(4, 2)} if spec["class_name"] == "Dense" else {}
    with pytest.raises(FileFormatError) as caught:
        load(archive(tmp_path, sequential(input_layer(3, 4), spec), state))
    for phrase in phrases:
        assert phrase in str(caught.value)


@pytest.mark.parametrize("kwargs", [{"training": True}, {"mask": ref("x")}])
def test_unusual_call_is_refused(tmp_path: Path, kwargs: Any) -> None:
    config = functional([called(input_layer(4)), called(layer("Flatten"), "x", **kwargs)], ["x"], ["it"])
    with pytest.raises(UnsupportedError, match=f"'it'.*{next(iter(kwargs))}"):
        load(archive(tmp_path, config))


def test_masks_of_several_attention_axes_are_refused(tmp_path: Path) -> None:
    projection = [np.ones((4, 1, 2), np.float32), np.zeros((1, 2), np.float32)]
    state = {f"layers/multi_head_attention/{name}_dense": projection for name in ("query", "key", "value")}
    state["layers/multi_head_attention/output_dense"] = [np.ones((1, 2, 4), np.float32), np.zeros(4)]
    spec = called(layer("MultiHeadAttention", num_heads=1, key_dim=2, attention_axes=[1, 2]), "x")
    spec["inbound_nodes"] = [{"args": [ref("x"), ref("x")], "kwargs": {"use_causal_mask": True}}]
    config = functional([called(input_layer(2, 3, 4)), spec], ["x"], ["it"])
    with pytest.raises(
        UnsupportedError, match=r"'it' .*one attention axis, not for attention_axes = \(0, 1\)"
    ):
        load(archive(tmp_path, config, state))


def test_usual_call_options_are_accepted(tmp_path: Path) -> None:
    spec = called(layer("Flatten"), "x", training=False, mask=None)
    assert len(load(archive(tmp_path, functional([called(input_layer(4)), spec], ["x"], ["it"]))).nodes) == 1


@pytest.mark.parametrize(
    ("spec", "phrases"),
    [
        (input_layer(None, 4), ("'x'", "[None, None, 4]", "unknown dimension")),
        (input_layer(4, dtype="int8"), ("'x'", "int8")),
        (input_layer(4, dtype="string"), ("'x'", "string")),
        (input_layer(4, sparse=True), ("'x'", "sparse = True")),
        (input_layer(4, ragged=True), ("'x'", "ragged = True")),
        (input_layer(4, optional=True), ("'x'", "optional = True")),
    ],
)
def test_input_is_refused(tmp_path: Path, spec: Any, phrases: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedError) as caught:
        load(archive(tmp_path, sequential(spec, layer("Flatten"))))
    for phrase in phrases:
        assert phrase in str(caught.value)


def test_fixed_batch_is_accepted(tmp_path: Path) -> None:
    spec = input_layer(4)
    spec["config"]["batch_shape"] = [32, 4]
    assert dict(load(archive(tmp_path, sequential(spec, layer("Flatten")))).inputs) == {"x": (4,)}


def test_unbuilt_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="no input shape; build the model"):
        load(archive(tmp_path, sequential(layer("Flatten"))))


def test_subclassed_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"'MyTagger'.*subclassed"):
        load(archive(tmp_path, {"class_name": "MyTagger", "config": {}}))


def test_model_option_is_refused(tmp_path: Path) -> None:
    config = sequential(input_layer(4), layer("Flatten"))
    config["config"]["surprise"] = 1
    with pytest.raises(UnsupportedError, match=r"'model'.*'surprise'"):
        load(archive(tmp_path, config))


@pytest.mark.parametrize(("version", "slope"), [("2.15.0", 0.2), ("3.0.0", 1 / 6)])
def test_hard_sigmoid_depends_on_the_version(tmp_path: Path, version: str, slope: float) -> None:
    config = sequential(input_layer(4), layer("Activation", activation="hard_sigmoid"))
    (node,) = load(archive(tmp_path, config, version=version)).nodes
    assert node.attrs["slope"] == pytest.approx(slope, rel=1e-15)


def test_hard_sigmoid_of_unknown_version_is_refused(tmp_path: Path) -> None:
    spec = layer("Activation", activation="hard_sigmoid")
    config = sequential(spec)
    config["config"]["build_input_shape"] = [None, 4]
    with pytest.raises(UnsupportedError, match=r"'it'.*hard_sigmoid differs between Keras 2 and 3"):
        load(archive(tmp_path, config, version=""))


OPERATIONS: list[tuple[str, list[Any], dict[str, Any], str]] = [
    ("Conj", [ref("x")], {}, "the operation is not supported"),
    ("Matmul", [1.0, ref("x")], {}, "first argument is a constant"),
    ("Matmul", [ref("flat"), ref("flat")], {}, "over the batch axis"),
    ("Einsum", [ref("x"), ref("x")], {"subscripts": "bij,cij->bc"}, "mixes samples"),
    ("Mean", [ref("x")], {"axis": None}, "the batch too"),
    ("Sum", [ref("x")], {"axis": 0}, "batch axis"),
    ("Cast", [ref("x")], {"dtype": "int32"}, "dtype = 'int32'"),
    ("Take", [ref("x"), ref("x")], {"axis": 1}, "indices are a tensor"),
    ("Pad", [ref("x")], {"pad_width": [[0, 0], [1, 1], [1, 1]], "mode": "symmetric"}, "'symmetric'"),
    ("Norm", [ref("x")], {"axis": 1, "ord": 3}, "ord = 3"),
    ("Power", [2.0, ref("x")], {}, "to the power of a number"),
    ("Split", [ref("x")], {"indices_or_sections": [2.5], "axis": 1}, "integers"),
    ("Divide", [ref("x"), 0.0], {}, "by zero"),
    ("Add", [ref("x"), ref("flat")], {}, "different numbers of axes"),
    ("Add", [ref("x"), "one"], {}, "'one'"),
    ("Softmax", [ref("x")], {"axis": 0}, "batch axis"),
    ("Softmax", [ref("x")], {"axis": "last"}, "integers"),
    ("Relu", [ref("x")], {"surprise": 2}, "surprise"),
    ("Relu", [ref("x"), 3], {}, "2 arguments"),
    ("Reshape", [ref("x")], {"newshape": [3, 4, 2]}, "fixes the batch axis"),
    ("Transpose", [ref("x")], {"axes": [1, 0, 2]}, "move the batch axis"),
    ("Transpose", [ref("x")], {"axes": []}, "move the batch axis"),
    ("ExpandDims", [ref("x")], {"axis": [1, 2]}, "one integer"),
    ("Concatenate", [[]], {"axis": 1}, "a list of tensors"),
    ("Concatenate", [[ref("x"), 1.0]], {"axis": 1}, "none of them constant"),
    ("GetItem", [ref("x"), 0], {}, "indexes the batch axis"),
]


@pytest.mark.parametrize(("class_name", "args", "options", "phrase"), OPERATIONS)
def test_operation_is_refused(
    tmp_path: Path, class_name: str, args: list[Any], options: dict[str, Any], phrase: str
) -> None:
    operation = {
        "module": "keras.src.ops.numpy",
        "class_name": class_name,
        "config": {"name": "op", **options},
        "registered_name": class_name,
        "name": "op",
        "inbound_nodes": [{"args": args, "kwargs": {}}],
    }
    layers = [called(input_layer(3, 4)), called(layer("Flatten", "flat"), "x"), operation]
    with pytest.raises(UnsupportedError, match="'op'") as caught:
        load(archive(tmp_path, functional(layers, ["x"], ["op", "flat"])))
    assert phrase in str(caught.value)


def test_function_of_tensorflow_is_refused(tmp_path: Path) -> None:
    spec = {
        "class_name": "TFOpLambda",
        "config": {"name": "tf.math.erfcx", "function": "math.erfcx"},
        "name": "tf.math.erfcx",
        "inbound_nodes": [["x", 0, 0, {}]],
    }
    config = functional([called(input_layer(4)), spec], ["x"], ["tf.math.erfcx"])
    with pytest.raises(UnsupportedError, match=r"'tf.math.erfcx'.*'math.erfcx' is not supported"):
        load(archive(tmp_path, config, version="2.15.0"))
