"""Configurations: which format each role gets, and what is refused."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from isobit import ConfigError, Format, FormatError, QuantizationWarning
from isobit.ir import GraphBuilder
from isobit.model import Model
from small_models import every_operator, tagger


@pytest.fixture(scope="module")
def model():
    return tagger()


@pytest.fixture(scope="module")
def zoo():
    return every_operator()[0]


def formats(model, config):
    """The quantized model without its warnings about constants, which other tests ask for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QuantizationWarning)
        return model.quantize(config)


def role(quantized, layer, name):
    fmt = quantized.precision.layers[layer].formats[name]
    return None if fmt is None else str(fmt)


def test_one_format_for_everything(model):
    q = model.quantize("ap_fixed<16,6>")
    assert str(q.formats["features"]) == str(q.formats["fc1"]) == str(q.formats["softmax"]) == "fixed<16,6>"
    assert role(q, "fc1", "weight") == role(q, "fc1", "bias") == "fixed<16,6,RND,SAT>"
    assert role(q, "softmax", "exp_table") == "fixed<16,6,RND,SAT>"
    assert role(q, "fc1", "accumulator") is None
    assert q.config() == model.quantize(Format(16, 10)).config()


def test_roles_layers_defaults(model):
    q = formats(
        model,
        {
            "default": {"default": "fixed<16,6>", "accumulator": "fixed<24,12>", "table_size": 1024},
            "input": "fixed<12,4,RND,SAT>",
            "fc1": {"weight": "fixed<8,1>", "accum": "exact", "result": "fixed<14,6,TRN_ZERO,SAT>"},
            "fc2": "fixed<10,3>",
            "softmax": {"exp_table": "ufixed<18,1,RND,SAT>", "table_size": 256, "inv_table": "fixed<17,2>"},
        },
    )
    assert str(q.formats["features"]) == "fixed<12,4,RND,SAT>"
    assert role(q, "fc1", "weight") == "fixed<8,1>"  # given for the role: as written
    assert role(q, "fc1", "bias") == "fixed<16,6,RND,SAT>"
    assert role(q, "fc1", "accumulator") is None
    assert role(q, "fc1", "output") == "fixed<14,6,TRN_ZERO,SAT>"
    assert role(q, "fc2", "weight") == "fixed<10,3,RND,SAT>"
    assert role(q, "fc2", "output") == "fixed<10,3>"
    assert role(q, "fc2", "accumulator") == "fixed<24,12>"
    assert role(q, "softmax", "reciprocal_table") == "fixed<17,2>"
    assert q.tensors["softmax.exp_table"].raw.size <= 256
    assert str(q.tensors["softmax.exp_table"].format) == "ufixed<18,1,RND,SAT>"


def test_inputs_are_configured_by_name_too(zoo):
    q = formats(zoo, {"default": "fixed<16,6>", "y": "fixed<8,2>", "input": "fixed<9,3>"})
    assert (str(q.formats["x"]), str(q.formats["y"])) == ("fixed<9,3>", "fixed<8,2>")


def test_natural_formats(zoo):
    q = formats(zoo, {"default": "fixed<16,6>", "fc": "fixed<12,5>", "reshape": "fixed<9,3>"})
    assert str(q.formats["transpose"]) == str(q.formats["slice"]) == "fixed<12,5>"
    assert str(q.formats["reshape"]) == "fixed<9,3>"
    assert str(q.formats["concatenate"]) == "fixed<16,6>"  # its inputs differ
    assert (str(q.formats["argmax1"]), str(q.formats["argmax0"])) == ("ufixed<3,3>", "ufixed<2,2>")
    same = formats(zoo, {"default": "fixed<16,6>", "fc": "fixed<12,5>", "tanh": "fixed<12,5>"})
    assert str(same.formats["concatenate"]) == "fixed<12,5>"


def test_bounds_and_exact_factors(zoo):
    q = formats(zoo, "fixed<8,2>")
    assert q.tensors["relu6.high"].value.tolist() == [6.0]  # held exactly although 6 > 1.98
    assert q.tensors["average.factor"].value.tolist() == [0.5]
    assert str(q.tensors["average3.factor"].format) == "fixed<8,2,RND,SAT>"
    assert q.tensors["thresholded_relu.theta"].value.tolist() == [1.0]
    assert q.tensors["elu.scale"].value.tolist() == [1.0]
    given = formats(zoo, {"default": "fixed<8,2>", "relu6": {"weight": "ufixed<4,4>"}})
    assert str(given.tensors["relu6.high"].format) == "ufixed<4,4>"


