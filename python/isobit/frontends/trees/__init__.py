"""Boosted and random forests as their libraries write them; the libraries are not needed, no pickle is read.

``xgboost`` reads JSON (``documents``) and UBJSON (``ubjson``), ``lightgbm`` reads text; both add trees to a
``builder``, whose comparisons are those of the library bit for bit (``comparisons``). scikit-learn comes
through ONNX.
"""

from isobit.frontends.trees.reader import load

__all__ = ["load"]
