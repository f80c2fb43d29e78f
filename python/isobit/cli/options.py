"""Arguments that several commands share, and what they stand for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from isobit.cli.console import Output
from isobit.errors import ConfigError, FileFormatError, MissingFileError

if TYPE_CHECKING:
    from isobit.model import Model
    from isobit.quantized import QuantizedModel

_Command = TypeVar("_Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for machines.")
threads_option = click.option(
    "--threads", type=click.IntRange(min=1), help="Number of threads; by default all cores."
)


@dataclass(frozen=True)
class ModelArguments:
    """A model file, and how to quantize it if it is a float model."""

    path: Path
    weights: Path | None
    format: str | None = None
    config: Path | None = None
    calibrate: Path | None = None
    width: int | None = None
    profile: str | None = None

    @property
    def asks_for_formats(self) -> bool:
        """Whether any option about formats was given."""
        given = (self.format, self.config, self.calibrate, self.width, self.profile)
        return any(value is not None for value in given)

    def load(self) -> Model | QuantizedModel:
        """The model as it is in the file."""
        from isobit.loading import load

        return load(self.path, self.weights)

    def quantized(self, output: Output) -> QuantizedModel:
        """The model in fixed point.

        Raises
        ------
        ConfigError
            For a float model without formats, and for formats that contradict each other or the file.
        """
        from isobit.quantized import QuantizedModel

        model = self.load()
        if isinstance(model, QuantizedModel):
            if self.asks_for_formats:
                raise ConfigError(f"{self.path} is quantized already, and its formats cannot be changed here")
            return model
        if not self.asks_for_formats:
            raise ConfigError(
                f"{self.path} holds a float model: choose formats, for example with --format "
                "'fixed<16,6>', or --calibrate X.npy --width 16, or write an .isobit file with 'isobit "
                "quantize' first"
            )
        if self.profile == "hls4ml":
            return self._like_hls4ml(model)
        if self.format is not None and (self.config is not None or self.calibrate is not None):
            raise ConfigError("--format decides every format; leave out --config and --calibrate")
        if self.calibrate is None:
            if self.width is not None:
                raise ConfigError("--width goes with --calibrate; a single format has its width in --format")
            return model.quantize(self._config())
        from isobit.cli.arrays import read_data

        if self.width is None:
            raise ConfigError("--calibrate needs --width, the number of bits of the formats to choose")
        data = read_data(self.calibrate, list(model.inputs))
        with output.waiting("calibrating"):
            return model.quantize(self._config(), calibration=data, width=self.width)

    def _like_hls4ml(self, model: Model) -> QuantizedModel:
        if self.calibrate is not None or self.width is not None:
            raise ConfigError(
                "--profile hls4ml takes its types from --config, or one from --format; leave out --calibrate"
            )
        if self.config is not None and self.format is not None:
            raise ConfigError("--format decides every format; leave out --config")
        return model.quantize(self._config(), profile="hls4ml")

    def _config(self) -> Any:
        return self.format if self.config is None else read_config(self.config)


def model_argument(command: _Command) -> _Command:
    """MODEL and --weights, handed over as ``model``, a :class:`ModelArguments`."""
    return _with_model(command, (), required=True)


def quantized_argument(command: _Command, required: bool = True) -> _Command:
    """As :func:`model_argument`, with the options that choose formats.

    A command that does not require a model gets None without one.
    """
    options = (
        click.option(
            "--format", "format_", metavar="FORMAT", help="One format for everything: 'fixed<16,6>'."
        ),
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE.json",
            help="Formats by layer, as JSON.",
        ),
        click.option(
            "--calibrate",
            type=click.Path(path_type=Path),
            metavar="X",
            help="Data (.npy, .npz, .csv) from which the formats that are left open are sized.",
        ),
        click.option("--width", type=int, help="Width of calibrated formats in bits."),
        click.option(
            "--profile",
            type=click.Choice(["exact", "hls4ml"]),
            help="Whose bits: isobit's own (exact), or hls4ml's, with its configuration in --config.",
        ),
    )
    return _with_model(command, options, required)


def read_config(path: Path) -> dict[str, Any]:
    """A configuration from a JSON file.

    Raises
    ------
    MissingFileError, FileFormatError
        When there is no such file, or it is not JSON (a key that occurs twice included).
    """
    if not path.is_file():
        raise MissingFileError(f"there is no file {str(path)!r}")
    if path.suffix.lower() != ".json":
        raise FileFormatError(f"{path}: configurations are read from .json files (json.dump writes one)")
    try:
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_repetition)
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(content, dict):
        raise FileFormatError(
            f"{path}: a configuration is an object with layer names, not {type(content).__name__}"
        )
    return content


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for key, value in pairs:
        if key in content:
            raise ValueError(f"the key {key!r} occurs twice")
        content[key] = value
    return content


def _with_model(
    command: _Command, options: tuple[Callable[[_Command], _Command], ...], required: bool
) -> _Command:
    def wrapped(**arguments: Any) -> Any:
        path = arguments.pop("path")
        names = ("weights", "format_", "config", "calibrate", "width", "profile")
        about = [arguments.pop(name, None) for name in names]
        if path is None and any(value is not None for value in about):
            raise click.UsageError("options about a model are given, but no MODEL")
        model = None if path is None else ModelArguments(path, *about)
        return command(model=model, **arguments)

    wrapped.__doc__ = command.__doc__
    wrapped.__name__ = command.__name__
    result: Any = wrapped
    result.__click_params__ = getattr(command, "__click_params__", [])
    for option in reversed(options):
        result = option(result)
    weights = click.option(
        "--weights",
        type=click.Path(path_type=Path),
        metavar="FILE.h5",
        help="Weights that belong to a Keras architecture in JSON.",
    )
    metavar = "MODEL" if required else "[MODEL]"
    model = click.argument("path", metavar=metavar, required=required, type=click.Path(path_type=Path))
    return model(weights(result))  # type: ignore[no-any-return]
