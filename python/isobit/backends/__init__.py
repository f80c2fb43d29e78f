"""Back ends: what a graph with formats is turned into."""
