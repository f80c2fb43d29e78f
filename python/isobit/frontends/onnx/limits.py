"""How large an ONNX file may be.

Reading a file never takes more than 1 GiB of memory beside the weights, whatever is written in it, and not
more than 2 GiB with them: each limit below is checked before the memory that it bounds is taken.
"""

from __future__ import annotations

MAX_FILE_BYTES = 512 << 20
"""Bytes of the model file, and of all the external data that it names."""

MAX_FIELDS = 1_000_000
"""Protobuf fields: an empty message takes 2 bytes in a file and about 100 in memory."""

MAX_PACKED_BYTES = 16 << 20
"""Bytes of packed variable-length integers, which take up to 8 times as much in memory."""

MAX_NODES = 50_000
"""Nodes of the graph, and initializers."""

MAX_CONSTANTS = 64 << 20
"""Elements of all constants as they are read or folded, and again as weights of layers (8 bytes each)."""

MAX_SAMPLE = 1 << 24
"""Elements of one tensor, for one sample."""

MAX_RANK = 32
"""Axes of one tensor (NumPy has up to 64, older versions 32)."""
