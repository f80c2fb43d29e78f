"""How fast isobit is beside programs that do the same work: ``isobit bench --peers`` and ``benchmarks/``.

:mod:`clock` measures in turns, :mod:`networks` says what is computed, :mod:`contestants` who computes it,
:mod:`race` measures them, :mod:`goals` says what was to be reached, :mod:`comparison` makes the table.
"""
