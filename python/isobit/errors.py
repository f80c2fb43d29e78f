"""The errors that isobit raises; every one derives from :class:`IsobitError`."""

from __future__ import annotations

from collections.abc import Iterable


class IsobitError(Exception):
    """Base class of all errors that isobit raises on purpose."""


class FormatError(IsobitError, ValueError):
    """A number format that does not parse, or that cannot hold what is asked of it."""


class GraphError(IsobitError, ValueError):
    """A graph that breaks the specification of the intermediate representation."""


class UnsupportedError(IsobitError, NotImplementedError):
    """An operator, attribute or option that isobit does not implement (and therefore refuses)."""


class FileFormatError(IsobitError, ValueError):
    """A file that is damaged, or that is not what its name says."""


class ConfigError(IsobitError, ValueError):
    """A quantization configuration with an unknown key, layer or value."""


class InputError(IsobitError, ValueError):
    """Data of the wrong shape or type, or with values that are not finite."""


class ProofError(IsobitError, ArithmeticError):
    """Arithmetic that cannot be proven to fit in the widest integer of the engine."""


class CompileError(IsobitError, RuntimeError):
    """A plugin that could not be compiled: no compiler, or it failed."""


class PluginError(IsobitError, RuntimeError):
    """A file that is no plugin of this version of isobit for this processor, or that is damaged."""


class MissingFileError(IsobitError, FileNotFoundError):
    """A file that does not exist."""


class SaveError(IsobitError, OSError):
    """A file that could not be written; what was there before is untouched."""


class MismatchError(IsobitError, AssertionError):
    """Two execution paths that must agree bit for bit do not."""


class UnknownTensorError(IsobitError, KeyError):
    """A tensor that the model does not have."""

    __str__ = Exception.__str__  # KeyError would show the message in quotes


class QuantizationWarning(UserWarning):
    """A constant lost its value (it saturated) when it was brought into its format."""


def closest(name: str, known: Iterable[str]) -> str:
    """The end of an error message: the closest known name, or else all of them.

    Returns an empty string when nothing is known.
    """
    import difflib  # only errors need it

    names = sorted(set(known))
    if not names:
        return ""
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f" Did you mean {near[0]!r}?"
    return " Known: " + ", ".join(repr(n) for n in names[:20]) + ("." if len(names) <= 20 else ", ...")
