"""Compiling a quantized model into a plugin."""

from __future__ import annotations

import keyword
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isobit._version import __version__
from isobit.cxx.network import network_of
from isobit.cxx.toolchain import Compiler, find_compiler, include_folder
from isobit.errors import CompileError, SaveError
from isobit.plugin.cache import cache_folder, key, put
from isobit.plugin.isa import NATIVE, choose
from isobit.plugin.plugin import Plugin
from isobit.plugin.source import source_of

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

_LONGEST_NAME = 64
_MODULE = '''\
"""The network {name!a} as a native plugin, made by isobit {isobit}."""

from pathlib import Path

from isobit.plugin import load_plugin

plugin = load_plugin(Path(__file__).with_name({library!a}), content_hash={content!a})
predict, predict_raw = plugin.predict, plugin.predict_raw
name, version, content_hash, isa = plugin.name, plugin.version, plugin.content_hash, plugin.isa
inputs, outputs, formats = plugin.inputs, plugin.outputs, plugin.formats
'''


@dataclass(frozen=True)
class Written:
    """What :func:`write_plugin` wrote."""

    library: Path
    name: str
    version: str
    content_hash: str
    isa: str


def compile_model(model: QuantizedModel, folder: str | os.PathLike[str], **options: Any) -> Plugin:
    """As :func:`write_plugin`; returns the plugin, loaded.

    Raises
    ------
    PluginError
        When this processor lacks the instruction set. What was written is complete.
    """
    written = write_plugin(model, folder, **options)
    return Plugin(written.library, written.content_hash)


def write_plugin(
    model: QuantizedModel,
    folder: str | os.PathLike[str],
    *,
    name: str | None = None,
    version: str = "",
    isa: str = NATIVE,
    keep_source: bool = False,
    flags: Sequence[str] = (),
) -> Written:
    """Write ``lib<name>.so`` and the module ``<name>.py`` into a folder.

    Parameters
    ----------
    model : QuantizedModel
    folder : path
        Is made if it does not exist.
    name : str, optional
        Of the files: an identifier. By default made of the model's name.
    version : str
        What the plugin tells as the version of the network.
    isa : str
        ``"native"`` for the best instruction set of this machine, or its name.
    keep_source : bool
        Whether ``<name>.cpp`` is written, too.
    flags : sequence of str
        More flags for the compiler.

    Raises
    ------
    CompileError
        Without a compiler, when it fails, and for names that cannot be used.
    SaveError
        When the folder cannot be written.
    """
    stem = _stem(model.name) if name is None else _checked_name(name)
    _check_version(version)
    chosen = choose(isa)
    network = network_of(model)
    content, source = network.content_hash(), source_of(network, version, chosen)
    library = _cached(find_compiler(), source, [*chosen.flags, *flags])
    target = Path(folder) / f"lib{stem}.so"
    module = _MODULE.format(name=network.name, isobit=__version__, library=target.name, content=content)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        put(library.read_bytes(), target)
        put(module.encode(), target.with_name(f"{stem}.py"))
        if keep_source:
            put(source.encode(), target.with_name(f"{stem}.cpp"))
    except OSError as error:
        raise SaveError(f"cannot write the plugin into {str(folder)!r}: {error}") from None
    return Written(target, network.name, version, content, chosen.name)


def _cached(compiler: Compiler, source: str, options: Sequence[str]) -> Path:
    """The library of a source, compiled unless that was done before."""
    from isobit import _core

    folder, include = cache_folder(), include_folder()
    headers = key(path.read_text(encoding="utf-8") for path in sorted(include.rglob("*.h*")))
    parts = [
        __version__, str(_core.plugin_abi), headers, compiler.identity, *compiler.command, "",
        *compiler.flags(), *options, "", source,
    ]  # fmt: skip
    library = folder / f"{key(parts)}.so"
    if _is_whole(library):
        return library
    with tempfile.TemporaryDirectory(prefix="build-", dir=folder) as private:
        file, made = Path(private) / "plugin.cpp", Path(private) / "plugin.so"
        file.write_text(source, encoding="utf-8")
        compiler.compile(file, made, include, options)
        made.replace(library)
    return library


def _is_whole(library: Path) -> bool:
    """Whether the cache has this library, undamaged (one for another processor is not damaged)."""
    if not library.exists():
        return False
    from isobit import _core

    fault: str = _core.library_fault(os.fspath(library))
    return not fault


def _stem(name: str) -> str:
    """A name for files and a module, from a model's name."""
    stem = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:_LONGEST_NAME]
    taken = {"isobit", "numpy", *sys.stdlib_module_names}
    if not stem or not stem.isidentifier() or keyword.iskeyword(stem) or stem.lower() in taken:
        stem = f"model_{stem}".rstrip("_")
    return stem


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or name != _stem(name):
        raise CompileError(
            f"{name!r} cannot be the name of a plugin: it names files and a Python module, so it is made of "
            f"up to {_LONGEST_NAME} letters, digits and underscores, begins with a letter, and is not the "
            "name of a module that Python has"
        )
    return name


def _check_version(version: str) -> None:
    if not isinstance(version, str) or "\0" in version:
        raise CompileError(f"the version of a plugin is a text without null characters, not {version!r}")
