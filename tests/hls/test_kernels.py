"""All kernels: no arithmetic of their own, and no more multipliers than the reuse factor says."""

from __future__ import annotations

import re
import subprocess

import pytest

import cxx
from isobit.hls.multipliers import Products

HLS = cxx.ROOT / "hls_kernels"
KERNELS = sorted((HLS / "schedule").rglob("*.hpp"))
ARITHMETIC = re.compile(
    r"\bP::(template\s+)?(add|sub|mul|shl|shr|less|select|min|max|wrap|lut|square|affine|cast|look_up)\b"
    r"|\b(cast|look_up|min|max|abs|select|squared)\("
)
RAW = re.compile(r"\.raw\b")


def code(path):
    return re.sub(r"//.*", "", path.read_text())


def test_kernels_have_no_arithmetic_on_data():
    """They move raws, and hand numbers to cells; `exact` is the cast that changes nothing."""
    found = []
    for path in KERNELS:
        for number, line in enumerate(code(path).splitlines(), 1):
            if ARITHMETIC.search(line) and "cast(const num<P, From>& v, const exact&)" not in line:
                found.append(f"{path.name}:{number}: {line.strip()}")
            moves = re.sub(r"(raws\[i\] = v\.raw;|totals\[o\] = .*\.raw;|begin\(0\)\.raw\))", "", line)
            if RAW.search(moves):
                found.append(f"{path.name}:{number}: {line.strip()}")
    assert len(KERNELS) >= 12
    assert found == []


def test_pragmas_stand_in_dialects_only():
    found = [
        str(path.relative_to(cxx.ROOT))
        for root in (HLS, cxx.INCLUDE)
        for path in sorted(root.rglob("*.hpp"))
        if re.search(r"#\s*pragma|_Pragma", code(path)) and path.parent.name != "dialect"
    ]
    # the macro that dialects use; what compilers are not to say about vendors' headers; loops of the engine's
    # policies
    allowed = {"hls_kernels/pragma.hpp", "hls_kernels/vendor/quiet.hpp"}
    assert {name for name in found if name.startswith("hls_kernels/")} == allowed


def test_dialects_define_the_same_macros():
    defined = {
        path.name: set(re.findall(r"#define (ISOBIT_HLS_\w+)(?=[( \n])", path.read_text()))
        - {f"ISOBIT_HLS_DIALECT_{path.stem.upper()}_HPP"}
        for path in sorted((HLS / "dialect").glob("*.hpp"))
    }
    documented = set(re.findall(r"^//   (ISOBIT_HLS_\w+)", (HLS / "pragma.hpp").read_text(), re.MULTILINE))
    assert len(defined) == 4
    for name, macros in defined.items():
        assert macros == documented, name


def test_kernels_have_no_lambdas_and_no_containers():
    words = re.compile(
        r"\[[=&]?\]\s*\(|std::(vector|array|function|string)|\bnew\b|\bmalloc\b|\bvirtual\b|\bthrow\b"
    )
    for path in KERNELS:
        assert not words.search(code(path)), path


def test_a_step_has_its_share_of_products(tmp_path):
    compiler = cxx.compiler(quick=True)
    program = tmp_path / "multipliers"
    command = [
        compiler, "-std=c++14", "-O0", *cxx.WARNINGS, "-I", str(cxx.ROOT), "-I", str(cxx.INCLUDE),
        "-I", str(cxx.ROOT / "tests" / "hls"), str(cxx.ROOT / "tests" / "hls" / "multipliers.cpp"),
        "-o", str(program),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    code_, text = cxx.run(program)
    assert code_ == 0
    rows = [line.split() for line in text.splitlines()]
    assert len(rows) >= 20
    for kind, *numbers in rows:
        positions, products, factor, steps, most = map(int, numbers)
        assert most == -(-products // factor), (kind, numbers)
        assert steps == (1 if kind == "parallel" else positions * factor), (kind, numbers)


@pytest.mark.parametrize(("terms", "columns"), [(12, 10), (16, 64), (7, 5), (1, 4), (64, 1)])
def test_legal_factors_are_those_of_hls4ml(terms, columns):
    """The conditions of hls4ml's Vivado back end, spelled out on all numbers."""
    products = terms * columns
    legal = []
    for factor in range(1, products + 1):
        limit = -(-products // min(terms, factor))
        fits = limit % columns == 0 or factor >= terms
        whole = factor % terms == 0 or factor < terms
        if fits and whole and products % factor == 0:
            legal.append(factor)
    assert sorted(Products(1, terms, columns).legal()) == legal


@pytest.mark.slow
def test_hls4ml_agrees_on_legal_factors():
    backend = pytest.importorskip("hls4ml.backends.fpga.fpga_backend")
    method = backend.FPGABackend.get_valid_reuse_factors
    stub = object.__new__(type("Backend", (backend.FPGABackend,), {"__abstractmethods__": frozenset()}))
    for terms, columns in ((12, 10), (16, 64), (30, 7)):
        assert sorted(Products(1, terms, columns).legal()) == sorted(method(stub, terms, columns))
