"""ONNX Runtime: the float file, and its own static quantization to int8."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isobit.benchmarking.contestants import (
    Contestant,
    FloatArray,
    MissingPeerError,
    NotRunError,
    OnCores,
    Prediction,
)
from isobit.benchmarking.networks import CALIBRATION_SAMPLES, Network


def prepare(network: Network, folder: Path, kind: str) -> OnCores:
    """A session with every optimisation, which is the default."""
    if network.onnx is None:
        raise NotRunError("the model does not come from an ONNX file")
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingPeerError(f"not installed ({error})") from None
    path = network.onnx if kind == "float32" else _quantized(network, network.onnx, folder)

    def on(cores: int) -> list[Contestant]:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores
        options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return [Contestant(f"ONNX Runtime {kind}", at=lambda batch: _prediction(session))]

    return on


def _prediction(session: Any) -> Prediction:
    name, run = session.get_inputs()[0].name, session.run
    return lambda X: run(None, {name: X})[0]


def _quantized(network: Network, source: Path, folder: Path) -> Path:
    """Quantize and dequantize operators (QDQ) around int8 weights and uint8 data, ranges from samples."""
    import onnx
    from onnxruntime import quantization

    (name,) = (value.name for value in onnx.load(source).graph.input)
    path = folder / f"{source.stem}_int8.onnx"
    quantization.quantize_static(
        source,
        path,
        _reader(quantization.CalibrationDataReader, name, network.samples(CALIBRATION_SAMPLES)),
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
    )
    return path


def _reader(base: Any, name: str, X: FloatArray, block: int = 64) -> Any:
    """The samples in blocks, in the form that the quantizer wants."""
    blocks: Iterator[dict[str, FloatArray]] = ({name: X[i : i + block]} for i in range(0, len(X), block))

    class Reader(base):  # type: ignore[misc]
        def get_next(self) -> dict[str, FloatArray] | None:
            return next(blocks, None)

    return Reader()
