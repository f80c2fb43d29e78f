"""The reference semantics of layers, one file a family; each has three tables.

``CELLS``: the exact value of a cell, for `oracle.run`. ``LAYERS``: that of an operator of the graph, for
`oracle_layers.evaluate`. ``DEFINITIONS``: its float64 meaning in NumPy, for `frontends.reference`. None of
them shares anything with isobit's arithmetic. A new family adds its file here.
"""

from __future__ import annotations

from oracles import (
    attention,
    convolutions,
    forests,
    graphs,
    mathematics,
    padding,
    recurrent,
    reductions,
    stepwise,
    thresholds,
)

FAMILIES = (
    attention, convolutions, forests, graphs, mathematics, padding, recurrent, reductions, stepwise,
    thresholds,
)  # fmt: skip


def merged(table):
    """One of the three tables, of all families."""
    return {name: rule for family in FAMILIES for name, rule in getattr(family, table).items()}
