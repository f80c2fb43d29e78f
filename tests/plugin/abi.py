"""The structs of isobit/plugin.h for ctypes."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

FLOAT32, FLOAT64, RAW = 0, 1, 2
OK, NULL_POINTER, WRONG_COUNT, WRONG_INPUTS, WRONG_OUTPUTS, WRONG_SIZE, WRONG_KIND = range(7)
NOT_REPRESENTABLE, SMALL_WORKSPACE, MISALIGNED, NOT_FINITE, OUT_OF_RANGE = range(7, 12)


class Format(ctypes.Structure):
    _fields_ = [(name, c_int32) for name in ("width", "frac", "is_signed", "rounding", "overflow")]


class Tensor(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p), ("format", Format), ("rank", c_int32), ("shape", POINTER(c_int64)),
        ("size", c_int64),
    ]  # fmt: skip


class Buffer(ctypes.Structure):
    """isobit_input and isobit_output."""

    _fields_ = [("data", c_void_p), ("elements", c_int64), ("kind", c_int32)]


class Error(ctypes.Structure):
    _fields_ = [("code", c_int32), ("tensor", c_int32), ("sample", c_int64), ("element", c_int64)]


class Description(ctypes.Structure):
    _fields_ = [
        ("abi_version", c_int32), ("struct_size", c_uint32), ("cpu_features", c_char_p), ("isa", c_char_p),
        ("name", c_char_p), ("version", c_char_p), ("content_hash", c_char_p), ("isobit_version", c_char_p),
        ("n_inputs", c_int32), ("n_outputs", c_int32), ("inputs", POINTER(Tensor)),
        ("outputs", POINTER(Tensor)), ("workspace_bytes", c_uint64), ("workspace_alignment", c_uint64),
        ("predict", ctypes.CFUNCTYPE(
            c_int32, POINTER(Buffer), c_int32, POINTER(Buffer), c_int32, c_int64, c_void_p, c_uint64,
            POINTER(Error),
        )),
        ("error_text", ctypes.CFUNCTYPE(c_char_p, c_int32)),
    ]  # fmt: skip


def describe(path):
    """The description in a library, and the library, which must live as long."""
    library = ctypes.CDLL(str(path))
    library.isobit_plugin_entry.restype = POINTER(Description)
    return library.isobit_plugin_entry().contents, library


class Call:
    """A correct call of a plugin with one input and one output; change what shall be wrong."""

    def __init__(self, description, x, y):
        kinds = {"float32": FLOAT32, "float64": FLOAT64, "int64": RAW}
        self.predict = description.predict
        self.arrays = x, y
        self.inputs = (Buffer * 1)(Buffer(x.ctypes.data, x.size, kinds[x.dtype.name]))
        self.outputs = (Buffer * 1)(Buffer(y.ctypes.data, y.size, kinds[y.dtype.name]))
        self.n_inputs = self.n_outputs = 1
        self.count = len(x)
        self.bytes, alignment = description.workspace_bytes, description.workspace_alignment
        self.memory = ctypes.create_string_buffer(self.bytes + alignment)
        address = ctypes.addressof(self.memory)
        self.workspace = address + -address % alignment
        self.error = Error(-7, -7, -7, -7)

    def __call__(self):
        return self.predict(
            self.inputs, self.n_inputs, self.outputs, self.n_outputs, self.count, self.workspace, self.bytes,
            self.error,
        )  # fmt: skip
