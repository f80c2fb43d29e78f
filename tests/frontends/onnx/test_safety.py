"""Files that are damaged, or made to mislead: external data, shapes that lie, encodings that explode."""

from __future__ import annotations

import hashlib
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from frontends.onnx.build import model, nested, node, read
from isobit.errors import FileFormatError, IsobitError, MissingFileError, UnsupportedError
from isobit.frontends.onnx import limits, load

W = np.arange(6, dtype="f4").reshape(3, 2)


def dense() -> onnx.ModelProto:
    """``y = x @ W``."""
    return model([node("MatMul", ["x", "w"], ["y"], name="fc")], {"x": ["n", 3]}, constants={"w": W})


def external(**entries: Any) -> onnx.ModelProto:
    """The weight of :func:`dense` in another file."""
    made = dense()
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return made


def stored(folder: Path, name: str = "w.bin", before: bytes = b"") -> Path:
    """The bytes of the weight in a file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(before + W.tobytes())
    return path


def weight(made: onnx.ModelProto, folder: Path) -> Any:
    return read(made, folder).nodes[0].constants["weight"]


def test_external_data(tmp_path: Path) -> None:
    stored(tmp_path)
    assert np.array_equal(weight(external(location="w.bin"), tmp_path), W)


def test_external_data_with_offset_and_checksum(tmp_path: Path) -> None:
    path = stored(tmp_path, "parts/w.bin", before=bytes(8))
    digest = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
    made = external(location="parts/w.bin", offset=8, length=24, checksum=digest)
    assert np.array_equal(weight(made, tmp_path), W)


def test_link_inside_the_folder_is_followed(tmp_path: Path) -> None:
    stored(tmp_path, "blob")
    (tmp_path / "w.bin").symlink_to("blob")
    assert np.array_equal(weight(external(location="w.bin"), tmp_path), W)


@pytest.mark.parametrize(
    "location",
    [
        "../w.bin",
        "a/../../w.bin",
        "/etc/passwd",
        "",
        "..",
        "C:\\w.bin",
        "\\\\host\\w.bin",
        "a\\..\\..\\w.bin",
        "w\0",
    ],
)
def test_locations_outside_the_folder_are_refused(location: str, tmp_path: Path) -> None:
    stored(tmp_path)
    (tmp_path / "model").mkdir()
    with pytest.raises(FileFormatError, match=r"initializer 'w'.*only relative paths inside the folder"):
        read(external(location=location), tmp_path / "model")


@pytest.mark.parametrize("whole_folder", [False, True])
def test_links_that_leave_the_folder_are_refused(whole_folder: bool, tmp_path: Path) -> None:
    stored(tmp_path, "outside/w.bin")
    home = tmp_path / "model"
    home.mkdir()
    if whole_folder:
        (home / "data").symlink_to(tmp_path / "outside")
    else:
        (home / "data").mkdir()
        (home / "data" / "w.bin").symlink_to(tmp_path / "outside" / "w.bin")
    with pytest.raises(FileFormatError, match="leaves the folder"):
        read(external(location="data/w.bin"), home)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "w.bin").symlink_to("v.bin")
    (tmp_path / "v.bin").symlink_to("w.bin")
    with pytest.raises(FileFormatError, match="cannot be read"):
        read(external(location="w.bin"), tmp_path)


@pytest.mark.parametrize(
    ("entries", "match"),
    [
        ({}, "only relative paths"),
        ({"location": "w.bin", "offset": 1}, "23 bytes.*need 24"),
        ({"location": "w.bin", "offset": 8, "length": 24}, "should reach byte 32"),
        ({"location": "w.bin", "offset": 2**62, "length": 24}, "should reach byte"),
        ({"location": "w.bin", "length": 23}, "need 24"),
        ({"location": "w.bin", "length": -24}, "no byte count"),
        ({"location": "w.bin", "offset": "9" * 30}, "no byte count"),
        ({"location": "w.bin", "offset": "0x0"}, "no byte count"),
        ({"location": "w.bin", "checksum": "0" * 40}, "checksum"),
        ({"location": "w.bin", "mode": "rw"}, "unknown key 'mode'"),
        ({"location": "missing.bin"}, "cannot be read"),
        ({"location": "folder"}, "not a regular file"),
        ({"location": "pipe"}, "not a regular file"),
        ({"location": "n" * 5000}, "cannot be read"),
    ],
)
def test_external_data_that_is_not_there_is_refused(
    entries: dict[str, Any], match: str, tmp_path: Path
) -> None:
    stored(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IsobitError, match=match):
        read(external(**entries), tmp_path)


def _raw(change: Any) -> onnx.ModelProto:
    made = dense()
    change(made.graph.initializer[0])
    return made


def _dims(*dims: int) -> Any:
    def change(tensor: onnx.TensorProto) -> None:
        tensor.ClearField("dims")
        tensor.dims.extend(dims)

    return change


LIES: dict[str, tuple[Any, str]] = {
    "larger": (_dims(3, 3), "needs 36 bytes, but raw_data has 24"),
    "huge": (_dims(2**31, 2**31), "may have 67108864 in all"),
    "overflowing": (_dims(2**62, 4), "may have 67108864 in all"),
    "negative": (_dims(-3, -2), "impossible"),
    "deep": (_dims(*[1] * 100), "impossible"),
    "empty": (lambda t: t.ClearField("raw_data"), "needs 6 elements in float_data, which has 0"),
    "twice": (lambda t: t.float_data.extend([1.0]), "both in raw_data and in float_data"),
    "wrong field": (
        lambda t: (t.ClearField("raw_data"), t.int64_data.extend([1] * 6)),
        "elements in float_data",
    ),
    "text": (lambda t: setattr(t, "data_type", TensorProto.STRING), "type STRING is not supported"),
    "float8": (lambda t: setattr(t, "data_type", TensorProto.FLOAT8E4M3FN), "FLOAT8E4M3FN is not supported"),
    "no type": (lambda t: setattr(t, "data_type", 0), "UNDEFINED is not supported"),
    "unknown type": (lambda t: setattr(t, "data_type", 999), "number 999 is not supported"),
    "segment": (lambda t: t.segment.SetInParent(), "segments"),
    "half external": (
        lambda t: t.external_data.add(key="location", value="w"),
        "data_location does not say so",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_tensors_that_lie_are_refused(name: str, tmp_path: Path) -> None:
    change, match = LIES[name]
    with pytest.raises(IsobitError, match=f"'fc'.*initializer 'w': .*{match}"):
        read(_raw(change), tmp_path)


def test_constants_that_would_be_huge_are_refused(tmp_path: Path) -> None:
    nodes = [node("ConstantOfShape", ["s"], ["c"], name="fill"), node("Add", ["x", "c"], ["y"])]
    with pytest.raises(FileFormatError, match=r"'fill'.*elements; supported are up to"):
        read(model(nodes, {"x": ["n", 3]}, constants={"s": [2**40, 2**20]}), tmp_path)


def test_products_of_constants_that_would_be_huge_are_refused(tmp_path: Path) -> None:
    nodes = [node("Mul", ["a", "b"], ["c"], name="outer"), node("Add", ["x", "c"], ["y"])]
    constants = {"a": np.ones((20_000, 1), "f4"), "b": np.ones((1, 20_000), "f4")}
    with pytest.raises(FileFormatError, match=r"'outer'.*400000000 elements"):
        read(model(nodes, {"x": ["n", 3]}, constants=constants), tmp_path)


def test_constants_may_not_grow_by_repetition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isobit.frontends.onnx.scope.MAX_CONSTANTS", 100)
    nodes = [node("ConstantOfShape", ["s"], [f"c{i}"]) for i in range(4)] + [node("Relu", ["x"], ["y"])]
    with pytest.raises(UnsupportedError, match="more than 100 elements in all"):
        read(model(nodes, {"x": ["n", 3]}, constants={"s": [30]}), tmp_path)


def test_weights_may_not_grow_by_sharing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isobit.frontends.onnx.scope.MAX_CONSTANTS", 20)
    tensors = ["x", "t0", "t1", "y"]
    nodes = [node("MatMul", [a, "w"], [b]) for a, b in pairwise(tensors)]
    made = model(nodes, {"x": ["n", 3]}, constants={"w": np.eye(3, dtype="f4")})
    with pytest.raises(UnsupportedError, match="more than 20 weights"):
        read(made, tmp_path)


def test_samples_that_are_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"input 'x'.*more than 16777216 elements"):
        read(model([node("Relu", ["x"], ["y"])], {"x": ["n", 2**40, 2**20]}), tmp_path)


def test_sums_that_grow_are_refused(tmp_path: Path) -> None:
    nodes = [node("Add", ["x", "z"], ["y"])]
    with pytest.raises(UnsupportedError, match="elements"):
        read(model(nodes, {"x": ["n", 2**13, 1], "z": ["n", 1, 2**13]}), tmp_path)


def written(data: bytes, folder: Path) -> Path:
    path = folder / "model.onnx"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"\x08",
        b"hello, this is text and no model",
        b"\x89HDF\r\n\x1a\n" + bytes(500),
        b"PK\x03\x04" + bytes(500),
        bytes(1000),
        b"\xff" * 1000,
        b'{"class_name": "Sequential"}',
    ],
)
def test_other_files_are_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"model\.onnx: "):
        load(written(data, tmp_path))


def test_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="empty"):
        load(written(b"", tmp_path))


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"nothing\.onnx"):
        load(tmp_path / "nothing.onnx")
    with pytest.raises(FileFormatError, match="regular file"):
        load(tmp_path)
    with pytest.raises(FileFormatError, match="cannot be read"):
        load(tmp_path / "a\0b.onnx")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.99])
def test_truncated_files_say_where_they_break_off(part: float, tmp_path: Path) -> None:
    data = dense().SerializeToString()
    with pytest.raises(FileFormatError, match=r"breaks off.*byte \d+"):
        load(written(data[: int(len(data) * part)], tmp_path))


def test_unknown_fields_are_refused(tmp_path: Path) -> None:
    data = dense().SerializeToString() + b"\xf8\x07\x01"  # field 127, a varint
    with pytest.raises(FileFormatError, match="unknown field 127 of ModelProto"):
        load(written(data, tmp_path))


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    data = dense().SerializeToString().replace(b"\x1a\x02fc", b"\x1a\x02f\xff")
    with pytest.raises(FileFormatError, match=r"name at byte .* is not UTF-8"):
        load(written(data, tmp_path))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    inner = b""
    for _ in range(3000):  # attribute g (field 6) in node (1) in graph
        inner = nested(1, nested(5, nested(6, inner)))
    with pytest.raises(FileFormatError, match="nested"):
        load(written(nested(7, inner), tmp_path))


def test_bombs_of_empty_messages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=f"more than {limits.MAX_FIELDS} fields"):
        load(written(nested(7, b"\x0a\x00" * (limits.MAX_FIELDS + 1)), tmp_path))


def test_bombs_of_packed_integers_are_refused(tmp_path: Path) -> None:
    dims = nested(1, b"\x01" * (limits.MAX_PACKED_BYTES + 1))
    with pytest.raises(FileFormatError, match="integers one by one"):
        load(written(nested(7, nested(5, dims)), tmp_path))


def test_files_beyond_the_limit_are_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    with path.open("wb") as file:
        file.truncate(limits.MAX_FILE_BYTES + 1)
    with pytest.raises(FileFormatError, match="512 MiB"):
        load(path)


def test_long_chain_is_read(tmp_path: Path) -> None:
    names = ["x", *(f"t{i}" for i in range(2999)), "y"]
    nodes = [node("Relu", [a], [b], name="relu") for a, b in pairwise(names)]
    graph = read(model(nodes, {"x": ["n", 2]}), tmp_path)
    assert graph.nodes[-1].name == "relu_2999"


def test_half_precision_in_typed_fields(tmp_path: Path) -> None:
    made = dense()
    tensor = made.graph.initializer[0]
    tensor.CopyFrom(onnx.helper.make_tensor("w", TensorProto.FLOAT16, [3, 2], W.astype("f2").ravel()))
    assert not tensor.raw_data
    assert np.array_equal(weight(made, tmp_path), W)
    assert numpy_helper.to_array(tensor).dtype == np.float16
