"""Bring the tables and plots of the last runs into docs/performance.md.

What stands there between ``<!-- peers.md -->`` and ``<!-- end -->`` is replaced by that file of the folder,
and the SVG files that it shows are copied.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from isobit.archive.write import replace_file
from isobit.benchmarking.options import OUTPUT

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_BLOCK = re.compile(r"<!-- (\w+\.md) -->\n.*?<!-- end -->", re.DOTALL)


def updated(text: str, folder: Path) -> tuple[str, list[str]]:
    """The page with the tables of a folder, and the names of those that are not there."""
    missing: list[str] = []

    def block(found: re.Match[str]) -> str:
        path = folder / found[1]
        if not path.is_file():
            missing.append(found[1])
            return found[0]
        return f"<!-- {found[1]} -->\n{path.read_text(encoding='utf-8')}<!-- end -->"

    return _BLOCK.sub(block, text), missing


@click.command(help=__doc__)
@click.option(
    "--input", "folder", type=click.Path(exists=True, path_type=Path), default=OUTPUT, show_default=True
)
def main(folder: Path) -> None:
    """Read, replace, write."""
    text, missing = updated(PAGE.read_text(encoding="utf-8"), folder)
    for name in re.findall(r"\(images/(\w+\.svg)\)", text):
        if (folder / name).is_file():
            replace_file(PAGE.parent / "images" / name, (folder / name).read_bytes())
        else:
            missing.append(name)
    replace_file(PAGE, text.encode())
    for name in missing:
        click.echo(f"not in {folder}, left as it was: {name}", err=True)


if __name__ == "__main__":
    main()
