"""Measuring a profile: the float model, the quantized ones and their twins run over the data once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.stored import StoredConstant
from isobit.errors import InputError, closest
from isobit.formats import Format
from isobit.inputs import check_values
from isobit.ops.base import size
from isobit.profile.classification import check_labels, class_names, classify
from isobit.profile.probes import ProbedModel
from isobit.profile.results import Classification, ModelProfile, Profile, TensorProfile
from isobit.profile.tally import Tally
from isobit.rounding import raw_dtype, round_scaled, scale, to_raw, to_value

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

_BLOCK = 2048
Arrays = list[npt.NDArray[Any]]


def measure(
    models: Mapping[str, QuantizedModel],
    X: Any,
    labels: npt.ArrayLike | None = None,
    *,
    classes: Sequence[str] | None = None,
    output: str | None = None,
    notes: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Profile:
    """Profile quantizations of one float model on data.

    Parameters
    ----------
    models : mapping of label to QuantizedModel
        At least one; all of the same float model.
    X : array-like
        Data as for ``predict``; at least one sample.
    labels : array-like, optional
        True classes, as numbers of shape (n,) or one-hot rows; then ROC curves are made.
    classes : sequence of str, optional
        Names of the classes.
    output : str, optional
        The output that holds the scores; needed with labels if the model has several.
    notes : mapping, optional
        Where model and data come from, for the page.
    progress : callable, optional
        Called with the number of samples done and the number of all.

    Raises
    ------
    InputError
        For data or labels that do not fit.
    """
    float_model = next(iter(models.values())).float_model
    arrays = check_values(X, float_model.inputs, float_model.index_ranges)
    samples = len(arrays[0])
    if samples == 0:
        raise InputError("a profile needs at least one sample")
    tensor = None
    if labels is not None:
        tensor = _score_tensor(float_model, output)
        columns = size(float_model.graph.shapes[tensor])
        numbers, names = check_labels(labels, samples, columns), class_names(classes, columns)
    elif classes is not None or output is not None:
        raise InputError("class names and the output of the scores are for ROC curves, which need labels")
    runs = [_Run(label, model, tensor) for label, model in models.items()]
    scores = []
    for start in range(0, samples, _BLOCK):
        block = [array[start : start + _BLOCK] for array in arrays]
        trained = float_model.trace(_shaped(block, float_model))
        if tensor is not None:
            scores.append(trained[tensor].reshape(len(block[0]), -1))
        for run in runs:
            run.add(block, trained)
        if progress is not None:
            progress(min(start + _BLOCK, samples), samples)
    notes = notes or {}
    if tensor is None:
        return Profile(float_model.name, samples, tuple(run.profile(None) for run in runs), notes=notes)
    exact = np.concatenate(scores)
    profiles = tuple(run.profile(classify(run.scores(), numbers, exact)) for run in runs)
    return Profile(float_model.name, samples, profiles, names, classify(exact, numbers, exact), notes)


class _Run:
    """One quantized model on its way through the data."""

    def __init__(self, label: str, model: QuantizedModel, tensor: str | None) -> None:
        self._label, self._model, self._tensor = label, model, tensor
        self._probed = ProbedModel(model)
        operators = dict.fromkeys(model.inputs, "input") | {n.name: n.op for n in model.layers}
        self._values = {
            name: Tally(
                name, name, operator, "input" if operator == "input" else "output", model.formats[name]
            )
            for name, operator in operators.items()
        }
        self._accumulators = {
            probe.layer: Tally(
                f"{probe.layer}.accumulator", probe.layer, operators[probe.layer], probe.role, probe.format
            )
            for probe in self._probed.probes
            if probe.role == "accumulator"
        }
        self._scores: Arrays = []

    def add(self, block: Arrays, trained: Mapping[str, npt.NDArray[np.float64]]) -> None:
        raws = []
        for name, array in zip(self._model.inputs, block, strict=True):
            fmt = self._model.formats[name]
            values = array.astype(np.float64)
            raws.append(to_raw(values, fmt).view(np.int64))
            self._values[name].add_casts(_rounded(values, fmt))
        results, twins = self._probed.run(raws)
        watched = set()
        for probe in self._probed.probes:
            tallies = self._values if probe.role == "output" else self._accumulators
            tallies[probe.layer].add_casts(twins[probe.name])
            watched.add((probe.layer, probe.role))
        for name, tally in self._values.items():
            raw = results[name].view(raw_dtype(self._model.formats[name]))
            tally.add(trained[name], raw)
            if name not in self._model.inputs and (name, "output") not in watched:
                tally.add_casts(raw)
        if self._tensor is not None:
            fmt = self._model.formats[self._tensor]
            values = to_value(results[self._tensor].view(raw_dtype(fmt)), fmt)
            self._scores.append(values.reshape(len(values), -1))

    def scores(self) -> npt.NDArray[np.float64]:
        return np.concatenate(self._scores)

    def profile(self, classification: Classification | None) -> ModelProfile:
        graph, uncountable = self._model.graph, self._probed.uncountable
        values = []
        for name, tally in self._values.items():
            proof = self._model.proof.layers.get(name)
            excluded = proof is not None and not proof.overflows
            readers = {node.op for node in graph.consumers(name)}
            before_relu = readers == {"relu"} and name not in graph.outputs.values()
            values.append(tally.profile(excluded, (name, "output") not in uncountable, before_relu))
        accumulators = tuple(tally.profile() for tally in self._accumulators.values())
        return ModelProfile(
            self._label, tuple(values), tuple(_constants(self._model)), accumulators, classification
        )


def _constants(model: QuantizedModel) -> Iterator[TensorProfile]:
    """Weights, biases and other trained constants."""
    operators = {node.name: node.op for node in model.layers}
    for key, stored in model.engine.stored.items():
        if isinstance(stored, StoredConstant):
            tally = Tally(key, stored.layer, operators[stored.layer], stored.name, stored.format)
            tally.add(stored.trained, stored.raw)
            tally.add_casts(_rounded(stored.trained, stored.format))
            yield tally.profile()


def _rounded(values: npt.NDArray[np.float64], fmt: Format) -> npt.NDArray[np.float64]:
    """Numbers in units of the last place of a format, rounded as it says, not yet in its range."""
    return round_scaled(scale(values, fmt.frac), fmt.rounding)


def _score_tensor(model: Model, output: str | None) -> str:
    outputs = model.graph.outputs
    if output is None:
        if len(outputs) > 1:
            raise InputError(
                f"the model has {len(outputs)} outputs ({', '.join(outputs)}): say which one holds the scores"
            )
        output = next(iter(outputs))
    elif output not in outputs:
        raise InputError(f"the model has no output {output!r}.{closest(output, outputs)}")
    tensor = outputs[output]
    if len(model.graph.shapes[tensor]) != 1 or (
        tensor not in model.inputs and model.graph.node(tensor).op == "argmax"
    ):
        raise InputError(
            f"output {output!r} of shape {model.graph.shapes[tensor]} holds no scores of classes, which "
            "ROC curves need: one number for each class"
        )
    return tensor


def _shaped(block: Arrays, model: Model) -> dict[str, npt.NDArray[Any]]:
    pairs = zip(block, model.inputs.items(), strict=True)
    return {name: array.reshape(-1, *shape) for array, (name, shape) in pairs}
