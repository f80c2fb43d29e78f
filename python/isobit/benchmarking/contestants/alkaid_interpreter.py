"""alkaid: the network traced into additions and shifts, in isobit's formats, and interpreted.

Its rounding and overflow modes are those of ap_fixed too, so that it computes the same bits as isobit; a
network whose bits differ is an error. It has no softmax: it stops at the layer before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.benchmarking.contestants import (
    Contestant,
    FloatArray,
    MissingPeerError,
    NotRunError,
    OnCores,
    Prediction,
)
from isobit.benchmarking.networks import Network
from isobit.formats import Format, Overflow
from isobit.quantized import QuantizedModel

Inputs = Callable[[FloatArray], npt.NDArray[np.float64]]

_COMPARED = 512
_BATCH = 4096


def prepare(network: Network, folder: Path) -> OnCores:
    """The traced network in every format."""
    try:
        import alkaid.trace  # noqa: F401
    except ImportError as error:
        raise MissingPeerError(f"not installed ({error})") from None
    traced = {label: _traced(network.quantized(label)) for label in network.formats}
    for label, (logic, layer) in traced.items():
        _check(network, label, logic, layer)

    def on(cores: int) -> list[Contestant]:
        return [
            Contestant(
                f"alkaid {label}, {what}",
                at=partial(make, logic, partial(_inputs, network.quantized(label)), cores),
                largest_batch=_BATCH,
                layer=layer,
                remark=f"the same bits as isobit in {layer!r} of {_COMPARED} samples",
            )
            for label, (logic, layer) in traced.items()
            for what, make in (("predict", _predict), ("interpreter", _interpreter))
        ]

    return on


def _traced(quantized: QuantizedModel) -> tuple[Any, str]:
    """Its logic, and the last layer that it computes."""
    from alkaid.trace import FVArray, trace

    ((name, shape),) = quantized.inputs.items()
    values = start = FVArray.from_kif(*(np.full(shape, part) for part in _parts(quantized.formats[name])))
    last = name
    for node in quantized.layers:
        if node.inputs != (last,):
            raise NotRunError(f"layer {node.name!r} is not part of a chain")
        if node.op == "dense":
            weight, bias = (quantized.tensors[f"{node.name}.{key}"].value for key in ("weight", "bias"))
            values = values @ np.asarray(weight) + np.asarray(bias)
        elif node.op == "affine":
            scale, bias = (quantized.tensors[f"{node.name}.{key}"].value for key in ("weight", "bias"))
            values = values * np.asarray(scale) + np.asarray(bias)
        elif node.op == "relu":
            values = np.maximum(values, 0)
        elif node.op == "softmax" and node is quantized.layers[-1]:
            break
        else:
            raise NotRunError(f"layer {node.name!r}: {node.op} is not written for alkaid")
        fmt = quantized.formats[node.name]
        values = values.quantize(*_parts(fmt), overflow_mode=fmt.overflow.name, round_mode=fmt.rounding.name)
        last = node.name
    return trace(start, values), last


def _parts(fmt: Format) -> tuple[int, int, int]:
    """Sign, integer and fractional bits, as alkaid counts them."""
    return int(fmt.signed), fmt.width - fmt.frac - int(fmt.signed), fmt.frac


def _check(network: Network, label: str, logic: Any, layer: str) -> None:
    """Compare the bits with isobit's, from inputs on the grid of the input format."""
    quantized = network.quantized(label)
    (name,) = quantized.inputs
    values = quantized.trace(network.samples(_COMPARED))
    found = logic.predict(np.asarray(values[name], dtype=np.float64), n_threads=1)
    if not np.array_equal(found, values[layer]):
        wrong = np.mean(found != values[layer])
        raise ValueError(f"{label}: {100 * wrong:.3g} % of its outputs are not those of isobit")


def _inputs(quantized: QuantizedModel, X: FloatArray) -> npt.NDArray[np.float64]:
    """float64, on which it insists. It wraps what it reads; here inputs saturate where isobit's do."""
    (name,) = quantized.inputs
    fmt = quantized.formats[name]
    limited = X if fmt.overflow is Overflow.WRAP else np.clip(X, fmt.min, fmt.max)
    return limited.astype(np.float64)


def _predict(logic: Any, inputs: Inputs, cores: int, batch: int) -> Prediction:
    """As a user calls it."""
    return lambda X: logic.predict(inputs(X), n_threads=cores)


def _interpreter(logic: Any, inputs: Inputs, cores: int, batch: int) -> Prediction:
    """Without what `predict` does anew in every call: writing the byte code."""
    from alkaid._binary import alir_interp_run

    code = logic.to_bytecode()
    return lambda X: alir_interp_run(code, inputs(X), cores)
