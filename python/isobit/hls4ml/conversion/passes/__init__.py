"""hls4ml's passes over the graph, those that matter for numbers, in its flows and their order."""
