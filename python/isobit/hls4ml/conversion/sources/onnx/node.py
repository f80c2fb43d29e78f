"""One node of an ONNX file, as its translation sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isobit.errors import UnsupportedError
from isobit.frontends.onnx.messages import AttributeProto, NodeProto
from isobit.hls4ml.conversion.graph import Array
from isobit.hls4ml.conversion.sources.declared import refuse
from isobit.ir import Shape


@dataclass(frozen=True)
class OnnxNode:
    """A node.

    Parameters
    ----------
    proto : NodeProto
    given : sequence of str
        Its inputs, with skipped nodes left out.
    shapes : mapping of str to shape
        Of tensors that depend on data, without the batch.
    constants : mapping of str to array
    """

    proto: NodeProto
    given: Sequence[str]
    shapes: Mapping[str, Shape]
    constants: Mapping[str, Array]

    @property
    def shape(self) -> Shape:
        """Of the first input."""
        return self.shape_of(0)

    def shape_of(self, place: int) -> Shape:
        """Of an input; of a constant, its own."""
        name = self.given[place]
        if name in self.shapes:
            return self.shapes[name]
        return self.constant(place).shape

    def is_constant(self, place: int) -> bool:
        """Whether an input is stored in the file."""
        return self.given[place] in self.constants

    def constant(self, place: int) -> Array:
        """An input that must be stored in the file."""
        name = self.given[place]
        if name not in self.constants:
            raise self.refuse(f"hls4ml takes a constant for its input {name!r}")
        return self.constants[name]

    def attribute(self, name: str) -> AttributeProto | None:
        """An attribute, if the file gives it."""
        return next((entry for entry in self.proto.attribute if entry.name == name), None)

    def refuse(self, text: str) -> UnsupportedError:
        """An error that names the node."""
        return refuse(self.proto.name, self.proto.op_type, text)


@dataclass(frozen=True)
class MadeOfNode:
    """What a node becomes: as :class:`isobit.hls4ml.conversion.sources.keras.layer.Made`, with its inputs."""

    kind: str
    attrs: Mapping[str, Any]
    shape: Shape
    inputs: list[str]


TranslateNode = Callable[[OnnxNode], MadeOfNode]
