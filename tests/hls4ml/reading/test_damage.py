"""Damaged and hostile projects: an error of isobit's own in little time, and nothing outside is read."""

from __future__ import annotations

import os
import random
import time

import pytest

from hls4ml_projects import SMALL, array_header, edited, write_project
from isobit import FileFormatError, IsobitError, UnsupportedError
from isobit.hls4ml.reading import read_project

LIMIT = 20.0
"""Seconds that no file may take: far more than any needs, far less than a loop without end."""


def outcome(folder):
    """The firmware, or the error that isobit raises."""
    start = time.monotonic()
    try:
        return read_project(folder)
    except IsobitError as error:
        return error
    finally:
        assert time.monotonic() - start < LIMIT


@pytest.mark.parametrize("name", [name for name in SMALL if not name.endswith(".txt")])
def test_cut_off(tmp_path, name):
    """A source that ends too early is refused, unless only what does not matter is gone."""
    folder = write_project(tmp_path, SMALL)
    text, whole = SMALL[name], read_project(folder)
    refused = 0
    for end in range(0, len(text), max(1, len(text) // 60)):
        (folder / "firmware" / name).write_text(text[:end])
        found = outcome(folder)
        refused += isinstance(found, IsobitError)
        if not isinstance(found, IsobitError):
            assert [call.function for call in found.calls] == [call.function for call in whole.calls]
    assert refused > 0 or name == "small.h"


@pytest.mark.parametrize("seed", range(4))
def test_damaged_bytes(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311
    for number in range(40):
        files = dict(SMALL)
        name = rng.choice([name for name in files if not name.endswith(".txt")])
        data = bytearray(files.pop(name).encode())
        for _ in range(rng.randint(1, 6)):
            place, kind = rng.randrange(len(data)), rng.randrange(3)
            if kind == 0:
                data[place] = rng.randrange(256)
            elif kind == 1:
                del data[place : place + rng.randrange(20)]
            else:
                data[place:place] = data[rng.randrange(len(data)) :][: rng.randrange(30)]
            data = data or bytearray(b" ")
        folder = write_project(tmp_path / str(number), files)
        (folder / "firmware" / name).parent.mkdir(exist_ok=True)
        (folder / "firmware" / name).write_bytes(bytes(data))
        outcome(folder)


@pytest.mark.parametrize(
    "location", ["../secret.h", "../../secret.h", "weights/../../secret.h", "link.h", "away/secret.h"]
)
def test_nothing_outside_is_read(tmp_path, location):
    """Neither by the path of an include nor by links."""
    (tmp_path / "secret.h").write_text("typedef ap_fixed<3,1> secret_t;\n")
    folder = write_project(tmp_path / "project", edited(("defines.h", "<cstddef>", f'"{location}"')))
    (folder / "firmware" / "link.h").symlink_to(tmp_path / "secret.h")
    (folder / "firmware" / "away").symlink_to(tmp_path)
    if location == "../secret.h":
        (folder / "secret.h").write_text("typedef ap_fixed<3,1> inside_t;\n")
        assert read_project(folder).calls
    else:
        with pytest.raises(FileFormatError, match=r"leaves the project|does not have"):
            read_project(folder)


def test_a_source_that_is_a_link(tmp_path):
    folder = write_project(tmp_path / "project", SMALL)
    (folder / "firmware" / "small.cpp").rename(tmp_path / "small.cpp")
    (folder / "firmware" / "small.cpp").symlink_to(tmp_path / "small.cpp")
    with pytest.raises(FileFormatError, match="leaves the project"):
        read_project(folder)


HOSTILE = {
    "includes itself": edited(
        ("defines.h", "#ifndef DEFINES_H_\n", '#include "defines.h"\n#ifndef DEFINES_H_\n')
    ),
    "includes many times": {
        **edited(("defines.h", "<cstddef>", '"a.h"')),
        **{f"{a}.h": f'#include "{b}.h"\n' * 8 for a, b in zip("abcdefgh", "bcdefghi", strict=True)},
        "i.h": "",
    },
    "parentheses": edited(("defines.h", "N_IN 3", "N_IN " + "(" * 100_000 + "3" + ")" * 100_000)),
    "parentheses in C++": edited(
        ("parameters.h", "n_in = N_IN", "n_in = " + "(" * 50_000 + "3" + ")" * 50_000)
    ),
    "open parentheses": edited(("small.cpp", "    nnet::relu", "(" * 200_000)),
    "open braces": edited(("small.cpp", "    nnet::relu", "{" * 200_000)),
    "templates": edited(("defines.h", "ap_fixed<8,4>", "hls::stream<" * 20_000 + ">" * 20_000)),
    "namespaces": edited(
        ("defines.h", "#define N_IN 3", "#define N_IN 3\n" + "namespace a {" * 5_000 + "}" * 5_000)
    ),
    "macros that double": edited(
        (
            "defines.h",
            "#define N_IN 3",
            "#define N_IN M40\n#define M0 1\n"
            + "".join(f"#define M{k} M{k - 1}*M{k - 1}*1\n" for k in range(1, 41)),
        ),
        ("defines.h", "#define N_HIDDEN 2", "#define N_HIDDEN 2"),
    ),
    "typedefs in a circle": edited(
        ("defines.h", "typedef ap_fixed<8,4> input_t;", "typedef b_t input_t;\ntypedef input_t b_t;")
    ),
    "configurations in a circle": edited(
        ("parameters.h", "    typedef act_table_t table_t;", "    typedef relu_config3 inner;")
    ),
    "a huge number": edited(("parameters.h", "n_in = N_IN", "n_in = " + "9" * 100_000)),
    "a huge exponent": edited(("weights/w2.h", "0.5000", "1e" + "9" * 100_000)),
    "a long number": edited(
        ("weights/w2.h", SMALL["weights/w2.h"], array_header("w2", "weight2_t", ["1" * 50_000] * 6))
    ),
    "a negative size": edited(("small.cpp", "layer2_out[N_HIDDEN]", "layer2_out[-2]")),
    "sizes that overflow": edited(("small.cpp", "layer2_out[N_HIDDEN]", "layer2_out[65536*65536*65536]")),
    "too many axes": edited(("small.cpp", "layer2_out[N_HIDDEN]", "layer2_out[" + "1*" * 5_000 + "2]")),
    "zeros": edited(("weights/w2.h", "#else", "\0" * 100)),
    "a conditions tower": edited(("defines.h", "#define N_IN 3", "#ifdef A\n" * 5_000 + "#endif\n" * 5_000)),
    "many namespaces of a name": edited(("defines.h", "ap_fixed<8,4>", "a::" * 5_000 + "b")),
    "the reader's own names": edited(("weights/w2.h", "0.5000", "isobit_numbers_0")),
    "no text": edited(("defines.h", SMALL["defines.h"], "\ufffe\ud7ff" * 1000)),
}


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile(tmp_path, files):
    assert isinstance(outcome(write_project(tmp_path, files)), FileFormatError | UnsupportedError)


def test_strange_entries(tmp_path):
    """Folders and pipes in the place of sources."""
    folder = write_project(tmp_path, SMALL)
    (folder / "firmware" / "weights" / "w2.h").unlink()
    os.mkfifo(folder / "firmware" / "weights" / "w2.h")
    assert isinstance(outcome(folder), IsobitError)
    (folder / "firmware" / "weights" / "w2.h").unlink()
    (folder / "firmware" / "weights" / "w2.h").mkdir()
    assert isinstance(outcome(folder), IsobitError)


def test_too_large(tmp_path, monkeypatch):
    from isobit.hls4ml.reading import folder as files
    from isobit.hls4ml.reading import preprocessor

    folder = write_project(tmp_path, SMALL)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1000)
    with pytest.raises(UnsupportedError, match="the project has more than"):
        read_project(folder)
    monkeypatch.undo()
    monkeypatch.setattr(preprocessor, "MAX_CODE_BYTES", 100)
    with pytest.raises(UnsupportedError, match=r"firmware/\S+:1: with this file"):
        read_project(folder)
