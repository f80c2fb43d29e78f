"""Networks compiled with their formats: shared libraries for C++ frameworks and for Python.

``QuantizedModel.compile`` writes one, :func:`load_plugin` reads it. The C ABI is ``isobit/plugin.h``.
"""

from __future__ import annotations

from isobit.plugin.plugin import Plugin, load_plugin

__all__ = ["Plugin", "load_plugin"]
