"""The oracle stands alone."""

from __future__ import annotations

import ast
from pathlib import Path

import oracle
import oracles


def imports(path):
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found


def test_it_imports_nothing_but_rationals():
    assert imports(Path(oracle.__file__)) == {"__future__", "math", "fractions", "oracles"}


def test_its_families_import_nothing_of_isobit():
    for path in Path(oracles.__file__).parent.glob("*.py"):
        assert not any(name.startswith("isobit") for name in imports(path)), path.name
