"""A compiled network in Python."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.backends.engine import threads
from isobit.backends.program import decode
from isobit.errors import InputError, MissingFileError, PluginError
from isobit.formats import Format
from isobit.inputs import blocks, check_arrays, check_raws
from isobit.ir import Shape
from isobit.outputs import as_sequence, check_out, new_results
from isobit.rounding import FLOAT64_BITS, raw_dtype

SAMPLES_PER_THREAD = 2048
"""By default no thread gets fewer."""


class Plugin:
    """A network as a shared library, made by :meth:`isobit.QuantizedModel.compile`.

    Parameters
    ----------
    path : path
        The library.
    content_hash : str, optional
        Only a network with this content is accepted.

    Attributes
    ----------
    path : Path
    name : str
        Name of the network.
    version : str
        What was given to ``compile``.
    content_hash : str
        SHA-256 of all that decides the results.
    isa : str
        The instruction set that it is compiled for.
    isobit_version : str
        The version of isobit that compiled it.
    inputs, outputs : mapping of str to tuple of int
        Shapes without the batch axis.
    formats : mapping of str to Format
        Of every input and output by name; where an output is called like an input, see ``output_formats``.
    input_formats, output_formats : mapping of str to Format

    Raises
    ------
    MissingFileError
        When the file does not exist.
    PluginError
        When it is damaged or no plugin, of another ABI version, compiled for an instruction set that this
        processor lacks, or of another content than expected.
    """

    def __init__(self, path: str | os.PathLike[str], content_hash: str = "") -> None:
        from isobit import _core

        self.path = Path(path)
        if not self.path.exists():
            raise MissingFileError(f"there is no plugin {str(path)!r}")
        try:
            self._native = _core.NativePlugin(os.fspath(self.path), content_hash)
        except _core.PluginRefused as error:
            raise PluginError(str(error)) from None
        self.name: str = self._native.name
        self.version: str = self._native.version
        self.content_hash: str = self._native.content_hash
        self.isa: str = self._native.isa
        self.isobit_version: str = self._native.isobit_version
        self.inputs, self.input_formats = _described(self._native.inputs)
        self.outputs, self.output_formats = _described(self._native.outputs)
        self.formats: Mapping[str, Format] = MappingProxyType({**self.output_formats, **self.input_formats})

    def predict(self, X: Any, n_threads: int | None = None, *, out: Any = None) -> Any:
        """The outputs: arguments, results and errors as for :meth:`isobit.QuantizedModel.predict`."""
        if n_threads is None and out is None:
            quick = self._native.quick(X)
            if quick is not None:
                return quick
        arrays = check_arrays(X, self.inputs)
        formats = list(self.output_formats.values())
        for name, fmt in self.output_formats.items():
            if fmt.width > FLOAT64_BITS:
                raise InputError(
                    f"{name!r} has the format {fmt}, and float64 holds {FLOAT64_BITS} bits; use predict_raw"
                )
        count = len(arrays[0])
        if out is None:
            results = new_results(formats, list(self.outputs.values()), count)
        else:
            results = check_out(out, self.outputs, formats, count)
        for part, block in blocks(arrays):
            self._run(block, [result[part] for result in results], n_threads)
        return out if out is not None else as_sequence(self._shaped(results))

    def predict_raw(self, X: Any, n_threads: int | None = None) -> Any:
        """Integers from integers: as for :meth:`isobit.QuantizedModel.predict_raw`."""
        arrays = check_raws(X, self.inputs, self.input_formats)
        results = [np.empty((len(arrays[0]), int(np.prod(s))), np.int64) for s in self.outputs.values()]
        self._run(arrays, results, n_threads)
        formats = self.output_formats.values()
        typed = [array.view(raw_dtype(fmt)) for array, fmt in zip(results, formats, strict=True)]
        return as_sequence(self._shaped(typed))

    def _run(
        self, arrays: Sequence[npt.NDArray[Any]], results: Sequence[npt.NDArray[Any]], n_threads: int | None
    ) -> None:
        count = len(arrays[0])
        from isobit import _core

        wanted = threads(n_threads)
        useful = count if n_threads is not None else max(1, count // SAMPLES_PER_THREAD)
        try:
            self._native.run(arrays, results, count, max(1, min(wanted, useful)))
        except _core.PluginRefused as error:  # indices and lengths: all else was checked
            raise InputError(str(error)) from None

    def _shaped(self, results: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
        pairs = zip(results, self.outputs.values(), strict=True)
        return [array.reshape(len(array), *shape) for array, shape in pairs]

    def __repr__(self) -> str:
        version = f" version {self.version}" if self.version else ""
        return f"<isobit.Plugin {self.name!r}{version}: {self.isa}, {str(self.path)!r}>"

    def __reduce__(self) -> Any:
        raise TypeError("plugins are not pickled; load the library where it is needed")


def load_plugin(path: str | os.PathLike[str], content_hash: str = "") -> Plugin:
    """Load a compiled network; arguments and errors as for :class:`Plugin`."""
    return Plugin(path, content_hash)


def _described(ports: Sequence[Any]) -> tuple[Mapping[str, Shape], Mapping[str, Format]]:
    shapes = {port["name"]: tuple(port["shape"]) for port in ports}
    formats = {port["name"]: decode(port["format"]) for port in ports}
    return MappingProxyType(shapes), MappingProxyType(formats)
