"""What hls4ml 1.3 computes: its firmware as records, from a model or from a project, and the same bits.

``firmware.py`` holds the records. They are made from a graph and a configuration (``conversion/``) or read
from the sources of a project (``reading/``); ``emulation/`` turns them into a graph of exact operators.
"""
