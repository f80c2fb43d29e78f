"""``expf`` and ``tanhf`` as the usual C libraries compute them, which fill hls4ml's tables.

Neither is always rounded correctly, and a table of many bits shows it. ``expf`` is that of Arm's optimized
routines (S. Nagy, 2017), which glibc has since 2.27: in double precision, 2^(i/32) from a table times a
polynomial of the rest. ``tanhf`` is that of fdlibm (K. C. Ng, 1993), which glibc has up to 2.40: from
``expm1(2|x|)``, and that from a reduction to ``|r| <= ln(2)/2`` and a rational approximation, every operation
in single precision.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]

_F = np.float32
_COEFFICIENTS = tuple(
    np.array([bits], dtype=np.uint32).view(np.float32)[0]
    for bits in (0xBD088889, 0x3AD00D01, 0xB8A670CD, 0x36867E54, 0xB457EDBB)
)
_LN2_HIGH, _LN2_LOW = _F(6.9313812256e-01), _F(9.0580006145e-06)
_INVERSE_LN2 = _F(1.4426950216e00)
_HALF_LN2, _ONE_AND_A_HALF_LN2 = 0x3EB17218, 0x3F851592
"""As bits of floats."""


_STEPS = 32
_POWERS = np.exp2(np.arange(_STEPS) / _STEPS)
_POLYNOMIAL = (
    float.fromhex("0x1.c6af84b912394p-5") / _STEPS**3,
    float.fromhex("0x1.ebfce50fac4f3p-3") / _STEPS**2,
    float.fromhex("0x1.62e42ff0c52d6p-1") / _STEPS,
)
_STEPS_BY_LN2 = float.fromhex("0x1.71547652b82fep+0") * _STEPS


def expf(x: Singles) -> Singles:
    """The exponential of floats."""
    z = x.astype(np.float64) * _STEPS_BY_LN2
    nearest = np.rint(z)
    rest, step = z - nearest, nearest.astype(np.int64)
    with np.errstate(over="ignore", under="ignore"):
        power = np.ldexp(_POWERS[step % _STEPS], np.clip(step // _STEPS, -2000, 2000))
        high = _POLYNOMIAL[0] * rest + _POLYNOMIAL[1]
        low = _POLYNOMIAL[2] * rest + 1.0
        result: Singles = ((high * (rest * rest) + low) * power).astype(np.float32)
    return result


def tanhf(x: Singles) -> Singles:
    """The hyperbolic tangent of floats of magnitude up to 9."""
    with np.errstate(under="ignore"):
        return np.array([_tanh(value) for value in x], dtype=np.float32)


def _tanh(x: np.float32) -> np.float32:
    size = np.abs(x)
    if size < _F(2.0**-26):
        return x
    two = _F(2)
    if size >= _F(1):
        result = _F(1) - two / (_expm1(two * size) + two)
    else:
        t = _expm1(-two * size)
        result = -t / (t + two)
    return np.float32(np.copysign(result, x))


def _expm1(x: np.float32) -> np.float32:
    half = _F(0.5)
    bits = int(np.abs(x).view(np.uint32))
    k, c = 0, _F(0)
    if bits > _HALF_LN2:
        if bits < _ONE_AND_A_HALF_LN2:
            k = 1 if x > 0 else -1
        else:
            k = int(_INVERSE_LN2 * x + (half if x > 0 else -half))
        high, low = x - _F(k) * _LN2_HIGH, _F(k) * _LN2_LOW
        x = high - low
        c = (high - x) - low
    elif bits < 0x33000000:
        return x
    e, square = _rational(x)
    if k == 0:
        return np.float32(x - (x * e - square))
    e = x * (e - c) - c - square
    if k == -1:
        return np.float32(half * (x - e) - half)
    if k == 1:
        return np.float32(_F(-2) * (e - (x + half)) if x < _F(-0.25) else _F(1) + _F(2) * (x - e))
    if k <= -2:
        return np.float32(np.ldexp(_F(1) - (e - x), k) - _F(1))
    if k < 23:
        return np.float32(np.ldexp((_F(1) - _F(2.0**-k)) - (e - x), k))
    return np.float32(np.ldexp((x - (e + _F(2.0**-k))) + _F(1), k))


def _rational(x: np.float32) -> tuple[np.float32, np.float32]:
    """The correction e and x^2/2, from which expm1 is x - (x e - x^2/2)."""
    half_x = _F(0.5) * x
    square = x * half_x
    r = _F(0)
    for coefficient in _COEFFICIENTS[::-1]:
        r = square * (coefficient + r)
    r = _F(1) + r
    t = _F(3) - r * half_x
    return np.float32(square * ((r - t) / (_F(6) - x * t))), np.float32(square)
