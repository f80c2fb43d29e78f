"""LSTM, GRU, and both directions of them."""

from __future__ import annotations

from isobit.hls4ml.conversion.nodes.recurrent import WEIGHTS
from isobit.hls4ml.conversion.records.affine import product
from isobit.hls4ml.conversion.records.call import Draft, Members

_GATES = {"LSTM": 4, "GRU": 3}
_PARAMETERS = {
    "LSTM": ("param", "param_r", "param_b", "param_br"),
    "GRU": ("param", "param_zr", "param_b", "param_br"),
}
_BOTH = {
    "forward_": ("param", "param_r", "param_b", "param_br"),
    "backward_": ("param_back", "param_r_back", "param_b_back", "param_br_back"),
}
"""What the functions call the weights of ``WEIGHTS``, in that order."""


def recurrent(draft: Draft) -> None:
    """``nnet::lstm_stack``, ``nnet::gru_stack``."""
    node, attrs = draft.node, draft.node.attrs
    kind = node.class_name
    draft.function = f"{kind.lower()}_stack"
    units = int(attrs["n_out"])
    draft.config |= _sequence(draft) | {"n_out": units, "n_state": units}
    draft.config |= _cell(draft, kind, "", units, attrs["reuse_factor"], attrs["recurrent_reuse_factor"])
    draft.take_types("accum_t", *(f"{name}_t" for name in WEIGHTS))
    for parameter, name in zip(_PARAMETERS[kind], WEIGHTS, strict=True):
        draft.take_weight(parameter, name)


def bidirectional(draft: Draft) -> None:
    """``nnet::bidirectional_stack``."""
    attrs = draft.node.attrs
    draft.function = "bidirectional_stack"
    draft.config |= _sequence(draft) | {"n_out": int(attrs["n_out"])}
    for way, parameters in _BOTH.items():
        kind, units = attrs[f"{way}class_name"], int(attrs[f"{way}n_states"])
        place = f"{way.upper()}CONFIG."
        # The reuse factor of the product with the input is that of the whole layer.
        members = _cell(draft, kind, way, units, attrs["reuse_factor"], attrs[f"{way}recurrent_reuse_factor"])
        members |= {"n_in": draft.node.source().shape[1], "n_state": units, "n_mult": _GATES[kind]}
        static = "_static" if attrs["static"] else ""
        draft.config[f"RNNfunc_{way[:-1]}"] = f"{kind.lower()}_class{static}"
        own = draft.types
        draft.types = {}
        draft.take_types("accum_t")
        for parameter, name in zip(parameters, WEIGHTS, strict=True):
            draft.types[f"{name}_t"] = draft.precision(draft.node.types[f"{way}{name}_t"])
            draft.take_weight(parameter, f"{way}{name}")
        draft.types = own | {place + key: value for key, value in draft.types.items()}
        draft.config |= {place + key: value for key, value in members.items()}


def _sequence(draft: Draft) -> Members:
    attrs = draft.node.attrs
    steps, features = draft.node.source().shape[:2]
    return {
        "n_in": features,
        "n_sequence": steps,
        "n_sequence_out": steps if attrs["return_sequences"] else 1,
        "reuse_factor": attrs["reuse_factor"],
        "use_static": attrs["static"],
        "pytorch_order": False,
    }


def _cell(draft: Draft, kind: str, way: str, units: int, reuse: int, recurrent_reuse: int) -> Members:
    """Functions and products of a cell; the types of its products and tables."""
    attrs, gates = draft.node.attrs, _GATES[kind]
    prefix = f"{way.upper()}CONFIG." if way else ""
    members: Members = {
        "activation": attrs[f"{way}activation"],
        "activation_recr": attrs[f"{way}recurrent_activation"],
    }
    for place, n_in, factor in (
        ("mult_config1", draft.node.source().shape[1], reuse),
        ("mult_config2", units, recurrent_reuse),
    ):
        recurrent = "recurrent_" if place == "mult_config2" else ""
        matrix = product(draft, n_in, units * gates, factor, weight=f"{way}{recurrent}weight")
        members |= {f"{place}.{key}": value for key, value in matrix.items()}
        for key, own in (
            ("accum_t", "accum_t"),
            ("weight_t", f"{way}{recurrent}weight_t"),
            ("bias_t", f"{way}{recurrent}bias_t"),
        ):
            draft.types[f"{prefix}{place}.{key}"] = draft.precision(draft.node.types[own])
    for place, count in (("ACT_CONFIG_T", units), (f"ACT_CONFIG_{kind}", units * (gates - 1))):
        members |= {f"{place}.n_in": count, f"{place}.table_size": int(attrs["table_size"])}
        draft.types[f"{prefix}{place}.table_t"] = draft.precision(draft.node.types["table_t"])
    return members
