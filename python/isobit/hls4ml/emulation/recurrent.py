"""LSTM and GRU layers, and both directions of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from isobit.formats import Format
from isobit.hls4ml.emulation import table_contents as contents
from isobit.hls4ml.emulation.activations import TABULATED, index_of_table
from isobit.hls4ml.emulation.products import Terms, is_resource, operand, terms
from isobit.hls4ml.emulation.site import Site, plain
from isobit.hls4ml.emulation.sums import Operand

GATES = {"lstm": 4, "gru": 3}
_ROLES = (("weight", "bias"), ("recurrent_weight", "recurrent_bias"))


def stack(site: Site) -> None:
    """``lstm_stack`` and ``gru_stack``."""
    if len(site.call.inputs) > 1:
        raise site.refuse("initial states are not reproduced")
    kind = site.call.function.removesuffix("_stack")
    second = "param_r" if kind == "lstm" else "param_zr"
    x = site.input(0, (site.integer("n_sequence"), site.integer("n_in")))
    parts = _parts(site, kind, x, "", ("param", second, "param_b", "param_br"))
    attrs = {**parts["attrs"], "output": "sequence" if site.integer("n_sequence_out") > 1 else "last"}
    site.result(f"stepwise_{kind}", [x], parts["formats"], attrs, parts["constants"])


def bidirectional(site: Site) -> None:
    """``bidirectional_stack``: both results side by side, in the order of the input."""
    x = site.input(0, (site.integer("n_sequence"), site.integer("n_in")))
    sequence = site.integer("n_sequence_out") > 1
    halves = []
    for direction, suffix, backwards in (("forward", "", False), ("backward", "_back", True)):
        path = f"{direction.upper()}_CONFIG."
        function = site.word(f"RNNfunc_{direction}")
        kind = function.split("_")[0]
        if kind not in GATES:
            raise site.refuse(f"RNNfunc_{direction} is {function!r}, no LSTM or GRU")
        names = tuple(f"{name}{suffix}" for name in ("param", "param_r", "param_b", "param_br"))
        parts = _parts(site, kind, x, path, names)
        attrs = {
            **parts["attrs"],
            "output": "sequence" if sequence else "last",
            "go_backwards": backwards,
        }
        formats = {**parts["formats"], "output": site.output_format}
        halves.append(site.add(f"stepwise_{kind}", [x], formats, attrs, parts["constants"]))
    site.result("concatenate", halves, attrs={"axis": 1 if sequence else 0})


def _parts(site: Site, kind: str, x: str, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Attributes, constants and formats of one direction."""
    units, gates = site.integer(f"{path}n_state"), GATES[kind]
    n_in, width = site.integer("n_in"), gates * units
    result, between = site.output_format, site.type(f"{path}accum_t")
    formats: dict[str, Format] = {"accumulator": between}
    constants: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    state = Operand(result, result.min_raw, result.max_raw)
    of_inputs = _terms(site, n_in, width, names[0], names[2], f"{path}mult_config1.")
    of_state = _terms(site, units, width, names[1], names[3], f"{path}mult_config2.")
    for both, factor, (weight, bias), which in (
        (of_inputs, operand(site, x, site.is_never_negative()), _ROLES[0], "input"),
        (of_state, state, _ROLES[1], "recurrent"),
    ):
        how = both.how(factor, between)
        multiplied = f"{path}mult_config{1 if which == 'input' else 2}."
        reused = site.integer(f"{multiplied}reuse_factor", 1) > 1
        if how.ascending and is_resource(site, f"{multiplied}strategy") and reused:
            raise site.refuse(
                "an accumulator that saturates and the Resource strategy are not reproduced together in a "
                "recurrent layer; use the Latency strategy, or an accumulator that wraps"
            )
        attrs[f"{which}_sum"] = how.cell
        formats[f"{which}_accumulator"] = both.accumulator
        formats[weight], formats[bias] = plain(both.weight_format), plain(both.accumulator)
        constants[weight] = site.values(both.weight_format, both.weight)
        constants[bias] = site.values(both.accumulator, both.bias)
    tables = _Tables(site, path, attrs, constants, formats)
    tables.add("activation", "activation", "ACT_CONFIG_T", "index", (between, result))
    of_gates = f"ACT_CONFIG_{kind.upper()}"
    tables.add("activation_recr", "recurrent_activation", of_gates, "recurrent_index", (between,))
    if kind == "gru":
        attrs["reset_first"] = site.flag("pytorch_order", False)
    return {"attrs": attrs, "constants": constants, "formats": formats}


def _terms(site: Site, n_in: int, n_out: int, weights: str, biases: str, path: str) -> Terms:
    return terms(site, n_in, n_out, weights, biases, path, is_resource(site, f"{path}strategy"))


@dataclass(frozen=True)
class _Tables:
    """Adds the activations to what a layer is made of."""

    site: Site
    path: str
    attrs: dict[str, Any]
    constants: dict[str, Any]
    formats: dict[str, Format]

    def add(self, member: str, role: str, structure: str, index: str, sources: tuple[Format, ...]) -> None:
        """One activation, whose table is addressed by numbers of these formats."""
        site, path = self.site, f"{self.path}{structure}."
        name = site.word(f"{self.path}{member}")
        self.attrs[role] = name
        if name == "relu":
            return
        if name not in ("sigmoid", "tanh"):
            raise site.refuse(f"the activation {name!r} does not exist in hls4ml's recurrent layers")
        kind = TABULATED[name]
        size, table = site.integer(f"{path}table_size"), site.table_type(f"{path}table_t")
        for source in sources:
            self.attrs[index] = str(index_of_table(site, size, kind.reach, source))
        raw = contents.entries(kind.contents(size), table)
        self.constants[f"{role}_entries"] = site.values(table, raw)
        self.formats[f"{role}_entries"] = plain(table)
