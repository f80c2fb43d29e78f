"""The model of a file as a tree: layers, how they are called, and models nested in models.

Sequential models become functional ones here, so that the rest knows one kind of model only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isobit.errors import FileFormatError, UnsupportedError, closest
from isobit.frontends.keras.nodes import CallSpec, Ref, read_calls, read_tensor_list
from isobit.frontends.keras.options import check_dtype, shorten
from isobit.frontends.keras.origin import check_origin

FUNCTIONAL = ("Functional", "Model")
SEQUENTIAL = "Sequential"
INPUT = "InputLayer"
MAX_NESTING = 16

_LAYER_KEYS = frozenset(
    [
        "module",
        "class_name",
        "config",
        "registered_name",
        "build_config",
        "compile_config",
        "name",
        "inbound_nodes",
        "shared_object_id",
    ]
)
_FUNCTIONAL_KEYS = frozenset(["name", "trainable", "dtype", "layers", "input_layers", "output_layers"])
_SEQUENTIAL_KEYS = frozenset(["name", "trainable", "dtype", "layers", "build_input_shape"])
_TYPED_OPERATIONS = ("Cast", "Cumsum", "OneHot", "OnesLike", "ZerosLike")
_OPERATION_MODULES = ("keras.src.ops", "keras.ops", "keras.src.activations", "keras.activations")


@dataclass(frozen=True)
class Layer:
    """One layer of a model, or a model in the place of one.

    Parameters
    ----------
    name : str
        Unique in its model.
    class_name : str
        As in the file.
    config : mapping
        Its options; of models only ``trainable`` matters.
    calls : tuple of CallSpec
        Every place where the model uses the layer; several for a shared layer.
    model : Model or None
        What it consists of, if it is a model itself.
    is_operation : bool
        A function of ``keras.ops`` (or ``x + y``) instead of a layer, in Keras 3 files.
    """

    name: str
    class_name: str
    config: Mapping[str, Any]
    calls: tuple[CallSpec, ...]
    model: Model | None = None
    is_operation: bool = False

    @property
    def trainable(self) -> bool:
        """Whether it was not frozen, which decides the order of weights in HDF5 files."""
        return self.config.get("trainable") is not False


@dataclass(frozen=True)
class Model:
    """Layers in the order of ``keras.Model.layers``, and the tensors that come in and out.

    `first_call` and `first_output_call` hold the number that the file gives to the first call of a nested
    model, in calls and in the list of outputs: Keras counts the call that built the model too, or not,
    depending on version, class and place.
    """

    name: str
    layers: tuple[Layer, ...]
    inputs: tuple[Ref, ...]
    outputs: tuple[tuple[str | None, Ref], ...]
    first_call: Mapping[str, int]
    first_output_call: Mapping[str, int]

    def layer(self, name: str) -> Layer:
        """The layer of this name; :class:`FileFormatError` if there is none."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        known = closest(name, (layer.name for layer in self.layers))
        raise FileFormatError(f"model {self.name!r} has no layer {name!r}, which is used in it.{known}")


