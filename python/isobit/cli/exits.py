"""Exit codes of the command line, which scripts may rely on."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """What the command ``isobit`` returns to the shell."""

    OK = 0
    MISMATCH = 1
    """Two execution paths that must agree do not."""
    BAD_INPUT = 2
    """Wrong usage, a file or data that isobit refuses, or a missing optional package."""
    NOT_WRITTEN = 3
    """An output could not be written; what was there before is untouched."""
    REJECTED = 4
    """A kernel that HLS compilers cannot accept; the findings say why."""
    BROKEN = 70
    """A fault of isobit itself; the traceback is on the standard error."""
    INTERRUPTED = 130
    """Ctrl-C; files that were being written are as they were before."""
    PIPE_CLOSED = 141
    """The reader of the standard output went away."""


HELP = (
    "Exit codes: 0 success; 1 execution paths differ; 2 wrong usage or refused input; "
    "3 an output could not be written (the old file survives); 4 a kernel that cannot be synthesized; "
    "70 a fault of isobit; 130 interrupted."
)
