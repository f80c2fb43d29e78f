"""How Keras makes names of classes for the places of weights in files."""

from __future__ import annotations

import re

# Classes that files call otherwise than Keras' source, which gives the places of weights.
_WRITTEN = {"GroupQueryAttention": "GroupedQueryAttention"}


def snake_case(class_name: str) -> str:
    """``BatchNormalization`` -> ``batch_normalization``, ``PReLU`` -> ``p_re_lu``."""
    class_name = _WRITTEN.get(class_name, class_name)
    return re.sub(r"(?<=.)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", class_name).lower()
