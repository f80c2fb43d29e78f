"""Files, names, the cache, and compilers that are missing or fail."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

import isobit
import small_models
from isobit.cli.main import run
from isobit.cxx.literals import text
from isobit.errors import CompileError, SaveError
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.plugin.build import compile_model

HOSTILE = [
    'x"; system("touch owned"); //', "a\nb", "\\", "??/", "\\u0041", "日本", "../../etc/passwd", "*/", "%s%n",
    "'''", "$(touch owned)", "`touch owned`", " ", "R\"(x)\"", "{x}", "\x01\x7f",
]  # fmt: skip


def tiny(name, input_name="x"):
    builder = GraphBuilder(name)
    builder.input(input_name, (2,))
    builder.output("y", builder.add("relu", [input_name], "act"))
    return Model(builder.build()).quantize("fixed<8,4>")


def script(path, body):
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(0o755)
    return path


def test_the_method_writes_a_library_and_a_module(small, tmp_path, compiler):
    plugin = small.compile(tmp_path / "new" / "folder", version="3.1", name="tagger_v3")
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == ["libtagger_v3.so", "tagger_v3.py"]
    spec = importlib.util.spec_from_file_location("tagger_v3", folder / "tagger_v3.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    X = np.random.default_rng(0).normal(size=(9, 6)).astype(np.float32)
    np.testing.assert_array_equal(module.predict(X), small.predict(X))
    assert (module.name, module.version, module.isa) == ("tagger", "3.1", plugin.isa)
    assert module.content_hash == plugin.content_hash
    assert dict(module.inputs) == dict(small.inputs)


def test_the_module_is_imported_by_name(small, tmp_path, compiler):
    small.compile(tmp_path, name="my_tagger", keep_source=True)
    code = "import my_tagger, numpy; print(my_tagger.predict(numpy.zeros((1, 6))).shape)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "(1, 5)\n", done.stderr
    assert "isobit_plugin_entry" not in (tmp_path / "my_tagger.cpp").read_text()  # only through the macro


def test_a_module_whose_library_is_another_is_refused(small, tmp_path, compiler):
    compile_model(small, tmp_path, name="one")
    other = compile_model(small_models.tagger(1, (6, 9, 5)).quantize("fixed<16,6>"), tmp_path, name="two")
    (tmp_path / "libone.so").write_bytes(other.path.read_bytes())
    spec = importlib.util.spec_from_file_location("one", tmp_path / "one.py")
    with pytest.raises(isobit.PluginError, match="holds another network"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.parametrize("chunk", [HOSTILE[:8], HOSTILE[8:]])
def test_names_are_data(chunk, tmp_path, compiler, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, name in enumerate(chunk):
        folder = tmp_path / f"out{number}"
        plugin = compile_model(tiny(name, input_name=f"in {name}"), folder, version=name, flags=["-O0"])
        assert (plugin.name, plugin.version) == (name, name)
        assert list(plugin.inputs) == [f"in {name}"]
        assert plugin.path.parent == folder
        module = folder / f"{plugin.path.stem.removeprefix('lib')}.py"
        assert module.stem.isidentifier()
        spec = importlib.util.spec_from_file_location(module.stem, module)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert not list(tmp_path.rglob("owned"))


def test_string_literals_hold_every_byte(tmp_path, compiler):
    value = "".join(map(chr, range(1, 300)))
    (tmp_path / "x.cpp").write_text(
        f"#include <cstdio>\nint main() {{ std::fputs({text(value)}, stdout); }}\n"
    )
    flags = ["-Wall", "-Wextra", "-Werror", "-trigraphs"]
    subprocess.run([compiler, *flags, tmp_path / "x.cpp", "-o", tmp_path / "x"], check=True)
    assert subprocess.run([tmp_path / "x"], capture_output=True, check=True).stdout == value.encode()


@pytest.mark.parametrize(
    ("model_name", "stem"),
    [("tagger", "tagger"), ("isobit", "model_isobit"), ("json", "model_json"), ("class", "model_class"),
     ("1st", "model_1st"), ("a-b c", "a_b_c"), ("é", "model")],
)  # fmt: skip
def test_file_names(model_name, stem, tmp_path, compiler):
    assert compile_model(tiny(model_name), tmp_path, flags=["-O0"]).path.name == f"lib{stem}.so"


@pytest.mark.parametrize("name", ["", "a b", "../x", "class", "json", "isobit", "1x", "a/b", "x" * 65, 3])
def test_names_that_are_refused(name, small, tmp_path):
    with pytest.raises(CompileError, match="cannot be the name of a plugin"):
        compile_model(small, tmp_path, name=name)


def test_versions_that_are_refused(small, tmp_path):
    for version in ("a\0b", 3):
        with pytest.raises(CompileError, match="version"):
            compile_model(small, tmp_path, version=version)


def test_unknown_instruction_sets(small, tmp_path):
    with pytest.raises(CompileError, match=r"no instruction set 'avx3'.*Did you mean 'avx2'"):
        compile_model(small, tmp_path, isa="avx3")


def test_a_plugin_is_compiled_once(small, tmp_path, compiler, monkeypatch):
    log = tmp_path / "log"
    counting = script(
        tmp_path / "counting",
        f"import os, sys\nopen({str(log)!r}, 'a').write(sys.argv[-1] + '\\n')\n"
        f"os.execv({str(compiler)!r}, [{str(compiler)!r}, *sys.argv[1:]])\n",
    )
    monkeypatch.setenv("CXX", str(counting))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def compilations():
        return sum(line != "--version" for line in log.read_text().splitlines())

    first = compile_model(small, tmp_path / "a")
    assert compilations() == 1
    assert compile_model(small, tmp_path / "b").content_hash == first.content_hash
    assert compilations() == 1
    for number, options in enumerate(({"version": "2"}, {"isa": "generic"}, {"flags": ["-O1"]}), start=2):
        compile_model(small, tmp_path / "c", **options)
        assert compilations() == number
    folder = tmp_path / "cache" / "isobit" / "plugins"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    cached = sorted(folder.iterdir())
    assert [path.suffix for path in cached] == [".so"] * 4
    for path in cached:
        path.write_bytes(path.read_bytes()[:1000])
    compile_model(small, tmp_path / "d")
    assert compilations() == 5


def test_a_folder_for_everybody_is_refused(small, tmp_path, compiler, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "isobit" / "plugins"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(CompileError, match="others may use the folder"):
        compile_model(small, tmp_path / "out")
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(CompileError, match="is not a folder"):
        compile_model(small, tmp_path / "out")


def test_without_a_compiler(small, tmp_path, monkeypatch):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompileError) as caught:
        compile_model(small, tmp_path / "out")
    for words in ("CXX", "c++, g++, clang++", "apt install g++", "predict works without"):
        assert words in str(caught.value)
    assert small.predict(np.zeros((1, 6))).shape == (1, 5)
    monkeypatch.setenv("CXX", "no-such-compiler -O9")
    with pytest.raises(CompileError, match="names 'no-such-compiler', which is not on the PATH"):
        compile_model(small, tmp_path / "out")
    monkeypatch.setenv("CXX", "'g++")
    with pytest.raises(CompileError, match="CXX cannot be read: No closing quotation"):
        compile_model(small, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_compiler_that_fails(small, tmp_path, monkeypatch):
    failing = script(
        tmp_path / "failing",
        "import sys\nif '--version' in sys.argv: print('failing 1.0'); sys.exit()\n"
        "print('\\n'.join(f'line {i}' for i in range(100)), file=sys.stderr)\nsys.exit(3)\n",
    )
    monkeypatch.setenv("CXX", f"{failing} --with-option")
    with pytest.raises(CompileError) as caught:
        compile_model(small, tmp_path / "out")
    message = str(caught.value)
    assert "--with-option failed (exit code 3)" in message
    assert "line 99" in message
    assert "line 50" not in message
    assert not (tmp_path / "out").exists()
    wrong = script(tmp_path / "wrong", "import sys\nsys.exit('I am no compiler')\n")
    monkeypatch.setenv("CXX", str(wrong))
    with pytest.raises(CompileError, match="I am no compiler"):
        compile_model(small, tmp_path / "out")


def test_a_place_that_cannot_be_written(small, tmp_path, compiler):
    (tmp_path / "file").write_text("")
    with pytest.raises(SaveError, match="cannot write the plugin into"):
        compile_model(small, tmp_path / "file")


def test_the_command(small, tmp_path, compiler, capfd):
    small.save(tmp_path / "tagger.isobit")
    code = run(
        [
            "compile",
            str(tmp_path / "tagger.isobit"),
            "-o",
            str(tmp_path / "build"),
            "--version",
            "7",
            "--json",
        ]
    )
    assert code == 0
    told = json.loads(capfd.readouterr().out)
    assert told["library"] == str(tmp_path / "build" / "libtagger.so")
    plugin = isobit.load_plugin(told["library"], told["content_hash"])
    assert (plugin.version, plugin.isa) == ("7", told["isa"])
    assert (
        run(["compile", str(tmp_path / "tagger.isobit"), "-o", str(tmp_path / "build"), "--isa", "no"]) == 2
    )
    assert "no instruction set 'no'" in capfd.readouterr().err


def seconds():
    """Of the processor, the compiler's included: other tests run at the same time."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.mark.slow
def test_how_long_it_takes(tmp_path, compiler, monkeypatch):
    """The tagger in less than 5 s, a million weights in less than 30 s."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for sizes, limit in (((16, 64, 32, 32, 5), 5.0), ((1000, 1000, 10), 30.0)):
        quantized = small_models.tagger(sizes=sizes).quantize("fixed<16,6>")
        start = seconds()
        plugin = compile_model(quantized, tmp_path / "out")
        assert seconds() - start < limit
        X = np.random.default_rng(0).normal(size=(20, sizes[0]))
        np.testing.assert_array_equal(plugin.predict(X), quantized.predict(X))
