"""Projects that hls4ml wrote: their C++ read into the records of ``firmware.py``.

``folder.py`` finds files, ``preprocessor.py`` and ``syntax.py`` make trees of them, ``declarations.py``
gathers these into a `Scope` (``scope.py``), ``top.py`` reads the calls of the top function.
"""

from isobit.hls4ml.reading.folder import is_project
from isobit.hls4ml.reading.project import read_project

__all__ = ["is_project", "read_project"]
