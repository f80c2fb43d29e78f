"""``quantize(profile="hls4ml")``: the same file, the way that it goes through hls4ml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from isobit.errors import ConfigError, UnsupportedError
from isobit.formats import Format
from isobit.hls4ml.conversion.converter import convert
from isobit.hls4ml.emulation.emulate import emulate

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel


def quantize_like_hls4ml(model: Model, config: str | Format | Mapping[str, Any] | None) -> QuantizedModel:
    """What hls4ml computes for a model.

    Parameters
    ----------
    model : Model
        From a file, which is read once more: hls4ml merges and splits layers in ways of its own.
    config : mapping or str
        As for :class:`isobit.hls4ml.conversion.config.HlsConfig`; a type alone is that of the model.

    Raises
    ------
    ConfigError, UnsupportedError
        As :meth:`isobit.Model.quantize`.
    """
    if isinstance(config, str | Format):
        config = {"Model": {"Precision": str(config), "ReuseFactor": 1}}
    if not isinstance(config, Mapping):
        raise ConfigError(
            "profile 'hls4ml' needs the dictionary that hls4ml's config_from_keras_model gives, or one type "
            f"such as 'ap_fixed<16,6>', not {config!r}"
        )
    if model.source is None:
        raise UnsupportedError(
            "profile 'hls4ml' converts the file of a model once more, and this one has none that it can use; "
            "load it from .keras, .h5, .json with weights, or .onnx"
        )
    model.source.check()
    return emulate(convert(model.source.path, model.source.weights, config, model.name))
