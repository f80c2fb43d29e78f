"""Projects that hls4ml wrote: their C++ read into the records of ``firmware.py``.

``folder.py`` finds files, ``preprocessor.py`` and ``syntax.py`` make trees of them, ``declarations.py``
gathers these into a `Scope` (``scope.py``), ``top.py`` reads the calls of the top function.
"""

from isobit.hls4ml.reading.project import load_project, read_project

__all__ = ["load_project", "read_project"]
