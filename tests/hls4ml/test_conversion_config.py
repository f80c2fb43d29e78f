"""hls4ml's configuration dictionary: what counts, in which order, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from isobit import ConfigError, UnsupportedError
from isobit.hls4ml.conversion.config import HlsConfig
from isobit.hls4ml.conversion.precision import Precision, integer_type, parse_precision

MODEL = {"Precision": {"default": "ap_fixed<16,6>", "weight": "fixed<8,1>"}, "ReuseFactor": 2}


@dataclass
class Layer:
    name: str
    class_name: str = "Dense"


def types(config, layer, *parts):
    return [config.precision(layer, part) for part in parts]


def test_names_count_before_classes_and_these_before_the_model():
    config = HlsConfig(
        {
            "Model": MODEL,
            "LayerType": {"Dense": {"Precision": {"bias": "fixed<9,2>", "result": "auto"}}},
            "LayerName": {"FC1": {"Precision": {"accum": "fixed<20,8>"}}},
        }
    )
    named, other = Layer("fc1"), Layer("fc2")
    assert types(config, named, "accum", "bias", "weight", "table") == [
        (Precision(20, 8), "fc1_accum_t"),
        (Precision(9, 2), "Dense_bias_t"),
        (Precision(8, 1), "weight_default_t"),
        (Precision(16, 6), "model_default_t"),
    ]
    assert types(config, other, "accum", "result") == [
        (Precision(16, 6), "model_default_t"),
        (None, "Dense_result_t"),
    ]


def test_one_type_for_a_layer_stands_for_all_of_its_types():
    config = HlsConfig({"Model": MODEL, "LayerName": {"fc": {"Precision": "ap_ufixed<8,2,AP_RND,AP_SAT>"}}})
    precision, name = config.precision(Layer("fc"), "bias")
    assert (str(precision), name) == ("ufixed<8,2,RND,SAT,0>", "fc_bias_t")


def test_the_three_forms_of_a_configuration():
    inner = {"Model": MODEL}
    plain = HlsConfig(inner)
    call = HlsConfig({"hls_config": inner, "backend": "Vitis", "io_type": "io_stream", "part": "any"})
    file = HlsConfig({"HLSConfig": inner, "Backend": "Vivado", "IOType": "io_parallel", "ProjectName": "p"})
    assert [(c.backend, c.io_type) for c in (plain, call, file)] == [
        ("Vitis", "io_parallel"),
        ("Vitis", "io_stream"),
        ("Vivado", "io_parallel"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ap_fixed<16, 6>", Precision(16, 6)),
        ("ufixed<8,0,AP_RND_CONV,AP_SAT_SYM,0>", "ufixed<8,0,RND_CONV,SAT_SYM,0>"),
        ("ac_fixed<10,3,false,AC_RND,AC_SAT>", "ufixed<10,3,RND,SAT,0>"),
        ("ap_uint<3>", integer_type(3, False)),
        ("int<8>", "int<8>"),
        ("Auto", None),
    ],
)
def test_types(text, expected):
    found = parse_precision("here", text)
    assert (str(found) if isinstance(expected, str) else found) == expected


def test_an_integer_type_equals_no_fixed_point_type():
    assert integer_type(8, True) != Precision(8, 8)


@pytest.mark.parametrize(
    "text", ["float", "ap_fixed<16,6,AP_RND,AP_SAT,1>", "ap_fixed<a,b>", "fixed<200,3>", 3]
)
def test_types_that_are_not_understood(text):
    with pytest.raises(ConfigError, match=r"^here: "):
        parse_precision("here", text)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"Model": {"Precision": {"default": "auto"}}}, "'default' type that is not 'auto'"),
        ({"Model": {**MODEL, "ReuseFactr": 1}}, "unknown|does not know.*'ReuseFactor'"),
        ({"Model": MODEL, "Layers": {}}, "does not know 'Layers'"),
        ({"Model": {"Precision": {"default": "fixed<8,3>", "wieght": "fixed<8,3>"}}}, "'weight'"),
        ({"Model": {**MODEL, "Strategy": "Fast"}}, "takes 'Fast' for Latency"),
        ({"Model": {**MODEL, "ReuseFactor": 0}}, "positive integer"),
        ({"Model": MODEL, "LayerName": {"fc": {"result_t": "fixed<8,3>"}}}, "hls4ml ignores this type here"),
        ({"Model": MODEL, "LayerName": {"fc": {"TableSize": "big"}}}, "integer of at least 2"),
        ({"Model": MODEL, "LayerName": {"fc": {"Implementation": "fast"}}}, "none of 'latency'"),
    ],
)
def test_mistakes(config, message):
    with pytest.raises(ConfigError, match=message):
        HlsConfig(config)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"hls_config": {"Model": MODEL}, "backend": "Quartus"}, "backend 'Quartus'"),
        ({"hls_config": {"Model": MODEL}, "io_type": "io_serial"}, "io_serial"),
        ({"hls_config": {"Model": MODEL}, "backend": "Vitis", "bit_exact": True}, "bit_exact"),
        ({"Model": {**MODEL, "Compression": True}}, "compressed weights"),
        ({"Model": {**MODEL, "TargetCycles": 12}}, "TargetCycles"),
        ({"Model": MODEL, "LayerName": {"rnn": {"RecurrentReuseFactor": 4}}}, "write that"),
        (
            {
                "hls_config": {"Model": MODEL, "LayerType": {"Conv1D": {"ConvImplementation": "Encoded"}}},
                "io_type": "io_stream",
            },
            "only LineBuffer",
        ),
    ],
)
def test_options_that_are_not_emulated(config, message):
    with pytest.raises(UnsupportedError, match=message):
        HlsConfig(config)
