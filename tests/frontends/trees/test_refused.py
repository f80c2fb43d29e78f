"""What is not implemented is refused by its name in the file; damaged files end in one kind of error."""

from __future__ import annotations

import json
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import isobit
from isobit.frontends.trees import ubjson

MODELS = Path(__file__).parent / "models"
XGBOOST = json.loads((MODELS / "xgboost_regression.json").read_text())
LIGHTGBM = (MODELS / "lightgbm_zeros.txt").read_text()
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def changed(path, value, document=XGBOOST):
    """A copy of a document with another value at a path (MISSING: without it)."""
    copy = json.loads(json.dumps(document))
    at = copy
    for key in path[:-1]:
        at = at[key]
    if value is MISSING:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


MISSING = object()
BOOSTER = ("learner", "gradient_booster")
TREE = (*BOOSTER, "gbtree", "model", "trees", 1)
PARAMETERS = ("learner", "learner_model_param")


@pytest.mark.parametrize(
    ("path", "value", "error", "message"),
    [
        (("version",), [4, 0, 0], isobit.UnsupportedError, r"version is \[4, 0, 0\]"),
        (
            ("learner", "objective", "name"),
            "binary:hinge",
            isobit.UnsupportedError,
            "objective.name is 'binary:h",
        ),
        ((*BOOSTER, "name"), "gblinear", isobit.UnsupportedError, "name is 'gblinear'; supported: 'gbtree'"),
        ((*BOOSTER, "weight_drop"), [1.0], isobit.FileFormatError, "1 entries of weight_drop for 3"),
        ((*TREE, "tree_param", "size_leaf_vector"), "2", isobit.UnsupportedError, "size_leaf_vector is 2"),
        ((*TREE, "split_type", 0), 1, isobit.UnsupportedError, "split_type: categorical"),
        ((*TREE, "left_children", 0), 99, isobit.FileFormatError, "one that does not exist"),
        ((*TREE, "right_children", 0), -1, isobit.FileFormatError, "one child only"),
        ((*TREE, "left_children", 1), 0, isobit.FileFormatError, "leads back to itself"),
        ((*TREE, "split_indices", 0), 6, isobit.FileFormatError, "a feature beyond the 6"),
        ((*TREE, "split_indices"), MISSING, isobit.FileFormatError, "has no field 'split_indices'"),
        ((*TREE, "split_conditions"), [1.0], isobit.FileFormatError, "1 entries; expected are"),
        ((*TREE, "split_conditions", 0), float("nan"), isobit.FileFormatError, "not finite"),
        ((*TREE, "split_conditions", 0), "x", isobit.FileFormatError, "not a number"),
        ((*TREE, "split_conditions", 0), 10**400, isobit.FileFormatError, "too large"),
        ((*TREE, "default_left"), 3, isobit.FileFormatError, "default_left is a number"),
        ((*PARAMETERS, "base_score"), "x", isobit.FileFormatError, "base_score is 'x'"),
        ((*PARAMETERS, "base_score"), "[1,2]", isobit.FileFormatError, "expected are 1 or 1"),
        ((*PARAMETERS, "num_feature"), "0", isobit.FileFormatError, "num_feature is 0"),
        ((*PARAMETERS, "num_feature"), "-1", isobit.FileFormatError, "num_feature is '-1'"),
        ((*PARAMETERS, "num_class"), "9" * 15, isobit.FileFormatError, "num_class"),
        (("learner",), [], isobit.FileFormatError, "learner is a list; it must be an object"),
    ],
)
def test_xgboost(tmp_path, path, value, error, message):
    file = tmp_path / "model.json"
    file.write_text(json.dumps(changed(path, value)))
    with pytest.raises(error, match=message):
        isobit.load(file)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("version=v4", "version=v9", isobit.UnsupportedError, "version=v9; supported: v2, v3, v4"),
        ("objective=regression", "objective=regression sqrt", isobit.UnsupportedError, "option 'sqrt'"),
        (
            "objective=regression",
            "objective=new",
            isobit.UnsupportedError,
            "objective=new; supported: binary",
        ),
        ("num_cat=0", "num_cat=1", isobit.UnsupportedError, "tree 0: num_cat=1; categorical"),
        ("is_linear=0", "is_linear=1", isobit.UnsupportedError, "is_linear=1"),
        ("num_leaves=8", "num_leaves=9", isobit.FileFormatError, "leaf_value has 8 entries; expected are 9"),
        ("num_leaves=8", "num_leaves=x", isobit.FileFormatError, "num_leaves=x"),
        ("end of trees", "", isobit.FileFormatError, "ends too early|given twice"),
        ("Tree=1", "Tree=2", isobit.FileFormatError, "tree 1: it is called 'Tree=2'"),
        ("num_class=1", "num_class=1\nnum_class=1", isobit.FileFormatError, "'num_class' is given twice"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=2", isobit.FileFormatError, "3 trees for 2"),
        ("max_feature_idx=5", "max_feature_idx=0", isobit.FileFormatError, "a feature beyond the 1"),
    ],
)
def test_lightgbm(tmp_path, old, new, error, message):
    assert old in LIGHTGBM
    file = tmp_path / "model.txt"
    file.write_text(LIGHTGBM.replace(old, new, 1))
    with pytest.raises(error, match=message):
        isobit.load(file)


