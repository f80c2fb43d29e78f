"""hls4ml's configuration dictionary, checked, and what it says about a layer.

A layer is asked about by its name, then by the class that it has inside of hls4ml, then for the whole model;
names count in upper or lower case alike where types, strategies and reuse factors are looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from isobit.errors import ConfigError, closest
from isobit.hls4ml.conversion.options import LAYER_KEYS, MODEL_KEYS, PARTS, check_outer, section
from isobit.hls4ml.conversion.precision import Precision, parse_precision

Types = dict[str, Precision | None]

_STRATEGIES = ("latency", "resource", "resource_unrolled", "distributed_arithmetic", "da")


class Named(Protocol):
    """What the configuration needs to know of a layer."""

    name: str

    @property
    def class_name(self) -> str:
        """The class inside of hls4ml."""


@dataclass
class _Section:
    """What is said about one layer, one class, or the model."""

    types: Types = field(default_factory=dict)
    reuse_factor: int | None = None
    strategy: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


class HlsConfig:
    """A configuration for :func:`isobit.hls4ml.conversion.convert`.

    Parameters
    ----------
    config : mapping
        The dictionary that ``config_from_keras_model`` and its relatives give (``Model``, ``LayerType``,
        ``LayerName``), or one of arguments of ``convert_from_keras_model`` (``hls_config``, ``backend``,
        ``io_type``), or the content of ``hls4ml_config.yml`` (``HLSConfig``, ``Backend``, ``IOType``).

    Attributes
    ----------
    backend, io_type : str
    default : Precision
        The type of everything that nothing else is said about.

    Raises
    ------
    ConfigError
        For unknown keys and values, and for options that hls4ml ignores or that isobit does not emulate.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        inner, self.backend, self.io_type = check_outer(config)
        self.model = _read_section("Model", inner.get("Model") or {}, MODEL_KEYS)
        if self.model.reuse_factor is None:
            self.model.reuse_factor = 1
        if not self.model.types:
            self.model.types["default"] = Precision(16, 6)
        default = self.model.types.get("default")
        if default is None:
            raise ConfigError(
                "Model, Precision: hls4ml needs a 'default' type that is not 'auto', such as 'ap_fixed<16,6>'"
            )
        self.default = default
        self.classes = {
            name: _read_section(f"LayerType {name!r}", entry, LAYER_KEYS)
            for name, entry in section("LayerType", inner).items()
        }
        self.layers = {
            name: _read_section(f"LayerName {name!r}", entry, LAYER_KEYS)
            for name, entry in section("LayerName", inner).items()
        }
        self._given = list(self.layers)
        self._by_class = {name.lower(): entry for name, entry in self.classes.items()}
        self._by_name = {name.lower(): entry for name, entry in self.layers.items()}

    @property
    def maximum(self) -> Precision | None:
        """What ``auto`` may not exceed."""
        return self.model.types.get("maximum")

    def precision(self, layer: Named, what: str = "default") -> tuple[Precision | None, str]:
        """The type of a part of a layer (``weight``, ``accum``, ...), and the name that hls4ml gives it."""
        own = self._by_name.get(layer.name.lower(), _Section()).types
        of_class = self._by_class.get(layer.class_name.lower(), _Section()).types
        name = layer.name.lower()
        kind = layer.class_name
        for types, key, type_name in (
            (own, what, f"{name}_{what}_t"),
            (own, "default", f"{name}_{what}_t"),
            (of_class, what, f"{kind}_{what}_t"),
            (of_class, "default", f"{kind}_default_t"),
            (self.model.types, what, f"{what}_default_t"),
        ):
            if key in types:
                return types[key], type_name
        return self.default, "model_default_t"

    def reuse_factor(self, layer: Named) -> int:
        """As asked for; hls4ml may take a legal one near it."""
        for entry in self._sections(layer):
            if entry.reuse_factor is not None:
                return entry.reuse_factor
        return 1

    def strategy(self, layer: Named) -> str:
        """In lower case, with underscores."""
        for entry in self._sections(layer):
            if entry.strategy is not None:
                return entry.strategy
        return "latency"

    def attributes(self, layer: Named) -> dict[str, Any]:
        """Attributes that the configuration sets directly; here the case of names counts."""
        found: dict[str, Any] = {}
        for entry in (self.classes.get(layer.class_name), self.layers.get(layer.name)):
            if entry is not None:
                found.update(entry.attributes)
        return found

    def derive(self, name: str, layer: Named, rename: Mapping[str, str], drop: Iterable[str]) -> None:
        """Give a part of a layer that is split a section of its own.

        Parameters
        ----------
        name : str
            Of the new layer.
        layer
            Whose section is taken over.
        rename : mapping of str to str
            Types that have another name in the new layer.
        drop : iterable of str
            Types that it has not.
        """
        merged = _Section()
        for entry in (self.classes.get(layer.class_name), self.layers.get(layer.name)):
            if entry is None:
                continue
            # hls4ml replaces the whole Precision of the class by that of the name.
            merged.types = entry.types or merged.types
            merged.reuse_factor = entry.reuse_factor or merged.reuse_factor
            merged.strategy = entry.strategy or merged.strategy
            merged.attributes = {**merged.attributes, **entry.attributes}
        if merged == _Section():
            return
        gone = set(drop)
        types = {key: value for key, value in merged.types.items() if key not in gone and key not in rename}
        types |= {new: merged.types[key] for key, new in rename.items() if key in merged.types}
        merged.types = types
        self.layers[name] = self._by_name[name.lower()] = merged

    def check_names(self, known: Iterable[str]) -> None:
        """Refuse sections for layers that do not exist, which hls4ml would pass over in silence."""
        names = set(known)
        for name in self._given:
            if name not in names:
                raise ConfigError(f"LayerName: hls4ml makes no layer {name!r}.{closest(name, names)}")

    def _sections(self, layer: Named) -> list[_Section]:
        entries = (self._by_name.get(layer.name.lower()), self._by_class.get(layer.class_name.lower()))
        return [*(entry for entry in entries if entry is not None), self.model]


