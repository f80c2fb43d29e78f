"""ONNX files: the layers that hls4ml's converter declares.

hls4ml wants files that ``qonnx-cleanup`` has been through: constants folded, every node and tensor named.
Convolutions and pooling need the channels-last dialect of QONNX, which isobit does not read.
"""

from isobit.hls4ml.conversion.sources.onnx.reader import declare

__all__ = ["declare"]