def test_a_configuration_describes_itself(model, zoo):
    for made in (model.quantize("fixed<12,4>"), formats(zoo, "fixed<14,5,RND,SAT>")):
        text = json.loads(json.dumps(made.config()))
        again = formats(made.float_model, text)
        assert again.precision == made.precision
        assert again.config() == made.config()


def test_constants_that_saturate_are_reported():
    builder = GraphBuilder("m")
    builder.input("x", (2,))
    constants = {"weight": [[0.5, 3.0], [-5.0, 0.25]], "bias": [0.0, 0.0]}
    builder.output("y", builder.add("dense", ["x"], "fc", constants=constants))
    with pytest.warns(
        QuantizationWarning, match=r"'fc': 2 of 4 values of weight .*saturate.*5.*4 integer"
    ) as seen:
        Model(builder.build()).quantize("fixed<8,2>")
    assert seen[0].filename == __file__
    with pytest.warns(QuantizationWarning, match="wrap"):
        Model(builder.build()).quantize({"default": "fixed<8,2>", "fc": {"weight": "fixed<8,2>"}})


def test_the_carry_of_a_rounding_is_no_loss():
    builder = GraphBuilder("m")
    builder.input("x", (1,))
    builder.output("y", builder.add("dense", ["x"], "fc", constants={"weight": [[0.999]]}))
    q = Model(builder.build()).quantize("fixed<8,1>")
    assert q.tensors["fc.weight"].raw.tolist() == [[127]]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"fc1": "fixed<16,6>"}, "no format is given for 'output' of 'features' .* add the key 'default'"),
        ({"default": "fixed<16,6>", "fc9": "fixed<8,1>"}, "no layer or input 'fc9'. Did you mean 'fc"),
        ({"default": "fixed<16,6>", "fc1": {"wieght": "fixed<8,1>"}}, "'wieght' here. Did you mean 'weight'"),
        ({"default": "fixed<16,6>", "fc1_relu": {"weight": "fixed<8,1>"}}, "no role or option 'weight' here"),
        ({"default": "fixed<16,6>", "input": {"weight": "fixed<8,1>"}}, "no role or option 'weight' here"),
        ({"default": {"wight": "fixed<16,6>"}}, "Did you mean 'weight'"),
        ({"default": "fixed<16>"}, "configuration of 'default': 'fixed<16>' is not a number format"),
        ({"default": "auto"}, "'auto' leaves it open.*calibration=X"),
        ({"default": "fixed<16,6>", "fc1": {"output": "auto"}}, "'output' of 'fc1'"),
        ({"default": "fixed<16,6>", "fc1": {"weight": "exact"}}, "'exact' is not a number format"),
        (
            {"default": "fixed<16,6>", "fc1": {"weight": "int<4>", "kernel": "int<4>"}},
            "'weight' is given twice",
        ),
        ({"default": "fixed<16,6>", "fc1": {"table_size": 1000}}, "a power of two"),
        ({"default": "fixed<16,6>", "fc1": {"table_size": 2**17}}, "a power of two"),
        ({"default": "fixed<16,6>", "fc1": {"reuse_factor": 0}}, "a positive integer, not 0"),
        ({"default": "fixed<16,6>", "fc1": {"strategy": "fast"}}, "'fast' is not supported; use Latency"),
        ({"default": "fixed<16,6>", "fc1": 16}, "must be a dict with string keys, not 16"),
        ({"default": "fixed<16,6>", "softmax": {"exp_table": "fixed<8,0,TRN,WRAP>"}}, "cannot hold exp"),
        (16, "not int"),
        (None, "give a format such as"),
    ],
)
def test_bad_configurations_are_refused(model, config, text):
    with pytest.raises(ConfigError, match=text):
        model.quantize(config)


def test_a_format_that_does_not_parse(model):
    with pytest.raises(FormatError, match="'float' is not a number format"):
        model.quantize("float")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"config": "fixed<16,6>", "width": 16}, "width is for calibration"),
        ({"calibration": np.zeros((3, 16))}, "calibration needs a width"),
        ({"calibration": np.zeros((3, 16)), "width": 65}, "calibration needs a width"),
        ({"calibration": np.zeros((3, 16)), "width": 16.0}, "calibration needs a width"),
    ],
)
def test_calibration_needs_data_and_width(model, arguments, text):
    with pytest.raises(ConfigError, match=text):
        model.quantize(**arguments)
