"""Operators with weights: dense layers, convolutions, and batch normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.hls4ml.emulation.shaping import transposed
from isobit.hls4ml.emulation.site import Site, plain, recast
from isobit.hls4ml.emulation.sums import Operand, Sum, sum_of
from isobit.ops.base import size

Raws = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Terms:
    """A weight as a matrix (n_in, n_out) and a bias, both as the accumulator sees them."""

    weight: Raws
    weight_format: Format
    bias: Raws
    accumulator: Format

    def how(self, x: Operand, out: Format) -> Sum:
        """How their sum with an input is computed."""
        return sum_of(x, self.weight_format, self.weight, self.bias, self.accumulator, out)

    def formats(self, how: Sum, accumulator: str = "accumulator") -> dict[str, Format]:
        """Formats by role."""
        formats = {"weight": plain(self.weight_format), "bias": plain(self.accumulator)}
        if how.accumulator is not None:
            formats[accumulator] = how.accumulator
        return formats


def operand(site: Site, tensor: str, never_negative: bool = False) -> Operand:
    """A tensor as a factor of products."""
    fmt = site.format(tensor)
    return Operand(fmt, 0 if never_negative else fmt.min_raw, fmt.max_raw)


def terms(
    site: Site,
    n_in: int,
    n_out: int,
    weights: str = "weights",
    biases: str = "biases",
    path: str = "",
    transposed: bool = False,
) -> Terms:
    """Weight and bias of a call; ``path`` leads to the types of a nested structure."""
    weight, bias = site.weight(weights), site.weight(biases)
    accumulator = site.type(f"{path}accum_t")
    raw = np.asarray(weight.raw, dtype=object).ravel()
    if raw.size != n_in * n_out:
        raise site.refuse(f"{weights} has {raw.size} elements, and {n_in} x {n_out} are read")
    matrix = raw.reshape(n_out, n_in).T if transposed else raw.reshape(n_in, n_out)
    offset = recast(bias.raw, bias.format, accumulator).ravel()
    if offset.size != n_out:
        raise site.refuse(f"{biases} has {offset.size} elements, and {n_out} are read")
    return Terms(matrix, weight.format, offset, accumulator)


def check_product(site: Site, member: str = "product") -> None:
    """Only ordinary products are summed here."""
    product = site.word(member, "mult")
    if product == "weight_exponential":
        _check_shifts(site)
    elif product == "weight_ternary":
        _check_choices(site)
    elif product != "mult":
        raise site.refuse(f"the product {product!r} of {member!r} is not reproduced here")


def _check_choices(site: Site) -> None:
    """Two bits choose between ``-x``, nothing and ``x``: -2 is taken for 1."""
    for name, weight in site.call.weights.items():
        if "bias" not in name and weight.format.width == 2 and -2 in np.asarray(weight.raw):
            raise site.refuse(f"{name} of two bits hold -2, which hls4ml takes for 1")


def _check_shifts(site: Site) -> None:
    """Products with powers of two are exact: nothing is shifted out of ``ap_fixed<2 (W + w), W + w>``.

    In records such weights are numbers; ``weight_exponent_width`` is the width w of their exponents, and W
    that of the data.
    """
    fmt = site.format(site.input())
    bits = site.integer("weight_exponent_width") + fmt.width
    for weight in site.call.weights.values():
        used = [abs(int(raw)) for raw in np.ravel(weight.raw) if int(raw)]
        lowest = min(((raw & -raw).bit_length() - 1 for raw in used), default=0)
        highest = max((raw.bit_length() for raw in used), default=0)
        fits = fmt.frac + weight.format.frac - lowest <= bits
        fits = fits and fmt.integer + highest - weight.format.frac <= bits
        if not fits:
            raise site.refuse(
                f"products with powers of two lose bits in {2 * bits} bits, {bits} of them integer"
            )


def is_resource(site: Site, member: str = "strategy") -> bool:
    """Whether the Resource strategy is used, whose weights lie transposed."""
    strategy = site.word(member, "latency")
    if strategy in ("latency", "distributed_arithmetic"):
        return False
    if strategy in ("resource", "resource_unrolled"):
        return True
    raise site.refuse(f"the strategy {strategy!r} is not known")


def resource_order(site: Site, n_in: int, n_out: int, reuse: int) -> list[int] | None:
    """The order in which a Resource schedule adds its inputs; None if it differs between outputs."""
    if reuse <= n_in:
        return [k for first in range(reuse) for k in range(first, n_in, reuse)]
    products = n_in * n_out
    reuse = min(reuse, products) if reuse % n_in == 0 else reuse
    orders: list[list[int]] = [[] for _ in range(n_out)]
    for first in range(reuse):
        for k in range(first, products, reuse):
            orders[k // n_in].append(k % n_in)
    return orders[0] if all(order == orders[0] for order in orders) else None


def in_order(site: Site, how: Sum, n_in: int, n_out: int, resource: bool) -> list[int] | None:
    """The order of the inputs, where it counts and is not ascending."""
    if not how.ascending or not resource:
        return None
    order = resource_order(site, n_in, n_out, site.integer("reuse_factor"))
    if order is None:
        raise site.refuse(
            f"the reuse factor {site.integer('reuse_factor')} adds the inputs of each output in an order of "
            "its own into an accumulator that saturates; a factor of at most the number of inputs, or a "
            "wider accumulator, is reproduced"
        )
    return None if order == sorted(order) else order


def dense(site: Site) -> None:
    """``nnet::dense``."""
    product = site.word("product", "mult")
    if product in ("both_binary", "data_binary", "weight_binary"):
        from isobit.hls4ml.emulation.narrow_products import narrow_dense

        narrow_dense(site, product)
        return
    n_in, n_out = site.integer("n_in"), site.integer("n_out")
    check_product(site)
    x = site.input(0, (n_in,))
    resource = is_resource(site)
    both = terms(site, n_in, n_out, transposed=resource)
    emit_dense(site, x, both, operand(site, x, site.is_never_negative()), resource)


def emit_dense(site: Site, x: str, both: Terms, factor: Operand, resource: bool = False) -> None:
    """A dense layer as the result."""
    n_in, n_out = both.weight.shape
    how = both.how(factor, site.output_format)
    order = in_order(site, how, n_in, n_out, resource)
    weight = both.weight
    if order is not None:
        x = site.taken(x, order)
        weight = weight[order]
    constants = {
        "weight": site.values(both.weight_format, weight),
        "bias": site.values(both.accumulator, both.bias),
    }
    site.result(how.cell, [x], both.formats(how), constants=constants)


def normalize(site: Site) -> None:
    """``nnet::normalize``: ``x * scale + bias`` for every element or channel, exact up to the result."""
    check_product(site)
    n_in, n_filt = size(site.output_shape), site.integer("n_filt", -1)
    scale, bias = site.weight("scale"), site.weight("bias")
    shape = site.output_shape if n_filt == -1 else (n_in // n_filt, n_filt)
    x = site.input(0, shape)
    sizes = shape if n_filt == -1 else (n_filt,)
    constants = {
        "scale": site.values(scale.format, scale.raw).reshape(sizes),
        "bias": site.values(bias.format, bias.raw).reshape(sizes),
    }
    site.result(
        "affine", [x], {"weight": plain(scale.format), "bias": plain(bias.format)}, constants=constants
    )


def einsum_dense(site: Site) -> None:
    """``nnet::einsum_dense``: a dense layer for each part of a transposed input, with biases of its own."""
    resource = is_resource(site, "dense_conf.strategy")
    check_product(site, "dense_conf.product")
    data, kernel, inner, inplace = (
        site.integer(name) for name in ("n_free_data", "n_free_kernel", "n_contract", "n_inplace")
    )
    x = site.taken(site.input(), transposed(site, "tpose_inp_conf."), (inplace * data, inner))
    weight, bias = site.weight("weights"), site.weight("biases")
    accumulator = site.type("dense_conf.accum_t")
    matrices = np.asarray(weight.raw, dtype=object).reshape(inplace, -1)
    offsets = recast(bias.raw, bias.format, accumulator).reshape(inplace, data, kernel)
    factor = operand(site, x, site.is_never_negative())
    rows = []
    for i, matrix in enumerate(matrices):
        kept = matrix.reshape(kernel, inner).T if resource else matrix.reshape(inner, kernel)
        alike = bool(np.all(offsets[i] == offsets[i, :1]))
        for group in [slice(0, data)] if alike else [slice(k, k + 1) for k in range(data)]:
            both = Terms(kept, weight.format, offsets[i, group.start], accumulator)
            how = both.how(factor, site.output_format)
            if how.ascending and resource:
                raise site.refuse(
                    "an accumulator that saturates with the Resource strategy is not reproduced"
                )
            count = group.stop - group.start
            part = site.taken(
                x, (np.arange(count)[:, None] + i * data + group.start) * inner + np.arange(inner)
            )
            formats = {"output": site.output_format, **both.formats(how)}
            constants = {
                "weight": site.values(both.weight_format, both.weight),
                "bias": site.values(both.accumulator, both.bias),
            }
            rows.append(site.add(how.cell, [part], formats, constants=constants))
    total = (
        rows[0]
        if len(rows) == 1
        else site.add("concatenate", rows, {"output": site.output_format}, {"axis": 0})
    )
    site.result_is(site.taken(total, transposed(site, "tpose_out_conf.")))


def distributed_dense(site: Site) -> None:
    """``dense_da``: a dense layer as a tree of shifted additions, which is exact."""
    n_in, n_out = site.integer("n_in"), site.integer("n_out")
    weight, bias = site.weight("weights"), site.weight("biases")
    x = site.input(0, (n_in,))
    constants = {
        "weight": site.values(weight.format, weight.raw).reshape(n_in, n_out),
        "bias": site.values(bias.format, bias.raw),
    }
    formats = {"weight": plain(weight.format), "bias": plain(bias.format)}
    site.result("dense", [x], formats, constants=constants)
