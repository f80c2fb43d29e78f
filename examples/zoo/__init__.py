"""Networks of the field with their published layer sizes, as small functions that build them.

Weights are random (with a fixed seed) and scaled so that values stay near one; nothing here is trained.
"""
