"""Passes: functions from graph to graph, in an explicit list, each followed by a check of the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from isobit.errors import GraphError
from isobit.ir import Graph
from isobit.passes.affine import batch_norm_to_affine, fold_affine
from isobit.passes.dead import remove_dead
from isobit.passes.identity import remove_identity
from isobit.passes.thresholds import activation_to_thresholds, thresholds_to_bias
from isobit.passes.transposes import move_transposes
from isobit.spec import check

Pass = Callable[[Graph], Graph]

DEFAULT: tuple[Pass, ...] = (
    remove_identity,
    batch_norm_to_affine,
    move_transposes,
    fold_affine,
    remove_dead,
)
"""What :func:`isobit.load` runs."""

UNFOLDED: tuple[Pass, ...] = (remove_identity, batch_norm_to_affine, move_transposes, remove_dead)
"""As :data:`DEFAULT`, but batch normalisations and other affine layers stay layers of their own."""

BINARY: tuple[Pass, ...] = (
    remove_identity,
    batch_norm_to_affine,
    move_transposes,
    activation_to_thresholds,
    thresholds_to_bias,
    fold_affine,
    remove_dead,
)
"""For binary and ternary networks: batch normalisations before signs become exact integer thresholds."""


def run_passes(graph: Graph, passes: Sequence[Pass] = DEFAULT) -> Graph:
    """Apply passes in order.

    Raises
    ------
    GraphError
        When the result of a pass breaks the specification (names the pass), or has other inputs or outputs.
    """
    for step in passes:
        before, graph = graph, step(graph)
        name = getattr(step, "__name__", repr(step))
        try:
            check(graph)
        except GraphError as error:
            raise GraphError(f"after the pass {name}: {error}") from error
        if list(before.inputs.items()) != list(graph.inputs.items()) or list(before.outputs) != list(
            graph.outputs
        ):
            raise GraphError(f"the pass {name} changed the inputs or outputs of the model")
    return graph
