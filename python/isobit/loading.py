"""``isobit.load``: which front end reads a file, by suffix, after a look at its contents."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isobit.errors import FileFormatError, GraphError, MissingFileError, UnsupportedError
from isobit.sniffing import check_content

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.passes import Pass
    from isobit.quantized import QuantizedModel

FRONTENDS = {
    ".onnx": "isobit.frontends.onnx",
    ".keras": "isobit.frontends.keras",
    ".h5": "isobit.frontends.keras",
    ".hdf5": "isobit.frontends.keras",
    ".json": "isobit.frontends.json_files",
    ".ubj": "isobit.frontends.trees",
    ".txt": "isobit.frontends.trees",
    ".lgb": "isobit.frontends.trees",
}
"""Suffix and module, whose function ``load`` makes a graph of a path."""

OWN_SUFFIX = ".isobit"
PROJECT_SUFFIX = ".cpp"
"""Of the top function of an hls4ml project, which is usually given as a folder."""
GROUP = "isobit.frontends"


def load(
    path: str | os.PathLike[str],
    weights: str | os.PathLike[str] | None = None,
    *,
    batch: bool = True,
    passes: Sequence[Pass] | None = None,
) -> Model | QuantizedModel:
    """Read a model file, or the folder of an hls4ml project.

    Parameters
    ----------
    path : path
        ``.onnx``; ``.keras``, ``.h5`` or ``.hdf5`` of Keras 2 and 3; ``.json``, an architecture of Keras,
        with ``weights``, or a forest of XGBoost, which may be ``.ubj`` too; ``.txt`` or ``.lgb`` of LightGBM;
        ``.isobit``; or a suffix that an installed extension (entry-point group
        ``isobit.frontends``, named by the suffix) declares. A folder, or the ``.cpp`` file of a top function
        in it, is read as a project that hls4ml wrote (``docs/hls4ml-projects.md``).
    weights : path, optional
        The HDF5 file that belongs to a Keras architecture.
    batch : bool
        Whether the tensors of the file have a batch axis, the first of every input. With ``batch=False`` the
        shapes in an ONNX file are those of one sample, and :meth:`Model.predict` takes arrays of shape
        (n, *shape) as always, scalars as (n,).
    passes : sequence of passes, optional
        Rewriting of the graph; by default :data:`isobit.passes.DEFAULT`. With
        :data:`isobit.passes.UNFOLDED` batch normalisations stay layers. Not for ``.isobit`` files.

    Returns
    -------
    Model
        Or a :class:`QuantizedModel`, when an ``.isobit`` file holds one, and for a project of hls4ml.

    Raises
    ------
    MissingFileError
        When the file does not exist (a `FileNotFoundError` too).
    FileFormatError
        When it is damaged or not what its suffix says.
    UnsupportedError
        For an operator, attribute or option that isobit does not implement; names layer and attribute.
    GraphError
        When the model contradicts itself.
    """
    if Path(path).is_dir() or Path(path).suffix.lower() == PROJECT_SUFFIX:
        if weights is not None or not batch or passes is not None:
            raise UnsupportedError(
                "a project of hls4ml is finished: weights, batch and passes do not apply to it"
            )
        from isobit.hls4ml.reading import load_project

        return load_project(Path(path))
    file = _existing(path)
    suffix = file.suffix.lower()
    if weights is not None and suffix != ".json":
        raise UnsupportedError(f"weights go with a .json architecture; {file.name!r} holds its own")
    if not batch and suffix != ".onnx":
        raise UnsupportedError(f"batch=False is for ONNX files; tensors of {file.name!r} have a batch axis")
    if suffix == OWN_SUFFIX:
        if passes is not None:
            raise UnsupportedError("an .isobit file holds a finished model; passes do not apply to it")
        check_content(file)
        from isobit.archive import load_model

        return load_model(file)
    read = _reader(suffix, file.name)
    check_content(file)
    from isobit.model import Model
    from isobit.passes import DEFAULT, run_passes
    from isobit.source import Source

    trained = None if weights is None else _existing(weights)
    files = (file,) if trained is None else (file, trained)
    graph = read(*files) if batch else read(file, batch=False)
    source = Source.of(file, trained) if batch else None
    return Model(run_passes(graph, DEFAULT if passes is None else passes), source)


def _existing(path: str | os.PathLike[str]) -> Path:
    file = Path(path)
    if not file.exists():
        raise MissingFileError(f"there is no file {str(file)!r}")
    if not file.is_file():
        raise FileFormatError(f"{str(file)!r} is not a regular file; give a model file")
    return file


def _reader(suffix: str, name: str) -> Callable[..., Any]:
    if suffix in FRONTENDS:
        reader: Callable[..., Any] = import_module(FRONTENDS[suffix]).load
        return reader
    extensions = _extensions()
    if suffix in extensions:
        try:
            loaded: Callable[..., Any] = extensions[suffix].load()
        except Exception as error:
            raise GraphError(
                f"the front end {extensions[suffix].value!r} for {suffix} failed: {error}"
            ) from error
        return loaded
    known = ", ".join((*FRONTENDS, OWN_SUFFIX, PROJECT_SUFFIX, *extensions))
    raise UnsupportedError(f"{name!r}: isobit does not read files of the suffix {suffix!r}; it reads {known}")


def _extensions() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {f".{point.name.lower()}": point for point in entry_points(group=GROUP)}
