"""Models as the members of an archive: JSON texts and npy arrays by name."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit._version import __version__
from isobit.backends.stored import StoredConstant
from isobit.ir import Graph
from isobit.model import Model
from isobit.quantization.precision import Precision
from isobit.quantized import QuantizedModel

FORMAT_NAME = "isobit"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"


def members(model: Model | QuantizedModel) -> dict[str, bytes]:
    """Every member of the archive of a model; the same model always gives the same bytes."""
    files: dict[str, bytes] = {"graph.json": b""}
    files["graph.json"] = _json(_graph(model.graph, files))
    kind = "model"
    if isinstance(model, QuantizedModel):
        kind = "quantized"
        files["precision.json"] = _json(_precision(model.precision))
        files["integers.json"] = _json(_integers(model, files))
        files["proof.json"] = _json(model.proof.as_dict())
    manifest = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "isobit_version": __version__,
        "kind": kind,
        "content_hash": content_hash(files),
    }
    return {MANIFEST: _json(manifest), **files}


def content_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 over names and contents of all members but the manifest."""
    digest = sha256()
    for name in sorted(files):
        digest.update(f"{name}:{sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def _graph(graph: Graph, files: dict[str, bytes]) -> dict[str, Any]:
    nodes = [
        {
            "name": node.name,
            "op": node.op,
            "inputs": list(node.inputs),
            "attrs": dict(node.attrs),
            "constants": {key: _array(array, files) for key, array in node.constants.items()},
            "shape": list(node.shape),
        }
        for node in graph.nodes
    ]
    inputs = [{"name": name, "shape": list(shape)} for name, shape in graph.inputs.items()]
    outputs = [{"name": name, "tensor": tensor} for name, tensor in graph.outputs.items()]
    return {"name": graph.name, "inputs": inputs, "nodes": nodes, "outputs": outputs}


def _precision(precision: Precision) -> dict[str, Any]:
    layers = {
        name: {
            "formats": {role: None if fmt is None else str(fmt) for role, fmt in layer.formats.items()},
            "table_size": layer.table_size,
            "hardware": dict(layer.hardware),
        }
        for name, layer in precision.layers.items()
    }
    return {"inputs": {name: str(fmt) for name, fmt in precision.inputs.items()}, "layers": layers}


def _integers(model: QuantizedModel, files: dict[str, bytes]) -> dict[str, Any]:
    listed: dict[str, Any] = {}
    for key, stored in model.engine.stored.items():
        if isinstance(stored, StoredConstant):
            listed[key] = {"format": str(stored.format), "raw": _array(stored.raw, files)}
        else:
            table = stored.table
            listed[key] = {
                "format": str(table.format),
                "index": str(table.index),
                "raw": _array(table.entries, files),
                "hash": table.digest,
            }
    return listed


def _array(array: npt.NDArray[Any], files: dict[str, bytes]) -> str:
    """Store an array once (equal arrays share a member) and return its name."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array, order="C"), allow_pickle=False)  # keeps shape ()
    content = buffer.getvalue()
    name = f"arrays/{sha256(content).hexdigest()[:32]}.npy"
    files[name] = content
    return name


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, allow_nan=False).encode()
