"""Functions that hls4ml generates for one layer: quantizers of HGQ, and kernels (``kernels.py``).

They stand in ``nnet_utils/nnet_code_gen.h`` among code for convolutions, which can be long: only the function
that is asked for is parsed.
"""

from __future__ import annotations

import re

from isobit.formats import Format
from isobit.hls4ml.firmware import Setting
from isobit.hls4ml.reading.folder import Folder
from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Scope
from isobit.hls4ml.reading.syntax import Node, parse
from isobit.hls4ml.reading.types import number_type

HEADER = "nnet_utils/nnet_code_gen.h"
MAX_BYTES = 4 << 20
"""Of one function."""
_ELEMENT = re.compile(r"\[\s*(\d{1,9})\s*\]")


class GeneratedCode:
    """The generated functions of a project."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._text: bytes | None = None

    def quantizer(self, name: str, scope: Scope, place: Place) -> dict[str, Setting]:
        """The configuration of a quantizer: a format for each element.

        Returns
        -------
        dict
            Tuples ``signed``, ``width`` and ``integer`` (width 0: the element is zero), and the modes
            ``rounding`` and ``overflow``.

        Raises
        ------
        UnsupportedError
            When there is no such function, or it does anything but cast each element on its own.
        """
        function = self.find(name, place)
        formats: list[Format | None] = []
        for statement in function["body"]:
            if statement.kind == "preproc_call" and statement.text.startswith("#pragma"):
                continue
            formats.append(_element(statement, len(formats), scope))
        modes = {(fmt.rounding, fmt.overflow) for fmt in formats if fmt is not None}
        if not formats or len(modes) > 1:
            raise refused(function.place, f"{name[:60]} casts elements in several ways")
        rounding, overflow = modes.pop() if modes else (Format(1, 0).rounding, Format(1, 0).overflow)
        return {
            "signed": tuple(int(fmt is not None and fmt.signed) for fmt in formats),
            "width": tuple(0 if fmt is None else fmt.width for fmt in formats),
            "integer": tuple(0 if fmt is None else fmt.integer for fmt in formats),
            "rounding": rounding.name,
            "overflow": overflow.name,
        }

    def find(self, name: str, place: Place) -> Node:
        """The definition of a generated function."""
        function = self._function(name.split("::")[-1])
        if function is None:
            raise refused(place, f"the function {name[:60]}, which this reader does not know")
        return function

    def _function(self, name: str) -> Node | None:
        path = self._folder.firmware / HEADER
        if self._text is None:
            self._text = self._folder.read(path) if path.is_file() else b""
        found = re.search(rb"\bvoid\s+" + re.escape(name.encode()) + rb"\s*\(", self._text)
        if found is None:
            return None
        file, line = self._folder.name(path), self._text.count(b"\n", 0, found.start())
        end, depth = found.end(), 0
        for brace in re.finditer(rb"[{}]", self._text[found.end() : found.end() + MAX_BYTES]):
            depth += 1 if brace.group() == b"{" else -1
            if depth <= 0:
                end = found.end() + brace.end()
                break
        else:
            raise damaged(Place(file, line + 1), f"the function {name[:60]} has no end")
        tree = parse(b"\n" * line + self._text[found.start() : end], file)
        functions = [node for node in tree if node.kind == "function_definition"]
        return functions[0] if len(functions) == 1 else None


def _element(statement: Node, index: int, scope: Scope) -> Format | None:
    """The format of ``out[i] = T(inp[i]);``, None for ``out[i] = 0;``."""
    children = list(statement)
    if (
        statement.kind == "expression_statement"
        and len(children) == 1
        and children[0].kind == "assignment_expression"
    ):
        left, right = children[0]["left"], children[0]["right"]
        if _is_element(left, "out", index):
            if right.text == "0":
                return None
            if right.kind == "call_expression" and right["function"].kind == "template_function":
                given = list(right["arguments"])
                number = number_type(right["function"], scope.value)
                if (
                    number is not None
                    and not number.integer
                    and len(given) == 1
                    and _is_element(given[0], "inp", index)
                ):
                    return number.format
    raise refused(statement.place, f"{statement.text[:80]!r} in a quantizer of hls4ml")


def _is_element(node: Node, array: str, index: int) -> bool:
    if node.kind != "subscript_expression" or node["argument"].text != array:
        return False
    found = _ELEMENT.fullmatch(node["indices"].text)
    return found is not None and int(found.group(1)) == index
