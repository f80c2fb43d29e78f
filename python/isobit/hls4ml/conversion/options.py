"""The keys of hls4ml's configuration: which there are, and which values of them isobit emulates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from isobit.errors import ConfigError, UnsupportedError, closest

SECTIONS = ("Model", "LayerName", "LayerType")

Check = Callable[[str, Any], str | None]
"""Gets the place and the value of a key; gives the attribute of a layer that it sets, if any."""


def section(name: str, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A section of the configuration; empty if it is missing."""
    content = config.get(name)
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise ConfigError(f"{name}: must be a dict, not {type(content).__name__}")
    return content


def check_outer(config: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, str]:
    """The sections, the back end and the kind of ports of a configuration in any of its three forms.

    Raises
    ------
    ConfigError
        When it is none of them, or has an unknown section.
    UnsupportedError
        For other back ends than Vitis and Vivado, and other ports than io_parallel and io_stream.
    """
    inner, backend, io_type, exact = config, "Vitis", "io_parallel", None
    if "hls_config" in config:
        inner = section("hls_config", config)
        backend = config.get("backend") or "Vivado"
        io_type = config.get("io_type") or "io_parallel"
        exact = config.get("bit_exact")
    elif "HLSConfig" in config:
        inner = section("HLSConfig", config)
        backend, io_type = config.get("Backend") or "Vivado", config.get("IOType") or "io_parallel"
    for key in inner:
        if key not in SECTIONS:
            raise ConfigError(f"hls4ml configuration: isobit does not know {key!r}.{closest(key, SECTIONS)}")
    if exact or section("Model", inner).get("BitExact"):
        raise UnsupportedError("bit_exact: widths that hls4ml infers from whole models are not emulated")
    if str(backend).lower() not in ("vitis", "vivado"):
        raise UnsupportedError(f"backend {backend!r} is not emulated; supported: Vitis, Vivado")
    if io_type not in ("io_parallel", "io_stream"):
        raise UnsupportedError(f"io_type {io_type!r} is not emulated; supported: io_parallel, io_stream")
    if io_type == "io_stream":
        _check_line_buffers(inner)
    return inner, str(backend).capitalize(), io_type


def _check_line_buffers(config: Mapping[str, Any]) -> None:
    """hls4ml has other functions for windows in streams, which are not emulated."""
    parts = [section("Model", config)]
    for kind in ("LayerType", "LayerName"):
        entries = section(kind, config)
        parts += [section(name, entries) for name in entries]
    for part in parts:
        if str(part.get("ConvImplementation", "LineBuffer")).lower() != "linebuffer":
            raise UnsupportedError("ConvImplementation: in streams only LineBuffer is emulated")


def _inert(kind: type | tuple[type, ...]) -> Check:
    """A key without effect on numbers."""

    def check(where: str, value: Any) -> None:
        if not isinstance(value, kind):
            raise ConfigError(f"{where}: {value!r} is not expected here")

    return check


def _choice(attribute: str, *choices: Any) -> Check:
    """A key that sets an attribute of the layer to one of a few values."""

    def check(where: str, value: Any) -> str:
        if not any(value is choice or (isinstance(value, str) and value == choice) for choice in choices):
            raise ConfigError(f"{where}: {value!r} is none of {', '.join(map(repr, choices))}")
        return attribute

    return check


def _count(attribute: str, least: int) -> Check:
    """A key that sets an attribute of the layer to an integer."""

    def check(where: str, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ConfigError(f"{where}: must be an integer of at least {least}, not {value!r}")
        return attribute

    return check


def _only(allowed: tuple[Any, ...], reason: str) -> Check:
    def check(where: str, value: Any) -> None:
        if value not in allowed:
            raise UnsupportedError(f"{where}: {value!r} is not emulated: {reason}")

    return check


_number = _inert((int, float))
_flag = _inert(bool)
_compressed = _only((None, False, 0), "compressed weights are not implemented")
_cycles = _only((None,), "reuse factors that follow from a number of cycles are not implemented")
_overridden = "hls4ml replaces it by ReuseFactor; write that"

MODEL_KEYS: Mapping[str, Check] = {
    "BramFactor": _number,
    "TraceOutput": _flag,
    "ConvImplementation": _inert(str),
    "PipelineStyle": _inert(str),
    "PipelineInterval": _inert((int, type(None))),
    "Compression": _compressed,
    "TargetCycles": _cycles,
    "BitExact": _only((None, False), "widths that hls4ml infers from whole models"),
    "ChannelsLastConversion": _only(("off",), "models of PyTorch are read from ONNX files"),
    "TransposeOutputs": _only((False,), "models of PyTorch are read from ONNX files"),
}
"""Keys of ``Model`` beside Precision, ReuseFactor and Strategy."""

LAYER_KEYS: Mapping[str, Check] = {
    "Trace": _flag,
    "ConvImplementation": _inert(str),
    "ParallelizationFactor": _count("parallelization_factor", 1),
    "RecurrentReuseFactor": _only((1,), _overridden),
    "ForwardReuseFactor": _only((1,), _overridden),
    "BackwardReuseFactor": _only((1,), _overridden),
    "ForwardRecurrentReuseFactor": _only((1,), _overridden),
    "BackwardRecurrentReuseFactor": _only((1,), _overridden),
    "Static": _choice("static", True, False),
    "TableSize": _count("table_size", 2),
    "Implementation": _choice("implementation", "latency", "stable", "argmax", "legacy"),
    "Skip": _choice("skip", True, False),
    "Compression": _compressed,
    "TargetCycles": _cycles,
    "Algorithm": _only(("nearest",), "the C++ of hls4ml has nearest pixels only"),
    "DepthwiseReuseFactor": _only((1,), _overridden),
    "PointwiseReuseFactor": _only((1,), _overridden),
}
"""Keys of a layer beside Precision, ReuseFactor, Strategy and types such as ``table_t``."""

_RECURRENT = ("weight", "bias", "recurrent_weight", "recurrent_bias")
PARTS = (
    *("default", "maximum", "result", "accum", "weight", "bias", "scale", "param", "embeddings"),
    *("table", "exp_table", "inv_table", "inv_inp", "slope", "shift"),
    *(f"{half}{what}" for half in ("depthwise", "pointwise") for what in ("", "_accum", "_result")),
    *(f"{way}{part}" for way in ("", "forward_", "backward_") for part in _RECURRENT if way or "rec" in part),
)
"""Keys of ``Precision``."""
