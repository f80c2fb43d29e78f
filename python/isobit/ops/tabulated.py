"""Elementary functions read from one table: logarithms, roots, the error function, trigonometry.

Outside of its domain a table has the value at the domain's nearest end: ``sqrt(-1)`` is 0, ``log(-1)`` the
smallest raw, ``asin(2)`` is pi/2. The unquantized model computes NaN there.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from isobit.functions import Function, known_at_zero
from isobit.ir import FloatArray
from isobit.ops.base import Ranges
from isobit.ops.layer import Layer
from isobit.ops.lookup import Lookup
from isobit.ops.power import rational_power
from isobit.ops.softmax import LOG, RECIPROCAL


def _erf(x: FloatArray) -> FloatArray:
    return np.array([math.erf(value) for value in np.ravel(x)], dtype=np.float64).reshape(np.shape(x))


SQRT = Function(
    "sqrt",
    lambda x, _: np.sqrt(x),
    lambda mp, x, _: mp.sqrt(x),
    lambda x, _: rational_power(x, Fraction(1, 2)),
    domain=(0.0, math.inf),
)
LOG1P = Function(
    "log1p",
    lambda x, _: np.log1p(x),
    lambda mp, x, _: mp.log1p(x),
    known_at_zero(0),
    domain=(-1.0, math.inf),
    poles=(-1.0,),
)
ERF = Function(
    "erf",
    lambda x, _: _erf(x),
    lambda mp, x, _: -mp.sign(x) * mp.erfc(abs(x)),
    known_at_zero(0),
    asymptote=lambda x, _: Fraction((x > 0) - (x < 0)),
)
SIN = Function(
    "sin",
    lambda x, _: np.sin(x),
    lambda mp, x, _: mp.sin(x),
    known_at_zero(0),
    period=(math.pi / 2, math.pi),
)
COS = Function(
    "cos", lambda x, _: np.cos(x), lambda mp, x, _: mp.cos(x), known_at_zero(1), period=(0.0, math.pi)
)
TAN = Function(
    "tan",
    lambda x, _: np.tan(x),
    lambda mp, x, _: mp.tan(x),
    known_at_zero(0),
    period=(math.pi / 2, math.pi),
)
ASIN = Function(
    "asin",
    lambda x, _: np.arcsin(x),
    lambda mp, x, _: mp.asin(x),
    known_at_zero(0),
    domain=(-1.0, 1.0),
)
ACOS = Function(
    "acos",
    lambda x, _: np.arccos(x),
    lambda mp, x, _: mp.acos(x),
    lambda x, _: x * 0 if x == 1 else None,
    domain=(-1.0, 1.0),
)
ATAN = Function("atan", lambda x, _: np.arctan(x), lambda mp, x, _: mp.atan(x), known_at_zero(0))
SINH = Function("sinh", lambda x, _: np.sinh(x), lambda mp, x, _: mp.sinh(x), known_at_zero(0))
COSH = Function(
    "cosh", lambda x, _: np.cosh(x), lambda mp, x, _: mp.cosh(x), known_at_zero(1), turning=(0.0,)
)
ASINH = Function("asinh", lambda x, _: np.arcsinh(x), lambda mp, x, _: mp.asinh(x), known_at_zero(0))
ACOSH = Function(
    "acosh",
    lambda x, _: np.arccosh(x),
    lambda mp, x, _: mp.acosh(x),
    lambda x, _: x * 0 if x == 1 else None,
    domain=(1.0, math.inf),
)
ATANH = Function(
    "atanh",
    lambda x, _: np.arctanh(x),
    lambda mp, x, _: mp.atanh(x),
    known_at_zero(0),
    domain=(-1.0, 1.0),
    poles=(-1.0, 1.0),
)


class Log(Lookup):
    """The natural logarithm; of 0 and less the smallest entry."""

    name = "log"
    function = LOG


class Log1p(Lookup):
    """``log(1 + x)``; of -1 and less the smallest entry."""

    name = "log1p"
    function = LOG1P


class Sqrt(Lookup):
    """The square root; of negative numbers 0."""

    name = "sqrt"
    function = SQRT


class Reciprocal(Lookup):
    """``1 / x``; of 0 the largest entry."""

    name = "reciprocal"
    function = RECIPROCAL


class Erf(Lookup):
    """The error function."""

    name = "erf"
    function = ERF


class Sin(Lookup):
    """The sine. The table has no notion of its period: it covers the format of x."""

    name = "sin"
    function = SIN


class Cos(Lookup):
    """The cosine, as :class:`Sin`."""

    name = "cos"
    function = COS


class Tan(Lookup):
    """The tangent, as :class:`Sin`."""

    name = "tan"
    function = TAN

    def table_range(self, layer: Layer, sources: Ranges) -> Ranges:
        """What the result needs."""
        return {"table": sources["output"]}


class Asin(Lookup):
    """The inverse sine; beyond 1 in magnitude as at 1."""

    name = "asin"
    function = ASIN


class Acos(Lookup):
    """The inverse cosine; beyond 1 in magnitude as at 1."""

    name = "acos"
    function = ACOS


class Atan(Lookup):
    """The inverse tangent."""

    name = "atan"
    function = ATAN


class Sinh(Lookup):
    """The hyperbolic sine."""

    name = "sinh"
    function = SINH


class Cosh(Lookup):
    """The hyperbolic cosine."""

    name = "cosh"
    function = COSH


class Asinh(Lookup):
    """The inverse hyperbolic sine."""

    name = "asinh"
    function = ASINH


class Acosh(Lookup):
    """The inverse hyperbolic cosine; below 1 it is 0."""

    name = "acosh"
    function = ACOSH


class Atanh(Lookup):
    """The inverse hyperbolic tangent; from 1 in magnitude on the largest or smallest entry."""

    name = "atanh"
    function = ATANH
