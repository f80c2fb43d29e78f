"""Every layer and way of connecting layers, in all formats of four Keras versions, against their outputs."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from frontends.keras.fixture_models import MODELS
from frontends.reference import evaluate
from isobit.frontends.keras import load
from isobit.ir import Graph

DATA = Path(__file__).parent / "data"
# Keras computed in float32, the reference in float64: tolerance relative to the largest output of a tensor.
TOLERANCE = 1e-5

SETS = sorted(DATA.glob("keras-*.zip"))


def _models() -> list[tuple[Path, str]]:
    pairs = []
    for path in SETS:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
        pairs += [(path, name) for name in names if name.endswith((".keras", ".json")) or _is_full_h5(name)]
    return pairs


def _is_full_h5(name: str) -> bool:
    return name.endswith(".h5") and "weights" not in name


def unpack(path: Path, folder: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    folders = {}
    for path in SETS:
        folders[path] = tmp_path_factory.mktemp(path.stem)
        unpack(path, folders[path])
    return folders


def load_any(path: Path) -> Graph:
    if path.suffix != ".json":
        return load(path)
    candidates = [path.with_name(f"{path.stem}{end}") for end in ("_weights.h5", ".weights.h5")]
    return load(path, next(candidate for candidate in candidates if candidate.exists()))


def compare(graph: Graph, arrays: dict[str, npt.NDArray[np.float32]]) -> None:
    inputs = {name: arrays[f"x{number}"] for number, name in enumerate(graph.inputs)}
    results = evaluate(graph, inputs)
    expected = [arrays[f"y{number}"] for number in range(len(results))]
    assert f"y{len(results)}" not in arrays
    for (name, result), wanted in zip(results.items(), expected, strict=True):
        assert result.shape == wanted.shape, name
        np.testing.assert_allclose(
            result, wanted, rtol=0, atol=TOLERANCE * max(1.0, float(np.abs(wanted).max())), err_msg=name
        )


@pytest.mark.parametrize(
    ("archive", "member"), _models(), ids=lambda value: value.stem if isinstance(value, Path) else value
)
def test_fixture(archive: Path, member: str, unpacked: dict[Path, Path]) -> None:
    path = unpacked[archive] / member
    graph = load_any(path)
    with np.load(path.with_suffix(".npz")) as arrays:
        compare(graph, dict(arrays))


def test_all_versions_and_formats_are_there() -> None:
    assert [path.stem.rsplit(".", 1)[0] for path in SETS] == [
        "keras-2.12",
        "keras-2.21",
        "keras-3.0",
        "keras-3.15",
    ]
    # Keras 3.0 cannot save nested models as HDF5.
    assert len(_models()) == 4 * 3 * len(MODELS) - 2


def test_names_follow_the_layers(unpacked: dict[Path, Path]) -> None:
    graph = load(unpacked[DATA / "keras-3.15.1.zip"] / "sequential.keras")
    names = ["fc1", "fc1_relu", "bn1", "drop", "fc2", "fc2_elu", "out", "out_softmax"]
    assert [node.name for node in graph] == names
    assert dict(graph.outputs) == {"out": "out_softmax"}
    assert list(graph.inputs.values()) == [(6,)]


def test_shared_layers_keep_their_name_and_number_their_calls(unpacked: dict[Path, Path]) -> None:
    graph = load(unpacked[DATA / "keras-3.15.1.zip"] / "nested.keras")
    calls = [node for node in graph if node.name.startswith("shared") and node.op == "dense"]
    assert [node.name for node in calls] == ["shared", "shared_1", "shared_2", "shared_3"]
    assert all(node.constants["weight"] is calls[0].constants["weight"] for node in calls)
    # The two layers called d1 bear the names of their models.
    assert {"inner_d1", "pair_d1"} <= {node.name for node in graph}


def test_config_of_the_fixtures_states_the_version(unpacked: dict[Path, Path]) -> None:
    for path, folder in unpacked.items():
        with zipfile.ZipFile(folder / "sequential.keras") as archive:
            version = json.loads(archive.read("metadata.json"))["keras_version"]
        assert path.stem == f"keras-{version}"
