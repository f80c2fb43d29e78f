"""Syntax trees of C++, by tree-sitter: no include paths, no preprocessor of its own, comments kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from isobit.errors import UnsupportedError
from isobit.hls4ml.reading.places import Place, damaged

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

INSTALL = "pip install 'isobit[hls4ml]'"


class Node:
    """A node of the tree that knows its file."""

    __slots__ = ("file", "tree")

    def __init__(self, tree: TreeNode, file: str) -> None:
        self.tree = tree
        self.file = file

    @property
    def kind(self) -> str:
        """The name of the grammar for it, such as ``call_expression``."""
        return self.tree.type

    @property
    def text(self) -> str:
        """The source of it."""
        return (self.tree.text or b"").decode("utf-8", "replace")

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.tree.start_point[0] + 1)

    @property
    def last_line(self) -> int:
        """The line on which it ends, from 1."""
        return self.tree.end_point[0] + 1

    def __getitem__(self, name: str) -> Node:
        """The child of a field of the grammar, which must exist."""
        child = self.tree.child_by_field_name(name)
        if child is None:
            raise damaged(self.place, f"{self.kind} without {name}: {self.text[:80]!r}")
        return Node(child, self.file)

    def get(self, name: str) -> Node | None:
        """The child of a field of the grammar, if there is one."""
        child = self.tree.child_by_field_name(name)
        return None if child is None else Node(child, self.file)

    def all(self, name: str) -> list[Node]:
        """All children of a field."""
        return [Node(child, self.file) for child in self.tree.children_by_field_name(name)]

    def __iter__(self) -> Iterator[Node]:
        """The named children, without comments."""
        for child in self.tree.named_children:
            if child.type != "comment":
                yield Node(child, self.file)

    def with_comments(self) -> list[Node]:
        """The named children."""
        return [Node(child, self.file) for child in self.tree.named_children]


def parse(text: bytes, file: str) -> Node:
    """The tree of a source; ``file`` is its name in messages.

    Raises
    ------
    FileFormatError
        At the first line that is no C++.
    UnsupportedError
        When the parser is not installed.
    """
    root = _parser().parse(text).root_node
    if root.has_error:
        raise damaged(Place(file, _first_error(root)), "is no C++ here, or cut off")
    return Node(root, file)


@cache
def _parser() -> Any:
    try:
        import tree_sitter_cpp
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise UnsupportedError(
            f"hls4ml projects are read with tree-sitter and tree-sitter-cpp, and {error.name!r} is not "
            f"installed: {INSTALL}"
        ) from None
    return Parser(Language(tree_sitter_cpp.language()))


def _first_error(root: TreeNode) -> int:
    """The line of the first broken node; damage can nest as deeply as the file is long."""
    node = root
    while not (node.is_error or node.is_missing):
        broken = next((child for child in node.children if child.has_error or child.is_missing), None)
        if broken is None:
            break
        node = broken
    return node.start_point[0] + 1
