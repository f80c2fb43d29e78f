"""A static check that a kernel stays inside of what HLS compilers accept.

Clang compiles the kernel to LLVM's intermediate representation. Rules that speak of functions (calls,
recursion, allocation, ...) look at it as it comes, at everything that the top function reaches. Rules that
speak of values (trip counts, divisors, floating point) look at it after everything was inlined into the top
and constants were propagated, as an HLS compiler does; LLVM's scalar evolution gives the trip counts.
"""

from __future__ import annotations

from isobit.hls.lint.findings import Finding, Report
from isobit.hls.lint.kernel import lint, lint_project

__all__ = ["Finding", "Report", "lint", "lint_project"]
