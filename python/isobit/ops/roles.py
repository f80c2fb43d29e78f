"""Format roles: the places of a layer where a number format can be chosen."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class RoleKind(enum.Enum):
    """What a role holds, which decides its default.

    ``DATA`` takes the configured format as written. ``CONSTANT`` and ``TABLE`` hold numbers that are known
    when the model is built: by default they take the width and integer bits of the configured format, but
    round to nearest and saturate. ``EXACT`` holds constants that are compared rather than multiplied
    (bounds, thresholds) and are kept exactly where 16 bits can. ``ACCUMULATOR`` is exact by default.
    """

    DATA = "data"
    CONSTANT = "constant"
    EXACT = "exact constant"
    TABLE = "table"
    ACCUMULATOR = "accumulator"


@dataclass(frozen=True)
class Role:
    """One place of a layer that has a format of its own.

    ``unsigned`` says of data inside of a layer that it is never negative: calibration gives it no sign.
    """

    name: str
    kind: RoleKind
    unsigned: bool = False


OUTPUT = Role("output", RoleKind.DATA)
WEIGHT = Role("weight", RoleKind.CONSTANT)
BIAS = Role("bias", RoleKind.CONSTANT)
BOUND = Role("weight", RoleKind.EXACT)
ACCUMULATOR = Role("accumulator", RoleKind.ACCUMULATOR)
STEPS = Role("accumulator", RoleKind.DATA)
"""An accumulator that cuts what is added up, and therefore is never exact by default."""
ENTRIES = Role("entries", RoleKind.CONSTANT)
TABLE = Role("table", RoleKind.TABLE)
EXP_TABLE = Role("exp_table", RoleKind.TABLE)
RECIPROCAL_TABLE = Role("reciprocal_table", RoleKind.TABLE)
LOG_TABLE = Role("log_table", RoleKind.TABLE)
RECURRENT_WEIGHT = Role("recurrent_weight", RoleKind.CONSTANT)
RECURRENT_BIAS = Role("recurrent_bias", RoleKind.CONSTANT)
RECURRENT_TABLE = Role("recurrent_table", RoleKind.TABLE)
STATE = Role("state", RoleKind.DATA)
HIDDEN = Role("hidden", RoleKind.DATA)
SLOPE = Role("slope", RoleKind.EXACT)
OFFSET = Role("offset", RoleKind.EXACT)
FACTOR = Role("factor", RoleKind.EXACT)
SUM = Role("sum", RoleKind.DATA)
MEAN = Role("mean", RoleKind.DATA)
VARIANCE = Role("variance", RoleKind.DATA, unsigned=True)
RSQRT = Role("rsqrt", RoleKind.DATA, unsigned=True)
RSQRT_TABLE = Role("rsqrt_table", RoleKind.TABLE)
SCORE = Role("score", RoleKind.DATA)
WEIGHTS = Role("weights", RoleKind.DATA, unsigned=True)

SYNONYMS = {
    "result": "output",
    "accum": "accumulator",
    "kernel": "weight",
    "recurrent_kernel": "recurrent_weight",
    "scale": "weight",
    "alpha": "weight",
    "inv_table": "reciprocal_table",
}
"""Other spellings of roles that configurations may use."""
