"""The synthesizability check: every seeded fault is found at its line, and good kernels pass."""

from __future__ import annotations

import json
import re
import resource
import subprocess
from pathlib import Path

import pytest

import cxx
from isobit.cli.exits import Exit
from isobit.cli.main import run
from isobit.errors import CompileError, FileFormatError, InputError, MissingFileError
from isobit.hls.lint import lint, lint_project
from isobit.hls.lint.front_end import STAND_INS
from isobit.hls.lint.rules import RULES
from isobit.hls.lint.toolchain import find_toolchain

HERE = Path(__file__).parent
BAD = sorted(HERE.glob("bad_kernels/*.cpp"))
GOOD = sorted(HERE.glob("good_kernels/*.cpp"))
INCLUDE = (cxx.INCLUDE, cxx.ROOT)
CPU_SECONDS = 2


@pytest.fixture(scope="module", autouse=True)
def toolchain():
    try:
        return find_toolchain()
    except CompileError as error:
        pytest.skip(str(error))


def expected(path):
    """The (rule, line) that a comment in the kernel names, or None."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := re.search(r"// <- (\S+)$", line):
            return found[1], number
    return None


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_kernels_are_caught(path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    report = lint(path, "top", INCLUDE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = {(finding.rule.name, finding.place.line) for finding in report.errors}
    assert expected(path) in found, [str(finding) for finding in report.findings]
    assert all(finding.place.file == str(path) for finding in report.errors)
    assert after.ru_utime - before.ru_utime < CPU_SECONDS


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_kernels_pass(path):
    report = lint(path, "top", INCLUDE)
    found = [(finding.rule.name, finding.place.line) for finding in report.findings]
    assert not report.errors, found
    assert found == ([expected(path)] if expected(path) else [])


def test_every_rule_is_seeded():
    assert {rule for rule, _ in map(expected, BAD)} == {rule.name for rule in RULES.values() if rule.error}
    warned = {expected(path)[0] for path in GOOD if expected(path)}
    assert warned == {rule.name for rule in RULES.values() if not rule.error}


def test_findings_say_what_to_do(tmp_path):
    path = tmp_path / "kernel.cpp"
    path.write_text("static int f(int n) { return n ? f(n - 1) : 0; }\nint top(int n) {\n  return f(n);\n}\n")
    (finding,) = lint(path, "top").errors
    assert str(finding) == f"{path}:1, in f: error: f calls itself [recursion]"
    assert "stack" in finding.rule.why
    assert "loop" in finding.rule.remedy


def test_a_fault_in_a_header_is_placed_there(tmp_path):
    (tmp_path / "sum.hpp").write_text(
        "inline int sum(const int* x, int n) {\n  int s = 0;\n"
        "  for (int i = 0; i < n; ++i) s += x[i];\n  return s;\n}\n"
    )
    path = tmp_path / "kernel.cpp"
    path.write_text('#include "sum.hpp"\nint top(const int x[4], int n) { return sum(x, n); }\n')
    (finding,) = lint(path, "top", [tmp_path]).errors
    assert finding.place.file.endswith("sum.hpp")
    assert (finding.place.line, finding.place.function) == (3, "sum")


def test_several_sources_are_one_kernel(tmp_path):
    (tmp_path / "a.cpp").write_text("int half(int x);\nint top(int x) { return half(x); }\n")
    (tmp_path / "b.cpp").write_text("int half(int x) { return x / 2; }\n")
    assert [f.rule.name for f in lint(tmp_path / "a.cpp", "top").errors] == ["external-call"]
    assert not lint([tmp_path / "a.cpp", tmp_path / "b.cpp"], "top").findings


def test_the_vendors_types_are_stood_in_for(tmp_path):
    """The vendor's own headers refuse to be synthesized, even where they are on the path."""
    vendor = cxx.vendor_include()
    assert not lint(HERE / "good_kernels" / "ap_fixed_stream.cpp", "top", [vendor]).findings


