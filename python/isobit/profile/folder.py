"""The folder of a profile: the page, the figures and the numbers, put in place at once."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from isobit.errors import SaveError
from isobit.profile.figures.distance import draw_distance
from isobit.profile.figures.ranges import draw_ranges
from isobit.profile.figures.roc import draw_roc
from isobit.profile.figures.style import Picture
from isobit.profile.page import page
from isobit.profile.results import ModelProfile, Profile

PAGE, NUMBERS = "index.html", "profile.json"
_KIND = "isobit profile"


def write_profile(profile: Profile, folder: str | os.PathLike[str]) -> Path:
    """Draw a profile and write it; returns the path of the page.

    Parameters
    ----------
    profile : Profile
    folder : path
        Created, or replaced if it holds a profile. It receives ``index.html``, which needs no other file,
        ``profile.json`` with all numbers, and the figures as PNG.

    Raises
    ------
    SaveError
        When the folder holds something else, or cannot be written; what was there before is untouched.
    UnsupportedError
        When Matplotlib is not installed.
    """
    target = Path(folder)
    check_folder(target)
    sections = draw(profile)
    content = {PAGE: page(profile, sections).encode(), NUMBERS: _numbers(profile)}
    content |= {f"{picture.name}.png": picture.png for _, pictures in sections for picture in pictures}
    try:
        _replace(target, content)
    except OSError as error:
        raise SaveError(f"cannot write the profile to {target}: {error.strerror or error}") from None
    return target / PAGE


def check_folder(target: Path) -> None:
    """:class:`SaveError` if a folder holds anything but a profile; worth a look before a long measurement."""
    if not target.exists():
        return
    if not target.is_dir():
        raise SaveError(f"cannot write the profile to {target}: it is a file; name a folder")
    names = {path.name for path in target.iterdir()}
    foreign = sorted(name for name in names - {PAGE, NUMBERS} if not name.endswith(".png"))
    if names and (foreign or not _is_profile(target / NUMBERS)):
        found = foreign[0] if foreign else min(names)
        raise SaveError(
            f"{target} holds {found!r} and is no profile of isobit, so it is not replaced; name another "
            "folder"
        )


def draw(profile: Profile) -> list[tuple[str, list[Picture]]]:
    """Headings and figures of the page in order."""
    sections: list[tuple[str, list[Picture]]] = []
    if profile.reference is not None:
        sections.append(("ROC curves", [draw_roc(profile)]))
    sections.append(("Distance to the float model", [draw_distance(profile.models)]))
    for number, model in enumerate(profile.models, 1):
        mark = f"-model{number}" if len(profile.models) > 1 else ""
        ending = f": {model.label}" if len(profile.models) > 1 else ""
        values = (*model.values, *model.accumulators)
        pictures = draw_ranges(
            values, f"ranges{mark}", f"Values and formats{ending}", _whose(model, "Values")
        )
        sections.append((f"Values against formats{ending}", pictures))
        if model.constants:
            title = f"Constants and formats{ending}"
            pictures = draw_ranges(
                model.constants, f"weights{mark}", title, _whose(model, "Trained constants")
            )
            sections.append((f"Weights against formats{ending}", pictures))
    return sections


def _whose(model: ModelProfile, what: str) -> str:
    return f"{what} of “{model.label}”."


def _numbers(profile: Profile) -> bytes:
    content = {"kind": _KIND, "version": 1, **profile.as_dict()}
    return json.dumps(content, indent=1, allow_nan=False).encode()


def _is_profile(path: Path) -> bool:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("kind") == _KIND


def _replace(target: Path, content: dict[str, bytes]) -> None:
    """Write a folder beside the target, then let it take the target's place."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
        fresh, old = Path(name) / "new", Path(name) / "old"
        fresh.mkdir()
        for file, data in content.items():
            (fresh / file).write_bytes(data)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise
