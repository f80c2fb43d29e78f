"""Files that are damaged, hostile, or not what their suffix says: a clear error, and nothing else happens."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from frontends.keras.build import (
    archive,
    called,
    dense,
    functional,
    hdf5,
    input_layer,
    kernel,
    layer,
    sequential,
    tensor,
)
from isobit.errors import FileFormatError, IsobitError, UnsupportedError
from isobit.frontends.keras import load

MODEL = sequential(input_layer(4), dense(2))
STATE = {"layers/dense": kernel(4, 2)}


def refuse(
    path: Path, *phrases: str, weights: Path | None = None, kind: type[IsobitError] = FileFormatError
) -> None:
    with pytest.raises(kind) as error:
        load(path, weights)
    for phrase in phrases:
        assert phrase in str(error.value)


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
        file.truncate(129 << 20)
    refuse(tmp_path / "model.h5", "larger than 128 MiB", "include_optimizer=False")


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
    for name in ("../up", "/root", "a/../../b", "..\\up", "C:/x"):
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
    refuse(zipped(tmp_path / "a.keras", {"config.json": zeros}), "declares", "at most")
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


def weights_file(change: Callable[[h5py.File], None]) -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["layers/dense/vars/1"] = np.zeros(2, np.float32)
        change(file)
    return buffer.getvalue()


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.h5"
    with h5py.File(outside, "w") as file:
        file["kernel"] = np.ones((4, 2), np.float32)

    def external(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = h5py.ExternalLink(str(outside), "/kernel")

    def soft(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = h5py.SoftLink("/layers/dense/vars/1")

    def group(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = np.ones((4, 2), np.float32)
        file["real"] = file["layers"]
        del file["layers"]
        file["layers"] = h5py.SoftLink("/real")

    for change in (soft, group):
        refuse(archive(tmp_path, MODEL, weights_file(change)), "links are not followed")
    # HDF5 stores groups with external links in another way.
    refuse(
        archive(tmp_path, MODEL, weights_file(external)), "not stored in the way in which Keras writes groups"
    )


def test_strings_that_claim_to_be_huge(tmp_path: Path) -> None:
    """libhdf5 allocates what the length says, and walks a heap of empty objects for ever."""
    path, text = tmp_path / "m.h5", json.dumps(MODEL)
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = text
    data = path.read_bytes()
    heap = data.index(b"GCOL")
    length = data.index(struct.pack("<IQ", len(text), heap))
    for place, value in ((length, 0xFFFFFFFF), (length, len(text) + 1), (length + 4, 1), (length + 12, 7)):
        damaged = bytearray(data)
        struct.pack_into("<I", damaged, place, value)
        path.write_bytes(damaged)
        refuse(path, "cannot be read (a string of the HDF5 file is damaged")
    path.write_bytes(data[: heap + 24] + struct.pack("<Q", (1 << 64) - 16) + data[heap + 32 :])
    refuse(path, "cannot be read (a string of the HDF5 file is damaged")


def test_newer_layout_of_hdf5(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs["model_config"] = "{}"
    refuse(path, "not in the layout that Keras writes")


def test_storage_outside_of_the_file_is_not_read(tmp_path: Path) -> None:
    raw = tmp_path / "raw.bin"
    raw.write_bytes(np.ones((4, 2), np.float32).tobytes())

    def external(file: h5py.File) -> None:
        file.create_dataset("layers/dense/vars/0", (4, 2), "f4", external=[(str(raw), 0, 32)])

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4, 2), "f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "outside.h5"), "kernel", (4, 2))
        file.create_virtual_dataset("layers/dense/vars/0", layout)

    for change in (external, virtual):
        refuse(
            archive(tmp_path, MODEL, weights_file(change)),
            "external, virtual, chunked and compressed datasets",
        )


def test_huge_datasets_are_not_read(tmp_path: Path) -> None:
    def chunked(file: h5py.File) -> None:
        file.create_dataset(
            "layers/dense/vars/0", (1 << 30, 1 << 20), "f4", chunks=(16, 16), compression="gzip"
        )

    def unwritten(file: h5py.File) -> None:
        # Space is reserved when data are written, which never happens.
        space, plan = h5py.h5s.create_simple((1 << 20, 4)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        h5py.h5d.create(file["layers/dense/vars"].id, b"0", h5py.h5t.IEEE_F32LE, space, plan)

    refuse(archive(tmp_path, MODEL, weights_file(chunked)), "chunked and compressed")
    refuse(archive(tmp_path, MODEL, weights_file(unwritten)), "bytes stored differ")


def test_too_many_numbers_are_not_read(tmp_path: Path) -> None:
    def large(file: h5py.File) -> None:
        # Half precision: 33 Mi numbers in 66 MiB.
        file["layers/dense/vars/0"] = np.zeros((33 << 20, 1), np.float16)

    refuse(archive(tmp_path, MODEL, weights_file(large)), "exceed")


def test_other_types_are_not_read(tmp_path: Path) -> None:
    def reference(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = np.array([file.ref], dtype=h5py.ref_dtype)

    def strings(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = ["a", "b"]

    for change in (reference, strings):
        refuse(archive(tmp_path, MODEL, weights_file(change)), "no float16, float32 or float64")


def test_attribute_of_another_type(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    for value in (np.ones(3), np.array([["a"]], dtype=h5py.string_dtype())):
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = value
        refuse(path, "no list of strings")


def test_groups_in_a_circle(tmp_path: Path) -> None:
    def circle(file: h5py.File) -> None:
        file["layers/dense/vars/0"] = np.ones((4, 2), np.float32)
        file["layers/again"] = file["layers"]
        file["layers/more"] = file["layers"]

    refuse(archive(tmp_path, MODEL, weights_file(circle)), "inside of itself")


def test_layers_in_a_circle(tmp_path: Path) -> None:
    layers = [
        called(input_layer(4)),
        called(layer("Add", "a"), "x", "b"),
        called(layer("Flatten", "b"), "a"),
    ]
    refuse(archive(tmp_path, functional(layers, ["x"], ["b"])), "['a', 'b'] form a cycle")


@pytest.mark.parametrize(
    ("inbound", "phrase"),
    [
        (tensor("y"), "no layer 'y'"),
        (tensor("x", 3), "form a cycle or are not connected"),
        (tensor("x", 0, 1), "uses output 1 of call 0 of 'x'"),
        ({"class_name": "__keras_tensor__", "config": {}}, "names no tensor"),
    ],
)
def test_tensor_that_does_not_exist(tmp_path: Path, inbound: Any, phrase: str) -> None:
    layers = [called(input_layer(4)), called(layer("Flatten"), inbound)]
    refuse(archive(tmp_path, functional(layers, ["x"], ["it"])), phrase)


def test_call_without_inputs(tmp_path: Path) -> None:
    spec = {**layer("Concatenate"), "name": "it", "inbound_nodes": [{"args": [[]], "kwargs": {}}]}
    refuse(
        archive(tmp_path, functional([called(input_layer(4)), spec], ["x"], ["it"])), "'it'", "without inputs"
    )


def test_two_layers_of_one_name(tmp_path: Path) -> None:
    refuse(
        archive(tmp_path, sequential(input_layer(4), layer("Flatten"), layer("Flatten"))),
        "two layers called 'it'",
    )


@pytest.mark.parametrize("inner", [layer("Flatten"), layer("Permute", dims=[1])])
def test_models_that_unfold_without_end(tmp_path: Path, inner: Any) -> None:
    """Sixteen levels, each calling the one below eight times: 8^16 layers."""
    model = functional([called(input_layer(4)), called(inner, "x")], ["x"], ["it"], name="level0")
    for level in range(1, 16):
        below = called(model, "x")
        name = below["name"]
        below["inbound_nodes"] = [
            {"args": [tensor("x" if n == 0 else name, max(n - 1, 0))], "kwargs": {}} for n in range(8)
        ]
        model = functional([called(input_layer(4)), below], ["x"], [], name=f"level{level}")
        model["config"]["output_layers"] = [[name, 8, 0]]
    refuse(archive(tmp_path, model), "unfolds to more than", kind=UnsupportedError)


def test_constants_that_unfold_without_end(tmp_path: Path) -> None:
    """Two numbers, spread over four million features, in each of a hundred calls."""
    spec = {**layer("Normalization", "n", axis=[-1], mean=0.5, variance=2.0), "name": "n"}
    sources = [tensor("x"), *(tensor("n", number) for number in range(99))]
    spec["inbound_nodes"] = [{"args": [source], "kwargs": {}} for source in sources]
    model = functional([called(input_layer(4 << 20)), spec], ["x"], [])
    model["config"]["output_layers"] = [["n", 99, 0]]
    refuse(archive(tmp_path, model), "unfolds to more than", "constants", kind=UnsupportedError)


def test_models_nested_too_deep(tmp_path: Path) -> None:
    model = sequential(input_layer(4), layer("Flatten"), name="m0")
    for level in range(1, 20):
        model = sequential(model, name=f"m{level}")
    refuse(archive(tmp_path, model), "more than 16 deep", kind=UnsupportedError)
