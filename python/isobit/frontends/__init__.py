"""Front ends: each reads one kind of model file and returns a checked graph."""
