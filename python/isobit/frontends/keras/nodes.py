"""How layers are called: the two ways in which Keras writes the ``inbound_nodes`` of functional models.

Keras 2 writes one list per call, ``[["dense", 0, 0, {}], ...]``, and hides further tensors in the keyword
arguments; Keras 3 writes ``{"args": [...], "kwargs": {...}}`` with ``__keras_tensor__`` objects in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.keras.options import shorten, to_array

_CONSTANT = "_CONSTANT_VALUE"


@dataclass(frozen=True)
class Ref:
    """A tensor: output ``tensor`` of call number ``call`` of a layer."""

    layer: str
    call: int
    tensor: int


@dataclass(frozen=True)
class CallSpec:
    """The arguments of one call.

    They are structures (lists, dictionaries) of `Ref`, slices, float64 arrays and plain JSON values.
    """

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)

    def refs(self) -> list[Ref]:
        """All tensors, in the order in which Keras flattens them."""
        return list(_refs([*self.args, self.kwargs]))


def flatten(value: Any) -> list[Any]:
    """The leaves of lists and dictionaries; dictionaries by sorted keys, as Keras does."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in flatten(value[key])]
    if isinstance(value, (list, tuple)):
        return [leaf for entry in value for leaf in flatten(entry)]
    return [value]


def read_calls(layer: str, nodes: Any) -> list[CallSpec]:
    """The calls of a layer of a functional model.

    Raises
    ------
    FileFormatError
        When ``inbound_nodes`` has neither of the two forms.
    """
    if not isinstance(nodes, list):
        raise FileFormatError(f"layer {layer!r}: inbound_nodes = {shorten(nodes)} is no list")
    return [_read_call(layer, node) for node in nodes]


def read_tensor_list(where: str, value: Any) -> list[tuple[str | None, Ref]]:
    """The tensors of ``input_layers`` or ``output_layers``, with their keys where these are dictionaries."""
    if _is_history(value):
        return [(None, _ref(where, value))]
    if isinstance(value, list):
        return [pair for entry in value for pair in read_tensor_list(where, entry)]
    if isinstance(value, dict):
        pairs: list[tuple[str | None, Ref]] = []
        for key in sorted(value):
            inner = read_tensor_list(where, value[key])
            pairs += [(key, inner[0][1])] if len(inner) == 1 else inner
        return pairs
    raise FileFormatError(f"{where} = {shorten(value)} is no list of tensors")


def _read_call(layer: str, node: Any) -> CallSpec:
    if isinstance(node, dict) and set(node) == {"args", "kwargs"}:
        args, kwargs = _decode(layer, node["args"]), _decode(layer, node["kwargs"])
        if isinstance(args, list) and isinstance(kwargs, dict):
            return CallSpec(tuple(args), kwargs)
    if isinstance(node, (list, dict)) and node:
        first, kwargs = _read_keras2(layer, node)
        if isinstance(first, list) and len(first) == 1:
            first = first[0]
        return CallSpec((first,), kwargs)
    raise FileFormatError(f"layer {layer!r}: the call {shorten(node)} is not understood")


def _read_keras2(layer: str, node: Any) -> tuple[Any, dict[str, Any]]:
    """First argument and keyword arguments; Keras 2 repeats the latter with every tensor of the former."""
    if isinstance(node, dict):
        pairs = {key: _read_keras2(layer, value) for key, value in node.items()}
        first: Any = {key: value for key, (value, _) in pairs.items()}
        return first, next(iter(pairs.values()))[1] if pairs else {}
    if not isinstance(node, list) or not node:
        raise FileFormatError(f"layer {layer!r}: the call {shorten(node)} is not understood")
    if not isinstance(node[0], str):
        entries = [_read_keras2(layer, entry) for entry in node]
        return [value for value, _ in entries], entries[0][1]
    kwargs = node[3] if len(node) == 4 else {}
    if len(node) not in (3, 4) or not isinstance(kwargs, dict):
        raise FileFormatError(f"layer {layer!r}: the call {shorten(node)} is not understood")
    decoded = {key: _decode_keras2(layer, value) for key, value in kwargs.items()}
    if node[0] == _CONSTANT:
        return _constant(node[2]), decoded
    return _ref(layer, node[:3]), decoded


def _decode_keras2(layer: str, value: Any) -> Any:
    """A keyword argument of Keras 2: ``[layer, call, tensor]`` is a tensor."""
    if _is_history(value):
        return _ref(layer, value)
    if isinstance(value, dict) and set(value) == {"start", "stop", "step"}:
        return slice(value["start"], value["stop"], value["step"])
    if isinstance(value, dict):
        return {key: _decode_keras2(layer, entry) for key, entry in value.items()}
    if isinstance(value, list):
        if any(isinstance(entry, (dict, list)) for entry in value):
            return [_decode_keras2(layer, entry) for entry in value]
        return value
    return value


def _decode(layer: str, value: Any) -> Any:
    """A value as Keras 3 serializes it."""
    if isinstance(value, list):
        return [_decode(layer, entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config")
    if kind is None or not isinstance(kind, str) or not kind.startswith("__"):
        if "class_name" in value and "config" in value:
            raise UnsupportedError(f"layer {layer!r}: it is called with {shorten(value)}")
        return {key: _decode(layer, entry) for key, entry in value.items()}
    if isinstance(config, dict):
        if kind == "__keras_tensor__":
            return _ref(layer, config.get("keras_history"))
        if kind in ("__numpy__", "__tensor__"):
            return _constant(value)
        if kind == "__slice__":
            return slice(config.get("start"), config.get("stop"), config.get("step"))
        if kind == "__ellipsis__":
            return ...
        if kind == "__tuple__":
            return _decode(layer, config.get("value"))
    raise UnsupportedError(f"layer {layer!r}: it is called with {shorten(value)}")


def _constant(value: Any) -> Any:
    array = to_array(value)
    return value if array is None else array


def _is_history(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(n, int) and not isinstance(n, bool) for n in value[1:])
    )


def _ref(layer: str, history: Any) -> Ref:
    if not _is_history(history) or history[1] < 0 or history[2] < 0:
        raise FileFormatError(f"layer {layer!r}: {shorten(history)} names no tensor")
    return Ref(history[0], history[1], history[2])


def _refs(value: Any) -> Iterator[Ref]:
    for leaf in flatten(value):
        if isinstance(leaf, Ref):
            yield leaf
