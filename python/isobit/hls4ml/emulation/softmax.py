"""Softmax in its four implementations."""

from __future__ import annotations

import numpy as np

from isobit.formats import Format
from isobit.hls4ml.emulation import table_contents as contents
from isobit.hls4ml.emulation.activations import DEFAULT_TABLE, index_of_table
from isobit.hls4ml.emulation.site import Site, plain
from isobit.ir import FloatArray


def softmax(site: Site) -> None:
    """``nnet::softmax`` and ``softmax_multidim``."""
    implementation = site.word("implementation", "stable")
    shape, axis = _rows(site)
    x = site.input(0, shape)
    known = {"stable": _stable, "latency": _latency, "legacy": _legacy, "argmax": _argmax}
    if implementation not in known:
        raise site.refuse(f"the implementation {implementation!r} is not one of {', '.join(known)}")
    known[implementation](site, x, axis)


def _rows(site: Site) -> tuple[tuple[int, ...], int]:
    outer, inner = site.integer("n_outer", 1), site.integer("n_inner", 1)
    n = site.integer("n_slice", site.integer("n_in"))
    return (n,) if outer == inner == 1 else (outer, n, inner), 0 if outer == inner == 1 else 1


def _stable(site: Site, x: str, axis: int) -> None:
    norm = site.type("inp_norm_t")
    _from_tables(site, x, axis, norm, {"distance": norm})


def _latency(site: Site, x: str, axis: int) -> None:
    _from_tables(site, x, axis, site.format(x), {})


def _from_tables(site: Site, x: str, axis: int, source: Format, formats: dict[str, Format]) -> None:
    exp_type, inverse_type, total = (
        site.table_type("exp_table_t"),
        site.table_type("inv_table_t"),
        site.type("inv_inp_t"),
    )
    scale = site.call.config.get("exp_scale", 1.0)
    if isinstance(scale, str | tuple):
        raise site.refuse(f"exp_scale must be a number, not {scale!r}")
    of_exp = _addressed(site, source, site.integer("exp_table_size"))
    of_total = _addressed(site, total, site.integer("inv_table_size"))
    exp = contents.entries(contents.exp_of(of_exp, float(scale), bool(formats)), exp_type)
    inverse = contents.entries(contents.inverse_of(of_total), inverse_type)
    site.result(
        "stepwise_softmax",
        [x],
        {
            **formats,
            "exp_entries": plain(exp_type),
            "accumulator": site.type("accum_t"),
            "total": total,
            "inverse_entries": plain(inverse_type),
        },
        {"axis": axis, "distance": bool(formats)},
        {
            "exp_entries": site.values(exp_type, exp),
            "inverse_entries": site.values(inverse_type, inverse),
        },
    )


def _addressed(site: Site, source: Format, size: int) -> FloatArray:
    """The values of a type that its top bits stand for, in ascending order."""
    bits = size.bit_length() - 1
    if size != 1 << bits or not 1 <= bits <= source.width:
        raise site.refuse(
            f"a table of {size} entries is addressed with the top bits of {source}; reproduced are powers of "
            "two, up to two to the number of bits"
        )
    first = -(1 << (bits - 1)) if source.signed else 0
    return np.ldexp(np.arange(first, first + size, dtype=np.float64), source.width - bits - source.frac)


def _legacy(site: Site, x: str, axis: int) -> None:
    table = site.table_type("table_t", DEFAULT_TABLE)
    exp_size, inverse_size = site.integer("exp_table_size"), site.integer("inv_table_size")
    source = site.format(x)
    index_of_table(site, exp_size, 8, Format(source.width + 1, source.frac))
    index_of_table(site, inverse_size, 32, table)
    site.result(
        "legacy_softmax",
        [x],
        {"exp_entries": plain(table), "accumulator": table, "inverse_entries": plain(table)},
        {"axis": axis},
        {
            "exp_entries": site.values(table, contents.entries(contents.legacy_exp(exp_size), table)),
            "inverse_entries": site.values(
                table, contents.entries(contents.legacy_inverse(inverse_size), table)
            ),
        },
    )


def _argmax(site: Site, x: str, axis: int) -> None:
    n = site.network.shape(x)[axis]
    bits = Format(max(1, (n - 1).bit_length()), 0, signed=False)
    index = site.add("argmax", [x], {"output": bits}, {"axis": axis})
    site.result("one_hot", [index], attrs={"depth": n, "axis": axis})
