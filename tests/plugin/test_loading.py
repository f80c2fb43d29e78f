"""What the loader refuses before anything of a library runs; it loads the file that it checked."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import isobit
import small_models
from isobit import _core as core
from isobit.errors import MissingFileError, PluginError
from isobit.plugin import load_plugin
from isobit.plugin.build import compile_model, write_plugin
from isobit.plugin.isa import known_sets


def test_missing_file(tmp_path):
    with pytest.raises(MissingFileError, match="there is no plugin"):
        load_plugin(tmp_path / "libnone.so")


@pytest.mark.parametrize("content", [b"", b"\x7f", b"\x7fEL", b"text\n", b"\x7fELF", b"\x7fELF" + bytes(40)])
def test_what_is_no_library(tmp_path, content):
    (tmp_path / "x.so").write_bytes(content)
    with pytest.raises(PluginError, match=r"x\.so' is (not an ELF file|truncated)"):
        load_plugin(tmp_path / "x.so")


def test_folders_and_pipes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(PluginError, match="not a regular file"):
            load_plugin(path)


def test_truncated_at_any_length(plugin, tmp_path):
    whole = plugin.path.read_bytes()
    lengths = [*range(1, 1200, 37), *range(1200, len(whole), max(1, len(whole) // 150)), len(whole) - 1]
    for length in lengths:
        cut = tmp_path / "cut.so"
        cut.write_bytes(whole[:length])
        with pytest.raises(PluginError, match=r"is (truncated|not an ELF file)"):
            load_plugin(cut)


@pytest.mark.parametrize(
    ("offset", "value", "message"),
    [
        (18, 0xF3, "another kind of processor"),
        (4, 1, "another kind"),
        (5, 2, "another kind"),
        (16, 2, "not a shared"),
    ],
)
def test_other_kinds_of_elf_file(plugin, tmp_path, offset, value, message):
    changed = bytearray(plugin.path.read_bytes())
    changed[offset] = value
    (tmp_path / "x.so").write_bytes(changed)
    with pytest.raises(PluginError, match=message):
        load_plugin(tmp_path / "x.so")


def test_a_library_that_is_no_plugin(tmp_path, compiler):
    (tmp_path / "x.cpp").write_text('extern "C" int something() { return 1; }\n')
    subprocess.run([compiler, "-shared", "-fPIC", tmp_path / "x.cpp", "-o", tmp_path / "x.so"], check=True)
    with pytest.raises(PluginError, match="not a plugin of isobit"):
        load_plugin(tmp_path / "x.so")


def test_another_abi_version(small, tmp_path, compiler):
    with pytest.raises(
        PluginError, match="has version 2 of the plugin ABI, and this program understands version 1"
    ):
        compile_model(small, tmp_path, flags=["-DISOBIT_PLUGIN_ABI=2"])


def test_an_unknown_requirement(small, tmp_path, compiler):
    flags = ['-DISOBIT_PLUGIN_CPU_FEATURES="popcnt,flux-capacitor"', '-DISOBIT_PLUGIN_ISA="future"']
    with pytest.raises(PluginError, match=r"instruction set 'future', which needs 'flux-capacitor'.*isa="):
        compile_model(small, tmp_path, flags=flags)


def test_instruction_sets_that_this_processor_lacks(small, tmp_path, compiler):
    lacking = [isa for isa in known_sets() if not all(core.cpu_has(feature) for feature in isa.features)]
    if not lacking:
        pytest.skip("this processor has every instruction set that plugins are compiled for")
    written = write_plugin(small, tmp_path, isa=lacking[0].name)
    with pytest.raises(PluginError, match=f"'{lacking[0].name}', which needs .* this processor lacks it"):
        load_plugin(written.library)


def test_the_content_is_compared(plugin, small):
    assert load_plugin(plugin.path, plugin.content_hash).name == "tagger"
    with pytest.raises(PluginError, match="holds another network than expected"):
        load_plugin(plugin.path, "0" * 64)


def test_content_hash_says_what_a_plugin_computes(small, plugin, tmp_path):
    same = compile_model(small, tmp_path / "same", version="2", isa="generic")
    assert same.content_hash == plugin.content_hash
    assert (same.version, plugin.version) == ("2", "")
    model = small_models.tagger(sizes=(6, 9, 5))
    other = compile_model(model.quantize("fixed<16,7>"), tmp_path / "other")
    assert other.content_hash != plugin.content_hash


def test_versions_side_by_side_and_files_that_are_replaced(tmp_path, compiler):
    """Also under one name, one after the other: the loader never confuses them."""
    X = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)
    models = [small_models.tagger(seed, (6, 9, 5)).quantize("fixed<16,6>") for seed in range(3)]
    expected = [model.predict(X) for model in models]
    assert not np.array_equal(expected[0], expected[1])
    loaded = [
        compile_model(model, tmp_path / "one_place", name="tagger", version=str(number), flags=["-O1"])
        for number, model in enumerate(models)
    ]
    for _ in range(2):
        for number, (plugin, values) in enumerate(zip(loaded, expected, strict=True)):
            assert plugin.version == str(number)
            np.testing.assert_array_equal(plugin.predict(X), values)
    del loaded[0]  # its file number is free again
    again = load_plugin(tmp_path / "one_place" / "libtagger.so")
    assert again.version == "2"
    np.testing.assert_array_equal(loaded[0].predict(X), expected[1])


def test_a_copy_in_another_place_is_loaded_from_there(plugin, tmp_path):
    copy = tmp_path / "copy with spaces.so"
    shutil.copy(plugin.path, copy)
    plugin.path.unlink()
    assert load_plugin(copy).name == "tagger"


def test_public_names(plugin):
    assert isobit.load_plugin(plugin.path).name == "tagger"
    assert isinstance(plugin, isobit.Plugin)
    assert repr(plugin).startswith("<isobit.Plugin 'tagger': ")


def test_bad_data_is_refused_as_by_the_model(plugin, small):
    X = np.ones((3, 6), np.float32)
    X[1, 4] = np.nan
    for bad in (
        X,
        np.ones((3, 5), np.float32),
        np.ones(6),
        np.ones((2, 6), bool),
        "text",
        [[1, 2], [3]],
        None,
    ):
        with pytest.raises(isobit.InputError) as ours:
            plugin.predict(bad)
        with pytest.raises(isobit.InputError) as theirs:
            small.predict(bad)
        assert str(ours.value) == str(theirs.value)
    for bad in (np.full((1, 6), 2**15), np.ones((1, 6))):
        with pytest.raises(isobit.InputError) as ours:
            plugin.predict_raw(bad)
        with pytest.raises(isobit.InputError) as theirs:
            small.predict_raw(bad)
        assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    "make", [np.asfortranarray, lambda a: a[::-1], lambda a: a.astype(">f4"), lambda a: a.tolist()]
)
def test_arrays_of_any_kind(plugin, small, make):
    X = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    np.testing.assert_array_equal(plugin.predict(make(X)), small.predict(make(X)))


def test_shared_between_threads(plugin, small):
    X = np.random.default_rng(0).normal(size=(8, 500, 6)).astype(np.float32)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(plugin.predict, [X[i % 8] for i in range(64)]))
    for i, result in enumerate(results):
        np.testing.assert_array_equal(result, small.predict(X[i % 8]))


def test_pickling_is_refused(plugin):
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(plugin)
