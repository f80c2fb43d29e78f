"""What older versions of hls4ml left to their functions, said as version 1.3 says it.

A project does not name the version that wrote it. Its configurations tell, which grew from version to
version: what they lack is what the function then decided by itself. Functions whose arithmetic changed in
between are refused, unless hls4ml's own headers in the project show which arithmetic theirs is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from isobit.errors import UnsupportedError
from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.firmware import Call, Setting, Variable
from isobit.hls4ml.reading.folder import Folder

CURRENT = "1.3"
OLDER = "before 1.3"
_UNCHANGED = frozenset(
    {
        *("dense", "conv_1d_cl", "conv_2d_cl", "pointwise_conv_1d_cl", "pointwise_conv_2d_cl", "normalize"),
        *("linear", "relu", "relu1", "relu6", "sigmoid", "tanh", "softplus", "softsign", "selu"),
        *(
            "add",
            "subtract",
            "multiply",
            "maximum",
            "minimum",
            "concatenate1d",
            "concatenate2d",
            "concatenate3d",
        ),
        *("fixed_point_quantizer", "dense_da"),  # whose code is in the project
        *("zeropad1d_cl", "zeropad2d_cl", "resize_nearest", "clone_stream", "repack_stream"),
    }
)
"""Functions that compute the same in the versions whose configurations are read."""


@dataclass(frozen=True)
class Origin:
    """Which version wrote a project.

    Attributes
    ----------
    version : str
    pooling_header : str
        The project's copy of ``nnet_pooling.h``, empty when it has none.
    """

    version: str
    pooling_header: str

    @classmethod
    def of(cls, calls: Sequence[Call], has_size_macros: bool, folder: Folder) -> Origin:
        """Told from configurations, and from names of sizes, which version 1.3 writes as numbers."""
        current = not has_size_macros and all(_is_current(call) for call in calls)
        path = folder.firmware / "nnet_utils" / "nnet_pooling.h"
        header = folder.read(path).decode("utf-8", "replace") if path.is_file() else ""
        return cls(CURRENT if current else OLDER, header)

    def modern(self, call: Call, variables: Mapping[str, Variable]) -> Call:
        """A call as version 1.3 would write it.

        Raises
        ------
        UnsupportedError
            When the function computed otherwise before, or may have.
        """
        if self.version == CURRENT:
            return call
        if call.function in _UNCHANGED:
            return replace(call, config=_with_kernels(call))
        if call.function == "softmax":
            return _softmax(call)
        if "pooling" in call.function:
            return self._pooling(call, variables)
        raise _refuse(call, "its arithmetic differs between versions")

    def _pooling(self, call: Call, variables: Mapping[str, Variable]) -> Call:
        if call.config.get("pool_op") == "Max":
            return call
        source = variables[call.inputs[0]].format
        if "accum_t avg(" in self.pooling_header and "accum_t" in call.types:
            return call
        if (
            call.function.startswith("global")
            and "ap_fixed<W + ceillog2(N), I + ceillog2(N)> tmp" in self.pooling_header
        ):
            return replace(call, types={**call.types, "accum_t": _widened(source, _count(call))})
        why = "averages were summed in other types, and nnet_utils/nnet_pooling.h does not tell in which"
        raise _refuse(call, why)


def _is_current(call: Call) -> bool:
    config = call.config
    if call.function == "softmax":
        return "n_slice" in config
    return all(f"{prefix}kernel" in config for prefix in _matrices(call))


def _matrices(call: Call) -> list[str]:
    """Prefixes of the configurations of matrices."""
    if call.function == "dense":
        return [""]
    return [name[: -len("n_out")] for name in call.config if name.endswith("mult_config.n_out")]


def _with_kernels(call: Call) -> dict[str, Setting]:
    config = dict(call.config)
    for prefix in _matrices(call):
        if f"{prefix}kernel" not in config and f"{prefix}strategy" in config:
            kernel = _kernel(config, prefix)
            if kernel is not None:
                config[f"{prefix}kernel"] = kernel
    return config


def _kernel(config: Mapping[str, Setting], prefix: str) -> str | None:
    """The kernel that ``dense`` chose by strategy before the configuration named it."""
    if config[f"{prefix}strategy"] == "latency":
        return "DenseLatency"
    reuse, n_in = (config.get(f"{prefix}{name}") for name in ("reuse_factor", "n_in"))
    if not isinstance(reuse, int) or not isinstance(n_in, int) or n_in < 1:
        return None
    if reuse <= n_in:
        return "DenseResource_rf_leq_nin"
    return "DenseResource_rf_gt_nin_rem0" if reuse % n_in == 0 else "DenseResource_rf_gt_nin"


def _softmax(call: Call) -> Call:
    """One size for both tables, and sums in the type of the exponentials."""
    if "n_slice" in call.config:
        return call
    implementation = call.config.get("implementation", "stable")
    if implementation == "argmax":
        return call
    if implementation not in ("latency", "legacy"):
        raise _refuse(call, f"its implementation {implementation!r} rounded differences to the largest")
    size = call.config["table_size"]
    config = {"exp_table_size": size, "inv_table_size": size, **call.config}
    types = dict(call.types)
    if implementation == "latency" and "exp_table_t" in types:
        types = {"accum_t": types["exp_table_t"], "inv_inp_t": types["exp_table_t"], **types}
    return replace(call, config=config, types=types)


def _widened(source: Format, count: int) -> Format:
    """The accumulator of averages: wider for signed types that truncate and wrap, else the type itself."""
    if not source.signed or (source.rounding, source.overflow) != (Rounding.TRN, Overflow.WRAP):
        return source
    return replace(source, width=source.width + (count - 1).bit_length())


def _count(call: Call) -> int:
    sizes = [call.config.get(name, 1) for name in ("n_in", "in_height", "in_width")]
    count = 1
    for size in sizes:
        count *= size if isinstance(size, int) else 1
    return count


def _refuse(call: Call, why: str) -> UnsupportedError:
    return UnsupportedError(
        f"layer {call.name!r} (nnet::{call.function}): a version of hls4ml {OLDER} wrote this project, and "
        f"{why}; convert the model again with version {CURRENT}"
    )
