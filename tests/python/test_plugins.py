"""Layers and front ends of third parties: found through entry points, and never skipped in silence."""

from __future__ import annotations

from importlib import metadata

import pytest

import isobit
from isobit import GraphError
from isobit.ir import GraphBuilder
from isobit.ops import _OWN, Registry
from isobit.ops.relu import Relu


class Twice(Relu):
    """An operator that a third party might add."""

    name = "twice"


def two_operators():
    class Thrice(Twice):
        name = "thrice"

    return [Twice(), Thrice()]


def not_an_operator():
    return "relu"


def read_nothing(path):
    builder = GraphBuilder(path.stem)
    builder.output("y", builder.add("relu", [builder.input("x", (3,))], "act"))
    return builder.build()


@pytest.fixture
def entry_point(monkeypatch):
    def install(value, group="isobit.layers", name="extra"):
        point = metadata.EntryPoint(name, value, group)
        real = metadata.entry_points

        def entry_points(**select):
            return [point] if select.get("group") == group else real(**select)

        monkeypatch.setattr(metadata, "entry_points", entry_points)

    return install


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "third_party", sys.modules[__name__])


def test_operators_of_third_parties_are_found_when_needed(entry_point):
    entry_point("third_party:Twice")
    registry = Registry(_OWN)
    assert "relu" in registry
    assert registry["twice"].name == "twice"
    assert len(registry) == len(_OWN) + 1


def test_several_operators_of_one_entry_point(entry_point):
    entry_point("third_party:two_operators")
    assert {"twice", "thrice"} <= set(Registry(_OWN))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("no_such_module:Op", "no_such_module"),
        ("third_party:NoSuchOp", "NoSuchOp"),
        ("third_party:not_an_operator", "is not an isobit"),
        ("third_party:Relu", "'relu' is taken"),
    ],
)
def test_a_plugin_that_fails_is_an_error(entry_point, value, text):
    entry_point(value)
    with pytest.raises(GraphError, match=text):
        "unknown" in Registry(_OWN)  # noqa: B015


def test_front_ends_of_third_parties(entry_point, tmp_path):
    (tmp_path / "net.abc").write_bytes(b"anything")
    entry_point("third_party:read_nothing", "isobit.frontends", "abc")
    assert isobit.load(tmp_path / "net.abc").name == "net"


def test_a_front_end_that_fails_is_an_error(entry_point, tmp_path):
    (tmp_path / "net.abc").write_bytes(b"anything")
    entry_point("third_party:missing", "isobit.frontends", "abc")
    with pytest.raises(GraphError, match="third_party:missing"):
        isobit.load(tmp_path / "net.abc")
