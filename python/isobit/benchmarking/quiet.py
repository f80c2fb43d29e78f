"""What converters and compilers print, kept from the screen until somebody asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory


class Said:
    """What was printed so far."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def end(self, length: int = 500) -> str:
        """The last characters of it."""
        return self._path.read_text(encoding="utf-8", errors="replace")[-length:].strip()


@contextmanager
def captured() -> Iterator[Said]:
    """Send standard output and error of Python, of C++ and of new processes into a file."""
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(prefix="isobit-said-"))) / "said.txt"
        file = stack.enter_context(path.open("w", encoding="utf-8", buffering=1))
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for descriptor in (1, 2):
            before = os.dup(descriptor)
            stack.callback(os.close, before)
            stack.callback(os.dup2, before, descriptor)
            os.dup2(file.fileno(), descriptor)
        stack.enter_context(redirect_stdout(file))
        stack.enter_context(redirect_stderr(file))
        yield Said(path)
