"""Synthesis of a project by a tool that is installed, and its report as a table."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from isobit.errors import CompileError, ConfigError, MissingFileError, closest
from isobit.hls.csim import Project, open_project
from isobit.hls.reports import Report, bambu_report, vitis_report

Progress = Callable[[str], None]
"""Called with each line that a tool prints."""


@dataclass(frozen=True)
class Tool:
    """A tool that synthesizes.

    Attributes
    ----------
    programs : sequence of str
        The first of these on the PATH is run.
    command : callable
        Its arguments for a project, run in a folder of its own.
    environment : callable
        What it finds in its environment, besides.
    report : callable
        From what it printed, or wrote into the project.
    """

    programs: Sequence[str]
    command: Callable[[str, Project], list[str]]
    environment: Callable[[Sequence[str]], dict[str, str]]
    report: Callable[[str, Project], Report]


STEPS = ("csim", "csynth", "cosim", "export", "vsynth")


def _vitis(program: str, project: Project) -> list[str]:
    script = str(project.folder.resolve() / "build.tcl")
    if Path(program).name == "vitis-run":
        return [program, "--mode", "hls", "--tcl", script]
    return [program, "-f", script]


def _bambu(program: str, project: Project) -> list[str]:
    folder = project.folder.resolve()
    return [
        program, str(folder / "firmware" / f"{project.top}.cpp"), f"--top-fname={project.top}", "--std=c++14",
        f"-I{folder / 'include'}", f"-I{folder / 'firmware'}", f"--clock-period={project.clock_period}",
        "-O2", "--no-iob", "-v2",
    ]  # fmt: skip


TOOLS: Mapping[str, Tool] = {
    "vitis": Tool(
        ("vitis-run", "vitis_hls"),
        _vitis,
        lambda steps: {"ISOBIT_HLS_STEPS": " ".join(steps)},
        lambda printed, project: vitis_report(project.folder, project.top),
    ),
    "bambu": Tool(("bambu",), _bambu, lambda steps: {}, lambda printed, project: bambu_report(printed)),
}
"""A new tool adds a line here."""


def synthesize(
    folder: str | os.PathLike[str],
    tool: str | None = None,
    steps: Sequence[str] = ("csynth",),
    progress: Progress | None = None,
) -> Report:
    """Run a tool on a project.

    Parameters
    ----------
    folder : path
    tool : str, optional
        ``"vitis"`` or ``"bambu"``; by default the first that is on the PATH.
    steps : sequence of str
        For Vitis HLS: of :data:`STEPS`.
    progress : callable, optional
        Called with each line that the tool prints.

    Raises
    ------
    MissingFileError
        When no tool is installed (says what to install), and for a folder without project.
    ConfigError
        For a tool or a step that does not exist, and ports that the tool does not have.
    CompileError
        When the tool fails; has the last lines that it printed.
    """
    project = open_project(folder)
    for step in steps:
        if step not in STEPS:
            raise ConfigError(f"there is no step {step!r}.{closest(str(step), STEPS)}")
    name, program = _installed(tool)
    if name == "bambu" and project.ports == "ap":
        raise ConfigError(
            'Bambu has no ap_fixed of its own; export the project again with ports="int" or "ac"'
        )
    chosen = TOOLS[name]
    with tempfile.TemporaryDirectory(prefix="isobit-synth-") as private:
        command = chosen.command(program, project)
        printed = _run(command, Path(private), chosen.environment(steps), progress or (lambda line: None))
    return chosen.report(printed, project)


def _installed(tool: str | None) -> tuple[str, str]:
    if tool is not None and tool not in TOOLS:
        raise ConfigError(f"there is no tool {tool!r}.{closest(str(tool), TOOLS)}")
    for name in TOOLS if tool is None else (tool,):
        for program in TOOLS[name].programs:
            found = shutil.which(program)
            if found is not None:
                return name, found
    raise MissingFileError(
        "no tool for synthesis is on the PATH: install AMD Vitis HLS and source its settings64.sh "
        "(vitis-run, vitis_hls), or Bambu (https://panda.deib.polimi.it, an AppImage called bambu). Without "
        "one, 'isobit csim' checks the bits and 'isobit lint-hls' the source"
    )


_SHOWN_LINES = 15


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], progress: Progress) -> str:
    """All that a tool printed.

    Raises
    ------
    CompileError
        When it cannot be run, or fails.
    """
    printed: list[str] = []
    try:
        process = subprocess.Popen(  # noqa: S603 (a list of arguments)
            list(command),
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise CompileError(f"{command[0]!r} cannot be run: {error}") from None
    with process:
        for line in process.stdout or ():
            printed.append(line.rstrip())
            progress(printed[-1])
    if process.returncode != 0:
        raise CompileError(
            f"{Path(command[0]).name} failed (exit code {process.returncode}):\n"
            + "\n".join(f"  {line[:300]}" for line in printed[-_SHOWN_LINES:])
        )
    return "\n".join(printed)
