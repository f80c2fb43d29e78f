"""The nodes of an ONNX graph, in order: constants folded, patterns fused, the rest by the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from isobit.errors import FileFormatError, IsobitError, UnsupportedError, closest
from isobit.frontends.onnx.file import DOMAINS
from isobit.frontends.onnx.folding import Fold
from isobit.frontends.onnx.fusions import find_fusions
from isobit.frontends.onnx.layer import Layer, label
from isobit.frontends.onnx.messages import NodeProto
from isobit.frontends.onnx.schemas import schema_of
from isobit.frontends.onnx.scope import Scope
from isobit.frontends.onnx.table import OPERATORS, OTHER_OPERATORS, Operator
from isobit.frontends.onnx.values import Array, Constant, Unavailable, Value, pair
from isobit.frontends.onnx.wiring import Wiring


def convert_nodes(scope: Scope, nodes: Sequence[NodeProto], outputs: Iterable[str]) -> None:
    """Give every tensor that the nodes make its value in the scope.

    Raises
    ------
    IsobitError
        Naming the node and its operator.
    """
    for node in nodes:
        with _naming(node):
            check_operator(node, scope.opset)
    remaining = [node for node in nodes if not _folded(scope, node)]
    fusions = find_fusions(Wiring(remaining, outputs, scope))
    swallowed = {i for fusion in fusions.values() for i in fusion.covered} - set(fusions)
    for i, node in enumerate(remaining):
        if i in swallowed:
            continue
        leader = remaining[fusions[i].leader] if i in fusions else node
        with _naming(leader):
            layer = Layer(scope, leader)
            with _fitting():
                results = fusions[i].convert(layer) if i in fusions else _converted(layer)
            layer.attributes.finish()
            _define(scope, node, results if isinstance(results, tuple) else (results,))


def check_operator(node: NodeProto, opset: int) -> None:
    """Raise unless the operator is one of the table, in a known version, and the node has its form."""
    if node.domain in OTHER_OPERATORS:
        known = OTHER_OPERATORS[node.domain]
        if node.op_type not in known:
            raise UnsupportedError(
                f"the operator of {node.domain} is not supported; supported: {', '.join(known)}"
            )
        return
    if node.domain not in DOMAINS:
        raise UnsupportedError(
            f"the operator set {node.domain!r} is not supported; supported are ai.onnx, "
            f"{', '.join(OTHER_OPERATORS)}"
        )
    if node.op_type not in OPERATORS:
        raise UnsupportedError(f"the operator is not supported; supported: {', '.join(OPERATORS)}")
    schema = schema_of(node.op_type, opset)
    for entry in node.attribute:
        if entry.name not in schema.attributes:
            hint = closest(entry.name, schema.attributes) or " It has none."
            raise UnsupportedError(f"unknown attribute {entry.name!r} in opset {opset}.{hint}")
    for what, count, low, high in (
        ("inputs", len(node.input), *schema.inputs),
        ("outputs", len(node.output), *schema.outputs),
    ):
        if not low <= count <= high:
            raise FileFormatError(f"it has {count} {what}; opset {opset} allows {low} to {high}")
    if not label(node):
        raise FileFormatError("it makes nothing (all its outputs are unnamed)")


@contextmanager
def _naming(node: NodeProto) -> Iterator[None]:
    """Put the name of the node and its operator in front of every error of isobit."""
    try:
        yield
    except IsobitError as error:
        where = f"node {label(node)!r} (operator {node.op_type or 'missing'})"
        raise type(error)(f"{where}: {error}") from error.__cause__


@contextmanager
def _fitting() -> Iterator[None]:
    """Shapes, numbers and types that NumPy does not take come from the file."""
    try:
        yield
    except (ValueError, IndexError, TypeError, ArithmeticError) as error:
        if isinstance(error, IsobitError):
            raise
        raise FileFormatError(f"its inputs do not fit together: {error}") from None


def _operator(domain: str, op: str) -> Operator:
    return OTHER_OPERATORS.get(domain, OPERATORS)[op]


def _folded(scope: Scope, node: NodeProto) -> bool:
    """Compute a node whose inputs are all constants, if its operator is computed on constants."""
    fold = _operator(node.domain, node.op_type).fold
    if fold is None or not all(scope.is_constant(name) for name in node.input if name):
        return False
    with _naming(node):
        layer = Layer(scope, node)
        result = Constant(_compute(layer, fold, other=False), repr(layer.label))
        layer.attributes.finish()
        _define(scope, node, (result,))
    return True


def _converted(layer: Layer) -> Value | tuple[Value, ...]:
    """What the table makes of a node: layers, or a constant that follows from shapes."""
    operator = _operator(layer.domain, layer.op)
    values = [layer.value(i) for i in range(len(layer.inputs)) if layer.has(i)]
    constants = [value for value in values if isinstance(value, Constant)]
    if operator.fold is not None and len(constants) == len(values):
        if not any(constant.depends_on_batch for constant in constants):
            return Constant(_compute(layer, operator.fold, other=False), repr(layer.label))
        if not operator.moves:
            if operator.repeats and operator.convert is not None:
                return operator.convert(layer)
            raise layer.refuse("computing with the size of the batch is not supported")
        first = _compute(layer, operator.fold, other=False)
        layer.attributes.rewind()
        return pair(first, _compute(layer, operator.fold, other=True), repr(layer.label))
    if operator.convert is None:
        raise layer.refuse(operator.instead)
    return operator.convert(layer)


def _compute(layer: Layer, fold: Fold, other: bool) -> Array:
    """The result on constants: as they are, or as they would be for another size of the batch."""
    constants = [layer.known(i) for i in range(len(layer.inputs)) if layer.has(i)]
    arrays = [c.other if other and c.other is not None else c.array for c in constants]
    with _fitting():
        return fold(layer, arrays)


def _define(scope: Scope, node: NodeProto, results: tuple[Value, ...]) -> None:
    """Name the results; outputs that isobit does not compute may exist as long as nobody uses them."""
    for i, name in enumerate(node.output):
        if name and i < len(results):
            scope.define(name, results[i])
        elif name:
            scope.define(
                name, Unavailable(f"output {i} of {node.op_type} {label(node)!r}, which is not supported")
            )
