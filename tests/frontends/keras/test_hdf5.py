"""HDF5 files that lead outside, claim to be huge, or are stored in ways that Keras does not use."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from frontends.keras.build import (
    archive,
    dense,
    input_layer,
    kernel,
    refuse,
    sequential,
)

MODEL = sequential(input_layer(4), dense(2))
STATE = {"layers/dense": kernel(4, 2)}


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
        # Half precision: 97 Mi numbers in 194 MiB.
        file["layers/dense/vars/0"] = np.zeros((97 << 20, 1), np.float16)

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
