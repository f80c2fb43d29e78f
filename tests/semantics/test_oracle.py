"""The oracle stands alone."""

from __future__ import annotations

import ast
from pathlib import Path

import oracle


def test_it_imports_nothing_but_rationals():
    tree = ast.parse(Path(oracle.__file__).read_text())
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert imported == {"__future__", "math", "fractions"}
