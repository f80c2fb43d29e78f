"""What does each layer type cost in fully unrolled hardware? Writes docs/hls-layers.md."""

from __future__ import annotations

import warnings
from pathlib import Path

import isobit
from isobit.hls import catalog

PAGE = Path(__file__).parents[1] / "docs" / "hls-layers.md"
HEAD = f"""\
# What every layer costs

Each layer type at a stated size, with random weights, everything in `{catalog.FORMAT}`, tables of the
default size. The operations are counted in the data-flow graph that the `trace` policy records
(`QuantizedModel.operation_counts`): those of hardware that is fully unrolled and shares nothing.

- Multiplications: of two variables, or by a constant that is neither zero nor a power of two.
- Additions: subtractions too, and the terms of sums of products.
- Comparisons: minima and maxima too.
- Table bits: each table once for each operation that reads it (in a recurrent layer: in every step).

Each can be exported alone, for synthesis: `isobit export layer dense folder/`. This page is written by
`benchmarks/hls_layers.py`; a test keeps it true.

"""

if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", isobit.QuantizationWarning)
        PAGE.write_text(HEAD + catalog.table_of_costs(), encoding="utf-8")
