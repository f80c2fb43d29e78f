"""Softmax, whose tables depend on the type of its input."""

from __future__ import annotations

from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.conversion.records.call import Draft

_TYPES = ("exp_table_t", "inv_table_t", "accum_t", "inv_inp_t")
"""Not ``table_t``: the structure has none, so that the function ``legacy`` computes with a default."""


def softmax(draft: Draft) -> None:
    """``nnet::softmax`` of all elements, or ``nnet::softmax_multidim`` of slices."""
    attrs = draft.node.attrs
    outer, inner = int(attrs["n_outer"]), int(attrs["n_inner"])
    several = draft.graph.parallel and (outer > 1 or inner > 1)
    draft.function = "softmax_multidim" if several else "softmax"
    draft.take("n_in", "n_outer", "n_inner", "reuse_factor", "axis", "implementation")
    size = int(attrs["table_size"])
    draft.config |= {
        "n_slice": int(attrs["n_in"]) // inner // outer,
        "exp_table_size": size,
        "inv_table_size": size,
        "io_type": draft.graph.config.io_type,
    }
    draft.take_types(*_TYPES)
    if attrs["implementation"] == "stable":
        given = draft.precision(draft.node.source().type)
        width, integer = given.width - given.signed, given.integer - given.signed
        if given.signed:
            draft.config["exp_table_size"] = min(size, 2**width)
        draft.types["inp_norm_t"] = Precision(width, integer, False)
