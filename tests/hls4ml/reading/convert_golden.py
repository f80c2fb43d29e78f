"""Write the projects of golden cases with hls4ml: ``convert_golden.py TARGET RENAMED CASE...``.

A line of output for each case; RENAMED is a case that is written as "renamed", too, with other names. In a
process of its own: TensorFlow and hls4ml warn, print and take their time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

RENAMED = {
    "namespace": "hls4ml_tagger_v7",
    "project_name": "Tagger_v7",
    "write_weights_txt": False,
    "write_emulation_constants": True,
}
"""Options that change how a project is written, and not what it computes."""


def convert(case, target, **more):
    import hls4ml

    config = json.loads((case / "config.json").read_text())
    options = {key: config[key] for key in ("hls_config", "backend", "io_type", "part")}
    options |= {"output_dir": str(target), "project_name": "myproject", **more}
    if (case / "model.keras").exists():
        import keras

        model = keras.models.load_model(case / "model.keras", compile=False)
        converted = hls4ml.converters.convert_from_keras_model(model, **options)
    else:
        import onnx

        converted = hls4ml.converters.convert_from_onnx_model(onnx.load(case / "model.onnx"), **options)
    converted.write()


def main():
    target, renamed, *cases = map(Path, sys.argv[1:])
    convert(renamed, target / "renamed", **RENAMED)
    for case in cases:
        try:
            convert(case, target / case.name)
            print(f"written {case.name}", flush=True)
        except Exception as error:
            # Models of QKeras and HGQ, whose packages are not there.
            print(f"not converted {case.name}: {type(error).__name__}", flush=True)


if __name__ == "__main__":
    main()
