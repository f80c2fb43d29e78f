"""The private extension module: the engine. Arrays are C-contiguous, one (n, size) array per input."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

class ProofFailed(ArithmeticError):
    """Some arithmetic does not provably fit in the widest integer."""

class Program:
    """A model in the engine; see the class ``isobit.backends.engine.Engine``, its only user."""

    def __init__(self, spec: dict[str, Any]) -> None: ...
    def run(
        self,
        inputs: Sequence[npt.NDArray[Any]],
        which: Sequence[int],
        n_threads: int,
        lane: str,
        isa: str,
        out: list[npt.NDArray[Any]] | None = None,
    ) -> list[npt.NDArray[Any]]: ...
    def run_raw(
        self,
        inputs: Sequence[npt.NDArray[np.int64]],
        which: Sequence[int],
        n_threads: int,
        lane: str,
        isa: str,
    ) -> list[npt.NDArray[Any]]: ...
    def run_real(
        self, inputs: Sequence[npt.NDArray[np.float64]], which: Sequence[int], n_threads: int
    ) -> list[npt.NDArray[Any]]: ...
    def run_f64(
        self, inputs: Sequence[npt.NDArray[np.int64]], which: Sequence[int]
    ) -> list[npt.NDArray[Any]]: ...
    def replay(
        self, inputs: Sequence[npt.NDArray[np.int64]], which: Sequence[int]
    ) -> list[npt.NDArray[Any]]: ...
    @property
    def work(self) -> float: ...
    def proof(self) -> dict[str, Any]: ...
    def trace(self) -> dict[str, Any]: ...

def isas() -> list[str]:
    """Instruction sets of this CPU that the engine can use, best first."""

def repeat_run(
    program: Program,
    inputs: Sequence[npt.NDArray[Any]],
    which: Sequence[int],
    out: Sequence[npt.NDArray[Any]],
    calls: int,
) -> None:
    """``Program.run`` on one thread, so many times without Python in between."""

def repeat_call(address: int, arguments: Sequence[int], calls: int) -> None:
    """A C function of up to four pointers, so many times without Python in between."""
