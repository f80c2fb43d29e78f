"""The layers that hls4ml knows, with the types, attributes and defaults of its Vitis back end."""
