"""isobit/plugin.hpp as a C++ program uses it; also with sanitizers in program and plugin."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

import cxx
import engine
import small_models
from isobit import _core as core
from isobit.plugin.build import compile_model
from plugin import joined
from plugin.test_bits import matrices, networks

SOURCE = cxx.ROOT / "tests" / "plugin" / "loader.cpp"


@pytest.fixture(scope="module")
def loader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loader")
    return cxx.build(SOURCE, folder / "loader", "-DCOUNT_MALLOC", "-pthread", "-ldl", optimize="-O1")


def test_what_loading_throws(loader, plugin, tmp_path):
    def told(path, *more):
        code, text = cxx.run(loader, "errors", path, *more)
        assert code == 0
        return text.removeprefix("load: ")

    assert told(plugin.path) == "fine\n"
    assert told(plugin.path, plugin.content_hash) == "fine\n"
    assert "holds another network than expected" in told(plugin.path, "1" * 64)
    assert told(tmp_path / "none.so") == f"'{tmp_path}/none.so' cannot be opened: No such file or directory\n"
    assert "is not a regular file" in told(tmp_path)
    (tmp_path / "text.so").write_text("text")
    assert "is not an ELF file" in told(tmp_path / "text.so")
    (tmp_path / "cut.so").write_bytes(plugin.path.read_bytes()[:5000])
    assert "is truncated; compile the plugin again" in told(tmp_path / "cut.so")


def test_what_was_checked_is_what_is_loaded(loader, small, tmp_path, compiler):
    one, two = (compile_model(small, tmp_path / version, version=version).path for version in ("one", "two"))
    assert cxx.run(loader, "swapped", one, two) == (0, "checked: one, now: two\n")


def test_what_predict_throws(loader, plugin):
    code, text = cxx.run(loader, "refusals", plugin.path)
    assert code == 0
    lines = dict(line.split(": ", 1) for line in text.splitlines())
    assert lines["right"] == "fine"
    size = "plugin 'tagger': a buffer does not have as many elements as the samples take (number 0)"
    assert lines["short input"] == f"{size} [5 0 -1 -1]"
    assert lines["short output"] == f"{size} [5 0 -1 -1]"
    assert lines["not a number"].startswith("plugin 'tagger': an input holds NaN or an infinity")
    assert lines["not a number"].endswith("input 'features', sample 1, element 3) [10 0 1 3]")
    assert lines["raw out of range"].endswith("input 'features', sample 0, element 3) [11 0 0 3]")
    assert lines["no inputs"].endswith("[1 -1 -1 -1]")
    assert lines["small workspace"].endswith("[8 -1 -1 -1]")


@pytest.mark.parametrize("isa", ["native", "generic"])
def test_no_floating_point_exception(loader, small, tmp_path, compiler, isa):
    if not sys.platform.startswith("linux"):
        pytest.skip("feenableexcept is of glibc")
    plugin = compile_model(small, tmp_path, isa=isa)
    code, text = cxx.run(loader, "traps", plugin.path)
    assert code == 0
    assert text.startswith("infinite: plugin 'tagger': an input holds NaN or an infinity")


def test_the_modes_of_the_host_change_nothing(loader, small, tmp_path, compiler):
    for isa in ("native", "generic"):
        plugin = compile_model(small, tmp_path, isa=isa)
        assert cxx.run(loader, "modes", plugin.path) == (0, "same\nsame\nsame\n")


def test_nothing_is_allocated(loader, plugin):
    assert cxx.run(loader, "allocations", plugin.path) == (0, "0\n")


def run_raws(program, plugin_path, spec, samples, folder, *, launcher=()):
    """The outputs that a C++ program gets, compared with the engine's."""
    inputs = engine.batches(spec, samples)
    np.concatenate([array.ravel() for array in inputs]).tofile(folder / "inputs")
    command = [*launcher, program, "run", plugin_path, folder / "inputs", folder / "outputs", len(samples)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[:3000]
    expected = core.Program(spec).run_raw(inputs, spec["outputs"], 1, "auto", "auto")
    found = np.fromfile(folder / "outputs", dtype=np.int64)
    np.testing.assert_array_equal(found, np.concatenate([array.ravel() for array in expected]))


def test_eight_threads_share_a_plugin(loader, tmp_path, compiler):
    spec, samples = networks(70, 4)
    plugin = joined.compiled(spec, tmp_path)
    run_raws(loader, plugin.path, spec, samples * 20, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("sanitizer", ["thread", "address,undefined"])
@pytest.mark.parametrize("make", [networks, matrices])
def test_sanitizers(sanitizer, make, tmp_path, compiler):
    flags = [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all", "-g", "-O1"]
    program = cxx.build(SOURCE, tmp_path / "loader", *flags, "-pthread", "-ldl", optimize="-O1")
    spec, samples = make(80, 10)
    library = joined.written(spec, tmp_path, flags=flags)
    # ThreadSanitizer cannot place its memory where addresses are widely randomised
    setarch = shutil.which("setarch")
    launcher = (setarch, "-R") if setarch and sanitizer == "thread" else ()
    run_raws(program, library, spec, samples, tmp_path, launcher=launcher)


def test_a_large_network_needs_no_stack(loader, tmp_path, compiler):
    model = small_models.tagger(sizes=(3000, 3, 3000)).quantize("fixed<40,9>")
    plugin = compile_model(model, tmp_path, flags=["-O1"])
    X = np.random.default_rng(0).normal(size=(4, 3000))
    np.testing.assert_array_equal(plugin.predict(X), model.predict(X))
