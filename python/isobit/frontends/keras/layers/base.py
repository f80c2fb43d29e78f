"""What a layer handler is, and what it sees of the call that it translates."""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.keras.nodes import flatten
from isobit.frontends.keras.options import FLOAT_DTYPES, Options, shorten
from isobit.frontends.keras.origin import check_origin
from isobit.ir import FloatArray, GraphBuilder, Shape


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph that is being built.

    Parameters
    ----------
    name, shape
        As in the graph.
    mask : Tensor, optional
        The mask that Keras attaches to the tensor, a 0 or 1 for every step, which later layers take note of.
    boolean : bool
        Whether Keras keeps it as booleans: 0 and 1 here, but not to be added there.
    """

    name: str
    shape: Shape
    mask: Tensor | None = None
    boolean: bool = False


@dataclass(frozen=True)
class Variable:
    """A trained array that a layer keeps in the file; ``read`` is false for those that inference ignores.

    The name of a variable of a layer in a layer is a path (``cell/kernel``), as in files of Keras 3; ``also``
    holds what other versions call the variable itself. A ``repeated`` one is that of an inner layer once
    more: files with ``layer_names`` do not have it.
    """

    name: str
    trainable: bool = True
    read: bool = True
    also: tuple[str, ...] = ()
    repeated: bool = False

    @property
    def owner(self) -> tuple[str, ...]:
        """The attributes that lead to the inner layer which has the variable."""
        return tuple(self.name.split("/")[:-1])

    def is_called(self, name: str) -> bool:
        """Whether some version of Keras gives the variable this name."""
        return name in (self.name.split("/")[-1], *self.also)


def inside(attribute: str, variables: Iterable[Variable]) -> tuple[Variable, ...]:
    """The variables of a layer that another one keeps as this attribute."""
    return tuple(replace(variable, name=f"{attribute}/{variable.name}") for variable in variables)


@dataclass
class Budget:
    """What a model may cost, so that a small file cannot unfold into a huge graph."""

    calls: int = 20_000
    elements: int = 96 << 20

    def spend(self, calls: int = 0, elements: int = 0) -> None:
        """Take from it; :class:`UnsupportedError` when it is exhausted."""
        self.calls -= calls
        self.elements -= elements
        if self.calls < 0 or self.elements < 0:
            raise UnsupportedError(
                f"the model unfolds to more than {Budget.calls} layers or {Budget.elements} constants"
            )


@dataclass
class Call:
    """One use of a layer: its options, weights and arguments, and the graph that grows.

    Parameters
    ----------
    name : str
        Unique name for the node that this call makes.
    options : Options
        The layer's configuration.
    args, kwargs
        As in `CallSpec`, with `Tensor` for every reference.
    weights : mapping of str to array
        What the file holds for the layer's variables.
    keras : int or None
        Major version of Keras, None if the file does not tell.
    """

    name: str
    options: Options
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    weights: Mapping[str, FloatArray]
    keras: int | None
    builder: GraphBuilder
    budget: Budget
    unique: Callable[[str], str]
    made: list[str] = field(default_factory=list)

    def inputs(self) -> list[Tensor]:
        """The tensors that the layer is called with, nothing else being allowed.

        Raises
        ------
        UnsupportedError
            When the call has other arguments, such as a mask or ``training=True``.
        """
        if len(self.args) > 1:
            raise self.refuse(f"it is called with {len(self.args)} arguments; supported: the input alone")
        tensors = flatten(self.bind("inputs")["inputs"])
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                raise self.refuse(f"it is called with {shorten(tensor)}; supported: the input alone")
        if not tensors:
            raise FileFormatError(f"{self.where} is called without inputs")
        return tensors

    def bind(self, *names: str) -> dict[str, Any]:
        """The arguments by name, in the order of Keras' ``call``; None for those that are not given.

        Raises
        ------
        UnsupportedError
            When the call has other arguments, such as ``training=True``.
        """
        if len(self.args) > len(names):
            raise self.refuse(f"it is called with {len(self.args)} arguments; supported: {', '.join(names)}")
        bound: dict[str, Any] = {**dict.fromkeys(names), **dict(zip(names, self.args, strict=False))}
        for key, value in self.kwargs.items():
            if key in bound:
                bound[key] = bound[key] if value is None else value
            elif any(
                leaf is not None and not (key == "training" and leaf is False) for leaf in flatten(value)
            ):
                raise self.refuse(
                    f"it is called with {key} = {shorten(value)}, which isobit does not implement"
                )
        return bound

    def without(self, *keys: str) -> Call:
        """The same call without these keyword arguments."""
        return replace(self, kwargs={key: value for key, value in self.kwargs.items() if key not in keys})

    def input(self) -> Tensor:
        """The only input."""
        tensors = self.inputs()
        if len(tensors) != 1:
            raise FileFormatError(f"{self.where} is called with {len(tensors)} inputs; it takes one")
        return tensors[0]

    def weight(self, name: str, shape: Shape) -> FloatArray:
        """A weight, checked.

        Raises
        ------
        FileFormatError
            When its shape is not the expected one, or a value is not finite; names layer and weight.
        """
        array = self.weights[name]
        if array.shape != shape:
            raise FileFormatError(f"{self.where}: {name} has shape {array.shape}, expected {shape}")
        if not np.all(np.isfinite(array)):
            position = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise FileFormatError(
                f"{self.where}: {name} has a value that is not finite ({array[position]} at {position}). "
                "The training probably diverged; save the model again from a good checkpoint."
            )
        return array

    def emit(
        self,
        op: str,
        inputs: Sequence[Tensor],
        attrs: Mapping[str, Any] | None = None,
        constants: Mapping[str, FloatArray] | None = None,
        suffix: str = "",
    ) -> Tensor:
        """Append a node; the first without a suffix bears the call's name, others the name and a suffix."""
        # Arrays that are read-only come from the file; the nodes of a shared layer share them.
        self.budget.spend(elements=sum(a.size for a in (constants or {}).values() if a.flags.writeable))
        first = not suffix and self.name not in self.made
        name = self.name if first else self.unique(f"{self.name}_{suffix or op}")
        tensor = self.builder.add(op, [t.name for t in inputs], name, attrs, constants)
        self.made.append(tensor)
        return Tensor(tensor, self.builder.shapes[tensor])

    @property
    def where(self) -> str:
        """Layer and class, the beginning of messages."""
        return f"layer {self.options.layer!r} ({self.options.class_name})"

    def refuse(self, text: str) -> UnsupportedError:
        """An error about what isobit does not implement."""
        return UnsupportedError(f"{self.where}: {text}")

    def nested(
        self, layer: Mapping[str, Any], suffix: str, attribute: str, *args: Any, **kwargs: Any
    ) -> Call:
        """The call of a layer that this one consists of.

        Parameters
        ----------
        layer : mapping
            Its description, as `inner_layer` returns it.
        suffix : str
            For the name of its nodes; empty if it takes the place of this layer.
        attribute : str
            Where this layer keeps it, the beginning of its variables' names.
        """
        own = f"{attribute}/"
        return replace(
            self,
            name=self.unique(f"{self.name}_{suffix}") if suffix else self.name,
            options=Options(self.options.layer, layer["class_name"], layer["config"]),
            args=args,
            kwargs=kwargs,
            weights={key[len(own) :]: array for key, array in self.weights.items() if key.startswith(own)},
            made=[] if suffix else self.made,
        )

    def nested_part(self, suffix: str) -> Call:
        """The same call for a part of its computation, whose nodes get names of their own."""
        return replace(self, name=self.unique(f"{self.name}_{suffix}"), made=[])

    def axis(self, axis: int, rank: int, key: str = "axis") -> int:
        """An axis counted by Keras (batch included, or from the end) as the IR counts it.

        Parameters
        ----------
        axis : int
            As in the file.
        rank : int
            Number of axes without the batch.
        """
        counted = axis + rank + 1 if axis < 0 else axis
        if counted == 0:
            raise self.refuse(f"{key} = {axis} is the batch axis; supported are the others")
        if not 1 <= counted <= rank:
            raise FileFormatError(f"{self.where}: {key} = {axis} is no axis of an input with {rank + 1} axes")
        return counted - 1


class Handler(abc.ABC):
    """The translation of one layer class. Handlers have no state."""

    irrelevant: ClassVar[frozenset[str]] = frozenset()
    """Options without effect in inference."""
    dtypes: ClassVar[Sequence[str]] = FLOAT_DTYPES
    """Number types that its option ``dtype`` may name."""
    passes_mask: ClassVar[bool] = False
    """Whether the results have the mask of the first input; a handler may attach another one."""

    def variables(self, options: Options) -> tuple[Variable, ...]:
        """The layer's variables in the order in which Keras saves them."""
        return ()

    @abc.abstractmethod
    def convert(self, call: Call) -> Tensor | list[Tensor]:
        """Append the nodes of one call, and return its result or results."""


def inner_layer(options: Options, key: str, value: Any) -> Mapping[str, Any]:
    """The description of a layer in the options of another one, checked.

    Raises
    ------
    FileFormatError
        When it describes no layer.
    UnsupportedError
        When its class is not Keras' own.
    """
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("class_name"), str)
        or not isinstance(value.get("config"), dict)
    ):
        raise options.malformed(key, "the description of a layer")
    check_origin(f"layer {options.layer!r}: {key}", value)
    return value