def _read_section(where: str, content: Any, keys: Mapping[str, Any]) -> _Section:
    if not isinstance(content, Mapping):
        raise ConfigError(f"{where}: must be a dict, not {type(content).__name__}")
    found = _Section()
    for key, value in content.items():
        here = f"{where}, {key}"
        if key == "Precision":
            found.types = _read_types(here, value)
        elif key == "ReuseFactor":
            found.reuse_factor = found.attributes["reuse_factor"] = _positive(here, value)
        elif key == "Strategy":
            found.strategy = _read_strategy(here, value)
        elif key.endswith("_t") and keys is LAYER_KEYS:
            found.attributes[key] = _read_direct_type(here, key, value)
        elif key in keys:
            check = keys[key]
            attribute = check(here, value)
            if attribute is not None:
                found.attributes[attribute] = value
        else:
            known = closest(key, ("Precision", "ReuseFactor", "Strategy", *keys))
            raise ConfigError(f"{where}: isobit does not know the key {key!r}.{known}")
    return found


def _read_types(where: str, value: Any) -> Types:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"default": parse_precision(where, value)}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must be a type or a dict of types, not {type(value).__name__}")
    for key in value:
        if key not in PARTS:
            raise ConfigError(f"{where}: hls4ml has no type {key!r}.{closest(str(key), PARTS)}")
    return {key: parse_precision(f"{where}, {key}", text) for key, text in value.items()}


_DIRECT = ("table_t", "exp_table_t", "inv_table_t", "inv_inp_t", "accum_t")


def _read_direct_type(where: str, key: str, value: Any) -> Precision | None:
    """Types that hls4ml takes as keys of a layer, beside ``Precision``; it overwrites all others."""
    if key not in _DIRECT:
        raise ConfigError(f"{where}: hls4ml ignores this type here.{closest(key, _DIRECT)}")
    return parse_precision(where, value)


def _read_strategy(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{where}: must be a string, not {value!r}")
    name = re.sub("_{2,}", "_", re.sub(r"(?<!^)(?=[A-Z])", "_", value).lower())
    if name not in _STRATEGIES:
        raise ConfigError(
            f"{where}: hls4ml takes {value!r} for Latency without a word; write one of 'Latency', "
            "'Resource', 'distributed_arithmetic'"
        )
    return "distributed_arithmetic" if name == "da" else name


def _positive(where: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where}: must be a positive integer, not {value!r}")
    return value
