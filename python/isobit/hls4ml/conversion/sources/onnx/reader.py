"""``declare``: a graph of ONNX as declared layers."""

from __future__ import annotations

from pathlib import Path

from isobit.errors import UnsupportedError
from isobit.frontends.onnx.file import read_model
from isobit.frontends.onnx.initializers import decode
from isobit.frontends.onnx.limits import MAX_CONSTANTS
from isobit.frontends.onnx.messages import GraphProto
from isobit.frontends.onnx.signature import data_inputs
from isobit.hls4ml.conversion.graph import Array
from isobit.hls4ml.conversion.sources.declared import Declarations, Declared, refuse
from isobit.hls4ml.conversion.sources.onnx.node import OnnxNode
from isobit.hls4ml.conversion.sources.onnx.table import TRANSLATIONS
from isobit.ir import Shape

_SKIPPED = ("Dropout", "Identity")


def declare(path: Path) -> Declarations:
    """The layers of an ONNX file.

    Raises
    ------
    UnsupportedError
        For operators that hls4ml does not convert, and files that are not as it wants them.
    """
    model, _ = read_model(path)
    return _declared(model.graph, path)


def _declared(graph: GraphProto, path: Path) -> Declarations:
    inputs, _ = data_inputs(graph, True)
    shapes: dict[str, Shape] = {name: info.shape for name, info in inputs.items()}
    layers = [Declared("Input", _checked(name), {"input_shape": shape}) for name, shape in shapes.items()]
    constants: dict[str, Array] = {}
    for tensor in graph.initializer:
        constants[_checked(tensor.name)] = decode(tensor, path.parent, MAX_CONSTANTS)
    layers += [Declared("Constant", name, {"value": value}) for name, value in constants.items()]
    passed: dict[str, str] = {}
    for node in graph.node:
        _checked(node.name)
        given = [passed.get(name, name) for name in node.input]
        if node.op_type in _SKIPPED:
            passed[node.output[0]] = given[0]
            continue
        if node.op_type not in TRANSLATIONS:
            raise refuse(
                node.name,
                node.op_type,
                "hls4ml does not convert it, or isobit does not emulate it; known: "
                + ", ".join(TRANSLATIONS),
            )
        known = OnnxNode(node, given, shapes, constants)
        made = TRANSLATIONS[node.op_type](known)
        name = node.name if not node.name[0].isdigit() else f"{made.kind.lower()}{node.name}"
        layers.append(Declared(made.kind, name, made.attrs, made.inputs, list(node.output[:1])))
        shapes[node.output[0]] = made.shape
    shown = {info.name for info in graph.output}
    outputs = [layer.outputs[0] for layer in layers if layer.outputs and layer.outputs[0] in shown]
    if len(outputs) != len(shown):
        raise UnsupportedError("hls4ml takes results of layers for outputs, and each of them once")
    return Declarations(layers, list(inputs), outputs)


def _checked(name: str) -> str:
    if not name or "." in name:
        raise UnsupportedError(
            f"hls4ml needs nodes and tensors with names without dots, not {name!r}; run the file through "
            "qonnx-cleanup"
        )
    return name
