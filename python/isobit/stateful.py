"""Networks with states: a recurrent model that goes on where the last call ended."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.errors import GraphError, InputError, closest
from isobit.formats import Format
from isobit.outputs import as_sequence
from isobit.rounding import FLOAT64_BITS

if TYPE_CHECKING:
    from isobit.ir import Shape
    from isobit.model import Model
    from isobit.plugin import Plugin
    from isobit.quantized import QuantizedModel


class Stateful:
    """A model whose states go from an output of one call into an input of the next.

    The states lie in this object and nowhere else: models never change, and any number of these may share
    one. Use one object for each stream of data, from one thread at a time.

    Parameters
    ----------
    model : QuantizedModel, Plugin or Model
    states : mapping of str to str
        The output that each state leaves by, for the input that it enters by: ``{"h_in": "h_out"}``.

    Raises
    ------
    GraphError
        For names that the model does not have, shapes that differ, formats in which the state would change
        on its way from the output to the input, and a model whose inputs are all states.

    Examples
    --------
    >>> tracker = isobit.Stateful(quantized, {"h_in": "h_out"})         # doctest: +SKIP
    >>> for hits in stream:                                             # doctest: +SKIP
    ...     y = tracker.predict(hits)
    """

    def __init__(self, model: QuantizedModel | Plugin | Model, states: Mapping[str, str]) -> None:
        self.model = model
        self.states: Mapping[str, str] = MappingProxyType(dict(states))
        """The output that each state leaves by, by input."""
        self.inputs: Mapping[str, Shape] = MappingProxyType(
            {name: shape for name, shape in model.inputs.items() if name not in states}
        )
        """Shapes of the inputs that are not states."""
        _check(model, self.states, self.inputs)
        shown = {name: shape for name, shape in model.outputs.items() if name not in states.values()}
        self.outputs: Mapping[str, Shape] = MappingProxyType(shown or dict(model.outputs))
        """Shapes of the outputs that ``predict`` returns: those that are not states, or all if all are."""
        self._values: dict[str, npt.NDArray[Any]] = {}

    def predict(self, X: Any, n_threads: int | None = None) -> Any:
        """One call of the model with the states that the last one left, zeros at first.

        Parameters
        ----------
        X : array-like of shape (n, *input shape), list or dict of them
            As for the model, without the states. n streams side by side, each with states of its own; the
            same n from call to call.
        n_threads : int, optional

        Returns
        -------
        array, or a list of them
            The outputs that are not states; all outputs if all of them are.

        Raises
        ------
        InputError
            As the model; also when n is another one than before. The states then stay what they were.
        """
        arrays = self._by_name(X)
        count = next((np.shape(array)[0] for array in arrays.values() if np.ndim(array) > 0), 0)
        held = self._held(count)
        results = self.model.predict({**arrays, **held}, n_threads)
        values = dict(
            zip(self.model.outputs, [results] if len(self.model.outputs) == 1 else results, strict=True)
        )
        self._values = {name: values[output].copy() for name, output in self.states.items()}
        return as_sequence([values[name] for name in self.outputs])

    def reset(self) -> None:
        """All states are zero again, and the next call may have any number of streams."""
        self._values = {}

    @property
    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the states by input, each of shape (n, *shape); empty before the first call."""
        return {name: array.copy() for name, array in self._values.items()}

    @state.setter
    def state(self, values: Mapping[str, npt.ArrayLike]) -> None:
        """States to go on from, one for each input in ``states``; ``InputError`` if they do not fit."""
        if set(values) != set(self.states):
            raise InputError(f"there must be a state for each of {', '.join(sorted(self.states))}")
        arrays = {name: np.array(value, dtype=np.float64) for name, value in values.items()}
        counts = {array.shape[:1] for array in arrays.values()}
        for name, array in arrays.items():
            shape = self.model.inputs[name]
            if len(counts) != 1 or array.shape[1:] != shape:
                raise InputError(
                    f"the state {name!r} must have shape (n, *{shape}) with one n for all states"
                )
        self._values = arrays

    def _by_name(self, X: Any) -> dict[str, Any]:
        names = list(self.inputs)
        if isinstance(X, Mapping):
            wrong = next((name for name in X if name not in self.inputs), None)
            if wrong in self.states:
                raise InputError(f"{wrong!r} is a state: it comes from the last call (see Stateful.state)")
            if wrong is not None:
                raise InputError(f"the model has no input {wrong!r}.{closest(wrong, self.inputs)}")
            return dict(X)
        if len(names) == 1 and not (isinstance(X, list | tuple) and len(X) == 1 and np.ndim(X[0]) > 0):
            return {names[0]: np.asarray(X)}
        if not isinstance(X, list | tuple) or len(X) != len(names):
            raise InputError(
                f"X must hold one array for each of {', '.join(names)}: the states are not given"
            )
        return dict(zip(names, X, strict=True))

    def _held(self, count: int) -> dict[str, npt.NDArray[Any]]:
        if not self._values:
            shapes = self.model.inputs
            return {name: np.zeros((count, *shapes[name])) for name in self.states}
        known = len(next(iter(self._values.values())))
        if known != count:
            raise InputError(
                f"X has {count} samples, and there are states for {known} streams: reset() forgets them"
            )
        return self._values


def _check(model: Any, states: Mapping[str, str], others: Mapping[str, Any]) -> None:
    if not states:
        raise GraphError("states must name at least one input and the output that it comes from")
    for source, result in states.items():
        if source not in model.inputs:
            raise GraphError(f"the model has no input {source!r}.{closest(source, model.inputs)}")
        if result not in model.outputs:
            raise GraphError(f"the model has no output {result!r}.{closest(result, model.outputs)}")
        if model.inputs[source] != model.outputs[result]:
            raise GraphError(
                f"the state {source!r} enters with shape {model.inputs[source]} and leaves by {result!r} "
                f"with shape {model.outputs[result]}"
            )
        enters, leaves = _formats(model, source, result)
        if enters is not None and leaves is not None and not _holds(enters, leaves):
            raise GraphError(
                f"the state leaves by {result!r} as {leaves} and enters by {source!r} as {enters}, which "
                f"changes it. Give {source!r} a format that holds every value of {leaves}"
            )
        if leaves is not None and leaves.width > FLOAT64_BITS:
            raise GraphError(f"the state {result!r} has the format {leaves}, more than float64 holds")
    if not others:
        raise GraphError("every input is a state, so that there is nothing to predict from")


def _formats(model: Any, source: str, result: str) -> tuple[Format | None, Format | None]:
    """Of a state where it enters and where it leaves; None without formats."""
    if hasattr(model, "output_formats"):
        return model.input_formats[source], model.output_formats[result]
    if hasattr(model, "formats"):
        return model.formats[source], model.formats[model.graph.outputs[result]]
    return None, None


def _holds(fmt: Format, other: Format) -> bool:
    return fmt.frac >= other.frac and fmt.min <= other.min and fmt.max >= other.max
