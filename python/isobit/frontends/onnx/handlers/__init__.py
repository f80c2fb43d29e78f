"""One file per family of ONNX operators; ``isobit.frontends.onnx.table`` says which operator goes where."""
