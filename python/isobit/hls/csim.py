"""C simulation of a project: compiled in a private folder, run on many samples, compared with the engine."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from isobit.cxx.toolchain import find_compiler
from isobit.errors import CompileError, FileFormatError, MismatchError, MissingFileError
from isobit.hls.headers import vendor_folder
from isobit.hls.options import DEFAULT_CLOCK_PERIOD, PORTS
from isobit.hls.ports import PORT_KINDS
from isobit.hls.project import VERSION
from isobit.hls.scripts import CSIM_FLAGS
from isobit.hls.vectors import Arrays, text_of, vectors
from isobit.quantized import QuantizedModel

_ADVICE = "Another compiler can be named by the environment variable CXX."
_SHOWN_LINES = 10


@dataclass(frozen=True)
class Compared:
    """One output: integers that were compared, all of them equal in every bit."""

    name: str
    values: int


@dataclass(frozen=True)
class SimulationReport:
    """What :func:`simulate` found.

    Attributes
    ----------
    samples : int
    outputs : list of Compared
    compile_seconds, run_seconds : float
    """

    samples: int
    outputs: list[Compared]
    compile_seconds: float
    run_seconds: float


@dataclass(frozen=True)
class Project:
    """A project in a folder.

    Attributes
    ----------
    folder : Path
    top : str
    ports : str
    outputs : list of str
        The names of the model's outputs.
    clock_period : float
        In nanoseconds.
    """

    folder: Path
    top: str
    ports: str
    outputs: list[str]
    clock_period: float = DEFAULT_CLOCK_PERIOD


def open_project(folder: str | os.PathLike[str]) -> Project:
    """A project that :func:`isobit.hls.export_project` wrote.

    Raises
    ------
    MissingFileError, FileFormatError
        When the folder holds none, or one of another version.
    """
    path = Path(folder) / "project.json"
    if not path.is_file():
        raise MissingFileError(f"{os.fspath(folder)!r} is no HLS project: it has no project.json")
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        if content["version"] != VERSION:
            raise FileFormatError(
                f"{path}: version {content['version']!r} of HLS projects is not known here, only {VERSION}; "
                "export it again"
            )
        top, ports = content["top"], content["options"]["ports"]
        outputs = [output["name"] for output in content["outputs"]]
        period = float(content["options"]["clock_period"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, FileFormatError):
            raise
        raise FileFormatError(f"{path}: cannot be read: {error!r}; export the project again") from None
    if ports not in PORTS or not isinstance(top, str) or not top.isidentifier():
        raise FileFormatError(f"{path}: is damaged; export the project again")
    return Project(Path(folder), top, ports, outputs, period)


def simulate(folder: str | os.PathLike[str], samples: int = 10_000, seed: int = 0) -> SimulationReport:
    """Compile a project's C simulation, and compare it with the engine on random samples and edges.

    Raises
    ------
    MismatchError
        At the first difference: names output, sample and element.
    CompileError
        Without a compiler, and when it or the program fails.
    MissingFileError
        For a folder without project, and when a vendor's header is missing (says how to get it).
    """
    from isobit.loading import load

    project = open_project(folder)
    model = load(project.folder / "model.isobit")
    if not isinstance(model, QuantizedModel):
        raise FileFormatError(f"{project.folder / 'model.isobit'}: has no formats; export the project again")
    inputs, expected = vectors(model, samples, seed)
    with tempfile.TemporaryDirectory(prefix="isobit-csim-") as private:
        build = Path(private)
        start = time.perf_counter()
        compile_testbench(project, build / "testbench")
        compiled = time.perf_counter() - start
        start = time.perf_counter()
        found = run_testbench(build, inputs, expected)
        ran = time.perf_counter() - start
    compared = []
    for name, part, wanted in zip(project.outputs, found, expected, strict=True):
        _compare(name, part, wanted)
        compared.append(Compared(name, wanted.size))
    return SimulationReport(samples, compared, compiled, ran)


def compile_testbench(project: Project, target: Path, flags: Sequence[str] = CSIM_FLAGS) -> None:
    """Make the program of the test bench."""
    kind, folder = PORT_KINDS[project.ports], project.folder
    arguments = [*flags, "-I", str(folder / "include"), "-I", str(folder / "firmware")]
    if kind.vendor:
        arguments += ["-isystem", str(vendor_folder(kind.vendor))]
    arguments.append(str(folder / "firmware" / f"{project.top}.cpp"))
    arguments.append(str(folder / "testbench" / f"{project.top}_test.cpp"))
    find_compiler().run(arguments, target, _ADVICE)


def run_testbench(build: Path, inputs: Arrays, expected: Arrays) -> Arrays:
    """The outputs of the program ``testbench`` in a folder, which gets its files, too.

    Raises
    ------
    CompileError
        When the program fails.
    """
    files = [build / name for name in ("inputs.dat", "expected.dat", "results.dat")]
    for file, arrays in zip(files, (inputs, expected), strict=False):
        file.write_text(text_of(arrays), encoding="ascii")
    done = subprocess.run(  # noqa: S603 (a program that was just compiled here)
        [str(build / "testbench"), *map(str, files)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        preexec_fn=_as_much_stack_as_there_is,
    )
    if done.returncode not in (0, 1):
        lines = (done.stdout + done.stderr).strip().splitlines()[-_SHOWN_LINES:]
        raise CompileError(
            f"the C simulation failed (exit code {done.returncode}):\n"
            + "\n".join(f"  {line[:300]}" for line in lines)
        )
    found = np.array(files[2].read_text(encoding="ascii").split(), dtype=np.int64)
    sizes = [array.shape[1] for array in expected]
    if found.size != len(expected[0]) * sum(sizes):
        raise CompileError(f"the C simulation gave {found.size} numbers, not {sum(sizes)} for each sample")
    return np.split(found.reshape(-1, sum(sizes)), np.cumsum(sizes)[:-1], axis=1)


def _as_much_stack_as_there_is() -> None:
    """The tensors of a design are local arrays."""
    import resource  # POSIX only

    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (most, most))


def _compare(name: str, found: Any, expected: Any) -> None:
    different = found != expected
    if different.any():
        sample, element = (int(i) for i in np.argwhere(different)[0])
        raise MismatchError(
            f"the C simulation differs from the engine at output {name!r}, sample {sample}, element "
            f"{element}: expected {expected[sample, element]}, found {found[sample, element]} "
            f"({int(different.sum())} of {different.size} integers of this output differ)"
        )
