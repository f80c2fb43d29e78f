"""The C ABI: what it tells, what it refuses, and what it exports."""

from __future__ import annotations

import ctypes
import shutil
import subprocess

import numpy as np
import pytest

import cxx
import small_models
from isobit.plugin.build import compile_model
from plugin import abi

COUNT = 4


@pytest.fixture
def call(plugin):
    description, library = abi.describe(plugin.path)
    x, y = np.ones((COUNT, 6), np.float32), np.zeros((COUNT, 5), np.float32)
    made = abi.Call(description, x, y)
    made.library = library
    return made


def test_description(plugin, small):
    description, _library = abi.describe(plugin.path)
    assert description.abi_version == 1
    assert description.struct_size == ctypes.sizeof(abi.Description)
    assert description.name == b"tagger"
    assert description.version == b""
    assert description.content_hash.decode() == plugin.content_hash
    assert description.isa.decode() == plugin.isa
    assert (description.n_inputs, description.n_outputs) == (1, 1)
    tensor = description.inputs[0]
    assert (tensor.name, tensor.rank, tensor.shape[0], tensor.size) == (b"features", 1, 6, 6)
    fields = tensor.format
    assert (fields.width, fields.frac, fields.is_signed, fields.rounding, fields.overflow) == (
        16,
        10,
        1,
        0,
        0,
    )
    assert description.outputs[0].size == 5
    assert description.workspace_alignment == 64
    texts = {description.error_text(code) for code in range(12)}
    assert len(texts) == 12
    assert description.error_text(99) == description.error_text(-1) == b"unknown error code"


