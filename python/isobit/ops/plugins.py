"""Layers of third parties, found through the entry-point group ``isobit.layers``."""

from __future__ import annotations

from collections.abc import Mapping

from isobit.errors import GraphError
from isobit.ops.base import Op

GROUP = "isobit.layers"


def load_plugins(known: Mapping[str, Op]) -> dict[str, Op]:
    """Every installed third-party operator, by name.

    An entry point of the group ``isobit.layers`` names a subclass of :class:`isobit.ops.base.Op`, or a
    function without arguments that returns one or several operators.

    Raises
    ------
    GraphError
        When an entry point fails to import (the cause is attached), is not an operator, or takes a name
        that is in use. A plugin that cannot be used is never skipped.
    """
    from importlib.metadata import entry_points

    found: dict[str, Op] = {}
    for point in entry_points(group=GROUP):
        try:
            made = point.load()()
        except Exception as error:
            raise GraphError(
                f"the entry point {point.name!r} = {point.value!r} of the group {GROUP} failed: {error}"
            ) from error
        for op in made if isinstance(made, list | tuple) else [made]:
            if not isinstance(op, Op):
                raise GraphError(f"entry point {point.value!r}: {op!r} is not an isobit.ops.base.Op")
            if op.name in known or op.name in found:
                raise GraphError(f"entry point {point.value!r}: the operator name {op.name!r} is taken")
            found[op.name] = op
    return found
