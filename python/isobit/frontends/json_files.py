"""JSON files: architectures of Keras and forests of XGBoost, told apart by their contents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from isobit.errors import FileFormatError, UnsupportedError
from isobit.frontends import keras
from isobit.frontends.keras.jsontext import parse
from isobit.frontends.trees import xgboost
from isobit.ir import Graph

_HEAD = 1 << 16
_MAX_BYTES = 256 << 20


def load(path: Path, weights: Path | None = None) -> Graph:
    """Read a JSON file with the front end of whoever wrote it.

    Raises
    ------
    FileFormatError
        When nobody did that isobit knows; errors of the front ends.
    UnsupportedError
        When weights are given for a forest, which has its own.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    # XGBoost writes this name first, Keras never has it so early.
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n{").startswith((b'"learner"', b'"version"')):
        if b'"tree_info"' in head:
            raise UnsupportedError(
                f"{path.name!r} is a JSON dump of LightGBM, which does not hold all digits; save the model "
                "as text: booster.save_model('model.txt')"
            )
        if head.lstrip(b"\xef\xbb\xbf \t\r\n[{").startswith(b'"nodeid"'):
            raise UnsupportedError(
                f"{path.name!r} is a dump of XGBoost, which does not hold all digits; save the model: "
                "booster.save_model('model.json')"
            )
        return keras.load(path) if weights is None else keras.load(path, weights)
    if weights is not None:
        raise UnsupportedError(f"{path.name!r} is a forest of XGBoost, which holds its own weights")
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise FileFormatError(f"{path.name!r} has {size} bytes; forests of at most {_MAX_BYTES} are read")
    document: Any = parse(path.read_bytes(), path.name, _MAX_BYTES)
    if not xgboost.is_model(document):
        raise FileFormatError(
            f"{path.name!r} is neither a model of XGBoost (with the fields 'learner' and 'version') nor an "
            "architecture of Keras"
        )
    return xgboost.convert(document, path.name, path.stem)
