"""The command as a process of its own: exit codes, streams, signals, start-up."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import numpy as np

COMMAND = [sys.executable, "-c", "from isobit.cli import main; main()"]


def call(*arguments, **options):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options
    )


def test_exit_codes_and_streams(files):
    good = call("info", files.quantized, "--json")
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["quantized"] is True
    bad = call("info", "none.onnx")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("error: ")
    assert bad.stderr.count("\n") == 1


def test_a_pipe_that_closes(files):
    np.save(files.folder / "many.npy", np.zeros((200_000, 4), np.float32))
    arguments = [*COMMAND, "predict", str(files.quantized), str(files.folder / "many.npy"), "-o", "-"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=120) == 141
        assert process.stderr.read() == ""


def test_an_interrupt_ends_quietly(files):
    # A shell that starts the tests in the background has told its children to ignore interrupts.
    program = (
        "import signal, sys; from isobit.cli.main import run; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); "
        "print('ready', file=sys.stderr, flush=True); sys.exit(run(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", program, "bench", str(files.quantized), "--seconds", "60", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stderr.readline()
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()  # leaving the block would wait for a process that does not listen
    assert process.returncode == 130
    assert out == ""
    assert err.strip() == "interrupted"


def test_the_version_needs_nothing_heavy():
    heavy = "numpy", "onnx", "h5py", "matplotlib", "rich", "mpmath"
    program = (
        "import sys; from isobit.cli.main import run; code = run(['--version']); "
        f"assert not set({heavy}) & set(sys.modules), sorted(set({heavy}) & set(sys.modules)); sys.exit(code)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_a_missing_matplotlib_is_named(files):
    program = (
        "import sys; sys.modules['matplotlib'] = None; "
        "from isobit.cli.main import run; sys.exit(run(sys.argv[1:]))"
    )
    arguments = ["profile", str(files.quantized), str(files.X), "-o", str(files.folder / "page")]
    found = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert "pip install 'isobit[plot]'" in found.stderr
    assert not (files.folder / "page").exists()
