"""Choosing number formats: configurations, calibration, and what they are resolved into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from isobit.errors import ConfigError, closest
from isobit.formats import MAX_WIDTH, Format
from isobit.quantization.config import parse_config
from isobit.quantization.hls4ml import is_hls4ml, parse_hls4ml
from isobit.quantization.request import LayerRequest, Request
from isobit.quantization.resolve import resolve

if TYPE_CHECKING:
    from isobit.ir import Graph
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

PROFILES = ("exact", "hls4ml")


def quantize(
    model: Model,
    config: str | Format | Mapping[str, Any] | None,
    calibration: Any,
    width: int | None,
    profile: str = "exact",
) -> QuantizedModel:
    """The work of :meth:`isobit.Model.quantize`, which documents it."""
    from isobit.quantized import QuantizedModel

    if profile not in PROFILES:
        raise ConfigError(f"there is no profile {profile!r}.{closest(profile, PROFILES)}")
    if profile == "hls4ml":
        from isobit.hls4ml.profile import quantize_like_hls4ml

        if calibration is not None or width is not None:
            raise ConfigError("profile 'hls4ml' has its types from the configuration; leave calibration out")
        return quantize_like_hls4ml(model, config)
    request = parse(config, model.graph)
    if calibration is None:
        if width is not None:
            raise ConfigError("width is for calibration; give calibration=X too, or write a format")
        if config is None:
            raise ConfigError(
                "give a format such as quantize('fixed<16,6>'), a configuration, or calibration data and "
                "a width"
            )
        return QuantizedModel(model, resolve(model.graph, request))
    if isinstance(width, bool) or not isinstance(width, int) or not 2 <= width <= MAX_WIDTH:
        raise ConfigError(f"calibration needs a width of 2 to {MAX_WIDTH} bits, not {width!r}")
    from isobit.quantization.calibration import calibrate

    return QuantizedModel(model, calibrate(model, request, calibration, width))


def parse(config: str | Format | Mapping[str, Any] | None, graph: Graph) -> Request:
    """The request of any kind of configuration.

    Raises
    ------
    ConfigError, FormatError
        For what is unknown or does not parse.
    """
    if config is None:
        return Request()
    if isinstance(config, str | Format):
        return Request(default=LayerRequest(everything=Format.parse(config)))
    if not isinstance(config, Mapping):
        raise ConfigError(
            "a configuration is a format, a dict by layer or an hls4ml-style dict, not "
            f"{type(config).__name__}"
        )
    return parse_hls4ml(config, graph) if is_hls4ml(config) else parse_config(config, graph)
