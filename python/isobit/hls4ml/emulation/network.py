"""The graph that a firmware becomes, with the format of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

from isobit.errors import FormatError, UnsupportedError
from isobit.formats import MAX_WIDTH, Format
from isobit.hls4ml.firmware import Firmware, Variable
from isobit.ir import GraphBuilder, Shape
from isobit.model import Model
from isobit.ops import REGISTRY
from isobit.ops.layer import Layer
from isobit.quantization.precision import LayerPrecision, Precision
from isobit.quantized import QuantizedModel


class Network:
    """Variables of the firmware as tensors of a graph.

    Attributes
    ----------
    tensors : dict of str to str
        The tensor that stands for each variable that has been made.
    never_negative : set of str
        Variables that are known to hold no negative number: their producer cannot make one.
    """

    def __init__(self, firmware: Firmware) -> None:
        self.firmware = firmware
        self.builder = GraphBuilder(firmware.name)
        self.tensors: dict[str, str] = {}
        self.never_negative: set[str] = set()
        self._formats: dict[str, Format] = {}
        self._layers: dict[str, LayerPrecision] = {}
        self._outputs: dict[str, str] = {}
        for name in firmware.inputs:
            variable = self.variable("input", name)
            self.tensors[name] = self.builder.input(name, variable.shape)
            self._formats[name] = variable.format

    def variable(self, user: str, name: str) -> Variable:
        """A variable of the firmware; ``user`` is who asks."""
        variable = self.firmware.variables.get(name)
        if variable is None:
            raise UnsupportedError(
                f"{user!r} uses the variable {name!r}, which the firmware does not declare"
            )
        if variable.format.width > MAX_WIDTH:
            raise UnsupportedError(
                f"variable {name!r} has the type {variable.format} of {variable.format.width} bits; "
                f"supported are up to {MAX_WIDTH}"
            )
        return variable

    def format(self, tensor: str) -> Format:
        """The format of a tensor."""
        return self._formats[tensor]

    def shape(self, tensor: str) -> Shape:
        """The shape of a tensor."""
        return self.builder.shapes[tensor]

    def add(
        self,
        name: str,
        op: str,
        inputs: Sequence[str],
        formats: Mapping[str, Format],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, npt.ArrayLike] | None = None,
    ) -> str:
        """A node with a format for each of its roles (an accumulator that is not given is exact)."""
        made = self.builder.add(op, inputs, name, attrs, constants)
        node = self.builder.nodes[-1]
        layer = Layer(
            node.name, node.op, node.attrs, node.constants, tuple(self.shape(tensor) for tensor in inputs)
        )
        roles = {role.name: formats.get(role.name) for role in REGISTRY[op].used_roles(layer)}
        missing = [role for role, fmt in roles.items() if fmt is None and role != "accumulator"]
        if missing:
            raise FormatError(f"layer {name!r}: no format is given for {missing[0]!r}")
        self._layers[name] = LayerPrecision(roles)
        self._formats[name] = formats["output"]
        return made

    def unique(self, name: str) -> str:
        """A name that no tensor has yet."""
        return self.builder.unique(name)

    def made(self, variable: str, tensor: str) -> None:
        """From now on the variable is this tensor."""
        self.tensors[variable] = tensor

    def finish(self) -> QuantizedModel:
        """The model."""
        for name in self.firmware.outputs:
            tensor = self.tensors.get(name)
            if tensor is None:
                raise UnsupportedError(f"no layer makes the output {name!r}")
            self.builder.output(tensor if tensor not in self.builder.outputs else name, tensor)
        inputs = {name: self._formats[name] for name in self.builder.inputs}
        return QuantizedModel(Model(self.builder.build()), Precision(inputs, self._layers))