def test_json_of_others_is_told_apart(tmp_path):
    file = tmp_path / "model.json"
    for text, error, message in (
        ('{"name":"tree", "tree_info": []}', isobit.UnsupportedError, "a JSON dump of LightGBM"),
        ('[{"nodeid": 0}]', isobit.UnsupportedError, "a dump of XGBoost"),
        ('{"version": 1}', isobit.FileFormatError, "neither a model of XGBoost"),
        ('{"learner": ', isobit.FileFormatError, "not JSON"),
    ):
        file.write_text(text)
        with pytest.raises(error, match=message):
            isobit.load(file)
    file.write_text(json.dumps(XGBOOST))
    with pytest.raises(isobit.UnsupportedError, match="holds its own weights"):
        isobit.load(file, MODELS / "inputs.npz")


@pytest.mark.parametrize("name", ["xgboost_classes.ubj", "xgboost_logistic.json", "lightgbm_logistic.txt"])
@FUZZ
@given(data=st.data())
def test_damaged_files_end_in_an_error_of_isobit_or_load(name, tmp_path, data):
    whole = (MODELS / name).read_bytes()
    kind = data.draw(st.sampled_from(["cut", "bytes", "part twice"]))
    place = data.draw(st.integers(0, len(whole) - 1))
    if kind == "cut":
        damaged = whole[:place]
    elif kind == "bytes":
        damaged = whole[:place] + data.draw(st.binary(min_size=1, max_size=9)) + whole[place + 3 :]
    else:
        end = data.draw(st.integers(place, min(len(whole), place + 200)))
        damaged = whole[:end] + whole[place:]
    file = tmp_path / name
    file.write_bytes(damaged)
    with suppress(isobit.FileFormatError, isobit.UnsupportedError, isobit.GraphError):
        isobit.load(file)


@pytest.mark.parametrize(
    "data",
    [
        b"[$d#L" + struct.pack(">q", 2**60),
        b"[#L" + struct.pack(">q", 2**60),
        b"{#l" + struct.pack(">i", 2**30),
        b"[$Z#l" + struct.pack(">i", 2**30),
        b"SL" + struct.pack(">q", -1),
        b"[" * 100000,
        b"{i\x01a" * 100000,
        b"N" * 100000,
        b"",
        b"}",
        b"[$",
        b"i\x01i\x01",
        b"{i\x01ai\x01i\x01ai\x01}",
        b"Si\x01\xff",
    ],
)
def test_hostile_ubjson_is_refused_at_once(data):
    with pytest.raises(isobit.FileFormatError, match="no valid UBJSON"):
        ubjson.parse(data, "file.ubj")


def test_every_kind_of_ubjson_value():
    data = (
        b"{i\x01a[$U#i\x03\x01\x02\x03i\x01b[#i\x02TFi\x01cZi\x01d" + b"D" + struct.pack(">d", 0.1)
        + b"i\x01e[N]i\x01fSi\x02\xc3\xa4i\x01gCx}"
    )  # fmt: skip
    found = ubjson.parse(data, "file")
    np.testing.assert_array_equal(found.pop("a"), [1, 2, 3])
    assert found == {"b": [True, False], "c": None, "d": 0.1, "e": [], "f": "ä", "g": "x"}
