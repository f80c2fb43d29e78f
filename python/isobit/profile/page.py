"""The page of a profile: one HTML file with everything inside, readable in light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files

from isobit._version import __version__
from isobit.profile.figures.style import Picture
from isobit.profile.findings import findings
from isobit.profile.results import ModelProfile, Profile, TensorProfile
from isobit.profile.words import overflow_words, percent

METHOD = (
    "The fixed-point values are those of the engine, bit for bit. The float values come from the same "
    "network in double precision with its trained constants. Overflow is counted exactly: every layer "
    "that might overflow is computed a second time from the same quantized inputs into a format with as "
    "many fractional bits and the same rounding that is too wide to overflow; a number counts if this "
    "result is out of the range of the layer's format. “Excluded by proof” means that interval arithmetic "
    "over the whole network shows that no input whatsoever makes the layer overflow. Areas under the "
    "curves are Mann-Whitney statistics; equal scores count one half."
)


def page(profile: Profile, pictures: Sequence[tuple[str, Sequence[Picture]]]) -> str:
    """The HTML text.

    Parameters
    ----------
    profile : Profile
    pictures : sequence of (heading, pictures)
        Sections in order.
    """
    style = (files("isobit.profile") / "page.css").read_text(encoding="utf-8")
    body = [_head(profile)]
    body += [_summary(profile, model) for model in profile.models]
    if profile.reference is not None:
        body.append(_scores(profile))
    body += [_section(heading, drawn) for heading, drawn in pictures]
    body.append("<h2>All numbers</h2>")
    body += [_details(model) for model in profile.models]
    body.append(f'<h2>How this was measured</h2><p class="method">{escape(METHOD)}</p>')
    body.append(f"<footer>Written by isobit {escape(__version__)}.</footer>")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(profile.name)}: isobit "
        f"profile</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(profile: Profile) -> str:
    lines = [f"{profile.samples:,} samples", f"{len(profile.models[0].values)} tensors"]
    lines += [f"{key}: {value}" for key, value in profile.notes.items()]
    return (
        f'<p class="over">isobit profile</p><h1>{escape(profile.name)}</h1>'
        f'<p class="lead">{escape(" · ".join(lines))}</p>'
    )


def _summary(profile: Profile, model: ModelProfile) -> str:
    tiles = []
    if model.classification is not None and profile.reference is not None:
        change = model.classification.accuracy - profile.reference.accuracy
        exact = profile.reference.accuracy
        tiles.append(
            _tile(
                f"{model.classification.accuracy:.2%}",
                f"accuracy; float {exact:.2%} ({_signed(change * 100, 2)})",
            )
        )
        tiles.append(
            _tile(
                f"{model.classification.agreement:.2%}", "of the samples get the class the float model gives"
            )
        )
        pairs = zip(model.classification.curves, profile.reference.curves, strict=True)
        changes = [
            (fixed.area - exact.area, name)
            for (fixed, exact), name in zip(pairs, profile.classes, strict=True)
        ]
        worst, name = min(changes)
        tiles.append(_tile(_change(worst), f"largest change of an AUC for the worse, class {name}"))
    events, casts = model.overflows
    sure = sum(tensor.overflow.excluded for tensor in model.values)
    words = (
        f"of {casts:,} values overflow ({percent(events / casts)})"
        if events
        else f"of {casts:,} values overflow"
    )
    words += f"; excluded by proof in {sure} of {len(model.values)} tensors"
    tiles.append(_tile(f"{events:,}", words, alarm=events > 0))
    last = model.values[-1].distance
    if last is not None:
        tiles.append(_tile(f"{last.rms:.3g}", f"rms distance of {model.values[-1].name} to the float model"))
    remarks = "".join(f"<li>{escape(text)}</li>" for text in findings(model))
    heading, numbers = escape(model.label), "".join(tiles)
    return f'<h2>{heading}</h2><div class="tiles">{numbers}</div><ul class="findings">{remarks}</ul>'


def _change(area: float) -> str:
    return "< 0.0001" if abs(area) < 5e-5 else _signed(area, 4)


def _signed(number: float, digits: int) -> str:
    return f"{number:+.{digits}f}".replace("-", "−")


def _tile(number: str, words: str, alarm: bool = False) -> str:
    return f'<div class="tile{" alarm" * alarm}"><b>{escape(number)}</b><span>{escape(words)}</span></div>'


def _scores(profile: Profile) -> str:
    """Accuracy and areas under the curves of every model."""
    rows = []
    for label, found in (
        ("float", profile.reference),
        *((model.label, model.classification) for model in profile.models),
    ):
        if found is not None:
            areas = [f"{curve.area:.4f}" for curve in found.curves]
            rows.append([label, f"{found.accuracy:.2%}", f"{found.agreement:.2%}", *areas])
    head = ["", "accuracy", "same class as float", *(f"AUC {name}" for name in profile.classes)]
    return "<h2>Accuracy and area under the ROC curve</h2>" + _table(head, rows)


def _section(heading: str, pictures: Sequence[Picture]) -> str:
    figures = "".join(
        f"<figure>{picture.svg}<figcaption>{escape(picture.caption)}</figcaption></figure>"
        for picture in pictures
    )
    return f"<h2>{escape(heading)}</h2>{figures}"


def _details(model: ModelProfile) -> str:
    tensors = (*model.values, *model.accumulators, *model.constants)
    head = [
        "tensor", "operator", "format", "smallest", "largest", "float smallest", "float largest",
        "unused bits", "overflow", "rms distance", "largest distance", "rms in LSB", "largest in LSB",
    ]  # fmt: skip
    table = _table(head, (_row(tensor) for tensor in tensors), text=(1, 2, 8))
    return f"<details><summary>{escape(model.label)}</summary>{table}</details>"


def _row(tensor: TensorProfile) -> list[str]:
    constant = tensor.role not in ("input", "output", "accumulator")
    words, _ = overflow_words(tensor.overflow, tensor.format.overflow.name, constant)
    numbers = [""] * 4
    if tensor.trained is not None and tensor.fixed is not None:
        ends = (tensor.fixed.low, tensor.fixed.high, tensor.trained.low, tensor.trained.high)
        numbers = [f"{value:.6g}" for value in ends]
    differences = [""] * 4
    if tensor.distance is not None:
        rms, largest, lsb = tensor.distance.rms, tensor.distance.max, tensor.distance.lsb
        differences = [f"{value:.3g}" for value in (rms, largest, rms / lsb, largest / lsb)]
    idle = (
        f"{tensor.idle_high} high, {tensor.idle_low} low" if tensor.idle_high or tensor.idle_low else "none"
    )
    return [tensor.name, tensor.operator, str(tensor.format), *numbers, idle, words, *differences]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[int] = ()) -> str:
    """A table; columns of numbers are aligned right, ``text`` columns and the first one left."""

    def line(cells: Sequence[str], tag: str) -> str:
        parts = (
            f"<{tag}{' class=text' if place in text else ''}>{escape(cell)}</{tag}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f'<div class="scroll"><table><thead>{line(head, "th")}</thead><tbody>{body}</tbody></table></div>'
