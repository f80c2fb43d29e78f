"""The model with number formats: the same bits on every path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from isobit import _core
from isobit.backends.engine import Engine
from isobit.backends.stored import KnownIntegers
from isobit.errors import InputError
from isobit.formats import Format
from isobit.indices import IndexRange
from isobit.inputs import blocks, check_arrays, check_finite, check_raws
from isobit.ir import Graph, Node, Shape
from isobit.model import Model
from isobit.outputs import as_sequence, check_out, new_results
from isobit.quantization.precision import Precision
from isobit.rounding import FLOAT64_BITS, RawArray, raw_dtype

if TYPE_CHECKING:
    from isobit.hls.estimate import Estimate
    from isobit.plugin import Plugin
    from isobit.proof import Proof
    from isobit.tensors import Tensors
    from isobit.verify import Report


class QuantizedModel:
    """A network in fixed point, made by :meth:`isobit.Model.quantize` or loaded from an ``.isobit`` file.

    Parameters
    ----------
    float_model : Model
        The model that was quantized.
    precision : Precision
        The format of everything.
    known : mapping, optional
        Integers of constants and tables from a file.

    Raises
    ------
    ProofError
        When some arithmetic does not provably fit in the engine's widest integer.

    Notes
    -----
    A model never changes, and may be used from several threads at once.
    """

    def __init__(
        self,
        float_model: Model,
        precision: Precision,
        known: Mapping[str, KnownIntegers] | None = None,
    ) -> None:
        self.float_model = float_model
        self.precision = precision
        self.graph: Graph = float_model.graph
        self.engine = Engine(self.graph, precision, known)
        self.formats: Mapping[str, Format] = MappingProxyType(
            {name: precision.tensor(name) for name in self.graph.shapes}
        )
        self._shapes = self.graph.shapes
        outputs = list(self.graph.outputs.values())
        has_values = all(self.formats[name].width <= FLOAT64_BITS for name in outputs)
        is_plain = has_values and not self.index_ranges
        self._plain_call = self.engine.plain_call(outputs) if is_plain else None

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.graph.name

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shape of every input, without the batch axis."""
        return self.float_model.inputs

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """Shape of every output, without the batch axis."""
        return self.float_model.outputs

    @property
    def index_ranges(self) -> Mapping[str, IndexRange]:
        """The inputs that hold indices (of the edges of a graph, say), and which of them are legal."""
        return self.float_model.index_ranges

    @property
    def layers(self) -> tuple[Node, ...]:
        """The layers in the order of computation."""
        return self.graph.nodes

    @cached_property
    def tensors(self) -> Tensors:
        """Every tensor by name: ``q.tensors["fc1.weight"].format``, ``.raw``, ``.value``."""
        from isobit.tensors import Tensors

        return Tensors(self)

    @cached_property
    def proof(self) -> Proof:
        """Proven ranges and integer widths of every layer."""
        from isobit.proof import Proof

        return Proof(self.engine, self.formats)

    @cached_property
    def operation_counts(self) -> Mapping[str, Mapping[str, int]]:
        """What fully unrolled hardware of every layer computes, counted in its data-flow graph.

        By layer: ``multiplications`` (by constants other than powers of two, or of two variables),
        ``additions``, ``comparisons``, ``selects``, ``shifts``, ``lookups``, ``table_bits``; ``nodes`` and
        ``modules`` (different pieces of logic) describe the graph itself.
        """
        return MappingProxyType(self.engine.operation_counts())

    def predict(self, X: Any, n_threads: int | None = None, *, out: Any = None) -> Any:
        """The outputs: exact fixed-point values.

        Parameters
        ----------
        X : array-like of shape (n, *input shape)
            float32, float64 or integers, cast into the input's format. A model with several inputs takes a
            list or a dict of arrays.
        n_threads : int, optional
            Default: all cores. The result does not depend on it.
        out : array or list of arrays, optional
            C-contiguous arrays to write into, of the type and shape that would be returned. When values are
            not finite, their contents are undefined afterwards; otherwise errors leave them as they were.

        Returns
        -------
        array of shape (n, *output shape), or a list of them in the order of the outputs
            float32 for outputs of up to 24 bits, else float64; every value is represented exactly.
            ``out`` itself if it was given.

        Raises
        ------
        InputError
            For data of the wrong shape or type, NaN and infinities, indices out of range (says which sample
            and feature); for outputs of more than 53 bits, whose values no float holds: use
            :meth:`predict_raw`.
        """
        one_thread = n_threads is None or (n_threads == 1 and type(n_threads) is int)
        if out is None and one_thread and self._plain_call is not None:
            results = self._plain_call(X)
            if results is not None:
                return results
        tensors = list(self.graph.outputs.values())
        values = self._values(X, tensors, n_threads, out)
        return as_sequence([values[tensor] for tensor in tensors]) if out is None else out

    def predict_raw(self, X: Any, n_threads: int | None = None) -> Any:
        """Integers from integers (value = raw * 2**-frac); otherwise as :meth:`predict`.

        Returns int64 arrays (uint64 for outputs of format ``ufixed<64, ...>``).

        Raises
        ------
        InputError
            Also when a raw is out of the range of its input's format.
        """
        raws = self._raws(X, list(self.graph.outputs.values()), n_threads)
        return as_sequence([raws[tensor] for tensor in self.graph.outputs.values()])

    def trace(self, X: Any, n_threads: int | None = None) -> dict[str, npt.NDArray[Any]]:
        """The values of every input and layer by name; arguments as for :meth:`predict`."""
        return self._values(X, list(self._shapes), n_threads)

    def trace_raw(self, X: Any, n_threads: int | None = None) -> dict[str, RawArray]:
        """The integers of every input and layer by name; arguments as for :meth:`predict_raw`."""
        return self._raws(X, list(self._shapes), n_threads)

    def verify(self, X: Any = None, *, samples: int = 256, seed: int = 0) -> Report:
        """Compare every available execution path, layer by layer and bit for bit.

        Parameters
        ----------
        X : array-like, optional
            Data as for :meth:`predict`; by default ``samples`` random samples that also hold the ends of
            the input formats.
        samples, seed : int
            For random data.

        Returns
        -------
        Report
            The paths that were compared (instruction sets, lane widths, threads, batch sizes, the
            floating-point oracle, replay of the data-flow graph) and those that could not be.

        Raises
        ------
        MismatchError
            At the first difference: names path, layer, sample, element, expected and actual raw.
        """
        from isobit.verify import verify

        return verify(self, X, samples, seed)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to an ``.isobit`` file; an existing file survives any failure.

        Raises
        ------
        SaveError
            When the file cannot be written (it is an `OSError` too).
        """
        from isobit.archive import save_model

        save_model(self, path)

    def compile(
        self,
        folder: str | os.PathLike[str],
        *,
        name: str | None = None,
        version: str = "",
        isa: str = "native",
        keep_source: bool = False,
    ) -> Plugin:
        """Compile the model with its formats into a shared library, for C++ frameworks and for Python.

        Writes ``lib<name>.so`` and ``<name>.py``, a module with ``predict``, into the folder. What was
        compiled before is taken from a cache.

        Parameters
        ----------
        folder : path
            Is made if it does not exist.
        name : str, optional
            Of the files: an identifier. By default made of the model's name.
        version : str
            What the plugin tells as the version of the network.
        isa : str
            ``"native"`` for the best instruction set of this machine, or ``"generic"``, ``"avx2"``,
            ``"avx512"``, ... for others. The bits are the same.
        keep_source : bool
            Whether ``<name>.cpp`` is written, too.

        Raises
        ------
        CompileError
            Without a C++ compiler, when it fails, and for names that cannot be used.
        PluginError
            When this processor lacks the instruction set; what was written is complete.
        SaveError
            When the folder cannot be written.
        """
        from isobit.plugin.build import compile_model

        return compile_model(self, folder, name=name, version=version, isa=isa, keep_source=keep_source)

    def estimate(
        self,
        *,
        reuse_factor: int | Mapping[str, int] | None = None,
        strategy: str | Mapping[str, str] | None = None,
        clock_period: float = 5.0,
        part: str = "xcvu13p",
        io_type: str = "io_parallel",
    ) -> Estimate:
        """Latency and resources in an FPGA, estimated without any tool.

        ``docs/estimates.md`` states the method and its error.

        Parameters
        ----------
        reuse_factor : int or mapping, optional
            Products for which one multiplier serves, for all layers or by the name of a layer. By default
            what the configuration says, and 1 where it says nothing.
        strategy : str or mapping, optional
            ``"latency"`` or ``"resource"``, in the same way.
        clock_period : float
            In nanoseconds.
        part : str
            The device, with or without package and speed grade.
        io_type : str
            ``"io_parallel"`` or ``"io_stream"``.

        Returns
        -------
        Estimate
            Printed, a table of the layers.

        Raises
        ------
        ConfigError
            For reuse factors that do not divide the products of a layer, and devices that are not known.
        UnsupportedError
            When the data flow is too large to be recorded.
        """
        from isobit.hls.estimate import estimate

        return estimate(
            self,
            reuse_factor=reuse_factor,
            strategy=strategy,
            clock_period=clock_period,
            part=part,
            io_type=io_type,
        )

    def export(self, backend: str, folder: str | os.PathLike[str], **options: Any) -> Any:
        """Write the model for another tool.

        Parameters
        ----------
        backend : str
            ``"hls"``: a project for high-level synthesis, with the options of
            :func:`isobit.hls.export_project` (``strategy``, ``reuse_factor``, ``ports``, ``interface``,
            ``part``, ``clock_period``, ...).
        folder : path
            A new folder, or an empty one.

        Raises
        ------
        UnsupportedError
            For a back end that does not exist, and layers that it cannot express.
        ConfigError
            For options that do not exist or do not fit the network.
        SaveError
            When the folder is not empty, or cannot be written; nothing is left behind.
        """
        from isobit.exporting import export

        return export(self, backend, folder, **options)

    def config(self) -> dict[str, Any]:
        """Every format as a plain dict, which :meth:`Model.quantize` accepts and which can go into JSON."""
        return self.precision.config()

    def summary(self) -> str:
        """A table of the layers: operator, shape, formats, and what is proven."""
        from isobit.summary import quantized_summary

        return quantized_summary(self)

    def __repr__(self) -> str:
        inputs = ", ".join(str(self.formats[name]) for name in self.inputs)
        return f"<isobit.QuantizedModel {self.name!r}: {len(self.layers)} layers, input {inputs}>"

    def _values(
        self, X: Any, names: list[str], n_threads: int | None, out: Any = None
    ) -> dict[str, npt.NDArray[Any]]:
        arrays = check_arrays(X, self.inputs, self.index_ranges, finite=False)
        unique = names if out is not None else list(dict.fromkeys(names))
        self._check_widths(unique)
        formats = [self.formats[name] for name in unique]
        if out is None:
            results = new_results(formats, [self._shapes[name] for name in unique], len(arrays[0]))
        else:
            results = check_out(out, self.outputs, formats, len(arrays[0]))
        try:
            for part, block in blocks(arrays):
                self.engine.run(block, unique, n_threads, out=[result[part] for result in results])
        except _core.NotFinite as error:
            check_finite(arrays, self.inputs)
            raise InputError(f"{error}, although it was finite afterwards: keep it as it is") from None
        return {
            name: result.reshape(len(result), *self._shapes[name])
            for name, result in zip(unique, results, strict=True)
        }

    def _check_widths(self, names: list[str]) -> None:
        for name in names:
            if self.formats[name].width > FLOAT64_BITS:
                raise InputError(
                    f"{name!r} has the format {self.formats[name]}, and float64 holds {FLOAT64_BITS} bits; "
                    "use predict_raw or trace_raw, or give it a narrower output format"
                )

    def _raws(self, X: Any, names: list[str], n_threads: int | None) -> dict[str, RawArray]:
        arrays = check_raws(X, self.inputs, self.formats, self.index_ranges)
        unique = list(dict.fromkeys(names))
        results = self.engine.run_raw(arrays, unique, n_threads)
        return {
            name: array.view(raw_dtype(self.formats[name]))
            for name, array in zip(unique, results, strict=True)
        }

    def __reduce__(self) -> Any:
        raise TypeError("models are not pickled; use save and isobit.load")
