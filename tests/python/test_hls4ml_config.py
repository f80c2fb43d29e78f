"""hls4ml-style configurations, as its tools write them and as users change them."""

from __future__ import annotations

import numpy as np
import pytest

from isobit import ConfigError
from small_models import every_operator, tagger


@pytest.fixture(scope="module")
def model():
    return tagger()


def role(quantized, layer, name):
    fmt = quantized.precision.layers[layer].formats[name]
    return None if fmt is None else str(fmt)


MODEL = {
    "Precision": {"default": "ap_fixed<16,6>"},
    "ReuseFactor": 1,
    "Strategy": "Latency",
    "BramFactor": 1000000000,
    "TraceOutput": False,
}


def test_model_section(model):
    q = model.quantize({"Model": MODEL})
    assert q.precision.layers["fc1"].formats == model.quantize("fixed<16,6>").precision.layers["fc1"].formats
    assert q.precision.layers["fc1"].hardware == {"reuse_factor": 1, "strategy": "latency"}
    short = model.quantize({"Model": {"Precision": "ap_fixed<16,6>", "ReuseFactor": 1}})
    assert short.precision.layers["fc1"].formats == q.precision.layers["fc1"].formats


def test_sections_by_name_and_type(model):
    q = model.quantize(
        {
            "Model": MODEL,
            "LayerType": {
                "Dense": {"Precision": {"weight": "fixed<8,2>", "accum": "fixed<24,12>"}, "ReuseFactor": 4},
                "Activation": {"Precision": "ufixed<9,5,RND,SAT>"},
                "Softmax": {"Precision": {"result": "ufixed<12,0,RND,SAT>"}, "TableSize": 512},
                "Input": {"Precision": {"result": "fixed<11,5>"}},
            },
            "LayerName": {
                "fc2": {
                    "Trace": True,
                    "Precision": {
                        "result": "fixed<12,5,RND,SAT>",
                        "weight": "fixed<7,2>",
                        "bias": "fixed<6,2,RND_CONV,SAT>",
                        "accum": "auto",
                    },
                    "Strategy": "Resource",
                    "ReuseFactor": 2,
                },
                "fc2_relu": {
                    "Precision": {"result": "ufixed<8,4,RND,SAT>", "table": "fixed<18,8,RND,SAT,0>"},
                    "TableSize": 1024,
                },
                "softmax": {
                    "Precision": {"exp_table": "fixed<18,8,RND,SAT,0>", "inv_table": "fixed<18,8,RND,SAT,0>"},
                    "Implementation": "stable",
                    "Skip": False,
                },
            },
        }
    )
    assert str(q.formats["features"]) == "fixed<11,5>"
    assert role(q, "fc1", "weight") == "fixed<8,2>"
    assert role(q, "fc1", "bias") == "fixed<16,6,RND,SAT>"
    assert role(q, "fc1", "accumulator") == "fixed<24,12>"
    assert q.precision.layers["fc1"].hardware == {"reuse_factor": 4, "strategy": "latency"}
    assert role(q, "fc2", "weight") == "fixed<7,2>"
    assert role(q, "fc2", "bias") == "fixed<6,2,RND_CONV,SAT>"
    assert role(q, "fc2", "output") == "fixed<12,5,RND,SAT>"
    assert role(q, "fc2", "accumulator") is None
    assert q.precision.layers["fc2"].hardware == {"reuse_factor": 2, "strategy": "resource"}
    assert str(q.formats["fc1_relu"]) == "ufixed<9,5,RND,SAT>"
    assert str(q.formats["fc2_relu"]) == "ufixed<8,4,RND,SAT>"
    assert str(q.formats["softmax"]) == "ufixed<12,0,RND,SAT>"  # its own class, not Activation
    assert role(q, "softmax", "reciprocal_table") == "fixed<18,8,RND,SAT>"
    assert q.precision.layers["softmax"].table_size == 512


