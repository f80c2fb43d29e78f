"""Firmware records to a model whose bits are those of hls4ml's compiled emulation.

``emulate.py`` goes through the calls; a handler for each function of ``nnet`` (``functions.py`` lists them)
adds the operators that compute the same to a ``Network``.
"""

from isobit.hls4ml.emulation.emulate import emulate

__all__ = ["emulate"]
