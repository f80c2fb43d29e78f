"""Files that are damaged, hostile, or not what their suffix says: a clear error, and nothing else happens."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import h5py
import pytest

from frontends.keras.build import (
    archive,
    dense,
    hdf5,
    input_layer,
    kernel,
    layer,
    refuse,
    sequential,
)
from isobit.errors import UnsupportedError
from isobit.frontends.keras import load

MODEL = sequential(input_layer(4), dense(2))
STATE = {"layers/dense": kernel(4, 2)}


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".hdf5"])
@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06", b"\x89HDF\r\n\x1a\n", b"{}"])
def test_other_contents(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    refuse(path, path.name)


def test_archive_called_h5(tmp_path: Path) -> None:
    path = archive(tmp_path, MODEL, STATE).rename(tmp_path / "model.h5")
    refuse(path, "model.h5 is not an HDF5 file", "PK")


def test_hdf5_called_keras_is_how_old_versions_saved(tmp_path: Path) -> None:
    path = tmp_path / "old.keras"
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps(sequential(input_layer(4), layer("Flatten")))
        file.create_group("model_weights").attrs["layer_names"] = []
    assert [node.op for node in load(path)] == ["reshape"]


def test_missing_file_and_folder(tmp_path: Path) -> None:
    refuse(tmp_path / "none.keras", "cannot read", "none.keras")
    (tmp_path / "folder.keras").mkdir()
    refuse(tmp_path / "folder.keras", "cannot read", "folder.keras")


def test_huge_file(tmp_path: Path) -> None:
    with (tmp_path / "model.h5").open("wb") as file:
        file.truncate(513 << 20)
    refuse(tmp_path / "model.h5", "larger than 512 MiB", "include_optimizer=False")


def test_unknown_suffix(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    refuse(tmp_path / "model.bin", ".keras, .h5, .hdf5 and .json")


def test_json_and_its_weights_go_together(tmp_path: Path) -> None:
    path = tmp_path / "arch.json"
    path.write_text(json.dumps(MODEL))
    refuse(path, "weights=")
    refuse(archive(tmp_path, MODEL, STATE), "holds its own weights", weights=path)
    refuse(path, "arch.json", ".h5", weights=path, kind=UnsupportedError)
    (tmp_path / "w.weights.h5").write_bytes(b"text")
    refuse(path, "w.weights.h5 is not an HDF5 file", weights=tmp_path / "w.weights.h5")
    (tmp_path / "w.weights.h5").write_bytes(hdf5(STATE))
    assert [node.op for node in load(path, tmp_path / "w.weights.h5")] == ["dense"]
    refuse(tmp_path / "w.weights.h5", "no model_config", "weights=")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 300 + "1" + "}" * 300, "more than 200 deep"),
        ("[1]", "describes no Keras model"),
        ('{"class_name": "Sequential"}', "describes no Keras model"),
        ('{"class_name": "Sequential", "config": 3}', "is no object"),
        ('{"class_name": "Sequential", "config": {"layers": []}}', "no layers"),
        ('{"class_name": "Functional", "config": {"layers": 1}}', "layers = 1"),
        ('{"class_name": "Sequential", "config": {"layers": [7]}}', "7 describes no layer"),
        ("9" * 5000, "not JSON"),
        (" " * (9 << 20), "at most"),
    ],
)
def test_architecture_text(tmp_path: Path, text: str, phrase: str) -> None:
    (tmp_path / "arch.json").write_text(text)
    (tmp_path / "w.h5").write_bytes(hdf5(STATE))
    refuse(tmp_path / "arch.json", phrase, weights=tmp_path / "w.h5")


def zipped(path: Path, members: dict[str, bytes], declared: int | None = None) -> Path:
    """A zip archive; its first member may declare another size than it has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    if declared is not None:
        data = bytearray(path.read_bytes())
        struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, declared)
        path.write_bytes(data)
    return path


def test_zip_members(tmp_path: Path) -> None:
    config = json.dumps(MODEL).encode()
    refuse(zipped(tmp_path / "a.keras", {"x": b""}), "no config.json", "['x']")
    members = {"config.json": config, "model.weights.npz": b""}
    refuse(zipped(tmp_path / "b.keras", members), "model.weights.npz", kind=UnsupportedError)
    for name in ("../up", "/absolute", "a/../../b", "..\\up", "C:/x"):
        refuse(zipped(tmp_path / "c.keras", {"config.json": config, name: b""}), repr(name), "leads out")


def test_zip_member_without_a_name(tmp_path: Path) -> None:
    path = archive(tmp_path, MODEL, STATE)
    data = bytearray(path.read_bytes())
    entry = data.find(b"PK\x01\x02")
    # The name moves into the extra field, whose length follows that of the name.
    length = struct.unpack_from("<H", data, entry + 28)[0]
    struct.pack_into("<HH", data, entry + 28, 0, length)
    path.write_bytes(data)
    refuse(path, "model.keras")


def test_zip_bombs(tmp_path: Path) -> None:
    zeros = b"\0" * (129 << 20)
    members = dict.fromkeys(("config.json", "a", "b", "c"), zeros)
    refuse(zipped(tmp_path / "a.keras", members), "declares", "at most")
    refuse(zipped(tmp_path / "b.keras", {"config.json": zeros[: 9 << 20]}), "at most")
    lying = zipped(tmp_path / "c.keras", {"config.json": zeros[: 9 << 20]}, declared=100)
    refuse(lying, "damaged")
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as target:
        for number in range(25_000):
            target.writestr(str(number), b"")
    (tmp_path / "d.keras").write_bytes(many.getvalue())
    refuse(tmp_path / "d.keras", "table of contents")


def test_damaged_zip_content(tmp_path: Path) -> None:
    path = archive(tmp_path, MODEL, STATE)
    data = bytearray(path.read_bytes())
    data[data.find(b'"units"') + 1] ^= 1
    path.write_bytes(data)
    refuse(path, "damaged")
    path.write_bytes(data[: len(data) // 2])
    refuse(path, "truncated")
