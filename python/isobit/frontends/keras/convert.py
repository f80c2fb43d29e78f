"""From the tree of models to the graph: a call of a layer becomes its nodes, nested models are unfolded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.keras.call_order import CallKey, call_order
from isobit.frontends.keras.layers import find_handler
from isobit.frontends.keras.layers.base import Budget, Call, Handler, Tensor
from isobit.frontends.keras.naming import Namer
from isobit.frontends.keras.nodes import CallSpec, Ref, flatten
from isobit.frontends.keras.operations import TENSORFLOW_CLASSES, Keras3Operation, TensorFlowFunction
from isobit.frontends.keras.options import INPUT_DTYPES, Options, fixed_shape, shorten
from isobit.frontends.keras.topology import INPUT, Layer, Model
from isobit.frontends.keras.weights.variables import LayerPath, Weights
from isobit.ir import Graph, GraphBuilder, Shape


def convert(model: Model, weights: Weights, keras: int | None) -> Graph:
    """The graph of a model.

    Parameters
    ----------
    model : Model
        The outer model.
    weights : mapping
        By path of the layer.
    keras : int or None
        Major version of Keras.

    Raises
    ------
    UnsupportedError
        Naming the layer and what isobit does not implement.
    FileFormatError
        When layers, weights and calls do not fit each other.
    GraphError
        When shapes do not.
    """
    return _Converter(model, weights, keras).graph(model)


class _Converter:
    def __init__(self, model: Model, weights: Weights, keras: int | None) -> None:
        self.weights = weights
        self.keras = keras
        self.builder = GraphBuilder(model.name)
        self.budget = Budget()
        self.namer = Namer(model)
        self.calls: Counter[LayerPath] = Counter()

    def graph(self, model: Model) -> Graph:
        tensors = []
        for ref in model.inputs:
            shape = _input_shape(model.layer(ref.layer))
            name = self.builder.input(self.namer.layer((ref.layer,), 0), shape)
            tensors.append(Tensor(name, shape, boolean=_is_boolean(model.layer(ref.layer))))
        results = self.run(model, tensors, ())
        names: set[str] = set()
        for (label, ref), tensor in zip(model.outputs, results, strict=True):
            name, number = label or ref.layer, 0
            while name in names:
                number += 1
                name = f"{label or ref.layer}_{number}"
            names.add(name)
            self.builder.output(name, tensor.name)
        return self.builder.build()

    def run(self, model: Model, inputs: Sequence[Tensor], path: LayerPath) -> list[Tensor]:
        """Call a model: its results, in the order of its outputs."""
        made = _feed(model, inputs)
        for layer, number, spec in call_order(model, made):
            made[layer.name, number] = self._call(model, layer, spec, made, (*path, layer.name))
        return [_look_up(model, made, ref, model.first_output_call) for _, ref in model.outputs]

    def _call(
        self,
        model: Model,
        layer: Layer,
        spec: CallSpec,
        made: Mapping[CallKey, list[Tensor]],
        path: LayerPath,
    ) -> list[Tensor]:
        self.budget.spend(calls=1)
        call = Call(
            layer.name,
            Options(layer.name, layer.class_name, layer.config),
            tuple(_resolve(model, made, arg) for arg in spec.args),
            {key: _resolve(model, made, value) for key, value in spec.kwargs.items()},
            self.weights.get(path, {}),
            self.keras,
            self.builder,
            self.budget,
            self.namer.unique,
        )
        if layer.model is not None:
            return self.run(layer.model, call.inputs(), path)
        call.name = self.namer.layer(path, self.calls[path])
        self.calls[path] += 1
        handler = _handler(layer)
        made_by_layer = handler.convert(call)
        call.options.finish(handler.irrelevant, handler.dtypes)
        results = made_by_layer if isinstance(made_by_layer, list) else [made_by_layer]
        return [_passed(result, call) for result in results] if handler.passes_mask else results


def _passed(result: Tensor, call: Call) -> Tensor:
    """A result with the mask of the call's first input, unless it has one."""
    inputs = [leaf for leaf in flatten(list(call.args)) if isinstance(leaf, Tensor)]
    return result if result.mask is not None or not inputs else replace(result, mask=inputs[0].mask)


def _handler(layer: Layer) -> Handler:
    if layer.is_operation:
        return Keras3Operation()
    if layer.class_name in TENSORFLOW_CLASSES:
        return TensorFlowFunction()
    return find_handler(layer.name, layer.class_name)


def _input_shape(layer: Layer) -> Shape:
    """Shape of an input of the outer model."""
    dims = _input_dims(layer)
    if dims is None:
        raise UnsupportedError(
            f"model input {layer.name!r}: the file states no input shape; build the model and save it again"
        )
    return fixed_shape(layer.name, dims, "the input shape")


def _input_dims(layer: Layer) -> Any:
    """What an input layer states as its shape, the batch included; its other options are checked."""
    if layer.class_name != INPUT:
        raise FileFormatError(f"layer {layer.name!r} ({layer.class_name}) is listed as an input of the model")
    options = Options(layer.name, layer.class_name, layer.config)
    for key in ("sparse", "ragged", "optional"):
        options.require(key, None, False)
    dims = options.raw("batch_shape") or options.raw("batch_input_shape")
    options.finish(dtypes=INPUT_DTYPES)
    return dims


def _is_boolean(layer: Layer) -> bool:
    return layer.config.get("dtype") == "bool"


def _feed(model: Model, inputs: Sequence[Tensor]) -> dict[CallKey, list[Tensor]]:
    """The tensors of the input layers, whose declared shapes are compared with what comes in."""
    if len(inputs) != len(model.inputs):
        raise FileFormatError(
            f"model {model.name!r} has {len(model.inputs)} inputs and is called with {len(inputs)}"
        )
    made: dict[CallKey, list[Tensor]] = {}
    for ref, tensor in zip(model.inputs, inputs, strict=True):
        dims = _input_dims(model.layer(ref.layer))
        if isinstance(dims, list) and not _fits(dims[1:], tensor.shape):
            raise FileFormatError(
                f"model {model.name!r}: the input {ref.layer!r} of shape {shorten(dims)} "
                f"is called with shape {tensor.shape} (without batch)"
            )
        if (ref.layer, ref.call) in made:
            raise FileFormatError(f"model {model.name!r}: two inputs are called {ref.layer!r}")
        made[ref.layer, ref.call] = [tensor]
    return made


def _fits(dims: Sequence[Any], shape: Shape) -> bool:
    return len(dims) == len(shape) and all(d is None or d == n for d, n in zip(dims, shape, strict=True))


def _resolve(model: Model, made: Mapping[CallKey, list[Tensor]], value: Any) -> Any:
    """A structure of arguments with tensors in the place of references."""
    if isinstance(value, Ref):
        return _look_up(model, made, value, model.first_call)
    if isinstance(value, list):
        return [_resolve(model, made, entry) for entry in value]
    if isinstance(value, dict):
        return {key: _resolve(model, made, entry) for key, entry in value.items()}
    return value


def _look_up(
    model: Model, made: Mapping[CallKey, list[Tensor]], ref: Ref, first_call: Mapping[str, int]
) -> Tensor:
    results = made.get((ref.layer, ref.call - first_call.get(ref.layer, 0)))
    if results is None or ref.tensor >= len(results):
        model.layer(ref.layer)
        raise FileFormatError(
            f"model {model.name!r} uses output {ref.tensor} of call {ref.call} of {ref.layer!r}; "
            "there is none"
        )
    return results[ref.tensor]
