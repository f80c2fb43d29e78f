"""What streams need: copies, paddings and shapes as layers of their own."""

from __future__ import annotations

from isobit.hls4ml.conversion.graph import LayerGraph
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import Clone, Conv1D, Conv2D, Repack, Reshape
from isobit.hls4ml.conversion.nodes.table import KINDS
from isobit.hls4ml.conversion.passes.shaping import link_to_input


def flatten_in_place(graph: LayerGraph, node: Node) -> bool:
    """A flat tensor is read from the stream as it is."""
    if isinstance(node, Reshape) and len(node.result.shape) == 1 and node.name not in graph.outputs:
        link_to_input(node)
    return False


def repack(graph: LayerGraph, node: Node) -> bool:
    """Another shape is another stream."""
    if not isinstance(node, Reshape):
        return False
    if len(node.result.shape) == 1 and node.outputs[0] not in graph.outputs:
        return False
    made = Repack(graph, f"repack_{node.name}", {"target_shape": node.attrs["target_shape"]}, node.inputs)
    made.result.type = made.types["result_t"] = node.result.type
    graph.replace(node, made)
    return True


def clone(graph: LayerGraph, node: Node) -> bool:
    """A stream that several layers read, or a layer and the outside, is copied."""
    if isinstance(node, Clone):
        return False
    changed = False
    for output in list(node.outputs):
        shown = output in graph.outputs
        readers = graph.consumers(output)
        count = len(readers) + shown
        if count < 2:
            continue
        if count > 7:
            raise node.refuse(f"hls4ml copies a stream for up to 7 readers, not {count}")
        copies = [f"{output}_cpy{number}" for number in range(1, count + 1)]
        if shown:
            graph.outputs[graph.outputs.index(output)] = copies[0]
        for reader, copy in zip(readers, copies[shown:], strict=True):
            reader.inputs[reader.inputs.index(output)] = copy
        graph.insert(Clone(graph, f"clone_{node.name}", {}, [output], copies))
        changed = True
    return changed


def pad_before_convolution(graph: LayerGraph, node: Node) -> bool:
    """Zeros around an image come from a layer of their own."""
    if not isinstance(node, Conv1D):
        return False
    rank = 2 if isinstance(node, Conv2D) else 1
    sides = ("top", "bottom", "left", "right")[4 - 2 * rank :]
    if all(node.attrs[f"pad_{side}"] == 0 for side in sides):
        return False
    attrs = {f"pad_{side}": node.attrs[f"pad_{side}"] for side in sides} | {"n_chan": node.attrs["n_chan"]}
    shape = []
    for place, axis in enumerate(("height", "width")[2 - rank :]):
        length = node.attrs[f"in_{axis}"]
        padded = length + sum(attrs[f"pad_{side}"] for side in sides[2 * place : 2 * place + 2])
        attrs |= {f"in_{axis}": length, f"out_{axis}": padded}
        node.attrs[f"in_{axis}"] = padded
        shape.append(padded)
    node.attrs |= dict.fromkeys((f"pad_{side}" for side in sides), 0)
    attrs["out_shape"] = (*shape, node.attrs["n_chan"])
    made = KINDS[f"ZeroPadding{rank}D"](graph, f"zp{rank}d_{node.name}", attrs, node.inputs)
    graph.insert(made, node)
    return True