@pytest.mark.parametrize("given", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("wanted", [np.float32, np.float64, np.int64])
def test_every_kind_of_buffer(plugin, small, given, wanted):
    description, _library = abi.describe(plugin.path)
    raws = np.random.default_rng(0).integers(-(2**15), 2**15, (COUNT, 6))
    x = raws if given is np.int64 else (raws / 1024).astype(given)
    y = np.zeros((COUNT, 5), wanted)
    assert abi.Call(description, x, y)() == abi.OK
    expected = small.predict_raw(raws) if wanted is np.int64 else small.predict(raws / 1024)
    np.testing.assert_array_equal(y, expected)


def change(name, value):
    return lambda call: setattr(call, name, value)


def change_buffer(which, name, value):
    return lambda call: setattr(getattr(call, which)[0], name, value)


REFUSED = {
    "null inputs": (change("inputs", None), abi.NULL_POINTER, -1),
    "null outputs": (change("outputs", None), abi.NULL_POINTER, -1),
    "null workspace": (change("workspace", None), abi.NULL_POINTER, -1),
    "null input data": (change_buffer("inputs", "data", None), abi.NULL_POINTER, 0),
    "null output data": (change_buffer("outputs", "data", None), abi.NULL_POINTER, 0),
    "negative count": (change("count", -1), abi.WRONG_COUNT, -1),
    "smallest count": (change("count", -(2**63)), abi.WRONG_COUNT, -1),
    "count too small": (change("count", COUNT - 1), abi.WRONG_SIZE, 0),
    "count too large": (change("count", COUNT + 1), abi.WRONG_SIZE, 0),
    "largest count": (change("count", 2**63 - 1), abi.WRONG_SIZE, 0),
    "no inputs": (change("n_inputs", 0), abi.WRONG_INPUTS, -1),
    "two inputs": (change("n_inputs", 2), abi.WRONG_INPUTS, -1),
    "no outputs": (change("n_outputs", 0), abi.WRONG_OUTPUTS, -1),
    "negative outputs": (change("n_outputs", -1), abi.WRONG_OUTPUTS, -1),
    "input too small": (change_buffer("inputs", "elements", 6 * COUNT - 1), abi.WRONG_SIZE, 0),
    "input negative": (change_buffer("inputs", "elements", -6 * COUNT), abi.WRONG_SIZE, 0),
    "output too large": (change_buffer("outputs", "elements", 5 * COUNT + 5), abi.WRONG_SIZE, 0),
    "input kind": (change_buffer("inputs", "kind", 3), abi.WRONG_KIND, 0),
    "output kind": (change_buffer("outputs", "kind", -1), abi.WRONG_KIND, 0),
    "workspace bytes": (lambda call: setattr(call, "bytes", call.bytes - 1), abi.SMALL_WORKSPACE, -1),
    "workspace address": (lambda call: setattr(call, "workspace", call.workspace + 8), abi.MISALIGNED, -1),
    "input address": (
        lambda call: setattr(call.inputs[0], "data", call.inputs[0].data + 1),
        abi.MISALIGNED,
        0,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("with_error", [True, False])
def test_wrong_calls_give_a_code_and_touch_nothing(call, case, with_error):
    spoil, code, tensor = REFUSED[case]
    spoil(call)
    error = call.error
    if not with_error:
        call.error = None
    assert call() == code
    if with_error:
        assert (error.code, error.tensor, error.sample, error.element) == (code, tensor, -1, -1)
    assert not call.arrays[1].any()


def test_no_samples(call):
    call.count = call.inputs[0].elements = call.outputs[0].elements = 0
    call.inputs[0].data = call.outputs[0].data = None
    assert call() == abi.OK


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(call, value):
    call.arrays[0][2, 3] = value
    assert call() == abi.NOT_FINITE
    assert (call.error.tensor, call.error.sample, call.error.element) == (0, 2, 3)
    assert call.arrays[1][:2].all()
    assert not call.arrays[1][2:].any()


@pytest.mark.parametrize("raw", [2**15, -(2**15) - 1, 2**63 - 1, -(2**63)])
def test_raws_out_of_range(plugin, raw):
    description, _library = abi.describe(plugin.path)
    call = abi.Call(description, np.zeros((COUNT, 6), np.int64), np.zeros((COUNT, 5), np.int64))
    call.arrays[0][1, 5] = raw
    assert call() == abi.OUT_OF_RANGE
    assert (call.error.tensor, call.error.sample, call.error.element) == (0, 1, 5)


def test_outputs_that_a_float_would_round(tmp_path, compiler):
    quantized = small_models.tagger(sizes=(3, 2)).quantize(
        {"default": "fixed<16,6>", "softmax": "fixed<30,6>"}
    )
    plugin = compile_model(quantized, tmp_path)
    description, _library = abi.describe(plugin.path)
    x = np.ones((1, 3), np.float32)
    call = abi.Call(description, x, np.zeros((1, 2), np.float32))
    assert call() == abi.NOT_REPRESENTABLE
    assert abi.Call(description, x, np.zeros((1, 2), np.float64))() == abi.OK
    assert plugin.predict(x).dtype == np.float64
    np.testing.assert_array_equal(plugin.predict(x), quantized.predict(x))


def test_only_the_entry_point_is_exported(plugin):
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("nm is not on the PATH")
    listed = subprocess.run(
        [nm, "-D", "--defined-only", plugin.path], capture_output=True, text=True, check=True
    )
    assert [line.split()[1:] for line in listed.stdout.splitlines()] == [["T", "isobit_plugin_entry"]]
    inside = subprocess.run([nm, plugin.path], capture_output=True, text=True, check=True).stdout
    # nothing runs when the library is loaded, no static object that is made on first use
    assert "_GLOBAL__sub_I" not in inside
    assert not [line for line in inside.splitlines() if line.split()[-2] == "u" or "guard variable" in line]
    # no data that changes but the C library's own
    changing = {line.split()[-1] for line in inside.splitlines() if line.split()[-2] in "bB"}
    assert changing <= {"completed.0"}
    missing = subprocess.run(
        [nm, "-D", "--undefined-only", plugin.path], capture_output=True, text=True, check=True
    )
    needed = {line.split()[-1].split("@")[0] for line in missing.stdout.splitlines()}
    harmless = {
        "_ITM_deregisterTMCloneTable",
        "_ITM_registerTMCloneTable",
        "__cxa_finalize",
        "__gmon_start__",
    }
    assert needed - harmless <= {"memcpy", "memset", "memmove", "__stack_chk_fail"}


@pytest.mark.parametrize("command", [("gcc", "-std=c99"), ("clang", "-std=c99"), ("g++", "-std=c++14")])
def test_the_header_is_plain(command, tmp_path):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on the PATH")
    source = tmp_path / ("user.c" if "99" in command[1] else "user.cpp")
    source.write_text('#include "isobit/plugin.h"\nint main(void) { return ISOBIT_OK; }\n')
    flags = ["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", cxx.INCLUDE]
    done = subprocess.run([*command, *flags, source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_program_in_c(plugin, small, tmp_path):
    """Nothing but plugin.h and dlopen."""
    if shutil.which("cc") is None:
        pytest.skip("cc is not on the PATH")
    command = ["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I", cxx.INCLUDE]
    source = cxx.ROOT / "tests" / "plugin" / "user.c"
    subprocess.run([*command, source, "-o", tmp_path / "user", "-ldl"], check=True)
    done = subprocess.run([tmp_path / "user", plugin.path], capture_output=True, text=True, check=True)
    expected = small.predict(np.arange(12, dtype=np.float32).reshape(2, 6) / 8)
    assert np.array(done.stdout.split(), np.float32).tolist() == expected.ravel().tolist()
