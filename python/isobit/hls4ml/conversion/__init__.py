"""What hls4ml 1.3 makes of a model and a configuration, as records of its firmware.

A model goes the way that it goes through hls4ml, with nothing of hls4ml at hand: ``sources/`` reads the file
once more, as its layers are before isobit simplifies them, and declares them as hls4ml's converters do;
``nodes/`` gives them types from the configuration (``config.py``); ``passes/`` changes the graph as hls4ml's
flows do; ``records/`` writes down what its templates would print.
"""

from isobit.hls4ml.conversion.converter import convert

__all__ = ["convert"]
