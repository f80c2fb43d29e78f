"""High-level synthesis: what can be said about a kernel without the vendor's tools."""
