"""Libraries for trees, on the forest that isobit read: XGBoost, treelite, tl2cgen and conifer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from isobit.benchmarking.contestants import (
    Contestant,
    MissingPeerError,
    NotRunError,
    OnCores,
    Prediction,
)
from isobit.benchmarking.networks import Network


def prepare(network: Network, folder: Path, library: str) -> OnCores:
    """The sums of the trees, without a transformation behind them."""
    if network.forest is None:
        raise NotRunError("the model is no forest")
    try:
        return _PREPARE[library](network, network.forest, folder)
    except ImportError as error:
        raise MissingPeerError(f"not installed ({error})") from None


def _xgboost(network: Network, file: Path, folder: Path) -> OnCores:
    import xgboost

    def on(cores: int) -> list[Contestant]:
        booster = xgboost.Booster(model_file=str(file))
        booster.set_param({"nthread": cores})
        matrix = xgboost.DMatrix

        def in_place(batch: int) -> Prediction:
            return lambda X: booster.inplace_predict(X, predict_type="margin")

        def by_matrix(batch: int) -> Prediction:
            return lambda X: booster.predict(matrix(X, nthread=cores), output_margin=True)

        return [
            Contestant("XGBoost inplace_predict", at=in_place),
            Contestant("XGBoost predict", at=by_matrix),
        ]

    return on


def _treelite(network: Network, file: Path, folder: Path) -> OnCores:
    import treelite

    model = treelite.frontend.load_xgboost_model(str(file))

    def on(cores: int) -> list[Contestant]:
        def at(batch: int) -> Prediction:
            return lambda X: treelite.gtil.predict(model, X, nthread=cores, pred_margin=True)

        return [Contestant("treelite gtil", at=at)]

    return on


def _tl2cgen(network: Network, file: Path, folder: Path) -> OnCores:
    import tl2cgen
    import treelite

    model = treelite.frontend.load_xgboost_model(str(file))
    path = folder / f"{file.stem}.so"
    options = {"parallel_comp": 16, "quantize": 1}
    tl2cgen.export_lib(model, toolchain="gcc", libpath=str(path), params=options, options=["-O2"])

    def on(cores: int) -> list[Contestant]:
        predictor = tl2cgen.Predictor(str(path), nthread=cores)

        def at(batch: int) -> Prediction:
            return lambda X: predictor.predict(tl2cgen.DMatrix(X), pred_margin=True)

        return [Contestant("treelite compiled (tl2cgen)", at=at)]

    return on


def _conifer(network: Network, file: Path, folder: Path) -> OnCores:
    import conifer
    import xgboost

    # Its C++ takes the headers of nlohmann/json and ap_fixed from the environment.
    compiled = all(os.environ.get(name) for name in ("JSON_ROOT", "XILINX_AP_INCLUDE"))
    config = {
        "backend": "cpp" if compiled else "py",
        "output_dir": str(folder / "conifer"),
        "project_name": "forest",
        "precision": "ap_fixed<16,6>",
    }
    model = conifer.converters.convert_from_xgboost(xgboost.Booster(model_file=str(file)), config)
    if compiled:
        model.compile()
    remark = "" if compiled else "in Python: without JSON_ROOT and XILINX_AP_INCLUDE its C++ does not compile"

    def on(cores: int) -> list[Contestant]:
        name = f"conifer {config['backend']}"
        return [Contestant(name, lambda batch: model.decision_function, largest_batch=64, remark=remark)]

    return on


_PREPARE: dict[str, Callable[[Any, Path, Path], OnCores]] = {
    "xgboost": _xgboost,
    "treelite": _treelite,
    "tl2cgen": _tl2cgen,
    "conifer": _conifer,
}
