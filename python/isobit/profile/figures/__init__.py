"""The figures of a profile, drawn with Matplotlib."""
