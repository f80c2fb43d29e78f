"""A configuration structure, with everything that it names, as the flat mappings of a `Call`."""

from __future__ import annotations

from dataclasses import dataclass, field

from isobit.formats import Format
from isobit.hls4ml.firmware import Setting, Weight
from isobit.hls4ml.reading.arrays import scalar, sizes
from isobit.hls4ml.reading.defaults import DEFAULTS, FLAGS
from isobit.hls4ml.reading.expressions import Enumerator, Integer, Value
from isobit.hls4ml.reading.places import damaged, refused
from isobit.hls4ml.reading.scope import Config, Member, Scope
from isobit.hls4ml.reading.types import Number, Other, Power, Structure, Type

MAX_NESTING = 4
_IGNORED_ARRAYS = frozenset({"pixels"})
"""Instructions of an implementation whose result does not depend on them."""


@dataclass
class Configuration:
    """What a structure says.

    Attributes
    ----------
    config : dict of str to setting
    types : dict of str to Format
    constants : dict of str to Weight
        Constants in fixed point, each an array of one raw.
    powers : dict of str to Power
        Types of weights that are powers of two.
    """

    config: dict[str, Setting] = field(default_factory=dict)
    types: dict[str, Format] = field(default_factory=dict)
    constants: dict[str, Weight] = field(default_factory=dict)
    powers: dict[str, Power] = field(default_factory=dict)

    def size(self, name: str) -> int:
        """A constant that is a number of things."""
        value = self.config.get(name)
        if not isinstance(value, int) or value < 0:
            raise KeyError(name)
        return value


def flatten(config: Config, scope: Scope) -> Configuration:
    """The members of a structure, of those that it names, and what they inherit.

    Raises
    ------
    UnsupportedError
        For members that are no constants, types or names.
    """
    result = Configuration()
    _add(config, scope, "", result, 0)
    return result


def _add(config: Config, scope: Scope, prefix: str, result: Configuration, depth: int) -> None:
    if depth > MAX_NESTING:
        raise damaged(config.place, f"{config.name}: configurations name each other without end")
    if config.base is not None and config.base not in DEFAULTS:
        raise refused(
            config.place, f"{config.name} inherits from nnet::{config.base}, which this reader does not know"
        )
    for name, member in config.members.items():
        path = prefix + name
        if member.is_type:
            _add_type(path, name, scope.type(member.type), member, scope, result, depth)
        elif member.is_array:
            _add_array(config, name, path, scope, result)
        elif member.value is None:
            outside = scope.members.get((config.name, name))
            kind = scope.type(member.type)
            if outside is None or not isinstance(kind, Number):
                raise damaged(member.place, f"{config.name}::{name} has no value")
            result.constants[path] = scalar(outside.value, kind, scope, outside.place)
        else:
            result.config[path] = _plain(scope.member(config, name, member.place), name)
    for name, default in DEFAULTS.get(config.base or "", {}).items():
        result.config.setdefault(prefix + name, bool(default) if name in FLAGS else default)


def _add_type(
    path: str, name: str, kind: Type, member: Member, scope: Scope, result: Configuration, depth: int
) -> None:
    if isinstance(kind, Number):
        result.types[path] = kind.format
    elif isinstance(kind, Power):
        result.powers[path] = kind
        # Where the products of all its weights are formed, this is all that the exponents' type decides.
        width = result.config.setdefault("weight_exponent_width", kind.exponent.format.width)
        if width != kind.exponent.format.width:
            raise refused(member.place, f"{name}: powers of two of several types in one layer")
    elif isinstance(kind, Structure):
        _add(scope.configs[kind.name], scope, path + ".", result, depth + 1)
    elif isinstance(kind, Other):
        result.config[path] = kind.name
    else:
        raise refused(member.place, f"{name} is {member.type.text[:80]!r}")


def _add_array(config: Config, name: str, path: str, scope: Scope, result: Configuration) -> None:
    if name in _IGNORED_ARRAYS:
        return
    outside = scope.members.get((config.name, name))
    if outside is None or outside.value is None:
        raise damaged(config.members[name].place, f"{config.name}::{name} has no values")
    result.config[path] = sizes(scope.name(outside.value), scope, outside.place)


def _plain(value: Value, name: str) -> Setting:
    if isinstance(value, Enumerator):
        return value.name
    if isinstance(value, Integer):
        if name in FLAGS:
            return bool(value.value)
        # No size reaches 2^31: hls4ml writes -1 where it means "none".
        return value.value - (1 << 32) if value.value >= 1 << 31 else value.value
    return value
