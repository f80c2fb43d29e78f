"""From a file to a graph: which library wrote it."""

from __future__ import annotations

from pathlib import Path

from isobit.errors import FileFormatError
from isobit.frontends.trees import lightgbm, ubjson, xgboost
from isobit.ir import Graph

MAX_BYTES = 256 << 20


def load(path: Path) -> Graph:
    """Read a forest.

    Parameters
    ----------
    path : Path
        ``.ubj`` of XGBoost; ``.txt`` or ``.lgb`` of LightGBM. (For XGBoost's JSON see
        :mod:`isobit.frontends.json_files`.)

    Returns
    -------
    Graph
        One input ``features``, a layer ``forest`` and, where the objective has one, its transformation.

    Raises
    ------
    UnsupportedError
        Naming the field that isobit does not implement.
    FileFormatError
        When a file is damaged, inconsistent or larger than 256 MiB.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileFormatError(f"{path.name!r} has {size} bytes; forests of at most {MAX_BYTES} are read")
    data = path.read_bytes()
    if path.suffix.lower() == ".ubj":
        return xgboost.convert(ubjson.parse(data, path.name), path.name, path.stem)
    return lightgbm.convert(data, path.name, path.stem)
