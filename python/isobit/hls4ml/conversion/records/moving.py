"""Layers that only move elements."""

from __future__ import annotations

from isobit.hls4ml.conversion.records.affine import transposition
from isobit.hls4ml.conversion.records.call import Draft


def padding(draft: Draft) -> None:
    """Zeros around the elements."""
    _sides(draft, "zeropad", "pad")


def cropping(draft: Draft) -> None:
    """Fewer elements."""
    _sides(draft, "cropping", "crop")


def _sides(draft: Draft, function: str, prefix: str) -> None:
    rank = 1 if draft.node.class_name.endswith("1D") else 2
    draft.function = f"{function}{rank}d_cl"
    draft.take("n_chan")
    for axis, sides in zip(
        ("height", "width")[2 - rank :], (("top", "bottom"), ("left", "right"))[2 - rank :], strict=True
    ):
        draft.take(f"in_{axis}", f"out_{axis}", *(f"{prefix}_{side}" for side in sides))


def resize(draft: Draft) -> None:
    """Repeated pixels."""
    attrs = draft.node.attrs
    draft.function = f"resize_{attrs['algorithm']}"
    draft.config |= {"height": attrs["in_height"], "width": attrs["in_width"], "n_chan": attrs["n_chan"]}
    draft.config |= {"new_height": attrs["out_height"], "new_width": attrs["out_width"]}


def transpose(draft: Draft) -> None:
    """Axes in another order."""
    draft.function = "transpose"
    draft.config |= transposition(draft.node.source().shape, draft.node.attrs["perm"])


def clone(draft: Draft) -> None:
    """Copies of a stream."""
    draft.function = "clone_stream"


def repack(draft: Draft) -> None:
    """A stream in another shape."""
    draft.function = "repack_stream"


def embedding(draft: Draft) -> None:
    """``nnet::embedding``."""
    draft.function = "embedding"
    draft.take("n_in", "n_out", "vocab_size", "reuse_factor")
    draft.config["io_type"] = draft.graph.config.io_type
    draft.take_types("embeddings_t")
    draft.take_weight("embeddings", "embeddings")
