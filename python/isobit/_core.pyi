"""The private extension module: the engine. Arrays are C-contiguous, one (n, size) array per input."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

class ProofFailed(ArithmeticError):
    """Some arithmetic does not provably fit in the widest integer."""

class NotFinite(ValueError):
    """An input of floats holds NaN or an infinity; results are partly written."""

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
        layout: str = "auto",
        out: list[npt.NDArray[Any]] | None = None,
    ) -> list[npt.NDArray[Any]]: ...
    def run_raw(
        self,
        inputs: Sequence[npt.NDArray[np.int64]],
        which: Sequence[int],
        n_threads: int,
        lane: str,
        isa: str,
        layout: str = "auto",
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
    def plain_call(
        self,
        sample: Sequence[int],
        which: Sequence[int],
        shapes: Sequence[Sequence[int]],
        most_work: float,
    ) -> Callable[[Any], Any]: ...
    @property
    def work(self) -> float: ...
    def proof(self) -> dict[str, Any]: ...
    def trace(self) -> dict[str, Any]: ...

def isas() -> list[str]:
    """Instruction sets of this CPU that the engine can use, best first."""

def cells() -> dict[str, str]:
    """Every cell of the engine, and the name of the schedule that calls it."""

def repeat_run(
    program: Program,
    inputs: Sequence[npt.NDArray[Any]],
    which: Sequence[int],
    out: Sequence[npt.NDArray[Any]],
    calls: int,
) -> None:
    """``Program.run`` on one thread, so many times without Python in between."""

def repeat_call(address: int, arguments: Sequence[int], calls: int) -> None:
    """A C function of up to eight integers or pointers, so many times without Python in between."""

class PluginRefused(RuntimeError):
    """A file that is no plugin for this program and processor."""

class NativePlugin:
    """A compiled network; see the class ``isobit.plugin.Plugin``, its only user."""

    def __init__(self, path: str, content_hash: str = "") -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def content_hash(self) -> str: ...
    @property
    def isa(self) -> str: ...
    @property
    def isobit_version(self) -> str: ...
    @property
    def inputs(self) -> list[dict[str, Any]]: ...
    @property
    def outputs(self) -> list[dict[str, Any]]: ...
    def quick(self, x: object) -> Any: ...
    def run(
        self,
        inputs: Sequence[npt.NDArray[Any]],
        outputs: Sequence[npt.NDArray[Any]],
        count: int,
        n_threads: int = 1,
    ) -> None: ...

plugin_abi: int
"""Version of the plugin ABI that this module understands."""

def cpu_has(feature: str) -> bool:
    """Whether this processor has a feature, by the names of GCC's ``__builtin_cpu_supports``."""

def library_fault(path: str) -> str:
    """What makes a file no whole shared library for this processor, or an empty text."""
