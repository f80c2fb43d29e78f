"""Write what ``schemas.py`` restates of ``onnx.defs``; run by hand.

Before: read what a new version of an operator changed, and teach the handler. After: ``ruff format``.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import onnx

from isobit.frontends.onnx import schemas
from isobit.frontends.onnx.file import MIN_OPSET
from isobit.frontends.onnx.table import OPERATORS

BEGIN = "SCHEMAS: Mapping[str, Sequence[Schema]] = {\n"
WIDTH = 80
END = '}\n"""By operator'


def definitions(operator: str) -> list[schemas.Schema]:
    """All definitions of an operator, oldest first, neighbours of the same form in one."""
    found: list[schemas.Schema] = []
    for opset in range(MIN_OPSET, onnx.defs.onnx_opset_version() + 1):
        try:
            defined = onnx.defs.get_schema(operator, opset, "")
        except onnx.defs.SchemaError:
            continue
        form = (
            (defined.min_input, defined.max_input),
            tuple(sorted(defined.attributes)),
            (defined.min_output, defined.max_output),
        )
        if found and defined.since_version in found[-1].versions:
            continue
        if found and found[-1][1:] == form:
            found[-1] = found[-1]._replace(versions=(*found[-1].versions, defined.since_version))
        else:
            found.append(schemas.Schema((defined.since_version,), *form))
    return found


def text_of(schema: schemas.Schema) -> str:
    """One definition as the source has it."""
    parts = [repr(schema.versions), _pair(schema.inputs)]
    if schema.attributes:
        lines = textwrap.wrap(" ".join(schema.attributes), WIDTH)
        parts.append(" ".join(f'"{line} "' for line in lines[:-1]) + f' "{lines[-1]}"')
    if schema.outputs != (1, 1):
        parts.append(f"outputs={_pair(schema.outputs)}")
    return f"_since({', '.join(parts)})"


def _pair(counts: tuple[int, int]) -> str:
    low, high = ("ANY" if n == schemas.ANY else str(n) for n in counts)
    return f"({low}, {high})"


def main() -> None:
    """Rewrite the table."""
    path = Path(schemas.__file__)
    source = path.read_text(encoding="utf-8")
    head, rest = source.split(BEGIN)
    tail = rest[rest.index(END) :]
    lines = [f'    "{op}": [{", ".join(map(text_of, definitions(op)))}],\n' for op in OPERATORS]
    path.write_text(head + BEGIN + "".join(lines) + tail, encoding="utf-8")


if __name__ == "__main__":
    main()
