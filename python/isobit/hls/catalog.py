"""Every layer type as a small network of its own, of stated sizes: to be synthesized and studied alone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from isobit.errors import ConfigError, closest
from isobit.formats import Format
from isobit.ir import FloatArray, GraphBuilder, Shape
from isobit.model import Model
from isobit.ops import REGISTRY

if TYPE_CHECKING:
    from isobit.hls.project import Written
    from isobit.quantized import QuantizedModel

FORMAT = "fixed<16,6,RND,SAT>"
"""Of everything, unless another one is asked for."""

REWRITTEN = frozenset({"batch_norm", "dropout", "identity"})
"""Operators that passes replace by others before anything is computed."""

_PLAIN: Shape = (16,)


@dataclass(frozen=True)
class Sample:
    """A layer of stated sizes.

    Attributes
    ----------
    shapes : sequence of tuple
        Of the inputs.
    attrs : mapping
    constants : mapping
        Shapes, for random numbers, or arrays.
    """

    shapes: Sequence[Shape] = ()
    attrs: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)


_IMAGE: Shape = (6, 6, 4)
_STUMPS = {  # two trees of three nodes on four features
    "feature": np.array([0, 1, 2, 3, 0, 1]),
    "threshold": np.array([0.5, -1.0, 0.25, 1.5, 0.0, -0.5]),
    "inclusive": np.zeros(6),
    "left": np.array([1, -1, -3, 4, -5, -7]),
    "right": np.array([2, -2, -4, 5, -6, -8]),
    "root": np.array([0, 3]),
    "leaf": np.array([[-1.0], [0.5], [0.25], [1.0], [-0.5], [0.75], [1.5], [-0.25]]),
    "target": np.zeros((2, 1)),
}


def _recurrent(gates: int, **more: Shape) -> Sample:
    constants = {"weight": (6, gates * 8), "recurrent_weight": (8, gates * 8), "bias": (gates * 8,)}
    return Sample([(5, 6)], {}, {**constants, **more})


def _stepwise_recurrent(gates: int) -> Sample:
    sample = _recurrent(gates, recurrent_bias=(gates * 8,))
    index = str(Format(6, 3, True))
    tables = {"activation_entries": (64,), "recurrent_activation_entries": (64,)}
    attrs = {"index": index, "recurrent_index": index}
    return Sample(sample.shapes, attrs, {**sample.constants, **tables})


_GIVEN = {"index": str(Format(6, 3, True))}
_TABLES = {"exp_entries": (64,), "inverse_entries": (64,)}


SAMPLES: Mapping[str, Sample] = {
    "adaptive_average_pool": Sample([_IMAGE], {"output_size": (2, 2)}),
    "adaptive_max_pool": Sample([_IMAGE], {"output_size": (2, 2)}),
    "affine": Sample([_PLAIN], {}, {"scale": _PLAIN, "bias": _PLAIN}),
    "ascending_conv": Sample([_IMAGE], {}, {"weight": (3, 3, 4, 8), "bias": (8,)}),
    "ascending_dense": Sample([_PLAIN], {}, {"weight": (16, 64), "bias": (64,)}),
    "average_pool": Sample([_IMAGE], {"pool_size": (2, 2)}),
    "broadcast_to": Sample([(1, 4)], {"shape": (4, 4)}),
    "clip": Sample([_PLAIN], {"low": 0.0, "high": 6.0}),
    "constant": Sample([], {}, {"value": _PLAIN}),
    "conv": Sample([_IMAGE], {}, {"weight": (3, 3, 4, 8), "bias": (8,)}),
    "conv_transpose": Sample([_IMAGE], {"strides": (2, 2)}, {"weight": (2, 2, 4, 8), "bias": (8,)}),
    "dense": Sample([_PLAIN], {}, {"weight": (16, 64), "bias": (64,)}),
    "einsum": Sample([(4, 8), (8, 4)], {"equation": "ij,jk->ik"}),
    "embedding": Sample([(4,)], {}, {"weight": (32, 8)}),
    "forest": Sample([(4,)], {"outputs": 1}, _STUMPS),
    "gather": Sample([(8, 4), (6,)]),
    "gather_rows": Sample([(8, 4), (6,)]),
    "given_table": Sample([_PLAIN], _GIVEN, {"entries": (64,)}),
    "given_table_elu": Sample([_PLAIN], _GIVEN, {"entries": (64,)}),
    "group_norm": Sample([(4, 8)], {"groups": 2}),
    "gru": _recurrent(3),
    "knn_indices": Sample([(6, 3)], {"k": 2}),
    "layer_norm": Sample([_PLAIN]),
    "legacy_softmax": Sample([_PLAIN], {}, _TABLES),
    "lstm": _recurrent(4),
    "matmul": Sample([(4, 8), (8, 4)]),
    "max_pool": Sample([_IMAGE], {"pool_size": (2, 2)}),
    "multi_threshold": Sample([_PLAIN], {}, {"thresholds": np.array([-1.0, -0.25, 0.5, 2.0])}),
    "one_hot": Sample([(4,)], {"depth": 8}),
    "pad": Sample([_PLAIN], {"pads": (2, 2)}),
    "power": Sample([_PLAIN], {"exponent": 0.5}),
    "prelu": Sample([_PLAIN], {}, {"alpha": _PLAIN}),
    "reshape": Sample([_PLAIN], {"shape": (4, 4)}),
    "reduce_prod": Sample([(4,)]),
    "resize_linear": Sample([(4, 4, 2)], {"sizes": (8, 8, 2)}),
    "rms_norm": Sample([_PLAIN]),
    "rounded_conv": Sample([_IMAGE], {}, {"weight": (3, 3, 4, 8), "bias": (8,)}),
    "rounded_dense": Sample([_PLAIN], {}, {"weight": (16, 64), "bias": (64,)}),
    "scaled_dot_product_attention": Sample([(4, 8), (4, 8), (4, 8)]),
    "segment_max": Sample([(12, 4), (12,)], {"segments": 6}),
    "segment_mean": Sample([(12, 4), (12,)], {"segments": 6}),
    "segment_sum": Sample([(12, 4), (12,)], {"segments": 6}),
    "simple_rnn": _recurrent(1),
    "slice": Sample([_PLAIN], {"starts": (2,), "stops": (14,), "steps": (3,)}),
    "stepwise_average_pool": Sample([_IMAGE], {"pool_size": (2, 2)}),
    "stepwise_gru": _stepwise_recurrent(3),
    "stepwise_lstm": _stepwise_recurrent(4),
    "stepwise_softmax": Sample([_PLAIN], {}, _TABLES),
    "take": Sample([_PLAIN], {"axis": 0, "indices": (3, 1, 3)}),
    "top_k_indices": Sample([_PLAIN], {"k": 4}),
    "top_k_values": Sample([_PLAIN], {"k": 4}),
    "transpose": Sample([(4, 8)], {"perm": (1, 0)}),
}
"""Operators whose sample is more than inputs of 16 elements."""


def operators() -> list[str]:
    """The layer types, in order."""
    return sorted(set(REGISTRY) - REWRITTEN)


def sample_of(operator: str) -> Sample:
    """The sizes of a layer type's sample.

    Raises
    ------
    ConfigError
        For an operator that does not exist, and for those that passes replace.
    """
    known = operators()
    if operator not in known:
        raise ConfigError(f"there is no layer type {operator!r}.{closest(operator, known)}")
    return SAMPLES.get(operator) or Sample([_PLAIN] * max(1, REGISTRY[operator].min_inputs))


def sample_model(operator: str, fmt: str | Format = FORMAT) -> QuantizedModel:
    """A layer type as a model with random weights, all of it in one format."""
    sample, rng = sample_of(operator), np.random.default_rng(1)
    builder = GraphBuilder(operator)
    names = [builder.input(f"x{i}" if i else "x", shape) for i, shape in enumerate(sample.shapes)]
    constants: dict[str, FloatArray] = {
        name: rng.uniform(-1, 1, value) if isinstance(value, tuple) else value
        for name, value in sample.constants.items()
    }
    if not names:
        builder.input("unused", _PLAIN)  # a network has an input
    builder.add(operator, names, "layer", dict(sample.attrs), constants)
    builder.output("y", "layer")
    return Model(builder.build()).quantize(fmt)


def export_sample(
    operator: str, folder: str | os.PathLike[str], fmt: str | Format = FORMAT, **options: Any
) -> Written:
    """Write a layer type's sample as a project; options and errors as for `isobit.hls.export_project`."""
    from isobit.hls.project import export_project

    return export_project(sample_model(operator, fmt), folder, **options)


def table_of_costs() -> str:
    """What every sample costs in fully unrolled hardware, as a table in Markdown."""
    rows = [
        "| layer | inputs | output | multiplications | additions | comparisons | table bits |",
        "|---|---|---|---|---|---|---|",
    ]
    for operator in operators():
        model = sample_model(operator)
        (counts,) = model.operation_counts.values()
        shapes = ", ".join(_size(shape) for shape in model.inputs.values())
        (output,) = model.outputs.values()
        rows.append(
            f"| `{operator}`{_stated(sample_of(operator))} | {shapes} | {_size(output)} | "
            f"{counts['multiplications']:,} | {counts['additions']:,} | {counts['comparisons']:,} | "
            f"{counts['table_bits']:,} |"
        )
    return "\n".join(rows) + "\n"


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "1"


def _stated(sample: Sample) -> str:
    weights = [
        f"{name} {_size(value)}" for name, value in sample.constants.items() if isinstance(value, tuple)
    ]
    attrs = [f"{name} {value}" for name, value in sample.attrs.items()]
    return f" ({'; '.join([*attrs, *weights])})" if attrs or weights else ""
