"""Reuse factors that hls4ml takes."""

from __future__ import annotations


def legal_reuse_factor(n_in: int, n_out: int, wanted: int) -> int:
    """The legal factor nearest to the one that is asked for, the smaller of two that are equally near."""
    total = n_in * n_out
    legal = [factor for factor in _divisors(total) if _is_legal(n_in, n_out, factor)]
    return min(legal, key=lambda factor: (abs(factor - wanted), factor))


def _is_legal(n_in: int, n_out: int, factor: int) -> bool:
    multipliers = -(-n_in * n_out // min(n_in, factor))
    fits = multipliers % n_out == 0 or factor >= n_in
    return fits and (factor % n_in == 0 or factor < n_in)


def _divisors(number: int) -> list[int]:
    small = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]
    return sorted({*small, *(number // n for n in small)})
