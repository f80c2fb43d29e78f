"""``load``: an ONNX file as a graph."""

from __future__ import annotations

from pathlib import Path

from isobit.errors import FileFormatError, IsobitError, UnsupportedError
from isobit.frontends.onnx.convert import convert_nodes
from isobit.frontends.onnx.file import read_model
from isobit.frontends.onnx.limits import MAX_NODES
from isobit.frontends.onnx.messages import GraphProto
from isobit.frontends.onnx.order import ordered
from isobit.frontends.onnx.scope import Scope
from isobit.frontends.onnx.signature import data_inputs
from isobit.frontends.onnx.values import Constant, Tensor, Unavailable
from isobit.ir import Graph, GraphBuilder


def load(path: Path, batch: bool = True) -> Graph:
    """Read an ONNX file (opset 7 to 28, standard operators).

    The first axis of every input is the batch; a fixed batch in the file is taken as "any". Weights of
    every floating-point type become float64. External data must lie in the folder of the file.

    Parameters
    ----------
    path : Path
        The ``.onnx`` file.
    batch : bool
        Whether the tensors of the file have a batch axis, the first of every input. If not, the shapes in
        the file are those of one sample, and any axis is data.

    Returns
    -------
    Graph
        Layers bear the names of the nodes, or of the tensors that they make where nodes have none.

    Raises
    ------
    FileFormatError
        When the file is damaged, contradicts itself or is no ONNX file.
    UnsupportedError
        For operators, attributes, versions and shapes that isobit does not read, naming node and file.
    GraphError
        For weights that are not finite, or that do not fit the shapes.
    """
    path = Path(path)
    try:
        model, opset = read_model(path)
        return _graph(model.graph, opset, path, batch)
    except IsobitError as error:
        raise type(error)(f"{path}: {error}") from error.__cause__
    except (MemoryError, RecursionError) as error:
        raise FileFormatError(f"{path}: reading it takes too much memory") from error


def _graph(graph: GraphProto, opset: int, path: Path, has_batch: bool) -> Graph:
    if graph.sparse_initializer:
        name = graph.sparse_initializer[0].values.name
        raise UnsupportedError(f"sparse initializer {name!r} is not supported; store it dense")
    for what, count in (("nodes", len(graph.node)), ("initializers", len(graph.initializer))):
        if count > MAX_NODES:
            raise UnsupportedError(f"the graph has {count} {what}; supported are up to {MAX_NODES}")
    inputs, batch = data_inputs(graph, has_batch)
    if batch is not None and batch > 1:
        import logging

        logging.getLogger(__name__).info(
            "%s: the fixed batch of %d is taken as a batch of any size", path, batch
        )
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    if len(initializers) != len(graph.initializer):
        raise FileFormatError("two initializers have the same name")
    outputs = [info.name for info in graph.output]
    nodes = ordered(graph.node, [*inputs, *initializers], outputs)
    builder = GraphBuilder(graph.name or path.stem)
    reserved = {name for node in graph.node for name in (node.name, *node.output)}
    scope = Scope(builder, opset, path.parent, initializers, reserved, has_batch)
    scope.fixed_batch = batch
    for name, (shape, element) in inputs.items():
        scope.define(name, Tensor(builder.input(name, shape), element, 0 if has_batch else None))
    convert_nodes(scope, nodes, outputs)
    if graph.quantization_annotation:
        name = graph.quantization_annotation[0].tensor_name
        raise UnsupportedError(f"quantization annotation of {name!r} is not supported")
    for name in outputs:
        builder.output(name, _output(scope, name).name)
    return builder.build()


def _output(scope: Scope, name: str) -> Tensor:
    """The tensor that an output of the model shows."""
    value = scope.value(name)
    if isinstance(value, Constant) and not scope.batch:
        value = scope.constant(value, name)
    if isinstance(value, Unavailable):
        raise UnsupportedError(f"output {name!r} is {value.text}")
    if isinstance(value, Constant) or (scope.batch and value.batch is None):
        raise UnsupportedError(f"output {name!r} does not depend on any input")
    if value.batch:
        raise UnsupportedError(
            f"output {name!r} has the batch axis at position {value.batch}; it must be first"
        )
    return value
