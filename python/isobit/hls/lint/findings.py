"""What the check found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isobit.hls.lint.rules import RULES, Rule


@dataclass(frozen=True, order=True)
class Place:
    """A line of a source file, in a function (which is empty outside of functions)."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        inside = f", in {self.function}" if self.function else ""
        return f"{self.file}:{self.line}{inside}"


@dataclass(frozen=True)
class Finding:
    """One violation.

    Attributes
    ----------
    rule : Rule
        What is violated, why it matters and what to do.
    place : Place
        Where it is written; for code of the standard library where the kernel calls it.
    what : str
        What stands there.
    """

    rule: Rule
    place: Place
    what: str

    @classmethod
    def of(cls, rule: str, place: Place, what: str) -> Finding:
        """A finding under the name of its rule."""
        return cls(RULES[rule], place, what)

    def __str__(self) -> str:
        kind = "error" if self.rule.error else "warning"
        return f"{self.place}: {kind}: {self.what} [{self.rule.name}]"

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON can hold it."""
        return {
            "rule": self.rule.name,
            "error": self.rule.error,
            "file": self.place.file,
            "line": self.place.line,
            "function": self.place.function,
            "what": self.what,
            "why": self.rule.why,
            "remedy": self.rule.remedy,
        }


@dataclass(frozen=True)
class Report:
    """All findings about one kernel, by file and line.

    Attributes
    ----------
    top : str
    sources : tuple of Path
    findings : tuple of Finding
    compiler : str
        The version that compiled it.
    """

    top: str
    sources: tuple[Path, ...]
    findings: tuple[Finding, ...]
    compiler: str

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps the kernel from being synthesized."""
        return tuple(finding for finding in self.findings if finding.rule.error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What costs latency, resources or reproducibility."""
        return tuple(finding for finding in self.findings if not finding.rule.error)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, each kind by place; the same rule at the same line once."""
    first: dict[tuple[str, str, int], Finding] = {}
    for finding in findings:
        first.setdefault((finding.rule.name, finding.place.file, finding.place.line), finding)
    return tuple(sorted(first.values(), key=lambda f: (not f.rule.error, f.place, f.rule.name)))
