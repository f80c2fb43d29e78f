"""The .isobit file: what is saved comes back; what is damaged or newer is refused; saving is atomic."""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

import isobit
from isobit import FileFormatError, QuantizationWarning, SaveError
from isobit.archive.encode import content_hash
from isobit.verify import random_raws
from small_models import every_operator, every_operator_data, tagger


@pytest.fixture(scope="module")
def model():
    return tagger(sizes=(4, 3, 2))


@pytest.fixture
def saved(model, tmp_path):
    path = tmp_path / "m.isobit"
    model.quantize("fixed<16,6>").save(path)
    return path


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path, change, rehash=True, **manifest):
    """The file with changed members, and a manifest that fits them (unless told otherwise)."""
    files = members(path)
    change(files)
    stated = {**json.loads(files.pop("manifest.json")), **manifest}
    if rehash:
        stated["content_hash"] = content_hash(files)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {"manifest.json": json.dumps(stated).encode(), **files}.items():
            archive.writestr(name, content)
    return path


def edit_json(name, edit):
    def change(files):
        content = json.loads(files[name])
        edit(content)
        files[name] = json.dumps(content).encode()

    return change


def test_a_quantized_model_comes_back_bit_for_bit(tmp_path):
    zoo, _ = every_operator()
    X = every_operator_data(100)
    wide = {
        "default": "fixed<30,12,RND,SAT>",
        "x": "ufixed<64,20,RND,SAT>",
        "affine": {"weight": "ufixed<64,2,RND,SAT>"},
    }
    for number, q in enumerate((zoo.quantize(calibration=X, width=9), quiet(zoo, wide))):
        path = tmp_path / f"{number}.isobit"
        q.save(path)
        again = isobit.load(path)
        assert again.precision == q.precision
        raws = random_raws(q, 50, 3)
        expected, found = q.trace_raw(raws), again.trace_raw(raws)
        assert list(expected) == list(found)
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values, err_msg=name)
        for name, tensor in q.tensors.items():
            np.testing.assert_array_equal(again.tensors[name].raw, tensor.raw)
            assert again.tensors[name].format == tensor.format
            assert again.tensors[name].max_error == tensor.max_error
        again.save(tmp_path / "again.isobit")
        assert (tmp_path / "again.isobit").read_bytes() == path.read_bytes()


def quiet(model, config):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        return model.quantize(config)


