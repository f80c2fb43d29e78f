"""The top function: its ports, the variables between layers, and the calls in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from isobit.formats import Format, Rounding
from isobit.hls4ml.firmware import Call, Variable, Weight
from isobit.hls4ml.reading.arrays import array, powers, scalar
from isobit.hls4ml.reading.configurations import Configuration, flatten
from isobit.hls4ml.reading.functions import Constants, Function, count, dims, function_for
from isobit.hls4ml.reading.generated import GeneratedCode
from isobit.hls4ml.reading.kernels import read_kernel
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Scope
from isobit.hls4ml.reading.syntax import Node
from isobit.hls4ml.reading.types import Number, Pack, Structure, Type
from isobit.hls4ml.reading.variables import MAX_ELEMENTS, Tensor, Variables
from isobit.ir import Shape

_NAME = re.compile(r"//\s*([A-Za-z_][\w.\-/]*)\s*")
_FIXED_RESULTS = {
    "normalize_binary_tanh": Number(Format(1, 0, False, Rounding.TRN_ZERO), True),
    "normalize_ternary_tanh": Number(Format(2, 0, True, Rounding.TRN_ZERO), True),
}
"""Types of results that a function chooses itself."""
_NUMBERS = ("alpha", "theta")
QUANTIZER = "fixed_point_quantizer"
"""In records, the functions that hls4ml generates for the quantizers of HGQ."""


@dataclass
class Top:
    """What the top function says.

    Attributes
    ----------
    name : str
    inputs, outputs : list of str
    variables : dict of str to Variable
    calls : list of Call
    is_stream : bool
    """

    name: str
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    variables: dict[str, Variable] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    is_stream: bool = False


def read_top(function: Node, scope: Scope, generated: GeneratedCode) -> Top:
    """Read a top function.

    Raises
    ------
    FileFormatError
        When types, sizes or the order of calls contradict each other.
    UnsupportedError
        For statements and functions that hls4ml does not write.
    """
    return _Reader(function, scope, generated).read()


def port_names(function: Node) -> list[str]:
    """The names of the array ports of a function."""
    declarators = [p.get("declarator") for p in function["declarator"]["parameters"]]
    arrays = [d["declarator"] for d in declarators if d is not None and d.kind == "array_declarator"]
    return [array.text for array in arrays if array.kind == "identifier"]


class _Reader:
    def __init__(self, function: Node, scope: Scope, generated: GeneratedCode) -> None:
        self.function = function
        self.scope = scope
        self.generated = generated
        self.variables = Variables(scope)
        self.calls: list[Call] = []
        self.configurations: dict[str, Configuration] = {}

    def read(self) -> Top:
        declarator = self.function["declarator"]
        if self.function["type"].text != "void" or declarator.kind != "function_declarator":
            raise refused(self.function.place, "the top function of hls4ml returns nothing")
        for parameter in declarator["parameters"]:
            self.variables.add_parameter(parameter)
        statements = self.function["body"].with_comments()
        for index, statement in enumerate(statements):
            if statement.kind == "declaration":
                self.variables.add_local(statement)
            elif statement.kind == "expression_statement" and not list(statement):
                continue
            elif statement.kind == "expression_statement" and next(iter(statement)).kind == "call_expression":
                self._call(next(iter(statement)), _label(statements, index))
            elif statement.kind != "comment":
                raise refused(
                    statement.place, f"{statement.text[:80]!r}: only calls of layers are expected here"
                )
        return self._finished(self.scope.name(declarator["declarator"]))

    # Calls

    def _call(self, call: Node, label: str | None) -> None:
        name, templates = self._callee(call["function"])
        arguments = list(call["arguments"])
        function, configuration = function_for(name, len(templates), len(arguments)), Configuration()
        distributed = function is None and name.split("::")[-1].startswith("dense_da_")
        if distributed:
            function = Function(("data_T", "res_T"), ("data", "res"), (), None)
        elif function is None:
            configuration = Configuration(self.generated.quantizer(name, self.scope, call.place))
            name, function = QUANTIZER, Function(("data_T", "res_T"), output=None)
        if (len(templates), len(arguments)) != (len(function.template), len(function.arguments)):
            raise refused(
                call.place,
                f"nnet::{name} with {len(templates)} template arguments and {len(arguments)} arguments; "
                f"expected {len(function.template)} and {len(function.arguments)}",
            )
        types: dict[str, Type] = {}
        for role, node in zip(function.template, templates, strict=True):
            if role == "CONFIG_T":
                configuration = self._configuration(node)
            elif role == "N":
                configuration = Configuration({"N": self.scope.integer(node)})
            else:
                types[role] = self.scope.type(node)
        inputs, outputs, weights = self._arguments(
            name, function, arguments, types, configuration, call.place
        )
        if distributed:
            configuration, weights = self._kernel(name, inputs[0], outputs[0], call.place)
            name, function = "dense_da", Function(output=dims("n_out"))
        self._sizes(name, function, inputs, outputs, configuration, call.place)
        self.calls.append(
            Call(
                label or outputs[0].name,
                name,
                tuple(t.name for t in inputs),
                tuple(t.name for t in outputs),
                configuration.config,
                configuration.types,
                {**configuration.constants, **weights},
            )
        )

    def _callee(self, node: Node) -> tuple[str, list[Node]]:
        space = node.get("scope") if node.kind == "qualified_identifier" else None
        inner = node["name"] if space is not None else node
        known = {"nnet"} | self.scope.namespaces
        if inner.kind != "template_function" or space is None or space.text not in known:
            raise refused(node.place, f"a call of {node.text[:80]!r}; layers are templates of nnet")
        name = inner["name"].text
        return name if space.text == "nnet" else f"{space.text}::{name}", list(inner["arguments"])

    def _kernel(
        self, name: str, data: Tensor, result: Tensor, place: Place
    ) -> tuple[Configuration, dict[str, Weight]]:
        """A dense layer that is written as shifts and additions."""
        if data.shape is None or result.shape is None:
            raise refused(place, f"{name[:60]} with streams")
        function = self.generated.find(name, place)
        sizes = count(data.shape), count(result.shape)
        kernel = read_kernel(function, data.element.format, *sizes, self.scope)
        configuration = Configuration({"n_in": kernel.n_in, "n_out": kernel.n_out})
        return configuration, {"weights": kernel.weights, "biases": kernel.biases}

    def _configuration(self, node: Node) -> Configuration:
        kind = self.scope.type(node)
        if not isinstance(kind, Structure):
            raise damaged(node.place, f"{node.text[:80]!r} is no configuration")
        if kind.name not in self.configurations:
            self.configurations[kind.name] = flatten(self.scope.configs[kind.name], self.scope)
        return self.configurations[kind.name]

    def _arguments(
        self,
        name: str,
        function: Function,
        arguments: list[Node],
        types: dict[str, Type],
        configuration: Configuration,
        place: Place,
    ) -> tuple[list[Tensor], list[Tensor], dict[str, Weight]]:
        inputs: list[Tensor] = []
        outputs: list[Tensor] = []
        weights: dict[str, Weight] = {}
        for role, node in zip(function.arguments, arguments, strict=True):
            if role in function.constants:
                rule = function.constants[role]
                weights[role] = self._weight(role, rule, node, types, configuration, place)
            elif role in _NUMBERS:
                kind = types["param_T"]
                if not isinstance(kind, Number):
                    raise refused(node.place, f"{role} of nnet::{name} is no fixed-point number")
                weights[role] = scalar(node, kind, self.scope, node.place)
            else:
                is_input = role.startswith("data")
                tensor = self.variables.find(node)
                expected = _type_of(name, role, types)
                if tensor.type != expected:
                    raise damaged(node.place, f"{tensor.name} has another type than nnet::{name} is told")
                if tensor.is_weight:
                    raise refused(node.place, f"{tensor.name} is a weight and an array of data")
                if is_input and not (tensor.written or tensor.is_port):
                    raise damaged(node.place, f"{tensor.name} is read before a layer writes it")
                if is_input and tensor.read and tensor.is_stream:
                    raise damaged(node.place, f"the stream {tensor.name} is read a second time")
                if not is_input and (tensor.written or tensor.read):
                    raise damaged(node.place, f"{tensor.name} is written a second time")
                tensor.read |= is_input
                (inputs if is_input else outputs).append(tensor)
        for tensor in outputs:
            tensor.written = True
        return inputs, outputs, weights

    def _weight(
        self,
        role: str,
        rule: Constants,
        node: Node,
        types: dict[str, Type],
        configuration: Configuration,
        place: Place,
    ) -> Weight:
        if rule.type in types:
            kind = types[rule.type]
            element = kind.element if isinstance(kind, Pack) else kind
            fmt = element.format if isinstance(element, Number) else None
        else:
            fmt = configuration.types.get(rule.type)
        if fmt is None and rule.type not in configuration.powers:
            raise refused(place, f"{role}: {rule.type} is no fixed-point type")
        if node.kind not in ("identifier", "qualified_identifier"):
            raise refused(node.place, f"{node.text[:80]!r} instead of a constant array")
        port = self.variables.tensors.get(node.text)
        if port is not None:
            if node.text not in self.scope.constants or port.element.format != fmt:
                raise refused(
                    node.place, f"{node.text} comes through a port, and no header of its name has it"
                )
            port.is_weight = True
        length = count(_evaluated(rule.sizes, configuration, place))
        if fmt is None:
            return powers(self.scope.name(node), configuration.powers[rule.type], self.scope, place, length)
        return array(self.scope.name(node), fmt, self.scope, place, length)

    # Sizes

    def _sizes(
        self,
        name: str,
        function: Function,
        inputs: list[Tensor],
        outputs: list[Tensor],
        configuration: Configuration,
        place: Place,
    ) -> None:
        for tensor, sizes in zip(inputs, function.inputs, strict=False):
            tensor.agree(_evaluated(sizes, configuration, place), name, place)
        number = configuration.config.get("N")
        if isinstance(number, int) and "N" in function.template:
            inputs[0].agree((number,), name, place)
        source = inputs[0].shape
        if source is None:
            raise damaged(place, f"the shape of {inputs[0].name} is unknown")
        shape = source if function.output is None else _evaluated(function.output, configuration, place)
        for tensor in outputs:
            tensor.agree(shape, name, place)

    def _finished(self, name: str) -> Top:
        top = Top(name, calls=self.calls)
        tensors = [t for t in self.variables.tensors.values() if not t.is_weight]
        used = {t.name: t for t in tensors if t.written or t.read or t.is_port}
        top.is_stream = any(t.is_stream for t in used.values())
        for tensor in used.values():
            if tensor.is_stream != top.is_stream:
                raise refused(tensor.place, "arrays and streams in one top function")
            if tensor.is_port:
                (top.outputs if tensor.written else top.inputs).append(tensor.name)
            if tensor.shape is None or not (tensor.written or tensor.read):
                raise damaged(tensor.place, f"no layer reads or writes {tensor.name}")
            top.variables[tensor.name] = Variable(tensor.name, tensor.shape, tensor.element.format)
        if not top.calls or not top.inputs or not top.outputs:
            raise damaged(self.function.place, f"{name} has no layers, no inputs or no outputs")
        return top


def _type_of(name: str, role: str, types: dict[str, Type]) -> Type | None:
    """The type that a function is told for a variable."""
    known = {
        "data": "data_T",
        "data1": "input1_T",
        "data2": "input2_T",
        "data_h": "state0_T",
        "data_s": "state1_T",
    }
    if role in known:
        return types[known[role]]
    if name in _FIXED_RESULTS:
        data, result = types["data_T"], _FIXED_RESULTS[name]
        return Pack(result, data.length) if isinstance(data, Pack) else result
    return types.get("res_T", types.get("data_T"))


def _evaluated(sizes: object, configuration: Configuration, place: Place) -> Shape:
    try:
        shape: Shape = sizes(configuration)  # type: ignore[operator]
    except KeyError as error:
        raise damaged(place, f"the configuration has no {error.args[0]!r}") from None
    if any(n < 0 for n in shape) or count(shape) > MAX_ELEMENTS:
        raise damaged(place, f"the configuration asks for an array of the shape {shape}")
    return shape


def _label(statements: list[Node], index: int) -> str | None:
    """The layer's name: in the comment behind its call, or above a call that has none."""
    line = statements[index].last_line
    for neighbour, wanted in ((index + 1, line), (index - 1, statements[index].place.line - 1)):
        if 0 <= neighbour < len(statements):
            comment = statements[neighbour]
            match = _NAME.fullmatch(comment.text.rstrip()) if comment.kind == "comment" else None
            if match is not None and comment.place.line == wanted:
                return match.group(1)
    return None