def test_linear_activations_that_tools_write_out(model):
    result = {"Precision": {"result": "fixed<12,5>"}, "ReuseFactor": 1}
    q = model.quantize({"Model": MODEL, "LayerName": {"fc1": {"ReuseFactor": 1}, "fc1_linear": result}})
    assert str(q.formats["fc1"]) == "fixed<12,5>"
    other = {"Precision": {"result": "fixed<13,5>"}}
    for names in (("fc1", "fc1_linear"), ("fc1_linear", "fc1")):
        with pytest.raises(ConfigError, match="differ; they are one here"):
            model.quantize({"Model": MODEL, "LayerName": dict(zip(names, (result, other), strict=True))})


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"Model": {"Precison": "fixed<16,6>"}}, "Model: unknown key 'Precison'. Did you mean 'Precision'"),
        ({"Model": {**MODEL, "Compression": True}}, "unknown key 'Compression'"),
        ({"Model": MODEL, "Layers": {}}, "unknown section 'Layers'"),
        ({"HLSConfig": {"Model": MODEL}}, "unknown section 'HLSConfig'. Give the dict inside"),
        ({"Model": MODEL, "LayerName": {"fc11": {}}}, "no layer or input 'fc11'. Did you mean 'fc1'"),
        ({"Model": MODEL, "LayerType": {"Dence": {}}}, "unknown layer type. Did you mean 'Dense'"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Precision": "auto"}}}, "'auto' leaves it open"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Precision": {"weight": "auto"}}}}, "calibration=X"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Precision": {"wight": "int<4>"}}}}, "Did you mean 'weight'"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Precision": 16}}}, "must be a string"),
        ({"Model": MODEL, "LayerName": {"fc1": 16}}, "must be a dict"),
        ({"Model": MODEL, "LayerName": {"fc1_relu": {"Precision": {"weight": "int<4>"}}}}, "no such format"),
        ({"Model": MODEL, "LayerName": {"softmax": {"Precision": {"accum": "int<4>"}}}}, "change numbers"),
        ({"Model": MODEL, "LayerName": {"softmax": {"Precision": {"inv_inp": "fixed<18,2>"}}}}, "change num"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Precision": {"inv_inp": "int<4>"}}}}, "change numbers"),
        (
            {"Model": MODEL, "LayerName": {"softmax": {"Implementation": "legacy"}}},
            "'legacy' is not supported",
        ),
        ({"Model": MODEL, "LayerName": {"softmax": {"Skip": True}}}, "computes every layer"),
        ({"Model": MODEL, "LayerName": {"fc1": {"Trace": "yes"}}}, "must be True or False"),
        ({"Model": MODEL, "LayerName": {"fc1": {"ReuseFactor": 1.5}}}, "a positive integer, not 1.5"),
        ({"Model": {**MODEL, "Strategy": "distributed_arithmetic"}}, "use Latency or Resource"),
        (
            {"Model": MODEL, "LayerName": {"fc1_linear": {"Precision": {"bias": "int<4>"}}}},
            "'result' precision",
        ),
        (
            {"Model": {"Precision": {"default": "fixed<16,6>", "maximum": "int<9>"}}},
            "unknown precision 'maxi",
        ),
    ],
)
def test_what_is_unknown_or_would_change_numbers_is_refused(model, config, text):
    with pytest.raises(ConfigError, match=text):
        model.quantize(config)


def test_what_the_tools_write_by_name_with_calibration(model):
    """The dict of hls4ml's granularity="name": everything open, and its default types for softmax."""
    names = ["features", "fc1", "fc1_linear", "fc1_relu", "fc2", "fc3", "fc4", "softmax"]
    config = {"Model": MODEL, "LayerName": {name: {"Trace": False, "Precision": {}} for name in names}}
    for name in names:
        config["LayerName"][name]["Precision"]["result"] = "auto"
    for name in ("fc1", "fc2", "fc3", "fc4"):
        open_types = dict.fromkeys(("weight", "bias", "accum"), "auto")
        config["LayerName"][name]["Precision"].update(open_types)
    default = "fixed<18,8,RND,SAT,0>"
    tables = dict.fromkeys(("exp_table", "inv_table", "inv_inp", "accum"), default)
    config["LayerName"]["softmax"]["Precision"].update(tables, table="fixed<18,8,TRN,WRAP,0>")
    with pytest.raises(ConfigError, match="'auto' leaves it open"):
        model.quantize(config)
    X = np.random.default_rng(0).normal(size=(100, 16))
    q, free = model.quantize(config, calibration=X, width=12), model.quantize(calibration=X, width=12)
    for layer in ("fc1", "fc1_relu", "fc4"):
        assert q.precision.layers[layer].formats == free.precision.layers[layer].formats
    assert role(q, "softmax", "exp_table") == "fixed<18,8,RND,SAT>"
    assert str(q.formats["fc2_relu"]) == "fixed<16,6>"  # not named: the default of the model


def test_every_operator_can_be_named_by_type():
    zoo, _ = every_operator()
    kinds = ["Dense", "Activation", "LeakyReLU", "PReLU", "Merge", "Add", "BatchNormalization", "Concatenate"]
    config = {"Model": MODEL, "LayerType": {kind: {"Precision": "fixed<20,8>"} for kind in kinds}}
    q = zoo.quantize(config)
    for layer in ("fc", "sigmoid", "leaky_relu", "prelu", "add", "average", "norm", "concatenate"):
        assert str(q.formats[layer]) == "fixed<20,8>", layer
