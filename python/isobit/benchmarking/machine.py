"""What the numbers were measured on; without it they mean nothing."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_FLAGS = ("avx2", "avx512f", "avx512bw", "avx512_vnni", "avx_vnni")
_PACKAGES = ("isobit", "numpy", "onnx", "onnxruntime", "tensorflow-cpu", "tensorflow", "hls4ml", "alkaid")


def describe() -> dict[str, Any]:
    """Processor, cores, system, load and versions; plain values that go into JSON."""
    cpu = _cpu_info()
    return {
        "processor": cpu.get("model name", platform.processor() or "unknown"),
        "family": f"{cpu.get('cpu family', '?')}/{cpu.get('model', '?')}",
        "instruction_sets": [flag for flag in _FLAGS if flag in cpu.get("flags", "").split()],
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: number for name in _PACKAGES if (number := _version(name)) is not None},
    }


def one_line(machine: dict[str, Any]) -> str:
    """The description for the head of a table."""
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    return (
        f"{machine['processor']} (family {machine['family']}; {', '.join(machine['instruction_sets'])}), "
        f"{machine['cores']} cores, load {machine['load']} at the start, {machine['system']}, "
        f"Python {machine['python']}, {packages}"
    )


def _cpu_info() -> dict[str, str]:
    """The first processor of /proc/cpuinfo."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text(encoding="utf-8").split("\n\n")[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, value in pairs}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
