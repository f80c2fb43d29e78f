"""The quantizers of HGQ models: a format for each element."""

from __future__ import annotations

import numpy as np

from isobit.formats import Format, Overflow, Rounding
from isobit.hls4ml.emulation.site import Site


def quantizer(site: Site) -> None:
    """Every element cast into a format of its own, then into that of the result.

    The functions that hls4ml writes for such layers are called ``fixed_point_quantizer`` in records; the
    formats are the arrays ``signed``, ``width`` and ``integer`` of the configuration (width 0: always zero),
    with the modes ``rounding`` and ``overflow``.
    """
    signed, width, integer = (np.array(site.numbers(name)) for name in ("signed", "width", "integer"))
    rounding = Rounding[site.word("rounding").upper()]
    overflow = Overflow[site.word("overflow").upper()]
    x = site.input(0, (int(width.size),))
    out = site.output_format
    parts: list[str] = []
    places: list[int] = []
    kinds = sorted(set(zip(signed.tolist(), width.tolist(), integer.tolist(), strict=True)))
    for kind in kinds:
        chosen = np.flatnonzero((signed == kind[0]) & (width == kind[1]) & (integer == kind[2]))
        places += chosen.tolist()
        if kind[1] <= 0:
            zeros = np.zeros(chosen.size)
            formats = {"output": out, "weight": Format(1, 0, signed=False)}
            parts.append(site.add("constant", [], formats, constants={"value": zeros}))
            continue
        fmt = Format(kind[1], kind[1] - kind[2], bool(kind[0]), rounding, overflow)
        part = site.add("linear", [site.taken(x, chosen)], {"output": fmt})
        parts.append(site.add("linear", [part], {"output": out}))
    joined = parts[0] if len(parts) == 1 else site.add("concatenate", parts, {"output": out}, {"axis": 0})
    site.result_is(site.taken(joined, np.argsort(places)))
