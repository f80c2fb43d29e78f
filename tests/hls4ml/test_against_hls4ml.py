"""Random models and configurations against the installed hls4ml: its types, and the bits that it compiles."""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import isobit
from isobit import IsobitError
from isobit.hls4ml.conversion import convert
from isobit.hls4ml.conversion.config import HlsConfig
from isobit.hls4ml.conversion.converter import build, declare
from isobit.hls4ml.conversion.passes.flows import run_flows
from isobit.hls4ml.conversion.records.firmware import write_records

TYPES, RECORDS, BITS, IN_A_TEST = 200, 60, 12, 20
"""Models whose types are compared, whose C++ is read, that are compiled, and how many share a test."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # of Keras and hls4ml
]


@pytest.fixture(scope="module")
def hls4ml() -> Any:
    pytest.importorskip("tensorflow", reason="needs TensorFlow (extra 'keras')", exc_type=ImportError)
    hls4ml = pytest.importorskip("hls4ml")
    if not hls4ml.__version__.startswith("1.3."):
        pytest.skip(f"hls4ml {hls4ml.__version__} is not the version that is emulated")
    return hls4ml


@dataclass
class Drawn:
    """A model, its file, its configuration, and what hls4ml makes of it (None where it stops)."""

    model: Any
    path: Path
    config: dict[str, Any]
    theirs: Any


def draw(hls4ml, seed, folder):
    from hls4ml_random import random_config, random_model

    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            model = random_model(seed)
        except ValueError:  # a window that does not fit
            return None
        config = {
            "hls_config": random_config(model, seed),
            "backend": "Vitis",
            "io_type": "io_stream" if seed % 10 == 9 else "io_parallel",
        }
        path = folder / f"m{seed}.keras"
        model.save(path)
        try:
            theirs = hls4ml.converters.convert_from_keras_model(
                model, output_dir=str(folder / f"p{seed}"), project_name=f"p{seed}", **copy.deepcopy(config)
            )
        except Exception:  # hls4ml raises whatever it stumbles over
            theirs = None
    return Drawn(model, path, config, theirs)


@pytest.mark.parametrize("first", range(0, TYPES, IN_A_TEST))
def test_types(hls4ml, tmp_path, first):
    """Every layer, type and weight as hls4ml resolves them; what it does not convert is refused."""
    compared = 0
    for seed in range(first, first + IN_A_TEST):
        drawn = draw(hls4ml, seed, tmp_path)
        if drawn is None:
            continue
        try:
            graph = build(declare(drawn.path, None), HlsConfig(drawn.config))
            run_flows(graph)
            write_records(graph, "it")
        except IsobitError:
            continue
        assert drawn.theirs is not None, f"seed {seed}: hls4ml does not convert it"
        compare(drawn.theirs, graph, f"seed {seed}")
        compared += 1
    assert compared > IN_A_TEST / 2


def compare(theirs, graph, where):
    layers, nodes = list(theirs.graph.values()), list(graph.nodes.values())
    assert [(n.name, n.class_name) for n in nodes] == [(n.name, n.class_name) for n in layers], where
    typedefs = {}
    for layer in layers:
        for name, named in layer.get_layer_precision().items():
            typedefs.setdefault(name, str(named.precision).replace("ap_", "").replace("AP_", ""))
    mine = graph.definitions()
    for layer, node in zip(layers, nodes, strict=True):
        here = f"{where}, {node.name}"
        wanted = {key: typedefs[t.name] for key, t in layer.types.items() if key != "index_t"}
        assert {key: str(mine[t.name]) for key, t in node.types.items()} == wanted, here
        assert node.weights.keys() == layer.weights.keys(), here
        for key, weight in layer.weights.items():
            np.testing.assert_array_equal(node.weights[key].data, np.asarray(weight.data), err_msg=here)
        assert node.result.shape == tuple(layer.get_output_variable().shape), here
        for key in ("reuse_factor", "recurrent_reuse_factor", "strategy", "table_size", "implementation"):
            if key in node.attrs and key in layer.attributes:
                assert str(node.attrs[key]) == str(layer.attributes[key]), f"{here}, {key}"
    assert [graph.variables[output].name for output in graph.outputs] == [
        variable.name for variable in theirs.get_output_variables()
    ], where


@pytest.mark.parametrize("first", range(0, RECORDS, IN_A_TEST))
def test_records(hls4ml, tmp_path, first):
    """The calls, types, sizes and constants that are read from the C++ that hls4ml writes."""
    pytest.importorskip("tree_sitter", reason="needs tree-sitter (extra 'hls4ml')", exc_type=ImportError)
    from isobit.hls4ml.reading import read_project

    compared = 0
    for seed in range(first, first + IN_A_TEST):
        drawn = draw(hls4ml, seed, tmp_path)
        if drawn is None or drawn.theirs is None:
            continue
        try:
            mine = convert(drawn.path, None, drawn.config, f"p{seed}")
        except IsobitError:
            continue
        with contextlib.redirect_stdout(io.StringIO()):
            drawn.theirs.write()
        try:
            theirs = read_project(Path(drawn.theirs.config.get_output_dir()))
        except IsobitError:  # the reader refuses more than what is written
            continue
        compare_records(mine, theirs, f"seed {seed}")
        compared += 1
    assert compared > IN_A_TEST / 2


def compare_records(mine, theirs, where):
    assert (mine.inputs, mine.outputs, mine.io_type) == (theirs.inputs, theirs.outputs, theirs.io_type), where
    calls = [[call for call in found.calls if call.function != "reshape"] for found in (mine, theirs)]
    assert [(c.function, c.inputs, c.outputs) for c in calls[0]] == [
        (c.function, c.inputs, c.outputs) for c in calls[1]
    ], where
    for name, variable in mine.variables.items():
        assert variable.format == theirs.variables[name].format, f"{where}, {name}"
    for call, read in zip(*calls, strict=True):
        here = f"{where}, {call.name}"
        unused = [] if call.config.get("implementation") == "stable" else ["inp_norm_t"]
        wanted = {k: v for k, v in read.types.items() if k not in unused and not k.endswith("index_t")}
        assert {k: v for k, v in call.types.items() if k not in unused} == wanted, here
        written = {key: str(value).lower() for key, value in read.config.items()}  # more than is needed
        for key, value in call.config.items():
            assert written[key] == str(value).lower(), f"{here}, {key}"
        assert call.weights.keys() == read.weights.keys(), here
        for key, weight in call.weights.items():
            assert weight.format == read.weights[key].format, f"{here}, {key}"
            np.testing.assert_array_equal(np.ravel(weight.raw), np.ravel(read.weights[key].raw), err_msg=here)


@pytest.mark.parametrize("seed", range(1000, 1000 + BITS))
def test_bits(hls4ml, tmp_path, seed):
    """The compiled emulation of hls4ml, sample by sample."""
    drawn = draw(hls4ml, seed, tmp_path)
    if drawn is None or drawn.theirs is None:
        pytest.skip("no such model")
    try:
        mine = isobit.load(drawn.path).quantize(drawn.config, profile="hls4ml")
    except IsobitError as error:
        pytest.skip(f"refused: {error}")
    with contextlib.redirect_stdout(io.StringIO()):
        drawn.theirs.write()
        script = Path(drawn.theirs.config.get_output_dir()) / "build_lib.sh"
        script.write_text(script.read_text().replace("-O3", "-O0"))  # compiles faster, to the same bits
        drawn.theirs._compile()
    X = samples(drawn, seed)
    theirs, found = drawn.theirs.predict(X), mine.predict(X)
    theirs, found = ([y] if not isinstance(y, list) else y for y in (theirs, found))
    for result, expected in zip(found, theirs, strict=True):
        np.testing.assert_array_equal(result.reshape(expected.shape), expected)


def samples(drawn, seed, count=200):
    """The ends of the input's range, numbers near zero and anything between."""
    precision = drawn.theirs.get_input_variables()[0].type.precision
    low, high = (-1, 1) if precision.signed else (0, 2)
    low, high = low << (precision.width - 1), (high << (precision.width - 1)) - 1
    rng = np.random.default_rng(seed)
    shape = drawn.model.inputs[0].shape[1:]
    raw = rng.integers(low, high + 1, (count, *shape))
    for place, value in enumerate((0, low, high, 1, -1 if low else 0)):
        raw[place] = value
    near = np.rint(rng.normal(0, 2.0**precision.fractional, (count // 2, *shape)))
    raw[count // 2 :] = np.clip(near, low, high)
    return np.ascontiguousarray(np.ldexp(raw.astype(float), -precision.fractional))
