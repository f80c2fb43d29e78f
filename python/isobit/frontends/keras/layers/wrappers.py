"""Layers around layers: Bidirectional, TimeDistributed, SpectralNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from isobit.frontends.keras.layers.base import Call, Handler, Tensor, Variable, inner_layer, inside
from isobit.frontends.keras.layers.masks import given_mask, reshaped
from isobit.frontends.keras.layers.recurrent import RNN, arguments, read_run
from isobit.frontends.keras.options import Options


def _handler(options: Options, layer: Mapping[str, Any]) -> Handler:
    from isobit.frontends.keras.layers import find_handler

    return find_handler(options.layer, layer["class_name"])


def _options(options: Options, layer: Mapping[str, Any]) -> Options:
    return Options(options.layer, layer["class_name"], layer["config"])


class Bidirectional(Handler):
    """``Bidirectional``: one layer forwards, one backwards, and how their outputs are merged."""

    irrelevant = frozenset(["weights"])

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Those of the forward layer, then those of the backward one."""
        found: list[Variable] = []
        for attribute, layer, handler in self._layers(options):
            found += inside(attribute, handler.variables(_options(options, layer)))
        return tuple(found)

    def convert(self, call: Call) -> Any:
        """Both layers, and one node to merge them."""
        sequence, states, mask = arguments(call)
        halves = [states[: len(states) // 2], states[len(states) // 2 :]]
        outputs, final = list[Tensor](), list[Tensor]()
        for (attribute, layer, handler), own in zip(self._layers(call.options), halves, strict=True):
            inner = call.nested(layer, attribute.removesuffix("_layer"), attribute)
            run = read_run(inner.options)
            # Keras asks its layers for zeros at masked steps where it returns the sequence.
            run = replace(run, zero_masked=run.sequences)
            output, *rest = handler.applied(inner, sequence, own, mask, run)
            inner.options.finish(handler.irrelevant)
            if run.sequences and attribute == "backward_layer":
                output = _reversed(inner, output)
            outputs.append(output)
            final += rest
        merged = self._merged(call, outputs)
        return [*(replace(output, mask=outputs[0].mask) for output in merged), *final]

    def _merged(self, call: Call, outputs: list[Tensor]) -> list[Tensor]:
        mode = call.options.raw("merge_mode")
        if mode is None:
            return outputs
        axis = len(outputs[0].shape) - 1
        nodes: dict[str, tuple[str, dict[str, Any]]] = {
            "concat": ("concatenate", {"axis": axis}),
            "sum": ("add", {}),
            "ave": ("average", {}),
            "mul": ("multiply", {}),
        }
        if mode not in nodes:
            raise call.options.malformed("merge_mode", f"null or one of {', '.join(nodes)}")
        op, attrs = nodes[mode]
        return [call.emit(op, outputs, attrs)]

    def _layers(self, options: Options) -> list[tuple[str, Mapping[str, Any], RNN]]:
        """Forward and backward layer: where Keras keeps each, its description, its handler."""
        forward = inner_layer(options, "layer", options.raw("layer"))
        if options.has("backward_layer"):
            backward = inner_layer(options, "backward_layer", options.raw("backward_layer"))
        else:
            turned = {**forward["config"], "go_backwards": not forward["config"].get("go_backwards", False)}
            backward = {**forward, "config": turned}
        found = []
        for attribute, layer in (("forward_layer", forward), ("backward_layer", backward)):
            handler = _handler(options, layer)
            if not isinstance(handler, RNN):
                raise options.unsupported("layer", "supported: SimpleRNN, LSTM, GRU and RNN")
            found.append((attribute, layer, handler))
        return found


def _reversed(call: Call, tensor: Tensor) -> Tensor:
    """The steps in the opposite order."""
    rank = len(tensor.shape)
    attrs = {
        "starts": (tensor.shape[0] - 1, *[0] * (rank - 1)),
        "stops": (None,) * rank,
        "steps": (-1, *[1] * (rank - 1)),
    }
    return replace(call.emit("slice", [tensor], attrs, suffix="reversed"), mask=tensor.mask)


class TimeDistributed(Handler):
    """``TimeDistributed``: the layer on every step."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Those of the layer."""
        layer = inner_layer(options, "layer", options.raw("layer"))
        return inside("layer", _handler(options, layer).variables(_options(options, layer)))

    def convert(self, call: Call) -> Tensor:
        """The layer's nodes once where it treats all steps alike anyway, else once for each step."""
        layer = inner_layer(call.options, "layer", call.options.raw("layer"))
        handler = _handler(call.options, layer)
        bound = call.bind("inputs", "training", "mask")
        tensor = replace(call, args=(bound["inputs"],), kwargs={}).input()
        mask = tensor.mask if bound["mask"] is None else given_mask(call, bound["mask"])
        tensor = replace(tensor, mask=None)
        if len(tensor.shape) < 2:
            raise call.refuse("its input has no axis besides the batch and the steps")
        if layer["class_name"] in _STEPWISE:
            inner = call.nested(layer, "", "layer", tensor)
            result = handler.convert(inner)
            inner.options.finish(handler.irrelevant)
            if not isinstance(result, Tensor):
                raise call.options.unsupported("layer", "supported: layers with one result")
            return replace(result, mask=mask)
        if mask is not None and _takes_mask(layer["class_name"]):
            raise call.refuse(f"masks for a {layer['class_name']} of each step are not supported")
        rows = []
        for step in range(tensor.shape[0]):
            self._spend(call)
            part = _step(call, tensor, step)
            inner = call.nested(layer, f"step_{step}", "layer", part)
            result = handler.convert(inner)
            inner.options.finish(handler.irrelevant)
            if not isinstance(result, Tensor):
                raise call.options.unsupported("layer", "supported: layers with one result")
            rows.append(reshaped(inner, result, (1, *result.shape), "row"))
        joined = call.emit("concatenate", rows, {"axis": 0})
        return replace(joined, mask=mask)

    def _spend(self, call: Call) -> None:
        call.budget.spend(calls=1)


_STEPWISE = frozenset(
    [
        *(
            "Activation",
            "Dense",
            "ELU",
            "LeakyReLU",
            "ReLU",
            "Dropout",
            "GaussianNoise",
            "GaussianDropout",
            "AlphaDropout",
        ),
        *("Identity", "ThresholdedReLU", "ActivityRegularization", "Rescaling"),
    ]
)
"""Layers whose result for a step does not depend on the number of axes in front."""


def _takes_mask(class_name: str) -> bool:
    return class_name in ("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "Softmax", "TimeDistributed")


def _step(call: Call, tensor: Tensor, step: int) -> Tensor:
    rank = len(tensor.shape)
    attrs = {
        "starts": (step, *[0] * (rank - 1)),
        "stops": (step + 1, *[None] * (rank - 1)),
        "steps": (1,) * rank,
    }
    row = call.emit("slice", [tensor], attrs, suffix="step")
    return reshaped(call, row, tensor.shape[1:], "step")


class SpectralNormalization(Handler):
    """``SpectralNormalization``: in inference the layer with the weights as they were stored."""

    irrelevant = frozenset(["power_iterations"])

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """Those of the layer, then the vector of the power iteration, which only training needs."""
        layer = inner_layer(options, "layer", options.raw("layer"))
        own = inside("layer", _handler(options, layer).variables(_options(options, layer)))
        kernel = Variable("kernel", read=False, repeated=True)
        return (*own, kernel, Variable("vector_u", trainable=False, read=False))

    def convert(self, call: Call) -> Any:
        """The layer's nodes."""
        layer = inner_layer(call.options, "layer", call.options.raw("layer"))
        handler = _handler(call.options, layer)
        inner = call.nested(layer, "", "layer", *call.args, **call.kwargs)
        result = handler.convert(inner)
        inner.options.finish(handler.irrelevant)
        return result
