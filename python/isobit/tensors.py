"""Every tensor of a quantized model with its format, its integers and what is proven about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from isobit.backends.stored import StoredConstant
from isobit.errors import UnknownTensorError, closest
from isobit.formats import Format
from isobit.ir import FloatArray, Shape
from isobit.rounding import RawArray, to_value

if TYPE_CHECKING:
    from isobit.proof import Proof
    from isobit.quantized import QuantizedModel


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor: an input, the result, a constant, a table or the accumulator of a layer.

    Attributes
    ----------
    name, layer, role : str
    format : Format
        An exact accumulator has the format that the proof found, of up to 128 bits.
    shape : tuple of int
        Without the batch axis. A dense weight has shape (n_in, n_out); a table has one axis.
    raw : integer array or None
        The integers of constants and tables (int64; uint64 for unsigned formats of 64 bits). Inputs,
        results and accumulators have none: see ``QuantizedModel.trace_raw``.
    trained : float64 array or None
        For constants: the values before quantization.
    low, high : int or None
        Proven smallest and largest raw of inputs, results and accumulators, over all elements.
    index : Format or None
        For tables: the format of the address. Entry k belongs to the address ``index.min_raw + k``.
    max_error : float or None
        For tables: largest difference between the entry that is read and the true function, over all values
        of the input's format that can occur.
    """

    name: str
    layer: str
    role: str
    format: Format
    shape: Shape
    raw: RawArray | None = None
    trained: FloatArray | None = None
    low: int | None = None
    high: int | None = None
    index: Format | None = None
    max_error: float | None = None

    @property
    def value(self) -> FloatArray | None:
        """The values of the integers, ``raw * 2**-frac``."""
        return None if self.raw is None else to_value(self.raw, self.format)


class Tensors(Mapping[str, Tensor]):
    """Tensors by name.

    ``"fc1"`` and ``"fc1.output"`` are the result of a layer, ``"fc1.weight"``, ``"fc1.bias"``,
    ``"fc1.accumulator"``, ``"act.table"``, ``"softmax.exp_table"`` its parts; inputs have their names.
    """

    def __init__(self, model: QuantizedModel) -> None:
        self._model = model
        self._makers: dict[str, tuple[str, str]] = {}
        for name in model.graph.inputs:
            self._makers[name] = (name, "output")
        for node in model.graph.nodes:
            self._makers[node.name] = (node.name, "output")
            for key, stored in model.engine.stored.items():
                if stored.layer == node.name:
                    self._makers[key] = (node.name, key)
            if "accumulator" in model.precision.layers[node.name].formats:
                self._makers[f"{node.name}.accumulator"] = (node.name, "accumulator")

    def __getitem__(self, name: str) -> Tensor:
        key = name.removesuffix(".output") if name not in self._makers else name
        if key not in self._makers:
            raise UnknownTensorError(f"no tensor is called {name!r}.{closest(name, self._makers)}")
        layer, part = self._makers[key]
        if part == "output":
            return self._result(layer)
        if part == "accumulator":
            return self._accumulator(layer)
        return self._stored(part)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def _result(self, name: str) -> Tensor:
        proof, shape = self._model.proof, self._model.graph.shapes[name]
        low, high = proof.range(name)
        return Tensor(name, name, "output", self._model.precision.tensor(name), shape, low=low, high=high)

    def _accumulator(self, layer: str) -> Tensor:
        proof: Proof = self._model.proof
        fmt = self._model.precision.layers[layer].formats["accumulator"]
        low, high = None, None
        if fmt is None:
            fmt, low, high = proof.exact(layer)
        shape = self._model.graph.shapes[layer]
        return Tensor(f"{layer}.accumulator", layer, "accumulator", fmt, shape, low=low, high=high)

    def _stored(self, key: str) -> Tensor:
        stored = self._model.engine.stored[key]
        if isinstance(stored, StoredConstant):
            shape = stored.raw.shape
            return Tensor(
                key, stored.layer, stored.role, stored.format, shape, stored.raw, trained=stored.trained
            )
        table = stored.table
        return Tensor(
            key,
            stored.layer,
            stored.role,
            table.format,
            table.entries.shape,
            table.entries,
            index=table.index,
            max_error=table.max_error,
        )
