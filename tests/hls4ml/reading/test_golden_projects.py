"""The projects that golden cases were compiled from, put together of stored texts, give hls4ml's bits."""

from __future__ import annotations

import numpy as np
import pytest

import isobit
from hls4ml_cases import GoldenCase, TriggerCase
from hls4ml_projects import golden_project, trigger_project
from isobit.hls4ml.reading import read_project

REFUSED = {"dense_da_small": "the function dense_da_2, which this reader does not know"}
"""Cases whose texts do not have the code that hls4ml generates."""


@pytest.fixture(scope="module")
def cases(shared):
    folder = shared / "golden" / "hls4ml"
    if not folder.is_dir():
        pytest.skip("the golden cases are not there")
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}


def test_bits(cases, tmp_path):
    """Every sample of every case that is read; the others are refused for the reason that is listed."""
    different, read = {}, 0
    for name, path in cases.items():
        case = GoldenCase(path)
        folder = golden_project(tmp_path / name, case)
        if name in REFUSED:
            with pytest.raises(isobit.UnsupportedError, match=REFUSED[name]):
                isobit.load(folder)
            continue
        model = isobit.load(folder)
        results = model.predict(case.inputs if len(case.inputs) > 1 else case.inputs[0])
        results = results if isinstance(results, list) else [results]
        bits = sum(
            np.count_nonzero(result.reshape(expected.shape) != expected)
            for result, expected in zip(results, case.outputs, strict=True)
        )
        if bits:
            different[name] = bits
        read += 1
    assert not different
    assert read == len(cases) - len(REFUSED)


def test_records(cases, tmp_path):
    """Formats, sizes and weights are those that hls4ml resolved."""
    # Records of powers of two, which the stored texts do not spell out, differ in form.
    for name in sorted(cases.keys() - REFUSED.keys() - {"qkeras_auto_po2"}):
        case = GoldenCase(cases[name])
        found, expected = read_project(golden_project(tmp_path / name, case)), case.firmware()
        assert (found.inputs, found.outputs) == (expected.inputs, expected.outputs), name
        assert (found.io_type, found.backend) == (expected.io_type, expected.backend), name
        for key, variable in found.variables.items():
            assert variable.format == expected.variables[key].format, (name, key)
            assert np.prod(variable.shape) == np.prod(expected.variables[key].shape), (name, key)
        layers = {call.name: call for call in expected.calls}
        for call in found.calls:
            other = layers.pop(call.name)
            assert call.function == other.function, (name, call.name)
            assert call.types == other.types, (name, call.name)
            for member, value in other.config.items():
                assert call.config[member] == value, (name, call.name, member)
            assert call.weights.keys() == other.weights.keys(), (name, call.name)
            for parameter, weight in call.weights.items():
                assert weight.format == other.weights[parameter].format, (name, call.name, parameter)
                np.testing.assert_array_equal(weight.raw, np.ravel(other.weights[parameter].raw))
        # Reshapes are names of a variable, not calls.
        assert {call.function for call in layers.values()} <= {"reshape"}, name


@pytest.mark.parametrize(("name", "inputs"), [("AXOL1TL_v4", "scaled_input"), ("CICADA_v2", None)])
def test_trigger_networks(shared, tmp_path, name, inputs):
    """Firmware of older versions, in the shape in which experiments keep it."""
    folder = shared / "golden" / "trigger"
    if not folder.is_dir():
        pytest.skip("the trigger networks are not there")
    case = TriggerCase(folder, name)
    model = isobit.load(trigger_project(tmp_path, case))
    assert model.name == name
    raws = case.inputs if inputs is None else case.outputs[inputs]
    found = model.predict_raw(raws.astype(np.int64).reshape(len(raws), *next(iter(model.inputs.values()))))
    np.testing.assert_array_equal(found, case.outputs["result"])
