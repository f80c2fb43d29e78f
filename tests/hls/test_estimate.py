"""Estimates of FPGA resources: counts of the trace, sharing, monotony, refusals, and published figures."""

from __future__ import annotations

import json
import math
import resource
from itertools import pairwise

import numpy as np
import pytest

from hls import published
from isobit import Model
from isobit.cli.exits import Exit
from isobit.cli.main import run
from isobit.errors import ConfigError
from isobit.hls.estimate.digits import digits, length, significant
from isobit.hls.estimate.technology import dsp_slices, levels, table_bram, table_lut
from isobit.ir import GraphBuilder

RNG = np.random.default_rng(0)


def network(*layers, shape=(16,)):
    """A model of layers given as (operator, attributes, constants)."""
    builder = GraphBuilder("net")
    last = builder.input("x", shape)
    for i, (op, attrs, constants) in enumerate(layers):
        last = builder.add(op, [last], f"{op}_{i}", attrs, constants)
    builder.output("y", last)
    return Model(builder.build())


def dense(weight, bias=None):
    weight = np.asarray(weight, dtype=float)
    constants = {"weight": weight} if bias is None else {"weight": weight, "bias": np.asarray(bias, float)}
    return ("dense", {}, constants)


def full(n_in, n_out):
    """Weights none of which is zero at 6 bits."""
    sign = RNG.choice([-1.0, 1.0], (n_in, n_out))
    return dense(sign * RNG.uniform(0.1, 0.9, (n_in, n_out)))


