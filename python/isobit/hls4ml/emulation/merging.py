"""Layers with two inputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isobit.backends.exact import product_format
from isobit.formats import MAX_WIDTH, Format, Overflow
from isobit.hls4ml.emulation.products import check_product
from isobit.hls4ml.emulation.shaping import transposed
from isobit.hls4ml.emulation.site import Site
from isobit.ops.base import size


def merge(op: str) -> Callable[[Site], None]:
    """add, subtract, multiply, average, maximum, minimum: exact, then one cast."""

    def handler(site: Site) -> None:
        shape = site.output_shape
        inputs = [_repeated(site, number, size(shape)) for number in range(2)]
        inputs = [site.shaped(tensor, shape) for tensor in inputs]
        formats = {"weight": Format(1, 1, signed=False)} if op == "average" else {}
        positive = op in ("add", "multiply", "average", "maximum", "minimum") and all(
            site.is_never_negative(number) for number in range(2)
        )
        out = site.output_format
        keeps = not out.signed or out.overflow in (Overflow.SAT, Overflow.SAT_SYM, Overflow.SAT_ZERO)
        site.result(op, inputs, formats, never_negative=positive and keeps)

    return handler


def _repeated(site: Site, number: int, count: int) -> str:
    """An input whose elements are read modulo their number."""
    tensor = site.input(number)
    own = size(site.network.shape(tensor))
    return tensor if own == count else site.taken(tensor, np.arange(count) % own)


def concatenate(site: Site) -> None:
    """``concatenate1d``, ``concatenate2d``, ``concatenate3d``."""
    rank = int(site.call.function.removeprefix("concatenate").removesuffix("d"))
    shapes = [tuple(site.integer(f"n_elem{number}_{axis}") for axis in range(rank)) for number in (1, 2)]
    axis = site.integer("axis", -1)
    place = _axis(axis, rank)
    inputs = [
        site.add("linear", [tensor], {"output": site.output_format})
        if site.format(tensor) != site.output_format
        else tensor
        for tensor in (site.input(number, shape) for number, shape in enumerate(shapes))
    ]
    unchanged = all(tensor in site.inputs for tensor in inputs)
    both = unchanged and all(site.is_never_negative(number) for number in range(2))
    site.result("concatenate", inputs, attrs={"axis": place}, never_negative=both)


def _axis(axis: int, rank: int) -> int:
    """Axes are counted from 1, or -1 is the last; what is neither is the first (as hls4ml tests them)."""
    if rank == 1:
        return 0
    if axis in (rank, -1):
        return rank - 1
    if rank == 3 and axis in (2, -2):
        return 1
    return 0


def dot1d(site: Site) -> None:
    """The product of two rows, every product and every sum cast into the accumulator."""
    check_product(site)
    n, accumulator = site.integer("n_in"), site.type("accum_t")
    inputs = [site.input(number, (n, 1)) for number in range(2)]
    products = site.add("multiply", inputs, {"output": accumulator})
    site.result("stepwise_sum", [products], {"accumulator": accumulator}, {"axis": 0})


def einsum(site: Site) -> None:
    """``nnet::einsum``: products of two transposed inputs, each added to an accumulator."""
    check_product(site)
    free0, free1, inner, inplace = (
        site.integer(name) for name in ("n_free0", "n_free1", "n_contract", "n_inplace")
    )
    first = site.taken(site.input(0), transposed(site, "tpose_inp0_config."), (inplace, free0, inner))
    second = site.taken(site.input(1), transposed(site, "tpose_inp1_config."), (inplace, free1, inner))
    accumulator = site.type("accum_t")
    i, a, b, c = np.indices((inplace, free0, free1, inner))
    spread = [
        site.taken(first, (i * free0 + a) * inner + c),
        site.taken(second, (i * free1 + b) * inner + c),
    ]
    exact = product_format(site.name, site.format(first), site.format(second))
    if exact.width > MAX_WIDTH:
        raise site.refuse(f"its products have {exact.width} bits; supported are {MAX_WIDTH}")
    products = site.add("multiply", spread, {"output": exact})
    sums = site.add(
        "stepwise_sum", [products], {"output": site.output_format, "accumulator": accumulator}, {"axis": 3}
    )
    site.result_is(site.taken(sums, transposed(site, "tpose_out_conf.")))
