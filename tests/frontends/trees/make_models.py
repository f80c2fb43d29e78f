"""Writes the files of ``models``: small forests of the libraries themselves, trained on simulated jets.

    python tests/frontends/trees/make_models.py

needs xgboost, lightgbm, scikit-learn, skl2onnx and onnxruntime. Every model comes with what its library
predicts for the samples of ``inputs.npz``, among them values next to thresholds and missing ones.
"""

from __future__ import annotations

import re
import warnings
from importlib.resources import files
from pathlib import Path

import numpy as np

MODELS = Path(__file__).parent / "models"
FEATURES = 6
TRAINED = 4000


def jets():
    with np.load(str(files("isobit").joinpath("data/jets_test.npz"))) as data:
        return data["X"][:, [0, 1, 3, 6, 14, 15]], data["y"].astype(np.int64)


def with_gaps(X, rng):
    X = X.copy()
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


def samples(X, thresholds, rng):
    """Jets, thresholds and their neighbours in single precision, zeros, and gaps."""
    chosen = X[TRAINED : TRAINED + 300].copy()
    for feature, values in thresholds.items():
        cuts = np.float32(values)
        near = np.concatenate(
            [cuts, np.nextafter(cuts, np.float32(np.inf)), np.nextafter(cuts, -np.float32(np.inf))]
        )
        rows = rng.integers(0, len(chosen), 120)
        chosen[rows, feature] = rng.choice(near, 120)
    chosen[rng.random(chosen.shape) < 0.03] = 0
    return chosen


def xgboost_models(X, y, thresholds):
    """Fills ``thresholds`` by feature on the way."""
    import xgboost

    cases = {
        "classes": (y, {"objective": "multi:softprob", "num_class": 5}),
        "label": (y, {"objective": "multi:softmax", "num_class": 5}),
        "logistic": (y == 1, {"objective": "binary:logistic"}),
        "regression": (X[:, 2] * 30, {"objective": "reg:squarederror", "booster": "dart", "rate_drop": 0.3}),
        "poisson": (y, {"objective": "count:poisson"}),
    }
    rng = np.random.default_rng(3)
    for name, (target, options) in cases.items():
        matrix = xgboost.DMatrix(with_gaps(X[:TRAINED], rng), target[:TRAINED])
        options = {"max_depth": 3, "nthread": 1, "seed": 1, **options}
        booster = xgboost.train(options, matrix, 3)
        booster.save_model(MODELS / f"xgboost_{name}.json")
        if name in ("classes", "regression"):
            booster.save_model(MODELS / f"xgboost_{name}.ubj")
        for line in booster.get_dump():
            for feature, cut in re.findall(r"\[f(\d+)<([-+.\de]+)\]", line):
                thresholds.setdefault(int(feature), []).append(float(cut))
        yield f"xgboost_{name}", booster, lambda Z, b=booster: b.predict(xgboost.DMatrix(Z))


def lightgbm_models(X, y):
    import lightgbm

    cases = {
        "classes": (y, {"objective": "multiclass", "num_class": 5}),
        "logistic": (y == 1, {"objective": "binary", "sigmoid": 2.0}),
        "forest": (X[:, 2], {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}),
        "zeros": (X[:, 2], {"objective": "regression", "zero_as_missing": True}),
        "no_rule": (X[:, 2], {"objective": "regression", "use_missing": False}),
    }
    rng = np.random.default_rng(4)
    for name, (target, options) in cases.items():
        inputs = with_gaps(X[:TRAINED], rng)
        if name == "zeros":
            inputs[rng.random(inputs.shape) < 0.1] = 0
        options = {
            "num_leaves": 8,
            "num_threads": 1,
            "seed": 1,
            "verbose": -1,
            "deterministic": True,
            **options,
        }
        booster = lightgbm.train(options, lightgbm.Dataset(inputs, target[:TRAINED].astype(float)), 3)
        booster.save_model(MODELS / f"lightgbm_{name}.txt")
        yield f"lightgbm_{name}", booster, lambda Z, b=booster: b.predict(Z.astype(np.float64))


def sklearn_models(X, y):
    from skl2onnx import to_onnx
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor

    cases = {
        "forest": (RandomForestClassifier(4, max_depth=4, random_state=1), y),
        "boosted": (GradientBoostingClassifier(n_estimators=4, random_state=1), y == 1),
        "regression": (RandomForestRegressor(4, max_depth=5, random_state=1), X[:, 2:4]),
    }
    for name, (model, target) in cases.items():
        model.fit(X[:TRAINED], target[:TRAINED])
        options = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
        proto = to_onnx(model, X[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})
        (MODELS / f"sklearn_{name}.onnx").write_bytes(proto.SerializeToString())
        predict = model.predict_proba if options else model.predict
        yield f"sklearn_{name}", model, predict


def main():
    warnings.simplefilter("ignore")
    MODELS.mkdir(exist_ok=True)
    X, y = jets()
    rng = np.random.default_rng(1)
    thresholds = {}
    predictors = [(name, predict) for name, _, predict in xgboost_models(X, y, thresholds)]
    whole = samples(X, thresholds, rng)
    gaps = with_gaps(whole, rng)
    predictors += [(name, predict) for name, _, predict in lightgbm_models(X, y)]
    expected = {name: predict(gaps) for name, predict in predictors}
    expected |= {name: predict(whole) for name, _, predict in sklearn_models(X, y)}
    np.savez_compressed(MODELS / "inputs.npz", whole=whole, gaps=gaps)
    np.savez_compressed(MODELS / "expected.npz", **expected)


if __name__ == "__main__":
    main()
