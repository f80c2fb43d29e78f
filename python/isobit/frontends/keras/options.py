"""The configuration of one layer, read key by key so that no key is dropped unseen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from isobit.errors import FileFormatError, UnsupportedError
from isobit.ir import FloatArray

FLOAT_DTYPES = ("float16", "bfloat16", "float32", "float64", "mixed_float16", "mixed_bfloat16")
INPUT_DTYPES = (*FLOAT_DTYPES, "int32", "int64", "bool")
"""Of inputs: indices and masks too. Smaller integers would overflow in Keras where isobit does not."""
_POLICY_CLASSES = ("DTypePolicy", "FloatDTypePolicy", "Policy", "PolicyV1")
MAX_DIMENSION = 1 << 31
# Options of all layers without effect here; the shape of a first layer's input is read with the model.
_IRRELEVANT = frozenset(["name", "trainable", "activity_regularizer", "batch_input_shape", "input_dtype"])


class Options:
    """A layer's ``config`` with typed access.

    Every key must be read, declared irrelevant for inference, or be one that `finish` knows for all layers;
    `finish` refuses the others.

    Parameters
    ----------
    layer, class_name : str
        Names for messages.
    config : mapping
        As in the file.
    """

    def __init__(self, layer: str, class_name: str, config: Mapping[str, Any]) -> None:
        self.layer = layer
        self.class_name = class_name
        self._config = config
        self._seen = set(_IRRELEVANT)

    def __contains__(self, key: str) -> bool:
        return key in self._config

    def has(self, key: str) -> bool:
        """Whether the key is there (and not null)."""
        return self._config.get(key) is not None

    def raw(self, key: str) -> Any:
        """The value as it is in the file; None if it is missing."""
        self._seen.add(key)
        return self._config.get(key)

    def rest(self) -> dict[str, Any]:
        """Every option that is not irrelevant for all layers, for callers that check them on their own."""
        taken = {key: value for key, value in self._config.items() if key not in self._seen}
        self._seen.update(taken)
        taken.pop("dtype", None)
        return taken

    def integer(self, key: str) -> int:
        """A required integer of a sensible size."""
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_DIMENSION:
            raise self.malformed(key, "an integer")
        return value

    def integers(self, key: str) -> tuple[int, ...]:
        """A required list of integers; a single one counts as a list."""
        value = self.raw(key)
        entries = value if isinstance(value, list) else [value]
        for entry in entries:
            if isinstance(entry, bool) or not isinstance(entry, int) or abs(entry) > MAX_DIMENSION:
                raise self.malformed(key, "a list of integers")
        return tuple(entries)

    def boolean(self, key: str, default: bool) -> bool:
        """A boolean, which some programs write as 0 or 1."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, int) or value not in (0, 1):
            raise self.malformed(key, "true or false")
        return bool(value)

    def text(self, key: str, default: str, choices: Iterable[str]) -> str:
        """One of a few strings."""
        value = self.raw(key)
        if value is None:
            return default
        if value not in tuple(choices):
            raise self.malformed(key, "one of " + ", ".join(map(repr, choices)))
        return str(value)

    def number(self, key: str, default: float | None = None) -> float:
        """A finite number, in any of the ways in which Keras has written numbers."""
        value = self.raw(key)
        if value is None and default is not None:
            return default
        array = self.numbers(key)
        if array.shape != ():
            raise self.malformed(key, "a number")
        return float(array)

    def numbers(self, key: str) -> FloatArray:
        """A finite number or (nested) list of numbers as an array."""
        array = to_array(self.raw(key))
        if array is None or not np.all(np.isfinite(array)):
            raise self.malformed(key, "a finite number or a list of finite numbers")
        return array

    def require(self, key: str, *allowed: Any) -> None:
        """Refuse every value but these (a missing key is as null)."""
        value = self.raw(key)
        if not any(
            value is choice or (type(value) is type(choice) and value == choice) for choice in allowed
        ):
            raise self.unsupported(key, "supported: " + ", ".join(map(repr, allowed)))

    def finish(self, irrelevant: Iterable[str] = (), dtypes: Sequence[str] = FLOAT_DTYPES) -> None:
        """Check the number type, and refuse every key that was neither read nor is irrelevant.

        Raises
        ------
        UnsupportedError
            Naming the layer and the key.
        """
        check_dtype(self.layer, self.class_name, self.raw("dtype"), dtypes)
        unknown = sorted(set(self._config) - self._seen - set(irrelevant))
        # Absent and null mean the same to Keras, which adds options that are off by default.
        unknown = [key for key in unknown if self._config[key] is not None]
        if unknown:
            raise self.unsupported(unknown[0], "isobit does not know this option")

    def unsupported(self, key: str, text: str) -> UnsupportedError:
        """An error about a value that isobit does not implement."""
        value = shorten(self._config.get(key))
        return UnsupportedError(f"layer {self.layer!r} ({self.class_name}): {key} = {value}; {text}")

    def malformed(self, key: str, expected: str) -> FileFormatError:
        """An error about a value that Keras does not write."""
        value = shorten(self._config.get(key))
        return FileFormatError(f"layer {self.layer!r} ({self.class_name}): {key} = {value} is not {expected}")


