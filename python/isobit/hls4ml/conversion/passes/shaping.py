"""Shapes cost nothing where arrays lie in memory; convolutions of one pixel have functions of their own."""

from __future__ import annotations

from isobit.hls4ml.conversion.graph import LayerGraph, Variable
from isobit.hls4ml.conversion.nodes.base import Node
from isobit.hls4ml.conversion.nodes.layers import Conv1D, Conv2D, Reshape
from isobit.hls4ml.conversion.nodes.table import KINDS
from isobit.hls4ml.conversion.passes.reuse import legal_reuse_factor


def drop_final_reshape(graph: LayerGraph, node: Node) -> bool:
    """A shape that no layer reads."""
    if not isinstance(node, Reshape) or not graph.parallel or graph.consumers(node.outputs[0]):
        return False
    graph.remove(node)
    return True


def reshape_in_place(graph: LayerGraph, node: Node) -> bool:
    """The result is the memory of the input, with its type."""
    if isinstance(node, Reshape) and graph.parallel:
        link_to_input(node)
        if node.name in graph.outputs:
            previous = graph.made_by(node.inputs[0])
            if previous.name in graph.outputs:
                raise node.refuse("hls4ml cannot show both it and the layer before it as outputs")
            graph.outputs = [previous.name if name == node.name else name for name in graph.outputs]
    return False


def link_to_input(node: Node) -> None:
    """Let the variable of a node be that of its input, in another shape."""
    given, made = node.source(), node.result
    node.set_variable(node.outputs[0], Variable(made.name, made.shape, given.type, given))


def use_pointwise(graph: LayerGraph, node: Node) -> bool:
    """A kernel of one pixel; everything is copied, but the configuration is applied once more."""
    if type(node) not in (Conv1D, Conv2D) or node.attrs["filt_width"] != 1:
        return False
    if node.attrs.get("filt_height", 1) != 1:
        return False
    if node.attrs["strategy"] == "distributed_arithmetic" and type(node) is Conv1D:
        return False
    kind = KINDS[f"Pointwise{node.class_name}"]
    made = kind.__new__(kind)
    made.adopt(node)
    if made.attrs["strategy"] == "resource":
        factor = made.attrs["reuse_factor"]
        legal = legal_reuse_factor(made.attrs["n_chan"], made.attrs["n_filt"], factor)
        if factor != legal:
            raise node.refuse(
                f"hls4ml forgets to correct the ReuseFactor {factor} of a convolution of one pixel; "
                f"write {legal}"
            )
    graph.replace(node, made)
    return True
