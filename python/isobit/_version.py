"""The version of isobit: the one place it is written (CMake, Conan and the wheel read it from here)."""

from __future__ import annotations

__version__ = "0.1.0"
