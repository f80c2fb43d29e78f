"""Profiles: where values lie in their formats, what overflows, how far fixed point is from float.

`measure` makes a :class:`~isobit.profile.results.Profile`, plain records of numbers; `write_profile` draws
it.
"""

from __future__ import annotations

from isobit.profile.folder import write_profile
from isobit.profile.measure import measure
from isobit.profile.results import Profile

__all__ = ["Profile", "measure", "write_profile"]
