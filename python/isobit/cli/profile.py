"""``isobit profile``: measure on data, and write a page."""

from __future__ import annotations

from pathlib import Path

import click

from isobit.cli.arrays import read_data, read_labels
from isobit.cli.console import Output, plain, table
from isobit.cli.options import ModelArguments, json_option, quantized_argument


@click.command("profile")
@quantized_argument
@click.argument("data", metavar="X", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path),
    help="Folder for the page and its figures; created, or replaced if it holds a profile.",
)  # fmt: skip
@click.option(
    "--labels", metavar="Y", type=click.Path(path_type=Path),
    help="True classes (numbers or one-hot rows; .npy, .npz, .csv), for ROC curves.",
)  # fmt: skip
@click.option("--classes", metavar="A,B,...", help="Names of the classes.")
@click.option("--scores", metavar="OUTPUT", help="The output that holds the scores, if there are several.")
@json_option
def command(
    model: ModelArguments,
    data: Path,
    folder: Path,
    labels: Path | None,
    classes: str | None,
    scores: str | None,
    as_json: bool,
) -> None:
    """Measure MODEL on the data X and write a page to look at: DIR/index.html.

    For every layer the page shows the range of its values against that of its format, how often it
    saturates or wraps, and the distance to the float model; with --labels also ROC curves of float against
    fixed point. The numbers are in DIR/profile.json. Needs Matplotlib: pip install 'isobit[plot]'.
    """
    from isobit.profile import measure, write_profile
    from isobit.profile.figures.style import require_matplotlib
    from isobit.profile.folder import check_folder
    from isobit.profile.words import overflow_words

    output = Output(as_json)
    require_matplotlib()
    check_folder(folder)
    quantized = model.quantized(output)
    X = read_data(data, list(quantized.inputs))
    truth = None if labels is None else read_labels(labels)
    names = None if classes is None else [name.strip() for name in classes.split(",")]
    with output.progress("measuring") as advance:
        measured = measure(
            {"fixed point": quantized},
            X,
            truth,
            classes=names,
            output=scores,
            notes={"model": model.path.name, "data": data.name},
            progress=advance,
        )
    with output.waiting("drawing"):
        page = write_profile(measured, folder)
    output.json({"page": str(page), **measured.as_dict()})
    rows = []
    for tensor in (*measured.models[0].values, *measured.models[0].accumulators):
        words, _ = overflow_words(tensor.overflow, tensor.format.overflow.name)
        distance = "" if tensor.distance is None else f"{tensor.distance.rms:.3g}"
        rows.append((tensor.name, str(tensor.format), words, distance))
    output.say(table(("tensor", "format", "overflow", "rms distance to float"), rows, left=(0, 1, 2)))
    output.say(plain(f"page: {page}"))
