"""The ONNX front end: :func:`load` reads a file.

``file`` and ``wire`` bring in the bytes, ``initializers`` and ``external`` the weights, ``convert`` goes
over the nodes with the operators of ``table``, whose handlers are in ``handlers``. The package ``onnx``
is imported when a file is read, not before.
"""

from isobit.frontends.onnx.reader import load

__all__ = ["load"]