def convolution(n_in, n_out, kernel, groups=1):
    weight = RNG.uniform(0.1, 0.9, (kernel, kernel, n_in // groups, n_out))
    return ("conv", {"groups": groups}, {"weight": weight})


MLP = network(full(16, 32), ("relu", {}, {}), full(32, 8), ("softmax", {"axis": 0}, {}))
CNN = network(convolution(3, 8, 3), ("relu", {}, {}), convolution(8, 8, 3, groups=4), shape=(8, 8, 3))


def naf(n):
    """Digits of the non-adjacent form, one after the other."""
    count = 0
    while n:
        if n % 2:
            n -= 2 - n % 4
            count += 1
        n //= 2
    return count


def test_digits_of_constants():
    numbers = np.array([*range(-300, 300), 2**40 - 1, -(2**52) + 5, 2**60, 7 << 50])
    assert digits(numbers).tolist() == [naf(abs(int(n))) for n in numbers]
    assert length(numbers).tolist() == [abs(int(n)).bit_length() for n in numbers]
    odd = [abs(int(n)) // (abs(int(n)) & -abs(int(n))) if n else 0 for n in numbers]
    assert significant(numbers).tolist() == [n.bit_length() for n in odd]


def test_trees_slices_and_memories():
    assert [levels(n) for n in (1, 2, 3, 4, 5)] == [0, 1, 2, 2, 3]
    assert [levels(n, 3) for n in (1, 3, 4, 9, 27, 28)] == [0, 1, 2, 2, 3, 4]
    assert [dsp_slices(*widths) for widths in ((18, 27), (27, 19), (28, 18), (32, 32))] == [1, 2, 2, 4]
    assert table_bram(64, 16, 10) == 0
    assert table_lut(64, 16, 10) == 160
    assert table_bram(1024, 18, 1) == table_bram(1024, 18, 2) == 1
    assert table_bram(4096, 18, 5) == 12


@pytest.mark.parametrize("model", [MLP, CNN, published.tagger()], ids=["mlp", "cnn", "tagger"])
@pytest.mark.filterwarnings("ignore::isobit.QuantizationWarning")
def test_counts_are_those_of_the_trace(model):
    quantized = model.quantize("fixed<12,5>")
    for found in (quantized.estimate(), quantized.estimate(io_type="io_stream")):
        assert [layer.name for layer in found.layers] == list(quantized.operation_counts)
        for name, counts in quantized.operation_counts.items():
            assert found[name].multiplications == counts["multiplications"]
            assert found[name].additions == counts["additions"]


def test_products_are_shared_and_powers_of_two_are_free():
    # 3 and 5 of the first input, 3 of the second one; 4 is a shift, 0 nothing, 3 occurs twice
    model = network(dense([[3, 5, 3, 4], [0, 3, 0, -1]]), shape=(2,)).quantize("fixed<6,6>")
    assert model.estimate()["dense_0"].multipliers == 3
    assert model.estimate()["dense_0"].dsp == 0
    assert model.operation_counts["dense_0"]["multiplications"] == 4


def test_wide_products_take_dsp_slices():
    model = network(dense([[1365.0], [-2341.0]]), shape=(2,)).quantize("fixed<16,16>")
    assert model.estimate()["dense_0"].dsp == 2


def test_groups_of_channels():
    model = network(convolution(4, 8, 1, groups=4), shape=(2, 2, 4)).quantize("fixed<10,2>")
    layer = model.estimate(strategy="resource")["conv_0"]
    raw = model.tensors["conv_0.weight"].raw.reshape(4, 2)  # a channel and its two results
    shared = sum(len({int(n) for n in row if naf(abs(int(n))) > 1}) for row in raw)
    assert layer.multipliers == shared
    assert layer.interval == 4
    assert model.estimate()["conv_0"].multipliers == 4 * shared


def test_sums_of_groups_are_apart():
    """Of two groups with two channels one has only zeros; ones need no multiplier, but an addition."""
    weight = np.array([[[[1.0, 1, 0, 0], [1, 1, 0, 0]]]])
    model = network(("conv", {"groups": 2}, {"weight": weight}), shape=(1, 1, 4)).quantize("fixed<8,6>")
    assert model.estimate()["conv_0"].multipliers == 0
    alone = network(dense(weight[0, 0, :, :2]), shape=(2,)).quantize("fixed<8,6>")
    assert model.estimate()["conv_0"].lut == alone.estimate()["dense_0"].lut


def factors(n_in, n_out):
    return sorted({d for d in range(1, n_in + 1) if n_in % d == 0}
                  | {n_in * d for d in range(1, n_out + 1) if n_out % d == 0})  # fmt: skip


@pytest.mark.parametrize("strategy", ["latency", "resource"])
@pytest.mark.parametrize("fmt", ["fixed<6,1>", "fixed<16,6>"])
def test_monotonic_in_the_reuse_factor(strategy, fmt):
    model = network(full(16, 32)).quantize(fmt)
    found = [model.estimate(reuse_factor=r, strategy=strategy) for r in factors(16, 32)[1:]]
    for before, after in pairwise(found):
        for what in ("multipliers", "dsp"):
            assert after.total(what) <= before.total(what)
        assert after.interval > before.interval
        assert after.latency >= before.latency
    for r, estimate in zip(factors(16, 32)[1:], found, strict=True):
        assert estimate["dense_0"].multipliers == math.ceil(16 * 32 / r)
        assert estimate.interval == r


def test_monotonic_in_the_width():
    found = [MLP.quantize(f"fixed<{width},3>").estimate() for width in range(4, 24)]
    for before, after in pairwise(found):
        assert after.total("dsp") >= before.total("dsp")
        if after.total("dsp") == before.total("dsp") == 0:
            assert after.total("lut") >= before.total("lut")


def test_a_faster_clock_takes_more_cycles():
    model = MLP.quantize("fixed<16,6>")
    cycles = [model.estimate(clock_period=period).latency for period in (20, 5, 2.5, 1.5)]
    assert cycles == sorted(set(cycles))


def test_streams_take_a_position_in_each_cycle():
    found = CNN.quantize("fixed<8,3>").estimate(io_type="io_stream")
    assert found.interval == 64
    assert found.latency > 64
    assert found["conv_0"].multipliers < CNN.quantize("fixed<8,3>").estimate()["conv_0"].multipliers


def test_the_configuration_of_the_model_counts():
    model = MLP.quantize({"default": "fixed<8,3>", "dense_0": {"reuse_factor": 8, "strategy": "Resource"}})
    found = model.estimate()
    assert (found["dense_0"].reuse_factor, found["dense_0"].strategy) == (8, "resource")
    assert (found["dense_2"].reuse_factor, found.interval) == (1, 8)
    assert model.estimate(reuse_factor={"dense_0": 16}).interval == 16


def test_paths_side_by_side_do_not_add_up():
    builder = GraphBuilder("two")
    x = builder.input("x", (16,))
    branches = [builder.add("dense", [x], name, {}, full(16, 8)[2]) for name in ("a", "b")]
    builder.output("y", builder.add("add", branches, "sum"))
    two = Model(builder.build()).quantize("fixed<16,6>").estimate()
    one = network(full(16, 8)).quantize("fixed<16,6>").estimate()
    assert one.latency <= two.latency <= one.latency + 1


def test_bad_options():
    model = MLP.quantize("fixed<8,3>")
    for options, words in (
        ({"reuse_factor": 3}, r"'dense_0': a reuse factor of 3 .* 1, 2, 4"),
        ({"reuse_factor": 0}, "positive"),
        ({"reuse_factor": {"dense_9": 2}}, "'dense_9'"),
        ({"strategy": "fast"}, "Latency or Resource"),
        ({"part": "xcvu9"}, "Did you mean 'xcvu9p'"),
        ({"clock_period": -1}, "nanoseconds"),
        ({"io_type": "io_serial"}, "io_serial"),
    ):
        with pytest.raises(ConfigError, match=words):
            model.estimate(**options)


def test_parts_are_named_with_package_and_speed():
    found = MLP.quantize("fixed<8,3>").estimate(part="XCVU9P-flga2104-2L-e")
    assert found.part.name == "xcvu9p"
    assert found.utilization["lut"] == found.total("lut") / 1_182_240


def test_estimates_take_milliseconds():
    model = published.tagger().quantize(published.widths(8, 3))
    model.estimate()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    for _ in range(10):
        model.estimate()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 10 * 0.1


@pytest.mark.filterwarnings("ignore::isobit.QuantizationWarning")
def test_published_figures():
    """The page has the table that comes out, and the errors that it states hold."""
    text = published.PAGE.read_text(encoding="utf-8")
    assert published.page(text) == text, "python tests/hls/published.py writes the table anew"
    ratios = published.ratios()
    for what, (least, most) in published.STATED.items():
        values = [ratio for (_, figure), ratio in ratios.items() if figure == what]
        assert least <= min(values)
        assert max(values) <= most


def test_command(tmp_path, capsys):
    path = tmp_path / "net.isobit"
    MLP.quantize("fixed<8,3>").save(path)
    assert run(["estimate", str(path), "--part", "xc7z020", "--json"]) == Exit.OK
    facts = json.loads(capsys.readouterr().out)
    assert facts["part"] == "xc7z020"
    assert facts["total"]["lut"] == sum(layer["lut"] for layer in facts["layers"])
    assert run(["estimate", str(path), "--reuse-factor", "8", "--strategy", "resource"]) == Exit.OK
    out = capsys.readouterr().out
    assert "dense_0" in out
    assert "total" in out
    assert run(["estimate", str(path), "--part", "none"]) == Exit.BAD_INPUT
