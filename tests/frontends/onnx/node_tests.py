"""The official ONNX backend node tests, run by isobit on the ``real`` policy.

Every case is a model of one operator (or of its function body) with inputs and expected outputs. It
is read without a batch axis (``batch=False``). Nodes of trained models have constants where the cases have
inputs (weights, shapes, axes), so a case that is refused as it is is tried once more with all inputs but the
first as initializers.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import numpy_helper

import isobit
from isobit.errors import FileFormatError, GraphError, InputError, IsobitError, UnsupportedError
from isobit.frontends.onnx.table import OPERATORS

PASSED, STORED, REFUSED, WRONG, UNCLAIMED = (
    "passed",
    "passed, parameters stored",
    "refused",
    "wrong",
    "unclaimed",
)

BODIES = "function bodies"


class Outcome(NamedTuple):
    """What became of a case: one of the states above, the reason of a refusal or failure, the operators."""

    name: str
    operator: str
    state: str
    reason: str = ""
    uses: frozenset[str] = frozenset()


@functools.cache
def cases() -> list[Any]:
    """All cases, in onnx's own order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the generators divide by zero
        from onnx.backend.test.loader import load_model_tests

        return [case for case in load_model_tests(kind="node") if case.model is not None]


def outcome(case: Any, folder: Path) -> Outcome:
    """Run one case."""
    operator = _operator(case)
    used = {node.op_type for node in case.model.graph.node}
    if not used <= set(OPERATORS):
        return Outcome(case.name, operator, UNCLAIMED, ", ".join(sorted(used - set(OPERATORS))))
    ((inputs, outputs),) = ((_arrays(a), _arrays(b)) for a, b in case.data_sets)
    found = _tried(case, inputs, outputs, folder, stored=0)
    if found.state == REFUSED and len(inputs) > 1:
        again = _tried(case, inputs, outputs, folder, stored=len(inputs) - 1)
        found = again if again.state != REFUSED else Outcome(case.name, operator, REFUSED, again.reason)
    return found._replace(uses=frozenset(used))


def _arrays(values: Sequence[Any]) -> list[Any]:
    return [
        numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto) else value for value in values
    ]


def _operator(case: Any) -> str:
    """The operator that a case is about; of a function body, the one that it defines."""
    nodes = case.model.graph.node
    if "_expanded" in case.name:
        return BODIES
    return nodes[0].op_type if len(nodes) == 1 else "several"


def _tried(case: Any, inputs: Sequence[Any], outputs: Sequence[Any], folder: Path, stored: int) -> Outcome:
    operator = _operator(case)
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    names = [info.name for info in model.graph.input]
    data = dict(zip(names, inputs, strict=True))
    if any(not isinstance(value, np.ndarray | np.generic) for value in [*inputs, *outputs]):
        return Outcome(case.name, operator, REFUSED, "no tensors")
    for name in names[len(names) - stored :]:
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(data.pop(name)), name))
    path = folder / "case.onnx"
    path.write_bytes(model.SerializeToString())
    try:
        loaded = isobit.load(path, batch=False)
    except (UnsupportedError, FileFormatError) as error:
        return Outcome(case.name, operator, REFUSED, _short(error))
    except GraphError as error:
        state = REFUSED if "not finite" in str(error) else WRONG
        return Outcome(case.name, operator, state, _short(error))
    try:
        found = loaded.predict({name: _numbers(value)[np.newaxis] for name, value in data.items()})
    except InputError as error:  # values that are not finite, indices that count from the end
        return Outcome(case.name, operator, REFUSED, _short(error))
    except IsobitError as error:
        return Outcome(case.name, operator, WRONG, f"{type(error).__name__}: {_short(error)}")
    found = found if isinstance(found, list) else [found]
    try:
        assert len(found) == len(outputs)
        for ours, theirs in zip(found, outputs, strict=True):
            expected = _numbers(theirs)
            assert ours.shape == (1, *expected.shape), (ours.shape, expected.shape)
            kind = np.asarray(theirs).dtype
            if kind.kind in "iub":
                np.testing.assert_array_equal(ours[0], expected)
            else:
                rounded = ours[0].astype(kind).astype(np.float64)
                np.testing.assert_allclose(rounded, expected, rtol=case.rtol, atol=case.atol)
    except AssertionError as error:
        return Outcome(case.name, operator, WRONG, str(error))
    return Outcome(case.name, operator, STORED if stored else PASSED)


def _numbers(value: Any) -> np.ndarray[Any, Any]:
    array = np.asarray(value)
    return array if array.dtype.kind in "iu" else array.astype(np.float64)


def _short(error: Exception) -> str:
    return str(error).split("case.onnx: ", 1)[-1]


def outcomes(folder: Path) -> list[Outcome]:
    """All cases."""
    return [outcome(case, folder) for case in cases()]
