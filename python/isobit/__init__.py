"""isobit."""
