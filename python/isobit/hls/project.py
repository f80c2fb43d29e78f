"""Writing an HLS project: all of it, or nothing."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isobit._version import __version__
from isobit.backends.program import decode
from isobit.cxx.network import Network, Port, network_of
from isobit.errors import ConfigError, SaveError
from isobit.hls import scripts, source
from isobit.hls.design import RESERVED, Design, design_of
from isobit.hls.headers import headers_of
from isobit.hls.names import identifiers
from isobit.hls.options import Options, hardware_of
from isobit.hls.testbench import testbench_of
from isobit.hls.vectors import text_of, vectors
from isobit.ops.base import size

if TYPE_CHECKING:
    from isobit.quantized import QuantizedModel

GOLDEN_SAMPLES = 256
GOLDEN_NUMBERS = 2**20
"""In the files of a project's test bench: samples, and numbers beyond which there are fewer."""

LEAST_SAMPLES = 5
"""Zero, both ends of the formats and the numbers beside zero."""

VERSION = 1
"""Of ``project.json``."""


@dataclass(frozen=True)
class Written:
    """What :func:`export_project` wrote.

    Attributes
    ----------
    folder : Path
    top : str
        The name of the top function.
    content_hash : str
    """

    folder: Path
    top: str
    content_hash: str


def export_project(
    model: QuantizedModel,
    folder: str | os.PathLike[str],
    *,
    top: str | None = None,
    strategy: str | Mapping[str, str] | None = None,
    reuse_factor: int | Mapping[str, int] | None = None,
    **options: Any,
) -> Written:
    """Write a project for high-level synthesis into a new (or an empty) folder.

    Parameters
    ----------
    model : QuantizedModel
    folder : path
    top : str, optional
        The name of the top function: an identifier. By default made of the model's name.
    strategy : str or mapping, optional
        ``"latency"`` or ``"resource"`` for all layers, or by layer. By default what the configuration of the
        model says, and latency where it says nothing.
    reuse_factor : int or mapping, optional
        The same for the products that share a multiplier; 1 where nothing is said.
    io_type, ports, interface, part, clock_period
        As in :class:`isobit.hls.options.Options`.

    Raises
    ------
    ConfigError
        For options that do not exist, and reuse factors that do not divide.
    UnsupportedError
        For a layer without kernel for the I/O type.
    SaveError
        When the folder is not empty, or cannot be written; nothing is left behind.
    """
    chosen = _options(options)
    target = _free(folder)
    name = _top(model.name, top)
    hardware = hardware_of(
        model.graph, {n: p.hardware for n, p in model.precision.layers.items()}, strategy, reuse_factor
    )
    design = design_of(network_of(model), name, chosen, hardware)
    inputs, outputs = vectors(model, _golden_samples(model), seed=0)
    files = files_of(design)
    files["tb_data/inputs.dat"] = text_of(inputs)
    files["tb_data/expected.dat"] = text_of(outputs)
    _write(target, files, model)
    return Written(target, name, design.content_hash())


def files_of(design: Design) -> dict[str, str]:
    """The files of a project by path, without its samples."""
    top = design.top
    firmware = {
        f"firmware/{top}.h": source.header_of(design),
        f"firmware/{top}.cpp": source.source_of(design),
        **{f"firmware/weights/{name}.h": text for name, text in source.weights_of(design).items()},
        f"testbench/{top}_test.cpp": testbench_of(design),
    }
    included = headers_of(text for path, text in firmware.items() if not path.startswith("firmware/weights/"))
    return {
        **firmware,
        **{f"include/{name}": text for name, text in included.items()},
        "build.tcl": scripts.build_tcl(design),
        "Makefile": scripts.makefile(design),
        "README.md": scripts.readme(design),
        "project.json": json.dumps(_description(design), indent=1) + "\n",
    }


def _description(design: Design) -> dict[str, Any]:
    network = design.network
    return {
        "isobit": __version__,
        "version": VERSION,
        "top": design.top,
        "content_hash": design.content_hash(),
        "network_hash": network.content_hash(),
        "model": network.name,
        "sources": [f"firmware/{design.top}.cpp"],
        "include": ["include", "firmware"],
        "defines": [],
        "options": vars(design.options),
        "inputs": _ports(network, design.input_names, network.inputs),
        "outputs": _ports(network, design.output_names, network.outputs),
        "layers": [
            {
                "name": layer,
                "identifier": design.layer_names[layer],
                "strategy": design.hardware[layer].strategy,
                "reuse_factor": design.hardware[layer].reuse_factor,
                "multipliers": design.multipliers(layer),
            }
            for layer in design.layer_names
        ],
    }


def _ports(network: Network, names: Any, ports: Any) -> list[dict[str, Any]]:
    def described(name: str, port: Port) -> dict[str, Any]:
        return {
            "name": port.name,
            "identifier": name,
            "shape": list(port.shape),
            "elements": network.size(port.tensor),
            "format": str(decode(network.format(port.tensor))),
        }

    return [described(name, port) for name, port in zip(names, ports, strict=True)]


def _golden_samples(model: QuantizedModel) -> int:
    numbers = sum(size(shape) for shape in (*model.inputs.values(), *model.outputs.values()))
    return min(GOLDEN_SAMPLES, max(LEAST_SAMPLES, GOLDEN_NUMBERS // numbers))


def _options(given: Mapping[str, Any]) -> Options:
    try:
        return Options(**given)
    except TypeError:
        known = ", ".join(sorted(Options.__dataclass_fields__))
        wrong = sorted(set(given) - set(Options.__dataclass_fields__))
        raise ConfigError(
            f"export to HLS has no option {', '.join(map(repr, wrong))}; it has: top, strategy, "
            f"reuse_factor, {known}"
        ) from None


def _top(model_name: str, given: str | None) -> str:
    (made,) = identifiers([model_name if given is None else given], RESERVED)
    if given is not None and given != made:
        raise ConfigError(
            f"top: {given!r} cannot be the name of a function: letters, digits and single underscores, "
            "beginning with a letter, and no word of C++"
        )
    return made


def _free(folder: str | os.PathLike[str]) -> Path:
    """The folder, if a project may be put there."""
    target = Path(os.path.abspath(folder))  # noqa: PTH100 (resolve would follow a link that is to be refused)
    try:
        if target.is_symlink() or (target.exists() and not target.is_dir()):
            raise SaveError(f"{os.fspath(folder)!r} is not a folder; name a new one")
        if target.is_dir() and any(target.iterdir()):
            raise SaveError(
                f"the folder {os.fspath(folder)!r} is not empty; name a new one, or empty it first"
            )
    except OSError as error:
        if isinstance(error, SaveError):
            raise
        raise SaveError(f"cannot look into {os.fspath(folder)!r}: {error.strerror or error}") from None
    return target


def _write(target: Path, files: Mapping[str, str], model: QuantizedModel) -> None:
    """Everything into a folder beside it, which then gets its name."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            for name, text in files.items():
                path = temporary / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            model.save(temporary / "model.isobit")
            temporary.replace(target)  # fails if somebody has put something there meanwhile
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise SaveError(
            f"cannot write the project {str(target)!r}: {error.strerror or error}; nothing was changed there"
        ) from None
