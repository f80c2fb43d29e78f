"""The ONNX front end: :func:`load` reads a file.

``file`` and ``wire`` bring in the bytes, by the tables of ``fields``, as the ``messages`` that isobit reads;
``initializers`` and ``external`` the weights; ``convert`` goes over the nodes with the operators of
``table``, whose handlers are in ``handlers`` and whose definitions in ``schemas``. The package ``onnx`` is
not needed.
"""

from isobit.frontends.onnx.reader import load

__all__ = ["load"]
