"""The firmware of hls4ml as records: the calls of its top function with their configurations.

Names are those of the generated C++: a layer is a call of ``nnet::<function>``, its ``config`` holds the
integers of the configuration structure, its ``types`` the typedefs that it names. What the C++ says counts,
not what a training file said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isobit.formats import Format
from isobit.ir import Shape
from isobit.rounding import RawArray

Setting = int | bool | float | str | tuple[int, ...]
"""A member of a configuration structure."""


@dataclass(frozen=True)
class Variable:
    """An array between two layers.

    Attributes
    ----------
    name : str
    shape : tuple of int
        In the order of memory (channels last where hls4ml arranges them so); one sample.
    format : Format
    """

    name: str
    shape: Shape
    format: Format


@dataclass(frozen=True, eq=False)
class Weight:
    """A constant array as the compiler sees it: the printed text in the format of its type.

    Attributes
    ----------
    format : Format
    raw : array of int
        In the order of memory, with the layout that the function reads (transposed for Resource).
    """

    format: Format
    raw: RawArray


@dataclass(frozen=True)
class Call:
    """One layer.

    Attributes
    ----------
    name : str
        Of the layer, for messages.
    function : str
        Of ``nnet``, without the namespace: ``dense``, ``conv_2d_cl``, ``relu``, ``softmax``, ``lstm_stack``;
        or ``reshape`` for a variable that is another one with other dimensions, which hls4ml writes as a
        reference.
    inputs, outputs : tuple of str
        Variables, in the order of the arguments.
    config : mapping of str to int, bool, float, str or tuple of int
        Members of the configuration structure; of nested ones as ``mult_config.n_in``. Enumerators and
        names of types (``strategy``, ``implementation``, ``product``, ``kernel`` ...) are strings without
        namespaces; arrays (``perm_strides`` of a ``transpose``) are tuples.
    types : mapping of str to Format
        (``ap_int`` and ``ap_uint`` round toward zero: they take the integer part of what they are given.)
        Types of the structure (``accum_t``, ``table_t``, ``exp_table_t`` ...), nested ones with their path.
    weights : mapping of str to Weight
        By parameter of the function (``weights``, ``biases``, ``scale``, ``depthwise_weights`` ...), for
        convolutions as well; arguments that are numbers, too (``alpha``, ``theta``), and typed constants of
        the structure (``slope``, ``shift``): an array of one raw.
    """

    name: str
    function: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    config: Mapping[str, Setting] = field(default_factory=dict)
    types: Mapping[str, Format] = field(default_factory=dict)
    weights: Mapping[str, Weight] = field(default_factory=dict)


@dataclass(frozen=True)
class Firmware:
    """A top function.

    Attributes
    ----------
    name : str
    version : str
        Of the hls4ml that wrote or would write it.
    backend, io_type : str
        ``Vitis`` or ``Vivado``; ``io_parallel`` or ``io_stream``.
    inputs, outputs : tuple of str
        Variables at the ports.
    variables : mapping of str to Variable
    calls : tuple of Call
        In the order of execution.
    """

    name: str
    version: str
    backend: str
    io_type: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    variables: Mapping[str, Variable]
    calls: tuple[Call, ...]
