"""The page of a profile: self-contained, escaped, complete; and the folder that it is put into."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from isobit import load
from isobit.ir import GraphBuilder
from isobit.model import Model
from isobit.profile import measure, write_profile

pytest.importorskip("matplotlib")

VOID = {"meta", "link", "img", "br", "hr", "input"}


class Checker(HTMLParser):
    """Collects tags and attributes, and notes tags that do not nest."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.attributes, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def parsed(path):
    checker = Checker()
    checker.feed(path.read_text(encoding="utf-8"))
    assert not checker.faults
    assert not checker.open
    return checker


@pytest.fixture
def page(isobit, files):
    folder = files.folder / "page"
    arguments = [
        "profile",
        files.quantized,
        files.X,
        "--labels",
        files.y,
        "--classes",
        "b,c,light",
        "-o",
        folder,
    ]
    result = isobit(*arguments, "--json")
    assert result.code == 0, result.err
    assert result.json["page"] == str(folder / "index.html")
    return folder


def test_the_page_needs_nothing_else(page):
    text = (page / "index.html").read_text(encoding="utf-8")
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    for tag, name, value in parsed(page / "index.html").attributes:
        assert tag not in ("script", "link", "img", "iframe", "object")
        if name in ("href", "src", "xlink:href"):
            assert value.startswith("#"), (tag, name, value)
    assert not re.findall(r"url\((?!#)", text)


def test_the_page_says_what_was_measured(page):
    text = " ".join(parsed(page / "index.html").text)
    numbers = json.loads((page / "profile.json").read_text())
    assert numbers["samples"] == 300
    for tensor in numbers["quantized"][0]["tensors"]:
        assert tensor["name"] in text
        assert tensor["format"] in text
    for name in ("b", "c", "light"):
        assert f"AUC {name}" in text
        assert f"{numbers['float']['auc'][name]:.4f}" in text
    assert f"{numbers['quantized'][0]['classification']['accuracy']:.2%}" in text


def test_the_figures_are_there_too(page):
    names = {path.name for path in page.iterdir()}
    assert names == {
        "index.html", "profile.json", "ranges.png", "weights.png", "distance.png", "roc.png",
    }  # fmt: skip
    for path in page.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG\r\n")
    assert (page / "index.html").read_text(encoding="utf-8").count("<svg") == 4


def test_ids_of_the_figures_do_not_collide(page):
    ids = [value for _, name, value in parsed(page / "index.html").attributes if name == "id"]
    shared = {name for name in ids if ids.count(name) > 1 and re.match(r"(p|m|image|h)[0-9a-f]{8}", name)}
    assert not shared


def test_a_profile_is_replaced_by_a_profile(isobit, files, page):
    (page / "ranges.png").write_bytes(b"old")
    assert isobit("profile", files.quantized, files.X, "-o", page).code == 0
    assert (page / "ranges.png").read_bytes().startswith(b"\x89PNG")
    assert not (page / "roc.png").exists(), "no labels, no ROC curves"
    assert not list(files.folder.glob(".page*"))


def test_equal_measurements_give_equal_pages(isobit, files, page):
    before = (page / "index.html").read_bytes()
    arguments = ["--labels", files.y, "--classes", "b,c,light", "-o", page]
    assert isobit("profile", files.quantized, files.X, *arguments).code == 0
    assert (page / "index.html").read_bytes() == before


def test_hostile_names_are_text(tmp_path):
    name = "a<script>alert(1)</script>&\"'$x^2$"
    build = GraphBuilder(name)
    build.input(name + "in", (2,))
    build.add("dense", [name + "in"], name, constants={"weight": np.eye(2)})
    build.output("y", name)
    model = Model(build.build()).quantize("fixed<8,4>")
    page = write_profile(measure({name: model}, np.ones((4, 2))), tmp_path / "page")
    checker = parsed(page)
    assert "script" not in {tag for tag, *_ in checker.attributes}
    assert "<script>" not in page.read_text(encoding="utf-8")
    assert any(name in text for text in checker.text)


def test_a_binary_classifier_and_one_hot_labels(tmp_path):
    rng = np.random.default_rng(0)
    build = GraphBuilder("binary")
    build.input("x", (3,))
    build.add("dense", ["x"], "fc", constants={"weight": rng.normal(size=(3, 1))})
    build.add("sigmoid", ["fc"], "score")
    build.output("score", "score")
    model = Model(build.build())
    X = rng.normal(size=(400, 3))
    y = model.predict(X)[:, 0] + rng.normal(size=400) * 0.2 > 0.5
    profile = measure({"q": model.quantize("fixed<16,6>")}, X, y)
    assert profile.reference.accuracy == np.mean((model.predict(X)[:, 0] >= 0.5) == y)
    assert len(profile.reference.curves) == 1
    assert write_profile(profile, tmp_path / "page").exists()


def test_one_hot_labels_are_class_numbers(files):
    X, y = np.load(files.X), np.load(files.y)
    model = {"q": load(files.quantized)}
    numbers, rows = measure(model, X, y), measure(model, X, np.eye(3)[y])
    assert numbers.as_dict() == rows.as_dict()


def test_many_layers_are_split_into_figures(tmp_path):
    build = GraphBuilder("deep")
    tensor = build.input("x", (1,))
    for number in range(45):
        tensor = build.add("relu" if number % 2 else "linear", [tensor], f"layer{number}")
    build.output("y", tensor)
    model = Model(build.build()).quantize("fixed<8,4>")
    folder = write_profile(measure({"q": model}, np.ones((4, 1))), tmp_path / "page").parent
    assert sorted(path.name for path in folder.glob("ranges*.png")) == [
        "ranges-1.png", "ranges-2.png",
    ]  # fmt: skip


def test_data_of_zeros(tmp_path):
    build = GraphBuilder("zeros")
    build.input("x", (2,))
    build.add("relu", ["x"], "act")
    build.output("y", "act")
    model = Model(build.build()).quantize("fixed<8,4>")
    assert write_profile(measure({"q": model}, np.zeros((4, 2))), tmp_path / "page").exists()
