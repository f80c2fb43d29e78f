"""From a path to a parsed ONNX model of a version that isobit knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from isobit.errors import FileFormatError, MissingFileError, UnsupportedError
from isobit.frontends.onnx.limits import MAX_FILE_BYTES
from isobit.frontends.onnx.wire import check_wire

if TYPE_CHECKING:
    from onnx import ModelProto

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
        For versions that isobit or the installed onnx does not know, and model-local functions.
    """
    import onnx
    from google.protobuf.message import DecodeError

    data = _read(path)
    check_wire(data, onnx.ModelProto.DESCRIPTOR)
    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise FileFormatError(f"it is damaged, or no ONNX file ({error})") from None
    if not model.HasField("graph") or not model.graph.output or model.ir_version < 1:
        raise FileFormatError("it has no graph with outputs: the file is damaged, or no ONNX model")
    if model.ir_version > onnx.IR_VERSION:
        raise UnsupportedError(
            f"IR version {model.ir_version} is newer than the installed onnx {onnx.__version__} knows "
            f"(up to {onnx.IR_VERSION}); update onnx, or export for an older version"
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
    import onnx

    versions = [entry.version for entry in model.opset_import if entry.domain in DOMAINS]
    if len(versions) != 1:
        raise FileFormatError(
            f"it imports the standard operators (domain ai.onnx) {len(versions)} times instead of once"
        )
    latest = onnx.defs.onnx_opset_version()
    if not MIN_OPSET <= versions[0] <= latest:
        advice = (
            "convert it with onnx.version_converter"
            if versions[0] < MIN_OPSET
            else "update onnx, or export for it"
        )
        raise UnsupportedError(
            f"opset {versions[0]} is not supported: isobit reads opsets {MIN_OPSET} to {latest} "
            f"(the latest of the installed onnx {onnx.__version__}); {advice}"
        )
    return int(versions[0])
