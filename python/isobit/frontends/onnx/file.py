"""From a path to a parsed ONNX model of a version that isobit knows."""

from __future__ import annotations

from pathlib import Path

from isobit._version import __version__
from isobit.errors import FileFormatError, MissingFileError, UnsupportedError
from isobit.frontends.onnx.fields import IR_VERSION
from isobit.frontends.onnx.limits import MAX_FILE_BYTES
from isobit.frontends.onnx.messages import ModelProto
from isobit.frontends.onnx.schemas import LATEST_OPSET
from isobit.frontends.onnx.wire import parse_model

MIN_OPSET = 7
DOMAINS = ("", "ai.onnx")


def read_model(path: Path) -> tuple[ModelProto, int]:
    """The model in a file and the opset of the standard operators.

    Raises
    ------
    MissingFileError
        When there is no such file.
    FileFormatError
        When the file cannot be read, is too large, damaged or something else than ONNX.
    UnsupportedError
        For versions that isobit does not know, and model-local functions.
    """
    model = parse_model(_read(path))
    if not model.has("graph") or not model.graph.output or model.ir_version < 1:
        raise FileFormatError("it has no graph with outputs: the file is damaged, or no ONNX model")
    if model.ir_version > IR_VERSION:
        raise UnsupportedError(
            f"IR version {model.ir_version} is newer than isobit {__version__} knows (up to {IR_VERSION}); "
            "update isobit, or export for an older version of onnx"
        )
    if model.functions:
        raise UnsupportedError(
            f"model-local function {model.functions[0].name!r}: functions are not supported; "
            "inline them first with onnx.inliner.inline_local_functions"
        )
    if model.training_info:
        raise UnsupportedError("it holds a training graph (training_info); export the model for inference")
    return model, _opset(model)


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileFormatError("it is not a regular file")
        if size > MAX_FILE_BYTES:
            raise FileFormatError(
                f"it has {size / 2**20:.0f} MiB; isobit reads ONNX files up to {MAX_FILE_BYTES >> 20} MiB"
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise MissingFileError("there is no such file") from None
    except OSError as error:
        raise FileFormatError(f"it cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise FileFormatError(f"it cannot be read: {error}") from None
    if not data:
        raise FileFormatError("it is empty")
    return data


def _opset(model: ModelProto) -> int:
    """The version of the standard operators; other operator sets may be imported if no node uses them."""
    # scikit-learn's converter imports one version twice
    versions = list({entry.version for entry in model.opset_import if entry.domain in DOMAINS})
    if len(versions) != 1:
        raise FileFormatError(
            f"it imports {len(versions)} versions of the standard operators (domain ai.onnx) instead of one"
        )
    if not MIN_OPSET <= versions[0] <= LATEST_OPSET:
        advice = "" if versions[0] < MIN_OPSET else "update isobit, export for an older opset, or "
        raise UnsupportedError(
            f"opset {versions[0]} is not supported: isobit {__version__} reads opsets {MIN_OPSET} to "
            f"{LATEST_OPSET}; {advice}convert it with onnx.version_converter"
        )
    return versions[0]
