"""What older versions of hls4ml left to their functions, said as version 1.3 says it.

A project does not name the version that wrote it. Its configurations tell: their members grew, and a member
that is missing stands for what the function then did by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from isobit.hls4ml.firmware import Call, Setting

CURRENT = "1.3"
OLDER = "before 1.3"


def written_by(calls: Sequence[Call]) -> str:
    """The version whose configurations these are."""
    return CURRENT if all(current(call) is call for call in calls) else OLDER


def current(call: Call) -> Call:
    """A call with the members that version 1.3 writes; the same object when it has them."""
    config = dict(call.config)
    for prefix in _matrices(call):
        if f"{prefix}kernel" not in config and f"{prefix}strategy" in config:
            kernel = _kernel(config, prefix)
            if kernel is not None:
                config[f"{prefix}kernel"] = kernel
    return call if config == call.config else replace(call, config=config)


def _matrices(call: Call) -> list[str]:
    """Prefixes of the configurations of matrices."""
    if call.function == "dense":
        return [""]
    return [name[: -len("n_out")] for name in call.config if name.endswith("mult_config.n_out")]


def _kernel(config: Mapping[str, Setting], prefix: str) -> str | None:
    """The kernel that ``dense`` chose by strategy before version 1.0 let the configuration name it."""
    if config[f"{prefix}strategy"] == "latency":
        return "DenseLatency"
    reuse, n_in = (config.get(f"{prefix}{name}") for name in ("reuse_factor", "n_in"))
    if not isinstance(reuse, int) or not isinstance(n_in, int) or n_in < 1:
        return None
    if reuse <= n_in:
        return "DenseResource_rf_leq_nin"
    return "DenseResource_rf_gt_nin_rem0" if reuse % n_in == 0 else "DenseResource_rf_gt_nin"
