"""Layers with several inputs."""

from __future__ import annotations

from isobit.frontends.keras.layers.base import Call, Handler, Tensor


class Merge(Handler):
    """``Add``, ``Multiply``, ...: inputs of fewer axes get new ones after the batch, as in the IR.

    Parameters
    ----------
    op : str
        The operator.
    """

    def __init__(self, op: str) -> None:
        self.op = op

    def convert(self, call: Call) -> Tensor:
        """One node."""
        return call.emit(self.op, call.inputs())


class Concatenate(Handler):
    """``Concatenate(axis)``."""

    def convert(self, call: Call) -> Tensor:
        """One node."""
        tensors = call.inputs()
        axis = call.options.integer("axis") if call.options.has("axis") else -1
        return call.emit("concatenate", tensors, {"axis": call.axis(axis, len(tensors[0].shape))})
