"""ONNX Runtime in float32, on one thread."""

from __future__ import annotations

from contestants import Contestant, MissingPeerError
from networks import Network


def prepare(network: Network) -> Contestant:
    """A session with every optimisation, which is the default."""
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingPeerError(f"ONNX Runtime: {error}") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(network.path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return Contestant("ONNX Runtime float32", lambda X: session.run(None, {name: X})[0])
