"""The stated largest error of a table cell, against the true function over every input there is."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import isobit
from isobit.ir import GraphBuilder

MP = mpmath.MPContext()
MP.prec = 200

TRUE = {
    "sigmoid": lambda x: 1 / (1 + MP.exp(-x)),
    "tanh": lambda x: MP.tanh(x),
    "softsign": lambda x: x / (1 + abs(x)),
    "exp": lambda x: MP.exp(x),
    "softplus": lambda x: MP.log1p(MP.exp(x)),
    "silu": lambda x: x / (1 + MP.exp(-x)),
    "gelu": lambda x: x * MP.ncdf(x),
    "mish": lambda x: x * MP.tanh(MP.log1p(MP.exp(x))),
    "logsigmoid": lambda x: -MP.log1p(MP.exp(-x)),
    "celu": lambda x: x if x > 0 else MP.expm1(x),
    "sin": lambda x: MP.sin(x),
    "erf": lambda x: MP.erf(x),
    "atan": lambda x: MP.atan(x),
    "asin": lambda x: MP.asin(min(max(x, -1), 1)),
    "sqrt": lambda x: MP.sqrt(max(x, 0)),
    "elu": lambda x: x if x > 0 else MP.expm1(x),
}
CONFIGURATIONS = [
    {"x": "fixed<11,5>", "table": "fixed<16,4,RND,SAT>", "table_size": 4096},
    {"x": "fixed<11,4>", "table": "fixed<10,3,RND_CONV,SAT>", "table_size": 128},
    {"x": "ufixed<9,2>", "table": "fixed<12,2,TRN,SAT>", "table_size": 512},
]


def model(op):
    builder = GraphBuilder(op)
    builder.input("x", (1,))
    builder.add(op, ["x"], "layer")
    builder.output("y", "layer")
    return isobit.Model(builder.build())


@pytest.mark.parametrize("op", TRUE)
@pytest.mark.parametrize("config", CONFIGURATIONS, ids=lambda config: config["x"])
def test_largest_error(op, config):
    layer = {"output": "fixed<48,16>", "table": config["table"], "table_size": config["table_size"]}
    quantized = model(op).quantize({"x": config["x"], "layer": layer})
    fmt = quantized.formats["x"]
    raws = np.arange(fmt.min_raw, fmt.max_raw + 1)
    inputs = raws * fmt.lsb
    outputs = quantized.predict(inputs.reshape(-1, 1)).ravel()
    errors = [
        abs(MP.mpf(float(y)) - TRUE[op](MP.mpf(float(x)))) for x, y in zip(inputs, outputs, strict=True)
    ]
    stated = quantized.tensors["layer.table"].max_error
    # 1e-9 relative: the bound itself is computed in double precision.
    assert float(max(errors)) <= stated * (1 + 1e-9)
    if fmt.signed or op not in ("elu", "celu"):  # which does not read its table for positive numbers
        assert float(max(errors)) == pytest.approx(stated, rel=1e-9)


def test_the_exponential_and_reciprocal_of_softmax():
    builder = GraphBuilder("softmax")
    builder.input("x", (3,))
    builder.add("softmax", ["x"], "layer")
    builder.output("y", "layer")
    quantized = isobit.Model(builder.build()).quantize("fixed<10,4,RND,SAT>")
    for role, true in (("exp_table", lambda a: MP.exp(-a)), ("reciprocal_table", lambda a: 1 / a)):
        table = quantized.tensors[f"layer.{role}"]
        addresses = np.arange(table.index.min_raw, table.index.max_raw + 1)
        for address, raw in zip(addresses[1:], table.raw[1:], strict=True):
            value = true(MP.ldexp(int(address), -table.index.frac))
            nearest = int(MP.nint(MP.ldexp(value, table.format.frac)))
            assert int(raw) == min(nearest, table.format.max_raw)
        assert table.max_error >= table.format.lsb / 4