def read_model(spec: Any, default_name: str, depth: int = 0) -> Model:
    """Read the description of a model (``{"class_name": ..., "config": ...}``).

    Raises
    ------
    FileFormatError
        When it is inconsistent.
    UnsupportedError
        For subclassed models, and models nested more than 16 deep.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("class_name"), str) or "config" not in spec:
        raise FileFormatError(f"model {default_name!r}: {shorten(spec)} describes no Keras model")
    check_origin(f"model {default_name!r}", spec)
    class_name, config = spec["class_name"], spec["config"]
    if depth > MAX_NESTING:
        raise UnsupportedError(f"model {default_name!r}: models are nested more than {MAX_NESTING} deep")
    if class_name == SEQUENTIAL:
        if isinstance(config, list):
            config = {"layers": config}
        return _read_sequential(config, default_name, depth)
    if class_name in FUNCTIONAL:
        return _read_functional(config, default_name, depth)
    raise UnsupportedError(
        f"model {default_name!r} is of class {class_name!r}; supported: Sequential and functional models "
        "(subclassed models hold their computation in Python code; export them to ONNX)"
    )


def _read_functional(config: Any, default_name: str, depth: int) -> Model:
    name = _model_name(config, default_name, _FUNCTIONAL_KEYS)
    for key in ("layers", "input_layers", "output_layers"):
        if not isinstance(config.get(key), (list, dict)):
            raise FileFormatError(f"model {name!r}: {key} = {shorten(config.get(key))} is no list")
    layers = tuple(_read_layer(name, spec, depth) for spec in config["layers"])
    inputs = read_tensor_list(f"model {name!r}: input_layers", config["input_layers"])
    outputs = read_tensor_list(f"model {name!r}: output_layers", config["output_layers"])
    _check_unique(name, layers)
    keras3 = any(
        isinstance(node, dict) for spec in config["layers"] for node in spec.get("inbound_nodes", [])
    )
    numbering = _number_calls(name, layers, [ref for _, ref in outputs], keras3)
    return Model(name, layers, tuple(ref for _, ref in inputs), tuple(outputs), *numbering)


def _read_sequential(config: Any, default_name: str, depth: int) -> Model:
    name = _model_name(config, default_name, _SEQUENTIAL_KEYS)
    if not isinstance(config.get("layers"), list) or not config["layers"]:
        raise FileFormatError(f"model {name!r} has no layers")
    chain: list[Layer] = []
    for spec in config["layers"]:
        called = (CallSpec((Ref(chain[-1].name, 0, 0),)),) if chain else ()
        layer = _read_layer(name, spec, depth, called)
        if not chain and layer.class_name != INPUT:
            chain.append(_implied_input(layer, config.get("build_input_shape")))
            called = (CallSpec((Ref(chain[-1].name, 0, 0),)),)
            layer = Layer(layer.name, layer.class_name, layer.config, called, layer.model, layer.is_operation)
        chain.append(layer)
    _check_unique(name, chain)
    start, end = Ref(chain[0].name, 0, 0), Ref(chain[-1].name, 0, 0)
    zeros = {layer.name: 0 for layer in chain}
    return Model(name, tuple(chain), (start,), ((None, end),), zeros, zeros)


def _implied_input(first: Layer, build_shape: Any) -> Layer:
    """The input of a Sequential model whose file states it only at its first layer, or not at all."""
    shape = first.config.get("batch_input_shape") or first.config.get("batch_shape") or build_shape
    if shape is None and first.model is not None:
        shape = first.model.layer(first.model.inputs[0].layer).config.get("batch_shape")
    dtype = first.config.get("dtype") if isinstance(first.config.get("dtype"), str) else None
    return Layer(f"{first.name}_input", INPUT, {"batch_shape": shape, "dtype": dtype}, ())


def _read_layer(model: str, spec: Any, depth: int, calls: tuple[CallSpec, ...] | None = None) -> Layer:
    """One entry of ``layers``; in functional models (calls is None) it states its calls."""
    if not isinstance(spec, dict) or not isinstance(spec.get("class_name"), str):
        raise FileFormatError(f"model {model!r}: {shorten(spec)} describes no layer")
    class_name, config = spec["class_name"], spec.get("config")
    is_model = class_name == SEQUENTIAL or class_name in FUNCTIONAL
    name = spec.get("name")
    if name is None and isinstance(config, dict):
        name = config.get("name")
    if not isinstance(name, str) or not name:
        raise FileFormatError(f"model {model!r}: a layer of class {class_name!r} has no name")
    unknown = sorted(set(spec) - _LAYER_KEYS)
    if unknown:
        raise UnsupportedError(f"layer {name!r} ({class_name}): isobit does not know the key {unknown[0]!r}")
    check_origin(f"layer {name!r}", spec)
    if calls is None:
        calls = tuple(read_calls(name, spec.get("inbound_nodes", [])))
    if is_model:
        nested = read_model(spec, name, depth + 1)
        trainable = config.get("trainable") if isinstance(config, dict) else None
        return Layer(name, class_name, {"trainable": trainable}, calls, nested)
    if not isinstance(config, dict):
        raise FileFormatError(f"layer {name!r} ({class_name}): config = {shorten(config)} is no object")
    return Layer(name, class_name, config, calls, None, _is_operation(spec, config))


def _is_operation(spec: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    module = spec.get("module")
    if module is not None:
        return str(module).startswith(_OPERATION_MODULES)
    # HDF5 files of Keras 3 state no module; but layers have a number type or can be trained.
    keras3 = any(isinstance(node, dict) for node in spec.get("inbound_nodes") or [])
    typed = "dtype" in config and spec["class_name"] not in _TYPED_OPERATIONS
    return keras3 and "trainable" not in config and not typed


def _model_name(config: Any, default: str, keys: frozenset[str]) -> str:
    if not isinstance(config, dict):
        raise FileFormatError(f"model {default!r}: config = {shorten(config)} is no object")
    name = config.get("name", default)
    if not isinstance(name, str) or not name:
        raise FileFormatError(f"model {default!r}: the name {shorten(name)} is no string")
    unknown = sorted(key for key in set(config) - keys if config[key] is not None)
    if unknown:
        raise UnsupportedError(f"model {name!r}: isobit does not know the option {unknown[0]!r}")
    check_dtype(name, "model", config.get("dtype"))
    return name


def _check_unique(model: str, layers: Sequence[Layer]) -> None:
    seen = set()
    for layer in layers:
        if layer.name in seen:
            raise FileFormatError(f"model {model!r} has two layers called {layer.name!r}")
        seen.add(layer.name)


def _number_calls(
    model: str, layers: Sequence[Layer], outputs: Sequence[Ref], keras3: bool
) -> tuple[dict[str, int], dict[str, int]]:
    """How the file numbers the calls of nested models: `Model.first_call`, `Model.first_output_call`.

    Every call of a layer is used somewhere, so the numbers that occur show where counting starts. Only where
    two readings fit, the rule of the Keras version decides.
    """
    in_calls: dict[str, set[int]] = {}
    in_outputs: dict[str, set[int]] = {}
    for layer in layers:
        for call in layer.calls:
            for ref in call.refs():
                in_calls.setdefault(ref.layer, set()).add(ref.call)
    for ref in outputs:
        in_outputs.setdefault(ref.layer, set()).add(ref.call)
    first_call: dict[str, int] = {}
    first_output_call: dict[str, int] = {}
    for layer in layers:
        used, shown = in_calls.get(layer.name, set()), in_outputs.get(layer.name, set())
        if layer.model is None or not used | shown:
            continue
        expected = set(range(len(layer.calls)))
        rule = (0, int(layer.class_name in FUNCTIONAL)) if keras3 else (1, 1)
        for start, output_start in (rule, (0, 0), (1, 1), (0, 1), (1, 0)):
            if {n - start for n in used} | {n - output_start for n in shown} == expected:
                first_call[layer.name], first_output_call[layer.name] = start, output_start
                break
        else:
            raise FileFormatError(
                f"model {model!r}: the nested model {layer.name!r} is called {len(layer.calls)} time(s), "
                f"but the calls that are used are numbered {sorted(used | shown)}"
            )
    return first_call, first_output_call
