"""Rules of hls4ml's passes that the golden cases do not reach."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isobit import ConfigError, Format, UnsupportedError
from isobit.formats import Rounding
from isobit.hls4ml.conversion.config import HlsConfig
from isobit.hls4ml.conversion.converter import build, convert_declared
from isobit.hls4ml.conversion.passes.flows import run_flows
from isobit.hls4ml.conversion.passes.parameters import parameter_type
from isobit.hls4ml.conversion.passes.reuse import legal_reuse_factor
from isobit.hls4ml.conversion.precision import Precision
from isobit.hls4ml.conversion.sources.declared import Declarations, Declared
from isobit.hls4ml.conversion.text import exact, printed

MODEL = {"Precision": {"default": "fixed<16,6>"}, "ReuseFactor": 1}
AUTO = {"result": "auto", "weight": "auto", "bias": "auto", "accum": "auto", "scale": "auto"}


def dense(name, source, n_in=4, n_out=3, bias=True, seed=0):
    numbers = np.random.default_rng(seed).normal(size=(n_in + 1, n_out)).astype(np.float32)
    attrs = {
        "weight_data": numbers[:-1],
        "bias_data": numbers[-1] if bias else None,
        "n_in": n_in,
        "n_out": n_out,
    }
    return Declared("Dense", name, attrs, [source])


def chain(*layers, shape=(4,)):
    given = Declared("Input", "inp", {"input_shape": shape})
    return Declarations([given, *layers], ["inp"], [layers[-1].name])


def activation(name, source, function="linear"):
    return Declared("Activation", name, {"activation": function}, [source])


def pooling(name, source, operation, **changes):
    attrs = {"n_in": 6, "n_out": 2, "n_filt": 4, "pool_width": 3, "stride_width": 3, "pool_op": operation}
    return Declared("Pooling1D", name, {**attrs, "pad_left": 0, "pad_right": 0, **changes}, [source])


def graph(declared, **sections):
    made = build(declared, HlsConfig({"Model": MODEL, **sections}))
    run_flows(made)
    return made


def auto(*names):
    return {name: {"Precision": dict(AUTO)} for name in names}


def test_sums_grow_by_the_logarithm_and_by_one_for_the_bias():
    layers = chain(dense("fc", "inp", 5), shape=(5,))
    made = convert_declared(layers, {"Model": MODEL, "LayerName": auto("fc")})
    # 16 + 16 bits, three more for five terms, one more for the bias
    assert made.calls[0].types["accum_t"] == Format(36, 20)
    assert made.variables["layer2_out"].format == Format(36, 20)


def test_the_maximum_cuts_width_and_integer_bits_on_their_own():
    model = {"Precision": {"default": "fixed<16,6>", "maximum": "fixed<20,11>"}, "ReuseFactor": 1}
    made = convert_declared(chain(dense("fc", "inp")), {"Model": model, "LayerName": auto("fc")})
    assert made.calls[0].types["accum_t"] == Format(20, 9)


def test_a_missing_bias_has_one_bit_without_sign():
    made = convert_declared(chain(dense("fc", "inp", bias=False)), {"Model": MODEL, "LayerName": auto("fc")})
    assert made.calls[0].weights["biases"].format == Format(1, 0, signed=False, rounding=Rounding.TRN_ZERO)
    assert made.calls[0].types["accum_t"] == Format(35, 20)


def test_an_open_cast_takes_the_default_type_and_vanishes_if_that_is_its_inputs():
    layers = [dense("fc", "inp"), activation("cast", "fc")]
    sections = {"LayerName": {"cast": {"Precision": {"result": "auto"}}}}
    assert list(graph(chain(*layers), **sections).nodes) == ["inp", "fc"]
    sections["LayerName"]["fc"] = {"Precision": {"result": "fixed<12,4>"}}
    kept = graph(chain(*layers), **sections)
    assert list(kept.nodes) == ["inp", "fc", "cast"]
    assert kept.nodes["cast"].result.type.precision == Precision(16, 6)


def test_a_cast_behind_an_open_type_is_lost_with_its_own_type():
    sections = {"LayerName": {**auto("fc"), "cast": {"Precision": {"result": "fixed<8,3>"}}}}
    made = graph(chain(dense("fc", "inp"), activation("cast", "fc")), **sections)
    assert list(made.nodes) == ["inp", "fc"]
    assert made.nodes["fc"].result.type.precision.width == 35


def normalization(name, source, channels=3, **changes):
    numbers = np.random.default_rng(1).uniform(0.5, 2, (4, channels)).astype(np.float32)
    names = ("gamma_data", "beta_data", "mean_data", "variance_data")
    attrs = {
        **dict(zip(names, numbers, strict=True)),
        "epsilon": 1e-3,
        "n_in": channels,
        "n_filt": -1,
        **changes,
    }
    return Declared("BatchNormalization", name, attrs, [source])


def test_a_normalization_goes_into_a_layer_whose_type_is_open():
    layers = [dense("fc", "inp"), normalization("bn", "fc")]
    apart, fused = graph(chain(*layers)), graph(chain(*layers), LayerName=auto("fc", "bn"))
    assert list(apart.nodes) == ["inp", "fc", "bn"]
    assert list(fused.nodes) == ["inp", "fc"]
    scale, bias = apart.nodes["bn"].weights["scale"].data, apart.nodes["bn"].weights["bias"].data
    weights = apart.nodes["fc"].weights
    np.testing.assert_array_equal(fused.nodes["fc"].weights["weight"].data, scale * weights["weight"].data)
    np.testing.assert_array_equal(fused.nodes["fc"].weights["bias"].data, scale * weights["bias"].data + bias)
    assert fused.nodes["fc"].weights["weight"].data.dtype == np.float32


def test_a_normalization_that_does_nothing_is_dropped():
    idle = normalization("bn", "fc", scale_data=np.ones(3), bias_data=np.zeros(3))
    assert list(graph(chain(dense("fc", "inp"), idle)).nodes) == ["inp", "fc"]


def test_hls4ml_loses_a_normalization_after_a_dense_layer_over_two_axes():
    layers = chain(dense("fc", "inp", 2), normalization("bn", "fc"), shape=(4, 2))
    with pytest.raises(UnsupportedError, match=r"'bn'.*loses it after 'fc'"):
        graph(layers, LayerName=auto("fc", "bn"))


def test_a_dense_layer_over_two_axes_is_a_convolution_of_one_pixel():
    made = convert_declared(chain(dense("fc", "inp", 2), shape=(4, 2)), {"Model": MODEL})
    assert [call.function for call in made.calls] == ["pointwise_conv_1d_cl"]
    assert made.variables[made.outputs[0]].shape == (4, 3)


def test_reuse_of_a_convolution_of_one_pixel_is_not_corrected():
    layers = chain(dense("fc", "inp", 4), shape=(2, 4))
    section = {"fc": {"ReuseFactor": 3, "Strategy": "Resource"}}
    with pytest.raises(UnsupportedError, match=r"forgets to correct the ReuseFactor 3.*write 2"):
        graph(layers, LayerName=section)


def test_convolutions_with_a_reuse_factor_beyond_their_window_stop():
    section = {"fc": {"ReuseFactor": 12, "Strategy": "Resource"}}
    with pytest.raises(UnsupportedError, match="at most 4"):
        graph(chain(dense("fc", "inp", 4), shape=(2, 4)), LayerName=section)


def test_weights_of_the_resource_strategy_lie_transposed():
    made = graph(chain(dense("fc", "inp")), LayerName={"fc": {"Strategy": "Resource", "ReuseFactor": 3}})
    node = made.nodes["fc"]
    assert node.weights["weight"].data.shape == (3, 4)
    assert node.attrs["reuse_factor"] == 2


def test_legal_reuse_factors():
    # Divisors of the number of products that are a multiple of the inputs, or leave whole outputs.
    assert [legal_reuse_factor(4, 3, wanted) for wanted in (1, 2, 3, 4, 5, 7, 100)] == [1, 2, 2, 4, 4, 4, 12]


def test_a_final_reshape_vanishes_and_an_inner_one_shares_its_memory():
    shape = Declared("Reshape", "flat", {"target_shape": (8,)}, ["inp"])
    inner = convert_declared(chain(shape, dense("fc", "flat", 8), shape=(4, 2)), {"Model": MODEL})
    assert inner.calls[0].inputs == ("inp",)
    back = Declared("Reshape", "back", {"target_shape": (3, 1)}, ["fc"])
    last = convert_declared(chain(dense("fc", "inp"), back), {"Model": MODEL})
    assert last.outputs == last.calls[-1].outputs


def test_where_two_types_have_one_name_the_first_counts():
    """Both parameters of the model are called ``param_default_t``, and the compiler sees one typedef."""

    def leaky(name, source, slope):
        return Declared(
            "ParametrizedActivation", name, {"activation": "leakyrelu", "activ_param": slope}, [source]
        )

    model = {"Precision": {"default": "fixed<16,6>", "param": "auto"}, "ReuseFactor": 1}
    made = convert_declared(chain(leaky("a", "inp", 0.5), leaky("b", "a", 0.3)), {"Model": model})
    assert made.calls[0].types["param_t"] == made.calls[1].types["param_t"] == Format(1, 1, signed=False)
    assert int(made.calls[1].weights["alpha"].raw[0]) == 0


def test_streams_that_two_layers_read_are_copied():
    merged = Declared("Merge", "sum", {"op": "add"}, ["a", "b"])
    layers = chain(activation("a", "inp", "relu"), activation("b", "a", "tanh"), merged)
    made = convert_declared(
        layers, {"hls_config": {"Model": MODEL}, "backend": "Vitis", "io_type": "io_stream"}
    )
    assert [call.function for call in made.calls] == ["relu", "clone_stream", "tanh", "add"]
    first, second = made.calls[1].outputs
    assert {made.calls[2].inputs[0], made.calls[3].inputs[0]} == {first, second}


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([activation("a", "inp", "relu6")], "does not compile in streams"),
        ([activation("a", "inp", "selu")], "constant of another type"),
        ([pooling("a", "inp", "Average")], "adds windows in another order"),
        ([pooling("a", "inp", "Max", stride_width=1)], "overlapping windows"),
        ([Declared("Reshape", "a", {"target_shape": (8, 3)}, ["inp"])], "loses elements"),
        (
            [Declared("Reshape", "f", {"target_shape": (24,)}, ["inp"]), activation("a", "f", "relu")],
            "flattened streams",
        ),
    ],
)
def test_streams_that_are_otherwise(layers, message):
    model = {"Precision": {"default": "fixed<16,6,RND,SAT>"}, "ReuseFactor": 1}
    stream = {"hls_config": {"Model": model}, "backend": "Vitis", "io_type": "io_stream"}
    with pytest.raises(UnsupportedError, match=message):
        convert_declared(chain(*layers, shape=(6, 4)), stream)


def test_softmax_tables_are_no_longer_than_types_have_values():
    softmax = Declared("Softmax", "sm", {"activation": "softmax", "axis": -1}, ["fc"])
    section = {"fc": {"Precision": {"result": "fixed<8,3>"}}}
    made = convert_declared(chain(dense("fc", "inp"), softmax), {"Model": MODEL, "LayerName": section})
    config = made.calls[-1].config
    assert (config["exp_table_size"], config["inv_table_size"]) == (128, 256)
    assert made.calls[-1].types["inp_norm_t"] == Format(7, 5, signed=False)


def test_skipped_softmax():
    softmax = Declared("Softmax", "sm", {"activation": "softmax", "axis": -1}, ["fc"])
    made = convert_declared(
        chain(dense("fc", "inp"), softmax), {"Model": MODEL, "LayerName": {"sm": {"Skip": True}}}
    )
    assert [call.function for call in made.calls] == ["dense"]


def test_merging_compares_sizes_as_text():
    def merged(shape):
        small = Declared("Input", "small", {"input_shape": shape[-1:]})
        large = Declared("Input", "large", {"input_shape": shape})
        product = Declared("Merge", "product", {"op": "multiply"}, ["large", "small"])
        return Declarations([large, small, product], ["large", "small"], ["product"])

    assert convert_declared(merged((8, 8, 3)), {"Model": MODEL}).calls[0].config["n_elem"] == 192
    with pytest.raises(UnsupportedError, match="only some of the elements"):
        convert_declared(merged((4, 4, 8)), {"Model": MODEL})


def test_layers_that_do_not_exist():
    with pytest.raises(ConfigError, match=r"no layer 'fc2'.*Did you mean 'fc1'"):
        convert_declared(chain(dense("fc1", "inp")), {"Model": MODEL, "LayerName": {"fc2": {}}})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, Precision(1, 1, False)),
        (1.0, Precision(1, 1, False)),
        (0.5, Precision(1, 0, False)),
        (0.3, Precision(8, -1, False)),
        (-1.5, Precision(3, 2, True)),
        (6.0, Precision(2, 3, False)),
    ],
)
def test_types_of_constants(value, expected):
    assert parameter_type(value) == expected


def test_weights_go_through_decimal_text():
    """-149.5 / 512 prints as -0.291992188, which rounds away from the tie."""
    precision = Precision(16, 7, True, Format.parse("fixed<8,3,RND>").rounding)
    assert printed(np.float32([-0.2919921875]), precision).raw.tolist() == [-150]
    assert math.floor(-149.5 + 0.5) == -149


def test_integers_are_printed_without_decimals():
    assert printed(np.array([2.5, 3.5, -0.4]), Precision(4, 4, True, whole=True)).raw.tolist() == [2, 4, 0]


def test_exact_arrays():
    weight = exact(np.float32([0.75, -3.0, 2.0**-20]))
    assert weight.format == Format(23, 20)
    np.testing.assert_array_equal(np.ldexp(weight.raw, -20), [0.75, -3.0, 2.0**-20])


def test_what_hls4ml_ignores_is_said(caplog):
    softmax = Declared("Softmax", "sm", {"activation": "softmax", "axis": -1}, ["fc"])
    names = {**auto("fc"), "sm": {"Precision": {"exp_table": "fixed<12,4>", "table": "fixed<18,8>"}}}
    convert_declared(chain(dense("fc", "inp"), softmax), {"Model": MODEL, "LayerName": names})
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 2
    assert "'sm': hls4ml ignores the Precision 'exp_table' (fixed<12,4,TRN,WRAP,0>)" in texts[0]
    assert "softmax looks up exp in steps of 16" in texts[1]


def test_global_averages_that_can_wrap_are_said(caplog):
    pooled = Declared("GlobalPooling1D", "gap", {"n_in": 8, "n_filt": 3, "pool_op": "Average"}, ["inp"])
    convert_declared(chain(pooled, shape=(8, 3)), {"Model": MODEL})
    assert "the sum of 8 numbers" in caplog.text
    caplog.clear()
    wide = {"gap": {"Precision": {"accum": "fixed<19,9>"}}}
    convert_declared(chain(pooled, shape=(8, 3)), {"Model": MODEL, "LayerName": wide})
    assert not caplog.text


def test_two_bits_are_chosen_from_three_results():
    """-2 would be taken for 1; numbers of a fixed-point type are multiplied."""
    layers = chain(dense("fc", "inp"))
    layers.layers[1].attrs["weight_data"] = np.array([[1.0, -1.0, 0.0]] * 4)

    def product(weight):
        config = {"Model": MODEL, "LayerName": {"fc": {"Precision": {"weight": weight}}}}
        return convert_declared(layers, config).calls[0].config["product"]

    assert (product("ap_int<2>"), product("ap_fixed<2,2>")) == ("weight_ternary", "mult")
    layers.layers[1].attrs["weight_data"] = np.array([[1.0, -2.0, 0.0]] * 4)
    assert product("ap_fixed<2,2>") == "mult"
    with pytest.raises(UnsupportedError, match=r"'fc' \(Dense\): hls4ml multiplies by 1 where"):
        product("ap_int<2>")


def test_constants_that_are_not_read_count_in_the_numbers_of_layers():
    layers = chain(activation("a", "inp", "tanh"))
    layers.layers.insert(1, Declared("Constant", "shape", {"value": np.array([-1.0, 4.0])}))
    assert [call.outputs for call in convert_declared(layers, {"Model": MODEL}).calls] == [("layer3_out",)]