def test_a_float_model_comes_back_exactly(tmp_path):
    zoo, _ = every_operator()
    zoo.save(tmp_path / "zoo.isobit")
    again = isobit.load(tmp_path / "zoo.isobit")
    X = every_operator_data(20)
    for expected, found in zip(zoo.predict(X), again.predict(X), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [dict(n.attrs) for n in again.layers] == [dict(n.attrs) for n in zoo.layers]
    assert again.name == zoo.name


def test_the_stored_integers_count(saved):
    """Another weight in the file gives another network: nothing is silently computed again."""

    def change(files):
        listed = json.loads(files["integers.json"])
        name = listed["fc1.weight"]["raw"]
        raw = np.load(io.BytesIO(files[name]))
        buffer = io.BytesIO()
        np.save(buffer, raw + 1)
        files[name] = buffer.getvalue()

    before = isobit.load(saved).tensors["fc1.weight"].raw
    try:
        after = isobit.load(rewritten(saved, change)).tensors["fc1.weight"].raw
    except FileFormatError as error:
        assert "proof" in str(error)  # noqa: PT017 (either is right: the proof may notice the other weights)
    else:
        np.testing.assert_array_equal(after, before + 1)


def test_contents_are_plain(saved):
    files = members(saved)
    assert {name.rsplit(".", 1)[1] for name in files} == {"json", "npy"}
    manifest = json.loads(files["manifest.json"])
    assert manifest["format_version"] == 1
    assert manifest["isobit_version"] == isobit.__version__
    for name, content in files.items():
        if name.endswith(".npy"):
            np.load(io.BytesIO(content), allow_pickle=False)


def nothing(files):
    pass


@pytest.mark.parametrize(
    ("change", "options", "text"),
    [
        (nothing, {"format_version": 2, "isobit_version": "9.9"}, "version 2, written by isobit 9.9.*Update"),
        (nothing, {"format_version": "1"}, "not a positive integer"),
        (nothing, {"format": "other"}, "does not say that it is an isobit model"),
        (nothing, {"kind": "forest"}, "unknown kind of model 'forest'"),
        (nothing, {"content_hash": "0", "rehash": False}, "do not match their hash"),
        (lambda f: f.pop("graph.json"), {}, "'graph.json' is missing"),
        (lambda f: f.pop("proof.json"), {}, "'proof.json' is missing"),
        (lambda f: f.update({"../evil.py": b"x"}), {}, "unknown member '../evil.py'"),
        (lambda f: f.update({"graph.json": b"{"}), {}, "not valid JSON"),
        (lambda f: f.update({"graph.json": b"[" * 100_000}), {}, "not valid JSON"),
        (lambda f: f.update({"graph.json": b'{"name": NaN}'}), {}, "NaN is not a number"),
        (lambda f: f.update({"graph.json": b"[]"}), {}, "unexpected content"),
        (edit_json("graph.json", lambda g: g["nodes"][0].update(op="orchard")), {}, "no operator 'orchard'"),
        (edit_json("graph.json", lambda g: g["nodes"][0].update(shape=[7])), {}, "stored with the shape"),
        (edit_json("graph.json", lambda g: g["nodes"][0].update(name="fc7")), {}, "reads 'fc1'"),
        (edit_json("graph.json", lambda g: g["inputs"][0].update(shape=["4"])), {}, "not an integer"),
        (edit_json("graph.json", lambda g: g["inputs"][0].update(shape=[2**40])), {}, "expects 4 inputs"),
        (edit_json("precision.json", lambda p: p["layers"].pop("fc1")), {}, "'fc1'"),
        (edit_json("precision.json", lambda p: p["layers"].update(x=p["layers"]["fc1"])), {}, "do not exist"),
        (
            edit_json("precision.json", lambda p: p["layers"]["fc1"]["formats"].update(weight=None)),
            {},
            "must be a string",
        ),
        (edit_json("precision.json", lambda p: p["layers"]["fc1"]["formats"].pop("bias")), {}, "formats for"),
        (
            edit_json("precision.json", lambda p: p["inputs"].update(features="fixed<99,1>")),
            {},
            "not a number",
        ),
        (
            edit_json("integers.json", lambda i: i.pop("fc1.bias")),
            {},
            "integers are not those|unknown member",
        ),
        (
            edit_json("integers.json", lambda i: i["fc1.bias"].update(format="fixed<2,1>")),
            {},
            "out of the range",
        ),
        (
            edit_json("integers.json", lambda i: i["fc1.bias"].update(format="fixed<17,6>")),
            {},
            "is stored as",
        ),
        (
            edit_json("integers.json", lambda i: i["fc1.bias"].update(raw=i["fc1.weight"]["raw"])),
            {},
            "is stored as|unknown member",
        ),
        (
            edit_json("integers.json", lambda i: i["softmax.exp_table"].update(index="fixed<8,1>")),
            {},
            "not one for every raw",
        ),
        (
            edit_json("proof.json", lambda p: p["layers"]["fc1"].update(bits=99)),
            {},
            "is not the proof of this",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(saved, change, options, text):
    with pytest.raises(FileFormatError, match=text) as caught:
        isobit.load(rewritten(saved, change, **options))
    assert "m.isobit" in str(caught.value)


def npy(header):
    text = repr(header).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (npy({"descr": "<f8", "fortran_order": False, "shape": (2**50,)}), "do not hold"),
        (npy({"descr": "<f8", "fortran_order": False, "shape": (2**62, 2**62)}), "do not hold"),
        (npy({"descr": "<f8", "fortran_order": False, "shape": (0, 2**62)}), "do not hold"),
        (npy({"descr": "|O", "fortran_order": False, "shape": (1,)}) + b"cos\nsystem\n", "declares .O"),
        (npy({"descr": "<f8", "fortran_order": True, "shape": (1,)}) + bytes(8), "C-ordered"),
        (b"\x80\x04cos\nsystem\n", "not a plain npy"),
        (b"", "not a plain npy"),
        (b"\x93NUMPY\x01\x00\xff\xff{", "not a plain npy"),
    ],
)
def test_arrays_are_not_trusted(saved, content, text):
    def change(files):
        name = json.loads(files["graph.json"])["nodes"][0]["constants"]["weight"]
        files[name] = content

    with pytest.raises(FileFormatError, match=text):
        isobit.load(rewritten(saved, change))


def test_archives_that_unpack_to_too_much_are_refused(saved, monkeypatch):
    monkeypatch.setattr("isobit.archive.container.MAX_TOTAL", 2**22)
    with zipfile.ZipFile(saved, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arrays/zeros.npy", bytes(2**23))
    assert saved.stat().st_size < 2**17
    with pytest.raises(FileFormatError, match=r"would unpack to 8.* bytes; isobit reads up to 4194304"):
        isobit.load(saved)


def test_two_members_of_one_name_are_refused(saved):
    with warnings.catch_warnings(), zipfile.ZipFile(saved, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("graph.json", b"{}")
    with pytest.raises(FileFormatError, match="two of the same name"):
        isobit.load(saved)


def test_every_truncation_and_many_flipped_bits_are_noticed(saved):
    content = saved.read_bytes()
    for length in range(0, len(content), max(1, len(content) // 100)):
        saved.write_bytes(content[:length])
        with pytest.raises(FileFormatError):
            isobit.load(saved)
    rng = np.random.default_rng(0)
    untouched = isobit.load(_written(saved, content)).config()
    for position in rng.integers(0, len(content), 150):
        damaged = bytearray(content)
        damaged[position] ^= 1 << int(rng.integers(8))
        try:
            again = isobit.load(_written(saved, bytes(damaged)))
        except FileFormatError:
            continue
        assert again.config() == untouched  # a bit without meaning, such as a date in the zip


def _written(path, content):
    path.write_bytes(content)
    return path


def leftovers(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_full_disk_leaves_the_old_file(model, saved):
    """A limit on the size of files makes the write fail half-way, as a full disk does."""
    old = saved.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(SaveError, match="nothing was changed") as caught:
            model.quantize("fixed<12,6>").save(saved)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, isobit.IsobitError)
    assert caught.value.errno == errno.EFBIG
    assert saved.read_bytes() == old
    assert leftovers(saved.parent) == ["m.isobit"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_at_any_step_leaves_the_old_file(model, saved, monkeypatch, step):
    old = saved.read_bytes()

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(SaveError, match="No space left") as caught:
        model.save(saved)
    assert caught.value.errno == errno.ENOSPC
    monkeypatch.undo()
    assert saved.read_bytes() == old
    assert leftovers(saved.parent) == ["m.isobit"]


def test_an_interruption_leaves_the_old_file(model, saved, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    old = saved.read_bytes()
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        model.save(saved)
    assert saved.read_bytes() == old
    assert leftovers(saved.parent) == ["m.isobit"]


def test_places_that_cannot_be_written(model, tmp_path):
    with pytest.raises(SaveError, match="No such file or directory"):
        model.save(tmp_path / "missing" / "m.isobit")
    (tmp_path / "folder.isobit").mkdir()
    with pytest.raises(SaveError, match="directory"):
        model.save(tmp_path / "folder.isobit")
    assert leftovers(tmp_path) == ["folder.isobit"]
    with pytest.raises(SaveError, match=r"must end in \.isobit"):
        model.save(tmp_path / "m.onnx")
    if os.geteuid() != 0:
        tmp_path.chmod(0o500)
        with pytest.raises(SaveError, match="Permission denied"):
            model.save(tmp_path / "m.isobit")


def test_links_are_followed(model, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "m.isobit").symlink_to(tmp_path / "real" / "n.isobit")
    model.save(tmp_path / "m.isobit")
    assert (tmp_path / "m.isobit").is_symlink()
    assert isobit.load(tmp_path / "real" / "n.isobit").name == "tagger"
