"""Reading and writing data: .npy, .npz and .csv files. Nothing in them is executed (no pickle)."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from isobit.archive.write import replace_file
from isobit.errors import FileFormatError, InputError, MissingFileError, SaveError, closest

Array = npt.NDArray[Any]
READABLE = (".npy", ".npz", ".csv")
_DAMAGE = (
    ValueError,
    EOFError,
    OSError,
    MemoryError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
)
_LABELS = ("y", "labels")
_CSV_LINES = 1000


def read_data(path: Path, inputs: Sequence[str]) -> Any:
    """The data for a model.

    Parameters
    ----------
    path : Path
        ``.npy``: the array of the only input. ``.npz``: arrays named like the inputs; for a model with one
        input first of all an array ``X``, or else the only array of the file. ``.csv``: numbers separated
        by commas, one sample a line, with or without one line of names.
    inputs : sequence of str
        Names of the model's inputs.

    Returns
    -------
    What ``predict`` takes: an array, or a dict of arrays by input name.

    Raises
    ------
    MissingFileError, FileFormatError, InputError
        When there is no such file, it is damaged, or it does not hold what is needed.
    """
    content = _read(path)
    if not isinstance(content, Mapping):
        if len(inputs) > 1:
            raise InputError(
                f"{path}: the model has {len(inputs)} inputs; give an .npz with arrays named "
                f"{', '.join(inputs)}"
            )
        return content
    if len(inputs) == 1 and "X" in content:
        return content["X"]
    if all(name in content for name in inputs):
        return {name: content[name] for name in inputs}
    if len(inputs) == 1 and len(content) == 1:
        return next(iter(content.values()))
    missing = next(name for name in inputs if name not in content)
    raise InputError(f"{path} has no array {missing!r} for that input.{closest(missing, content)}")


def read_labels(path: Path) -> Array:
    """True classes: an ``.npy`` array, one column of a ``.csv``, or ``y`` or ``labels`` of an ``.npz``.

    Raises
    ------
    MissingFileError, FileFormatError, InputError
        As :func:`read_data`.
    """
    content = _read(path)
    if not isinstance(content, Mapping):
        return content
    found = [name for name in _LABELS if name in content]
    if len(found) != 1 and len(content) != 1:
        raise InputError(f"{path} has no array 'y' or 'labels'; it has {', '.join(content)}")
    return content[found[0]] if found else next(iter(content.values()))


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write the outputs of a model; an existing file survives any failure.

    Parameters
    ----------
    path : Path
        ``.npy`` or ``.csv`` for one output, ``.npz`` for any number of them, by name.

    Raises
    ------
    SaveError
        When the suffix does not fit or the file cannot be written.
    """
    replace_file(path, _encoded(path, arrays))


def check_target(path: Path, outputs: int) -> None:
    """:class:`SaveError` for an output file that cannot be meant, before the work is done."""
    if path.suffix.lower() not in READABLE:
        raise SaveError(f"cannot write {str(path)!r}: the name must end in {', '.join(READABLE)}")
    if outputs > 1 and path.suffix.lower() != ".npz":
        raise SaveError(
            f"cannot write {str(path)!r}: the model has {outputs} outputs, which need an .npz file"
        )


def csv_text(array: Array) -> Iterator[str]:
    """One sample a line, its numbers separated by commas; every number reads back as the same value.

    The text comes in pieces of many lines.
    """
    rows = array.reshape(len(array), -1)
    for start in range(0, len(rows), _CSV_LINES):
        numbers = rows[start : start + _CSV_LINES].tolist()
        yield "".join(",".join(map(str, row)) + "\n" for row in numbers)


def _encoded(path: Path, arrays: Mapping[str, Array]) -> bytes:
    check_target(path, len(arrays))
    buffer, suffix = io.BytesIO(), path.suffix.lower()
    first = next(iter(arrays.values()))
    if suffix == ".csv":
        return "".join(csv_text(first)).encode()
    if suffix == ".npz":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, array in arrays.items():
                member = io.BytesIO()
                np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
                archive.writestr(f"{name}.npy", member.getvalue())
    else:
        np.lib.format.write_array(buffer, np.ascontiguousarray(first), allow_pickle=False)
    return buffer.getvalue()


def _read(path: Path) -> Array | dict[str, Array]:
    suffix = path.suffix.lower()
    if suffix not in READABLE:
        raise InputError(f"{path}: data is read from {', '.join(READABLE)} files, not {suffix or 'this'}")
    if not path.is_file():
        raise MissingFileError(f"there is no file {str(path)!r}")
    try:
        if suffix == ".csv":
            return _read_csv(path)
        with path.open("rb") as file:
            return _read_binary(path, suffix, file)
    except FileFormatError:
        raise
    except _DAMAGE as error:
        raise FileFormatError(f"{path}: cannot be read as {suffix} file: {error}") from None


def _read_binary(path: Path, suffix: str, file: BinaryIO) -> Array | dict[str, Array]:
    content = np.load(file, allow_pickle=False)
    if isinstance(content, np.ndarray) != (suffix == ".npy"):
        raise FileFormatError(f"{path}: this is not an {suffix} file, whatever its name says")
    if isinstance(content, np.ndarray):
        return content
    with content as archive:
        return {name: archive[name] for name in archive.files}


def _read_csv(path: Path) -> npt.NDArray[np.float64]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = [(number, row) for number, row in enumerate(csv.reader(file), 1) if any(map(str.strip, row))]
    if lines and not any(_is_number(cell) for cell in lines[0][1]):
        lines = lines[1:]
    if not lines:
        raise FileFormatError(f"{path}: there are no numbers in this file")
    width = len(lines[0][1])
    rows = []
    for number, row in lines:
        if len(row) != width:
            raise FileFormatError(f"{path}, line {number}: {len(row)} columns instead of {width}")
        wrong = [place for place, cell in enumerate(row, 1) if not _is_number(cell)]
        if wrong:
            raise FileFormatError(
                f"{path}, line {number}, column {wrong[0]}: {row[wrong[0] - 1]!r} is not a number"
            )
        rows.append([float(cell) for cell in row])
    return np.array(rows)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
