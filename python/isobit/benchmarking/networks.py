"""The networks that are measured. A new one is a few lines in :data:`NETWORKS`.

All contestants get the same model: the float model that isobit read, and the ONNX file that it came from.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isobit.benchmarking.forests import write_forest
from isobit.benchmarking.onnx_files import Layer, write_chain, write_recurrent
from isobit.errors import QuantizationWarning, UnsupportedError

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

FloatArray = npt.NDArray[np.float32]
Quantize = Callable[["Network"], "QuantizedModel"]

TAGGER = (16, 64, 32, 32, 5)
AUTOENCODER = (57, 32, 16, 3, 16, 32, 57)
LARGE = (256, 512, 512, 10)
CALIBRATION_SAMPLES = 2000
BITS_16, BITS_8, BITS_6, BITS_1 = "fixed<16,6>", "8 bits", "6 bits", "1 bit"
CALIBRATED_16 = "16 bits"
HLS4ML_PROFILE = "hls4ml profile"


@dataclass(frozen=True)
class Network:
    """What is computed, and on which data.

    Parameters
    ----------
    name : str
    model : Model
        In floating point.
    samples : callable
        ``samples(n)``: n inputs, float32, of shape (n, *input shape). One input and one output.
    onnx : Path, optional
        The file of the model, for contestants that read ONNX.
    classes : bool
        Whether the largest output is the answer, so that one can count how often it is the same.
    formats : mapping of str to callable
        How isobit quantizes it, by the label of its rows; the first is the one that others are compared with.
    skip : mapping of str to str
        Contestants (keys of :data:`isobit.benchmarking.contestants.CONTESTANTS`) that are left out, and why.
    forest : Path, optional
        XGBoost's file of the model, for contestants that compute trees.
    """

    name: str
    model: Model
    samples: Callable[[int], FloatArray]
    onnx: Path | None = None
    classes: bool = True
    formats: Mapping[str, Quantize] = field(default_factory=lambda: FORMATS)
    skip: Mapping[str, str] = field(default_factory=dict)
    forest: Path | None = None

    def quantized(self, label: str) -> QuantizedModel:
        """The model in one of its formats."""
        return self.formats[label](self)


def uniform(formats: Any) -> Quantize:
    """Formats as in ``Model.quantize(formats)``."""

    def quantize(network: Network) -> QuantizedModel:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", QuantizationWarning)  # one format for everything saturates a few
            return network.model.quantize(formats)

    return quantize


def calibrated(
    width: int, limit: float, samples: int = CALIBRATION_SAMPLES, weight: str | None = None
) -> Quantize:
    """Formats of one width from ranges over samples that are clipped at a limit.

    A few bits resolve typical values only where they need not reach the rare large ones: those saturate.
    ``weight`` is the format of the weights of dense layers, where they need not have the width of the rest.
    """

    def quantize(network: Network) -> QuantizedModel:
        below = np.nextafter(np.float32(limit), np.float32(0))
        X = np.clip(network.samples(samples), -limit, below)
        layers = [node.name for node in network.model.layers if node.op == "dense"]
        config = {name: {"weight": weight} for name in layers} if weight else None
        return network.model.quantize(config, calibration=X, width=width)

    return quantize


FORMATS: Mapping[str, Quantize] = {
    BITS_16: uniform(BITS_16),
    BITS_8: calibrated(8, 4),
    BITS_6: calibrated(6, 2),
}
USERS_FORMATS: Mapping[str, Quantize] = {CALIBRATED_16: calibrated(16, np.inf), BITS_8: calibrated(8, np.inf)}
"""For models of whose values nothing is known."""


def tagger(folder: Path) -> Network:
    """The trained jet tagger 16-64-32-32-5 on standardised features of simulated jets."""
    whole = packaged_tagger()
    standardise, *rest = whole.model.layers
    layers = [Layer(node.op, dict(node.constants)) for node in rest]
    scale, bias = standardise.constants["scale"], standardise.constants["bias"]

    def standardised(n: int) -> FloatArray:
        return (whole.samples(n) * scale + bias).astype(np.float32)

    return _chain(folder, "jet tagger 16-64-32-32-5", TAGGER[0], layers, standardised)


def users_network(
    model: Model, X: npt.NDArray[Any] | None, formats: Mapping[str, Quantize] | None, onnx: Path | None
) -> Network:
    """A model of the user's, on his data or on normally distributed numbers.

    Raises
    ------
    UnsupportedError
        For more than one input or output.
    """
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UnsupportedError(
            f"{model.name!r} has {len(model.inputs)} inputs and {len(model.outputs)} outputs; "
            "peers are compared on models that have one of each"
        )
    (shape,) = model.inputs.values()

    def samples(n: int) -> FloatArray:
        if X is None:
            return np.random.default_rng(0).standard_normal((n, *shape), dtype=np.float32)
        return np.ascontiguousarray(np.resize(X, (n, *shape)), dtype=np.float32)

    return Network(
        model.name, model, samples, onnx, model.layers[-1].op == "softmax", formats or USERS_FORMATS
    )


def packaged_tagger() -> Network:
    """The same as a user has it: physical features, which its first layer standardises."""
    data = Path(str(files("isobit").joinpath("data")))

    def jets(n: int) -> FloatArray:
        with np.load(data / "jets_test.npz") as file:
            X = file["X"]
        return np.ascontiguousarray(np.resize(X, (n, X.shape[1])))

    return Network("packaged jet tagger", loaded(data / "jet_tagger.onnx"), jets, data / "jet_tagger.onnx")


def mlp(
    folder: Path,
    sizes: Sequence[int] = TAGGER,
    last: str | None = "softmax",
    name: str = "MLP",
    skip: Mapping[str, str] | None = None,
    seed: int = 1,
) -> Network:
    """Dense layers with ReLU between them; random weights that keep all values near one; normal inputs."""
    rng = np.random.default_rng(seed)
    layers: list[Layer] = []
    for n_in, n_out in pairwise(sizes):
        weight = rng.normal(scale=np.sqrt(2 / n_in), size=(n_in, n_out))
        layers.append(Layer("dense", {"weight": weight, "bias": rng.normal(scale=0.1, size=n_out)}))
        layers.append(Layer("relu"))
    layers[-1:] = [Layer(last)] if last else []

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(seed).normal(size=(n, sizes[0])).astype(np.float32)

    title = f"{name} {'-'.join(map(str, sizes))}"
    return _chain(folder, title, sizes[0], layers, normal, last == "softmax", skip or {})


def _convolutional(name: str) -> Network:
    from isobit.benchmarking import convolutional

    made: Network = getattr(convolutional, name)()
    return made


def recurrent(folder: Path, op: str, steps: int = 20, features: int = 6, units: int = 20) -> Network:
    """An LSTM or GRU over the particles of a jet (the sizes of arXiv:2207.00559), random weights."""
    from isobit.ir import GraphBuilder
    from isobit.model import Model

    rng = np.random.default_rng(1)
    width = {"lstm": 4, "gru": 3}[op] * units
    constants = {
        "weight": rng.normal(scale=features**-0.5, size=(features, width)),
        "recurrent_weight": rng.normal(scale=units**-0.5, size=(units, width)),
        "bias": rng.normal(scale=0.1, size=width),
    }
    if op == "gru":
        constants["recurrent_bias"] = rng.normal(scale=0.1, size=width)
    name = f"{op.upper()} {steps} x {features}, {units} units"
    builder = GraphBuilder(name)
    builder.output("y", builder.add(op, [builder.input("x", (steps, features))], op, constants=constants))

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(1).normal(size=(n, steps, features)).astype(np.float32)

    path = write_recurrent(folder / f"{op}.onnx", op, steps, constants)
    return Network(name, Model(builder.build()), normal, path, classes=False, skip=_NO_RECURRENT_PEERS)


def _interaction(folder: Path) -> Network:
    from isobit.benchmarking import graphs

    return graphs.interaction_network(folder)


def forest(folder: Path, rounds: int = 100, depth: int = 4, classes: int = 5) -> Network:
    """Sums of boosted trees on standardised features of simulated jets, random in shape of a trained one."""
    whole = packaged_tagger()
    standardise = whole.model.layers[0].constants

    def standardised(n: int) -> FloatArray:
        return (whole.samples(n) * standardise["scale"] + standardise["bias"]).astype(np.float32)

    from isobit.ir import GraphBuilder
    from isobit.model import Model

    path = write_forest(folder / "forest.json", standardised(CALIBRATION_SAMPLES), rounds, depth, classes)
    graph = loaded(path).graph
    builder = GraphBuilder(f"{rounds} trees of depth {depth} for each of {classes} classes")
    sums = graph.node("forest")
    features = builder.input("features", graph.inputs["features"])
    builder.output("sums", builder.add("forest", [features], "forest", sums.attrs, sums.constants))
    model = Model(builder.build())
    none = "it computes no trees"
    others = ("onnxruntime", "onnxruntime-int8", "tflite", "tflite-int8", "hls4ml-vitis", "hls4ml-quartus")
    skip = dict.fromkeys((*others, "alkaid"), none)
    formats = {BITS_16: uniform(BITS_16)}
    return Network(model.name, model, standardised, None, classes > 1, formats, skip, path)


def binary_mlp(folder: Path, sizes: Sequence[int] = LARGE, seed: int = 1) -> Network:
    """Weights, activations and inputs that are signs; beside it the same shape with numbers of 8 bits."""
    from isobit.ir import GraphBuilder
    from isobit.model import Model

    rng = np.random.default_rng(seed)
    builder = GraphBuilder(f"binary MLP {'-'.join(map(str, sizes))}")
    last, sums = builder.input("x", (sizes[0],)), "fixed<16,16>"
    binary: dict[str, Any] = {"default": sums, "x": "pm1"}
    bytes_: dict[str, Any] = {"default": sums, "x": "fixed<8,3,RND,SAT>"}
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        constants = {"weight": rng.choice([-1.0, 1.0], (n_in, n_out)), "bias": rng.integers(-9, 9, n_out)}
        last = builder.add("dense", [last], f"fc{i}", constants=constants)
        binary[f"fc{i}"] = {"weight": "pm1"}
        bytes_[f"fc{i}"] = {"weight": "fixed<8,4>"}
        if i < len(sizes) - 2:
            last = builder.add("binary_tanh", [last], f"act{i}")
            bytes_[f"act{i}"] = "fixed<8,4>"
    builder.output("y", last)

    def normal(n: int) -> FloatArray:
        return np.random.default_rng(seed).normal(size=(n, sizes[0])).astype(np.float32)

    formats = {BITS_1: uniform(binary), BITS_8: uniform(bytes_)}
    return Network(builder.name, Model(builder.build()), normal, classes=False, formats=formats)


_TOO_LONG = "its project did not compile in 15 minutes"
_TOO_LARGE = "it would unroll 398,336 products"
_NO_RECURRENT_PEERS = dict.fromkeys(
    ("hls4ml-vitis", "hls4ml-quartus", "alkaid", "onnxruntime-int8"),
    "recurrent layers are compared with ONNX Runtime float32 and TFLite",
)

NETWORKS: Mapping[str, Callable[[Path], Network]] = {
    "tagger": tagger,
    "autoencoder": lambda folder: mlp(folder, AUTOENCODER, None, "autoencoder"),
    "large": lambda folder: mlp(
        folder,
        LARGE,
        skip={"hls4ml-quartus": _TOO_LONG, "alkaid": _TOO_LARGE},
    ),
    "svhn": lambda folder: _convolutional("svhn_cnn"),
    "cnn1d": lambda folder: _convolutional("cnn_1d"),
    "lstm": lambda folder: recurrent(folder, "lstm"),
    "gru": lambda folder: recurrent(folder, "gru"),
    "interaction": _interaction,
    "trees": forest,
    "binary": binary_mlp,
}
"""What the comparison runs on, by the name on the command line: network of a folder for its files."""


def _chain(
    folder: Path,
    name: str,
    inputs: int,
    layers: Sequence[Layer],
    samples: Callable[[int], FloatArray],
    classes: bool = True,
    skip: Mapping[str, str] | None = None,
) -> Network:
    path = write_chain(folder / f"{name.replace(' ', '_').lower()}.onnx", inputs, layers)
    return Network(name, loaded(path), samples, path, classes, skip=skip or {})


def loaded(path: Path, weights: Path | None = None) -> Model:
    """The float model of a file, or of an architecture with its weights."""
    from isobit.loading import load
    from isobit.model import Model

    model = load(path, weights)
    if not isinstance(model, Model):
        raise TypeError(f"{path} is quantized already")
    return model
