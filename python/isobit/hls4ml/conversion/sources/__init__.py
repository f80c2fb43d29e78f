"""What hls4ml's converters make of a file: declared layers, before its passes change them."""
