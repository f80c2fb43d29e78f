"""io_stream: the bits of the engine from streams of pixels; line buffers found again; what is refused."""

from __future__ import annotations

import json
import re
import subprocess

import numpy as np
import pytest
from zoo import attention, convolution, graphs, recurrent, trees
from zoo.layers import Layers

import cxx
import isobit
import small_models
from isobit import hls
from isobit.hls import catalog, headers
from isobit.hls.csim import compile_testbench, open_project, run_testbench
from isobit.hls.grid import Grid, grid_of_taps, grid_of_windows
from isobit.hls.lint import lint_project
from isobit.hls.lint.front_end import STAND_INS
from isobit.hls.vectors import vectors
from isobit.ir import GraphBuilder
from isobit.ops.sliding import Axis

FORMAT = "fixed<16,6,RND,SAT>"
STRICT = ("-std=c++14", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror")


def image_network():
    """Two dimensions: padding, strides, dilation, groups, skip connections, concatenation, all poolings.

    Nothing reads the convolution with dilation.
    """
    net = Layers("image", (7, 9, 3))
    net.conv(4, (3, 2), strides=2, padding="same")
    net.pool(3, strides=2, pads=[1, 1, 1, 1])
    early = net.last
    net.conv(4, (3, 3), padding="same", groups=2)
    net.last = net.builder.add("add", [net.last, early], "skip")
    net.add("affine", {}, {"scale": net.rng.uniform(0.5, 1.5, 4), "bias": net.rng.normal(0, 0.1, 4)})
    channels = net.builder.add("concatenate", [early, net.last], "channels", {"axis": 2})
    net.last = channels
    weight = net.rng.normal(size=(2, 2, 8, 3))
    net.add("conv", {"dilations": [1, 2]}, {"weight": weight, "bias": net.rng.normal(size=3)})
    net.last = channels
    mean = net.global_mean()
    net.last = channels
    net.pool(2, "average", strides=1)
    net.dense(3)
    net.add("softmax")
    net.flatten()
    net.dense(8, "tanh")
    net.last = net.builder.add("multiply", [net.last, mean], "gated")
    return net.model()


def pulse_network():
    """One dimension, from a flat input: causal padding, dense layers row by row and behind a flatten."""
    net = Layers("pulse", (36,))
    net.add("relu")
    net.add("reshape", {"shape": [12, 3]})
    weight = net.rng.normal(size=(3, 3, 6)) / 3
    net.add("conv", {"pads": [4, 0], "dilations": [2]}, {"weight": weight})
    net.pool(2)
    net.dense(4, "relu")
    net.flatten()
    net.dense(6)
    net.dense(2)
    return net.model()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams") / "image"
    image_network().quantize(FORMAT).export("hls", folder, ports="int", io_type="io_stream")
    return folder


def source(folder):
    (path,) = (folder / "firmware").glob("*.cpp")
    return path.read_text()


def test_an_image(project):
    report = hls.simulate(project, samples=500)
    assert [output.values for output in report.outputs] == [500 * 8]
    assert "`x` 63 of 3 elements, `y` 1 of 8 elements" in (project / "README.md").read_text()
    text = source(project)
    for kernel in ("window_convolution", "window_pooling", "pooled", "fork_words", "drop_words"):
        assert f"kernels::{kernel}<" in text
    assert text.count("kernels::sliding<") == 5


def test_a_pulse_with_shared_multipliers(tmp_path):
    model = pulse_network().quantize(FORMAT)
    factors = {"conv": 9, "dense": 6, "dense_1": 24, "dense_2": 6}
    assert set(factors) == set(hls.legal_reuse_factors(model))
    prj = tmp_path / "prj"
    model.export("hls", prj, ports="int", io_type="io_stream", strategy="resource", reuse_factor=factors)
    assert hls.simulate(prj, samples=300).samples == 300
    assert lint_project(prj).findings == ()
    layers = {layer["name"]: layer for layer in json.loads((prj / "project.json").read_text())["layers"]}
    assert layers["conv"]["multipliers"] == 3 * 3 * 6 // 9


def test_multipliers_serve_all_pixels(project):
    layers = {layer["name"]: layer for layer in json.loads((project / "project.json").read_text())["layers"]}
    assert layers["conv"]["multipliers"] == 3 * 2 * 3 * 4


def test_a_fork_holds_a_sample(project):
    """The reader that is ahead of the other is so by one sample at most."""
    text = source(project)
    forked = re.findall(r"fork_words<policy, t(\d+)>::run\((\w+), (\w+), ", text)
    assert len(forked) >= 3
    for tensor, *streams in forked:
        words = re.search(rf"using t{tensor} = kernels::stream<.*, (\d+), \d+>;", text)[1]
        for name in streams:
            assert f"ISOBIT_HLS_FIFO({name}, {max(int(words), 2)})" in text


@pytest.mark.parametrize("interface", ["fifo", "axi_stream"])
def test_as_vitis_sees_it(interface, tmp_path):
    prj = tmp_path / "prj"
    pulse_network().quantize(FORMAT).export(
        "hls", prj, ports="int", io_type="io_stream", interface=interface, strategy="resource"
    )
    command = [
        cxx.compiler(quick=True), "-std=c++14", "-D__VITIS_HLS__", "-E", "-I", str(prj / "include"),
        "-I", str(STAND_INS), str(prj / "firmware" / "pulse.cpp"),
    ]  # fmt: skip
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pragmas = [line.removeprefix("#pragma HLS ") for line in text.splitlines() if "#pragma HLS" in line]
    mode = {"fifo": "ap_fifo", "axi_stream": "axis"}[interface]
    assert {f"interface mode = {mode} port = {name}" for name in "xy"} <= set(pragmas)
    assert "dataflow" in pragmas
    assert "stream variable = a0 depth = 2" in pragmas
    assert "array_partition variable = pixels.lines complete dim = 1" in pragmas
    assert "using channel = hls::stream<Word>;" in text


def test_compilers_have_nothing_to_say(project, tmp_path):
    compile_testbench(open_project(project), tmp_path / "testbench", STRICT)


AXES = [
    Axis(9, 3), Axis(8, 3, 2, 1, 1, 1), Axis(7, 2, 1, 3, 3, 0), Axis(5, 1, 2), Axis(6, 5, 1, 1, 2, 2),
    Axis(1, 1), Axis(4, 3, 1, 1, 2, 0),
]  # fmt: skip


@pytest.mark.parametrize("rows", AXES)
@pytest.mark.parametrize("columns", AXES)
def test_a_grid_makes_the_same_pixels(rows, columns):
    pixels = Grid(rows, columns, (rows.outputs(), columns.outputs())).pixels()
    size = rows.length * columns.length
    found = grid_of_taps(pixels, size)
    assert found is not None
    np.testing.assert_array_equal(found.pixels(), pixels)
    if rows.dilation == columns.dilation == 1 and (pixels >= 0).all(axis=1).any():
        windows = [row[row >= 0] for row in pixels]
        found = grid_of_windows(windows, size)
        assert found is not None
        assert [row[row >= 0].tolist() for row in found.pixels()] == [window.tolist() for window in windows]


def test_other_lists_are_no_grid():
    pixels = Grid(Axis(6, 3), Axis(6, 3), (4, 4)).pixels()
    pixels[5, 4] += 1
    assert grid_of_taps(pixels, 36) is None
    assert grid_of_windows(list(pixels), 36) is None


def transposed():
    net = Layers("transposed", (4, 4, 2))
    net.add("conv_transpose", {"strides": [2, 2]}, {"weight": net.rng.normal(size=(3, 3, 2, 2))}, "up")
    return net.model()


@pytest.mark.parametrize(("build", "layer"), [(transposed, "up"), (trees.track_quality, "forest")])
def test_no_schedule(build, layer, tmp_path):
    """Refused by name, with what to do; nothing is written."""
    with pytest.raises(isobit.UnsupportedError, match=rf"layer '{layer}'.* use io_type='io_parallel'"):
        build().quantize(FORMAT).export("hls", tmp_path / "prj", io_type="io_stream")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interface", ["arrays", "handshake"])
def test_interfaces_of_arrays(interface, tmp_path):
    with pytest.raises(isobit.ConfigError, match=f"interface of io_stream: '{interface}' is not supported"):
        small_models.tagger().quantize(FORMAT).export(
            "hls", tmp_path / "prj", io_type="io_stream", interface=interface
        )


NETWORKS = {
    **convolution.SMALL,
    "jet_deep_sets": graphs.jet_deep_sets,
    "tagger": small_models.tagger,
    "image": image_network,
    "pulse": pulse_network,
    "top tagger, LSTM": recurrent.ZOO["top tagger, LSTM"],
    "top tagger, GRU": recurrent.ZOO["top tagger, GRU"],
    "transformer_tagger": attention.SMALL["transformer_tagger"],
}


def autoencoder():
    """Dense layers down to three numbers and up again."""
    net = Layers("autoencoder", (57,))
    for units in (32, 16, 3, 16, 32):
        net.dense(units, "relu")
    net.dense(57)
    return net.model()


NETWORKS["autoencoder"] = autoencoder


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_network(name, tmp_path):
    model = NETWORKS[name]().quantize(FORMAT)
    model.export("hls", tmp_path / "prj", ports="int", io_type="io_stream")
    assert hls.simulate(tmp_path / "prj", samples=1000).samples == 1000


def random_kernels(seed, count):
    """Convolutions and poolings over one image, all of them outputs; how many of each there are."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(3, 9, 2))
    builder = GraphBuilder("random")
    image = builder.input("image", (*shape, 4))
    made = {"conv": 0, "max_pool": 0, "average_pool": 0}
    while sum(made.values()) < count:
        op = str(rng.choice(list(made)))
        kernel = [int(rng.integers(1, n + 1)) for n in shape]
        pads = [int(rng.integers(0, k)) for k in kernel * 2]
        attrs = {"strides": [int(n) for n in rng.integers(1, 4, 2)], "pads": pads}
        constants = {}
        if op == "conv":
            groups = int(rng.choice([1, 2, 4]))
            attrs |= {"groups": groups, "dilations": [int(n) for n in rng.integers(1, 3, 2)]}
            constants = {"weight": rng.normal(size=(*kernel, 4 // groups, 4)), "bias": rng.normal(size=4)}
        else:
            attrs |= {"pool_size": kernel}
            if op == "average_pool":
                attrs["count_include_pad"] = bool(rng.integers(2))
        try:
            layer = builder.add(op, [image], f"{op}_{made[op]}", attrs, constants)
        except isobit.GraphError:  # a kernel that lies outside of the image
            continue
        builder.output(f"y_{layer}", layer)
        made[op] += 1
    return isobit.Model(builder.build()), made


REFUSED = {"conv_transpose", "forest", "gather", "gather_rows", "segment_max", "segment_mean", "segment_sum"}
"""Layer types without a schedule."""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::isobit.QuantizationWarning")
@pytest.mark.parametrize("part", range(4))
def test_each_layer_type_alone(part, tmp_path):
    for operator in catalog.operators()[part::4]:
        model = catalog.sample_model(operator, "fixed<12,5,RND,SAT>")
        if operator in REFUSED:
            with pytest.raises(isobit.UnsupportedError, match=r"layer 'layer'.*use io_type='io_parallel'"):
                model.export("hls", tmp_path / operator, ports="int", io_type="io_stream")
        else:
            model.export("hls", tmp_path / operator, ports="int", io_type="io_stream")
            hls.simulate(tmp_path / operator, samples=1000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_random_kernels(seed, tmp_path):
    model, made = random_kernels(seed, 20)
    model.quantize(FORMAT).export("hls", tmp_path / "prj", ports="int", io_type="io_stream")
    assert min(made.values()) >= 3
    text = source(tmp_path / "prj")
    assert text.count("window_convolution<") == made["conv"]
    assert text.count("window_pooling<") >= 3
    assert hls.simulate(tmp_path / "prj", samples=200).samples == 200


@pytest.mark.slow
@pytest.mark.parametrize("ports", ["ap", "ac"])
def test_vendor_integers(ports, tmp_path):
    model = image_network().quantize(FORMAT)
    model.export("hls", tmp_path / "prj", ports=ports, io_type="io_stream", interface="axi_stream")
    assert hls.simulate(tmp_path / "prj", samples=200).samples == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ports", "integers", "streams", "tool"),
    [
        ("ap", "ap_fixed.h", "hls_stream.h", "__VITIS_HLS__"),
        ("ac", "ac_int.h", "ac_channel.h", "ISOBIT_HLS_CATAPULT"),
    ],
)
def test_streams_of_vendors(ports, integers, streams, tool, tmp_path):
    if not (headers.vendor_folder(integers) / streams).is_file():
        pytest.skip(f"no {streams} beside {integers}")
    model = image_network().quantize(FORMAT)
    model.export("hls", tmp_path / "prj", ports=ports, io_type="io_stream")
    flags = ("-std=c++14", "-O1", f"-D{tool}", "-Wno-unknown-pragmas")
    compile_testbench(open_project(tmp_path / "prj"), tmp_path / "testbench", flags)
    inputs, expected = vectors(model, 200, 0)
    (found,) = run_testbench(tmp_path, inputs, expected)
    np.testing.assert_array_equal(found, expected[0])