@pytest.mark.slow
def test_stand_ins_compute_what_the_vendors_headers_compute(toolchain, tmp_path):
    outputs = []
    for name, folder in (("vendor", cxx.vendor_include()), ("stand_in", STAND_INS)):
        command = [toolchain.clang, "-x", "c++", "-std=c++17", "-w", "-Xclang",
                   "-fexperimental-max-bitint-width=8388608", "-I", str(folder),
                   str(HERE / "stand_ins.cpp"), "-lstdc++", "-lm", "-o", str(tmp_path / name)]  # fmt: skip
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        outputs.append(subprocess.run([tmp_path / name], check=True, capture_output=True, text=True).stdout)
    assert len(outputs[0].splitlines()) > 10_000
    assert outputs[0] == outputs[1]


def test_bad_input(tmp_path):
    with pytest.raises(MissingFileError, match=r"none\.cpp"):
        lint(tmp_path / "none.cpp", "top")
    path = tmp_path / "kernel.cpp"
    path.write_text("void tip(int x) { (void)x; }\nstatic void top(int) {}\n")
    with pytest.raises(InputError, match=r"no function 'top' with a body .* Did you mean 'tip'\?"):
        lint(path, "top")
    with pytest.raises(MissingFileError, match="no folder"):
        lint(path, "tip", [tmp_path / "nowhere"])
    path.write_text("void top(int) {}\nvoid top(long) {}\n")
    with pytest.raises(InputError, match="2 times"):
        lint(path, "top")


def test_without_the_tools(tmp_path, monkeypatch):
    path = tmp_path / "kernel.cpp"
    path.write_text("void top(int) {}\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompileError, match="apt install clang-16 llvm-16"):
        lint(path, "top")


def project(folder, **content):
    (folder / "project.json").write_text(json.dumps(content))
    return folder


def test_projects(tmp_path):
    for folder in ("firmware", "include"):
        (tmp_path / folder).mkdir()
    (tmp_path / "firmware" / "top.cpp").write_text((HERE / "bad_kernels" / "recursion.cpp").read_text())
    project(tmp_path, top="top")
    assert [finding.rule.name for finding in lint_project(tmp_path).errors] == ["recursion"]
    (tmp_path / "other.cpp").write_text((HERE / "bad_kernels" / "recursion.cpp").read_text())
    project(tmp_path, top="top", sources=["other.cpp"], include=["."])
    assert [finding.rule.name for finding in lint_project(tmp_path).errors] == ["recursion"]


def test_damaged_projects(tmp_path):
    with pytest.raises(MissingFileError, match=r"project\.json"):
        lint_project(tmp_path)
    for content, word in (
        ({"sources": ["a.cpp"]}, "top"),
        ({"top": "top", "sources": []}, "sources"),
        ({"top": "top", "sources": ["../a.cpp"]}, "outside"),
        ({"top": "top", "sources": "a.cpp"}, "list"),
    ):
        with pytest.raises(FileFormatError, match=word):
            lint_project(project(tmp_path, **content))


def test_command(capsys):
    bad, good = HERE / "bad_kernels" / "recursion.cpp", HERE / "good_kernels" / "dense.cpp"
    assert run(["lint-hls", str(good), "--top", "top"]) == Exit.OK
    assert "errors: 0, warnings: 0" in capsys.readouterr().out
    assert run(["lint-hls", str(bad), "--top", "top"]) == Exit.REJECTED
    out = capsys.readouterr().out
    for word in ("recursion.cpp:2, in tree", "why:", "do:", "errors: 1"):
        assert word in out
    assert run(["lint-hls", str(bad), "--top", "top", "--json"]) == Exit.REJECTED
    facts = json.loads(capsys.readouterr().out)
    assert facts["errors"] == 1
    assert facts["findings"][0]["line"] == 2
    assert run(["lint-hls", str(bad)]) == Exit.BAD_INPUT
    assert "--top" in capsys.readouterr().err
