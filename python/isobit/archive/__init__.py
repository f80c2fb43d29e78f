"""The ``.isobit`` file: a zip of JSON and npy, versioned and hashed. No pickle, anywhere.

``manifest.json`` states the version of the file format, the version of isobit, the kind of model and the hash
of everything else; ``graph.json`` the layers; ``precision.json`` the formats; ``integers.json`` the
constants and tables; ``proof.json`` what was proven. Arrays lie in ``arrays/``.
"""

from __future__ import annotations

from isobit.archive.read import load_model
from isobit.archive.write import save_model

__all__ = ["load_model", "save_model"]
