"""``isobit lint-hls``: whether HLS compilers can accept a kernel."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.cli.console import Output, plain
from isobit.cli.exits import Exit
from isobit.cli.options import json_option


@click.command("lint-hls")
@click.argument("kernel", metavar="FILE.cpp|FOLDER", type=click.Path(path_type=Path))
@click.argument("more", metavar="[FILE.cpp]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--top", metavar="NAME", help="The function that is synthesized.")
@click.option(
    "-I", "include", metavar="FOLDER", multiple=True, type=click.Path(path_type=Path), help="Headers."
)
@click.option("-D", "defines", metavar="NAME[=VALUE]", multiple=True, help="Macros.")
@json_option
def command(
    kernel: Path,
    more: tuple[Path, ...],
    top: str | None,
    include: tuple[Path, ...],
    defines: tuple[str, ...],
    as_json: bool,
) -> int:
    """Check that a kernel stays inside of what HLS compilers accept.

    Takes C++ files and --top, or the folder of an exported project. Everything that the top function
    reaches must be C++14 without allocation, recursion, pointers to functions, exceptions, external calls
    or containers, and every loop must have a constant trip count. Needs clang and opt (Debian: clang-16,
    llvm-16).

    Exit code 4 if there are errors; warnings do not count.
    """
    from isobit.hls.lint import lint, lint_project

    output = Output(as_json)
    project = kernel.is_dir()
    if project and (top or more or defines):
        raise click.UsageError("a project names its top and its files; with its folder only -I is useful")
    if not project and not top:
        raise click.UsageError("--top NAME is needed with C++ files")
    with output.waiting("checking"):
        report = (
            lint_project(kernel, include) if project else lint((kernel, *more), top or "", include, defines)
        )
    output.json(
        {
            "top": report.top,
            "compiler": report.compiler,
            "errors": len(report.errors),
            "warnings": len(report.warnings),
            "findings": [finding.as_dict() for finding in report.findings],
        }
    )
    for finding in report.findings:
        output.say(plain(str(finding)))
        output.say(plain(f"    why: {finding.rule.why}"))
        output.say(plain(f"    do:  {finding.rule.remedy}"))
    output.say(plain(f"{report.top}: errors: {len(report.errors)}, warnings: {len(report.warnings)}"))
    return Exit.REJECTED if report.errors else Exit.OK
