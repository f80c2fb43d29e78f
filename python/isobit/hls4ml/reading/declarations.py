"""The declarations of a source, gathered into a `Scope`: what hls4ml writes outside of its top function."""

from __future__ import annotations

from isobit.hls4ml.reading.places import Place, damaged, refused
from isobit.hls4ml.reading.scope import Config, Constant, Member, Scope
from isobit.hls4ml.reading.syntax import Node

MAX_NESTING = 20
_DECLARATORS = ("array_declarator", "pointer_declarator", "reference_declarator", "init_declarator")


def gather(root: Node, scope: Scope) -> list[Node]:
    """Add the declarations of a file to the scope; the definitions of functions are returned.

    Raises
    ------
    FileFormatError
        When a name is declared twice with different meanings.
    UnsupportedError
        For anything that hls4ml does not write.
    """
    functions: list[Node] = []
    _block(root, scope, functions, 0)
    return functions


def _block(block: Node, scope: Scope, functions: list[Node], depth: int) -> None:
    if depth > MAX_NESTING:
        raise damaged(block.place, "namespaces are nested too deeply")
    for item in block:
        kind = item.kind
        if kind == "namespace_definition":
            name = item.get("name")
            if name is not None:
                scope.namespaces.update(part for part in name.text.split("::"))
            _block(item["body"], scope, functions, depth + 1)
        elif kind == "linkage_specification":
            body = item["body"]
            if body.kind == "declaration_list":
                _block(body, scope, functions, depth + 1)
        elif kind == "function_definition":
            functions.append(item)
        elif kind == "type_definition":
            _type_definition(item, scope)
        elif kind == "alias_declaration":
            _add_type(item["name"].text, item["type"], scope)
        elif kind in ("struct_specifier", "class_specifier"):
            _structure(item, scope)
        elif kind == "declaration":
            _declaration(item, scope)
        elif kind in (
            "template_declaration",
            "using_declaration",
            "static_assert_declaration",
            "expression_statement",
        ):
            # Nothing that a layer can name; a call of such a function is refused where it stands.
            if kind == "expression_statement" and item.text.strip() != ";":
                raise refused(item.place, f"the statement {item.text[:80]!r} outside of functions")
        else:
            raise refused(item.place, f"{item.text[:80]!r} outside of functions")


def _type_definition(item: Node, scope: Scope) -> None:
    names = item.all("declarator")
    if len(names) != 1 or names[0].kind != "type_identifier":
        raise refused(item.place, f"the type definition {item.text[:80]!r}")
    _add_type(names[0].text, item["type"], scope)


def _add_type(name: str, node: Node, scope: Scope) -> None:
    known = scope.types.get(name)
    if known is not None and _compact(known) != _compact(node):
        raise damaged(
            node.place, f"the type {name} is {known.text[:80]!r} at {known.place} and another one here"
        )
    scope.types.setdefault(name, node)


def _structure(item: Node, scope: Scope) -> None:
    body = item.get("body")
    if body is None:
        return
    name = item["name"].text
    base = None
    for child in item:
        if child.kind == "base_class_clause":
            bases = [c for c in child if c.kind != "access_specifier"]
            if len(bases) != 1 or not bases[0].text.startswith("nnet::"):
                raise refused(
                    child.place, f"{name} inherits from {child.text[:80]!r}; a structure of nnet was expected"
                )
            base = bases[0].text.removeprefix("nnet::")
    members: dict[str, Member] = {}
    for field in body:
        for member_name, member in _members(field):
            if member_name in members:
                raise damaged(field.place, f"{name} has {member_name!r} twice")
            members[member_name] = member
    if name in scope.configs:
        raise damaged(item.place, f"{name} is defined twice, before at {scope.configs[name].place}")
    scope.configs[name] = Config(name, base, members, item.place)


def _members(field: Node) -> list[tuple[str, Member]]:
    kind = field.kind
    if kind == "template_declaration":
        aliases = [child for child in field if child.kind == "alias_declaration"]
        if len(aliases) == 1:
            return [(aliases[0]["name"].text, Member(field.place, aliases[0]["type"], is_type=True))]
    elif kind == "alias_declaration":
        return [(field["name"].text, Member(field.place, field["type"], is_type=True))]
    elif kind == "type_definition":
        names = field.all("declarator")
        if len(names) == 1 and names[0].kind == "type_identifier":
            return [(names[0].text, Member(field.place, field["type"], is_type=True))]
    elif kind == "field_declaration":
        declarator = field.get("declarator")
        if declarator is not None and len(field.all("declarator")) == 1:
            name, is_array = _declared(declarator)
            return [(name, Member(field.place, field["type"], field.get("default_value"), is_array=is_array))]
    elif kind == "access_specifier":
        return []
    raise refused(field.place, f"the member {field.text[:80]!r} of a configuration")


def _declared(declarator: Node) -> tuple[str, bool]:
    """The name of a member, and whether it is an array or a pointer to one."""
    is_array = False
    for _ in range(4):
        if declarator.kind in ("field_identifier", "identifier"):
            return declarator.text, is_array
        if declarator.kind not in ("array_declarator", "pointer_declarator"):
            break
        is_array = True
        declarator = declarator["declarator"]
    raise refused(declarator.place, f"the declaration {declarator.text[:80]!r}")


def _declaration(item: Node, scope: Scope) -> None:
    for declarator in item.all("declarator"):
        value = None
        if declarator.kind == "init_declarator":
            value = declarator["value"]
            declarator = declarator["declarator"]
        if declarator.kind == "function_declarator":
            if value is not None:
                raise refused(item.place, f"the declaration {item.text[:80]!r}")
            continue
        size, is_array = None, False
        for _ in range(4):
            if declarator.kind not in ("array_declarator", "pointer_declarator"):
                break
            if is_array:
                raise refused(item.place, f"{item.text[:80]!r}: arrays of arrays and pointers")
            is_array = True
            size = declarator.get("size") if declarator.kind == "array_declarator" else None
            declarator = declarator["declarator"]
        if declarator.kind not in ("identifier", "qualified_identifier"):
            raise refused(item.place, f"the declaration {item.text[:80]!r}")
        constant = Constant(item.place, item["type"], size, value, is_array)
        _add_constant(scope.name(declarator), constant, scope, item.place)


def _add_constant(name: str, constant: Constant, scope: Scope, place: Place) -> None:
    parts = name.split("::")
    if len(parts) == 2:
        if (parts[0], parts[1]) in scope.members:
            raise damaged(place, f"{name} is defined twice")
        scope.members[parts[0], parts[1]] = constant
        return
    if len(parts) > 2:
        raise refused(place, f"the name {name[:80]!r}")
    known = scope.constants.get(name)
    if known is not None and known.value is not None and constant.value is not None:
        raise damaged(place, f"{name} is defined twice, before at {known.place}")
    if known is not None and _compact(known.type) != _compact(constant.type):
        raise damaged(place, f"{name} is declared with another type at {known.place}")
    if known is None or known.value is None:
        scope.constants[name] = constant


def _compact(node: Node) -> str:
    return "".join(node.text.split())
