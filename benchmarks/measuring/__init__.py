"""How the benchmarks measure: pinned cores, interleaved repeats, memory, the machine, tables and JSON."""
