"""The model as it was trained: floating point, before formats are chosen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.backends.engine import Engine
from isobit.formats import Format
from isobit.indices import IndexRange, index_inputs
from isobit.inputs import check_values
from isobit.ir import Graph, Node, Shape
from isobit.missing import missing_inputs, without_rule
from isobit.outputs import as_sequence
from isobit.spec import check

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel
    from isobit.source import Source


class Model:
    """A trained network in floating point.

    Parameters
    ----------
    graph : Graph
        From a front end, usually by :func:`isobit.load`; checked here.
    source : Source, optional
        The file that it was loaded from, which ``quantize(profile="hls4ml")`` reads once more.

    Notes
    -----
    A model never changes, and may be used from several threads at once.
    """

    def __init__(self, graph: Graph, source: Source | None = None) -> None:
        check(graph)
        self.graph = graph
        self.source = source
        self._lock = Lock()
        self._missing, self._without_rule = missing_inputs(graph), without_rule(graph)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.graph.name

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shape of every input, without the batch axis."""
        return self.graph.inputs

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """Shape of every output, without the batch axis."""
        shapes = self.graph.shapes
        return MappingProxyType({name: shapes[tensor] for name, tensor in self.graph.outputs.items()})

    @cached_property
    def index_ranges(self) -> Mapping[str, IndexRange]:
        """The inputs that hold indices (of the edges of a graph, say), and which of them are legal."""
        return MappingProxyType(index_inputs(self.graph))

    @property
    def layers(self) -> tuple[Node, ...]:
        """The layers in the order of computation."""
        return self.graph.nodes

    def predict(self, X: Any, n_threads: int | None = None) -> Any:
        """The outputs, computed with float64 arithmetic.

        Parameters
        ----------
        X : array-like of shape (n, *input shape)
            float32, float64 or integers. A model with several inputs takes a list or a dict of arrays.
        n_threads : int, optional
            Default: all cores.

        Returns
        -------
        float64 array of shape (n, *output shape), or a list of them in the order of the outputs.

        Raises
        ------
        InputError
            For data of the wrong shape or type, NaN and infinities, indices out of range; says which sample
            and feature. NaN is taken where only forests read it that have a rule for missing values.
        """
        values = self._run(X, list(self.graph.outputs.values()), n_threads)
        return as_sequence([values[tensor] for tensor in self.graph.outputs.values()])

    def trace(self, X: Any, n_threads: int | None = None) -> dict[str, npt.NDArray[np.float64]]:
        """The values of every input and layer by name; arguments as for :meth:`predict`."""
        return self._run(X, list(self.graph.shapes), n_threads)

    def quantize(
        self,
        config: str | Format | Mapping[str, Any] | None = None,
        *,
        calibration: Any = None,
        width: int | None = None,
        profile: str = "exact",
    ) -> QuantizedModel:
        """Choose number formats.

        Parameters
        ----------
        config : str, Format or dict, optional
            - one format for everything, such as ``"fixed<16,6>"``;
            - a dict from layer name to a format, or to formats by role (``weight``, ``bias``,
              ``accumulator``, ``output``, ``table``, ...), with the keys ``default`` and ``input``;
            - an hls4ml-style dict with ``Model``, ``LayerName`` and ``LayerType``.
        calibration : array-like, optional
            Data as for :meth:`predict`; formats that ``config`` leaves open are then sized from the observed
            and the proven ranges.
        width : int, optional
            Width of every calibrated format; needed with ``calibration``.
        profile : str
            ``"exact"``: isobit's own arithmetic, one exact sum a layer and correctly rounded tables.
            ``"hls4ml"``: the bits that hls4ml 1.3 computes for the model and a configuration of its
            (``docs/hls4ml.md``); the model must come from a file of Keras or ONNX.

        Raises
        ------
        ConfigError, FormatError
            For unknown layers (with the closest name), keys or values.
        UnsupportedError
            With ``profile="hls4ml"``, for what hls4ml converts wrongly or not at all, and what isobit does
            not emulate of it.
        ProofError
            When the arithmetic cannot be proven to fit in the engine's widest integer.

        Warns
        -----
        QuantizationWarning
            When a constant does not fit in its format.
        """
        from isobit.quantization import quantize

        return quantize(self, config, calibration, width, profile)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to an ``.isobit`` file; an existing file survives any failure.

        Raises
        ------
        SaveError
            When the file cannot be written (it is an `OSError` too).
        """
        from isobit.archive import save_model

        save_model(self, path)

    def summary(self) -> str:
        """A table of the layers: operator, shape and number of trained values."""
        from isobit.summary import float_summary

        return float_summary(self)

    def __repr__(self) -> str:
        return f"<isobit.Model {self.name!r}: {len(self.layers)} layers>"

    @cached_property
    def engine(self) -> Engine:
        """The executable form (built on first use)."""
        return Engine(self.graph)

    def _run(self, X: Any, names: list[str], n_threads: int | None) -> dict[str, npt.NDArray[np.float64]]:
        arrays = check_values(X, self.inputs, self.index_ranges, self._missing, self._without_rule)
        unique = list(dict.fromkeys(names))
        with self._lock:
            engine = self.engine
        return dict(zip(unique, engine.run_real(arrays, unique, n_threads), strict=True))
