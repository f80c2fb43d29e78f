"""Networks as C++ source: what plugins and HLS projects share."""
