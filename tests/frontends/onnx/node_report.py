"""What ``docs/onnx.md`` tells of the backend node tests; run as a module, it writes that."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from frontends.onnx.node_tests import BODIES, PASSED, REFUSED, STORED, UNCLAIMED, Outcome, outcomes
from isobit.frontends.onnx.table import OPERATORS

DOCUMENT = Path(__file__).parents[3] / "docs" / "onnx.md"
BEGIN, END = "<!-- generated: node tests -->\n", "<!-- end of what is generated -->\n"
VERSION = "1.23.2"
"""Of the package onnx whose cases the page tells."""

_REASONS = 2
_WIDTH = 90


def report(found: Sequence[Outcome]) -> str:
    """Totals, and a line for every operator."""
    states = Counter(outcome.state for outcome in found)
    lines = [
        f"Of {len(found)} cases of onnx {VERSION}, {states[PASSED] + states[STORED]} pass "
        f"({states[PASSED]} as they are, {states[STORED]} with parameters stored in the file), "
        f"{states[REFUSED]} are refused, and {states[UNCLAIMED]} use operators that are not listed here. "
        "None is wrong.",
        "",
        "| operator | passed | with parameters stored | refused | why |",
        "|---|---|---|---|---|",
    ]
    for operator in [*sorted(OPERATORS), BODIES]:
        own = [outcome for outcome in found if outcome.operator == operator]
        counts = Counter(outcome.state for outcome in own)
        reasons = Counter(_shortened(outcome.reason) for outcome in own if outcome.state == REFUSED)
        why = "; ".join(reason for reason, _ in sorted(reasons.items(), key=_by_count)[:_REASONS])
        lines.append(f"| {operator} | {counts[PASSED]} | {counts[STORED]} | {counts[REFUSED]} | {why} |")
    return "\n".join(lines) + "\n"


def _by_count(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _shortened(reason: str) -> str:
    """A reason without the names of the case."""
    general = re.sub(r"^node '.*?' \(operator (\w+)\): ", "", reason)
    general = re.sub(r" \('.*?'\)|'[A-Za-z]+_test_.*?'", "", general).split(";")[0].split(". ")[0]
    general = general.replace("|", "/").replace("\n", " ").strip()
    return general if len(general) <= _WIDTH else general[:_WIDTH].rsplit(" ", 1)[0] + " ..."


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder:
        made = report(outcomes(Path(folder)))
    page = DOCUMENT.read_text(encoding="utf-8")
    head, rest = page.split(BEGIN)
    DOCUMENT.write_text(head + BEGIN + made + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