def check_dtype(layer: str, class_name: str, dtype: Any, supported: Sequence[str] = FLOAT_DTYPES) -> None:
    """Refuse quantized and unknown number types.

    Floating point policies are accepted: the weights are read as they are stored, and the types that isobit
    computes with are chosen by quantization.
    """
    name = dtype
    if isinstance(dtype, dict) and dtype.get("class_name") in _POLICY_CLASSES:
        config = dtype.get("config")
        name = config.get("name") if isinstance(config, dict) else None
    if name is not None and name not in supported:
        raise UnsupportedError(
            f"layer {layer!r} ({class_name}): dtype = {shorten(dtype)}; supported: {', '.join(supported)}"
        )


def to_array(value: Any) -> FloatArray | None:
    """A float64 array from a number, nested lists of numbers, or a serialized NumPy value; else None."""
    if isinstance(value, dict):
        if value.get("class_name") in ("__numpy__", "__tensor__") and isinstance(value.get("config"), dict):
            return to_array(value["config"].get("value"))
        if value.get("type") == "ndarray":
            return to_array(value.get("value"))
        return None
    if not _only_numbers(value):
        return None
    try:
        return np.array(value, dtype=np.float64)
    except (ValueError, OverflowError):
        return None


def _only_numbers(value: Any) -> bool:
    level = [value]
    while level:
        deeper: list[Any] = []
        for entry in level:
            if isinstance(entry, list):
                deeper.extend(entry)
            elif isinstance(entry, bool) or not isinstance(entry, (int, float)):
                return False
        level = deeper
    return True


def shorten(value: Any) -> str:
    """A value of a file as it appears in messages."""
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."


def fixed_shape(layer: str, dims: Any, what: str) -> tuple[int, ...]:
    """A shape without its batch axis.

    Raises
    ------
    UnsupportedError
        When another dimension than the batch is unknown.
    FileFormatError
        When it is no shape.
    """
    if not isinstance(dims, list) or not dims:
        raise FileFormatError(f"layer {layer!r}: {what} = {shorten(dims)} is no shape with a batch axis")
    for size in dims[1:]:
        if size is None:
            raise UnsupportedError(
                f"layer {layer!r}: {what} = {shorten(dims)} has an unknown dimension besides the batch; "
                "build the model with a fixed input shape and save it again"
            )
        if isinstance(size, bool) or not isinstance(size, int) or not 0 < size < MAX_DIMENSION:
            raise FileFormatError(f"layer {layer!r}: {what} = {shorten(dims)} is no shape")
    if not math.prod(dims[1:]) < MAX_DIMENSION:
        raise FileFormatError(f"layer {layer!r}: {what} = {shorten(dims)} is too large")
    return tuple(dims[1:])
