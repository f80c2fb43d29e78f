"""The files that Keras writes, opened: architecture, version of Keras, and the HDF5 file with the weights.

What a file is, its first bytes say; its suffix must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends.keras import archive, hdf5, jsontext
from isobit.frontends.keras.options import shorten

MAX_FILE_BYTES = 512 << 20

_ZIP = b"PK\x03\x04"
_HDF5_SUFFIXES = (".h5", ".hdf5")


@dataclass(frozen=True)
class Container:
    """A saved model.

    Parameters
    ----------
    architecture : object
        The parsed JSON description.
    keras : int or None
        Major version of Keras that wrote it; None if nothing tells.
    weights : bytes
        An HDF5 file.
    where : str
        What ``weights`` is, for messages.
    """

    architecture: Any
    keras: int | None
    weights: bytes
    where: str


def open_container(path: Path, weights: Path | None) -> Container:
    """Open a ``.keras``, ``.h5``, ``.hdf5`` or ``.json`` file; the latter with its weights file.

    Raises
    ------
    FileFormatError
        When a file cannot be read, is damaged, or is not what its suffix says.
    UnsupportedError
        For weights in other files than HDF5.
    """
    data = _read(path)
    suffix = path.suffix.lower()
    if suffix == ".json":
        if weights is None:
            raise FileFormatError(
                f"{path.name} holds an architecture without weights; give them as weights='....h5'"
            )
        return _open_pair(path, data, weights)
    if weights is not None:
        raise FileFormatError(
            f"{path.name} holds its own weights; weights= goes with an architecture in JSON"
        )
    if suffix == ".keras" and data.startswith(_ZIP):
        return _open_archive(path, data)
    # Until 2.12, Keras wrote HDF5 under the name .keras too.
    if suffix in (*_HDF5_SUFFIXES, ".keras") and data.startswith(hdf5.SIGNATURE):
        return _open_hdf5(path, data)
    kinds = {".keras": "a Keras archive (zip)", ".h5": "an HDF5 file", ".hdf5": "an HDF5 file"}
    if suffix in kinds:
        raise FileFormatError(f"{path.name} is not {kinds[suffix]}: it starts with {data[:8]!r}")
    raise FileFormatError(f"{path.name}: Keras models are read from .keras, .h5, .hdf5 and .json files")


def _open_archive(path: Path, data: bytes) -> Container:
    members = archive.read_members(data, path.name)
    if "config.json" not in members:
        raise FileFormatError(f"{path.name} has no config.json; its members are {shorten(sorted(members))}")
    architecture = jsontext.parse(members["config.json"], f"{path.name}: config.json")
    version = None
    if "metadata.json" in members:
        metadata = jsontext.parse(members["metadata.json"], f"{path.name}: metadata.json")
        version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    if "model.weights.h5" not in members:
        raise UnsupportedError(
            f"{path.name}: supported are weights in model.weights.h5, not {shorten(sorted(members))}"
        )
    keras = _generation(version, members["config.json"])
    return Container(architecture, keras, members["model.weights.h5"], f"{path.name}: model.weights.h5")


def _open_hdf5(path: Path, data: bytes) -> Container:
    with hdf5.Hdf5(data, path.name) as file:
        text = file.strings((), "model_config")
        version = file.strings((), "keras_version")
    if text is None:
        raise FileFormatError(
            f"{path.name} holds no model (no model_config); if it holds weights only, load the JSON file of "
            "the architecture with weights= this file"
        )
    joined = "".join(text)
    architecture = jsontext.parse(joined, f"{path.name}: model_config")
    return Container(architecture, _generation("".join(version or []), joined.encode()), data, path.name)


def _open_pair(path: Path, data: bytes, weights: Path) -> Container:
    architecture = jsontext.parse(data, path.name)
    if weights.suffix.lower() not in _HDF5_SUFFIXES:
        raise UnsupportedError(f"{weights.name}: weights are read from .h5 and .hdf5 files")
    weight_data = _read(weights)
    if not weight_data.startswith(hdf5.SIGNATURE):
        raise FileFormatError(f"{weights.name} is not an HDF5 file: it starts with {weight_data[:8]!r}")
    version = architecture.get("keras_version") if isinstance(architecture, dict) else None
    if version is None:
        with hdf5.Hdf5(weight_data, weights.name) as file:
            version = "".join(file.strings((), "keras_version") or [])
    return Container(architecture, _generation(version, data), weight_data, weights.name)


def _generation(version: Any, text: bytes) -> int | None:
    """Major version of Keras, from what the file states, else from names that only one version uses."""
    major = str(version or "").split(".")[0]
    if major in ("1", "2", "3"):
        return int(major)
    if b'"batch_shape"' in text:
        return 3
    return 2 if b'"batch_input_shape"' in text else None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise FileFormatError(f"cannot read {path}: {error.strerror or error}") from None
    if len(data) > MAX_FILE_BYTES:
        raise FileFormatError(
            f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MiB, the most that is read; "
            "save the model without its optimizer (include_optimizer=False)"
        )
    return data
