"""Attention: scaled dot products of queries and keys, masked, as weights of the values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isobit.errors import FileFormatError
from isobit.frontends.onnx.layer import Layer
from isobit.frontends.onnx.values import Constant, Tensor

Allowed = npt.NDArray[np.bool_]

_MASKED = -1024.0
"""Added to the scores of keys that a query must not see: they weigh nothing."""
_Q, _K, _V, _MASK, _PAST_KEY, _PAST_VALUE, _LENGTHS = range(7)
_RAW, _CAPPED, _BIASED, _WEIGHTS = range(4)


@dataclass
class _Masks:
    """What hides keys from queries: known now, given with the data, or added to the scores."""

    causal: bool = False
    allowed: Allowed | None = None
    given: Tensor | None = None
    added: Tensor | None = None


def attention(layer: Layer) -> tuple[Tensor, ...]:
    """The result, the updated keys and values, and the scores at the stage that an attribute names."""
    scale = layer.attributes.number("scale", 0.0) if layer.attributes.has("scale") else None
    softcap = layer.attributes.number("softcap", 0.0)
    stage = layer.attributes.integer("qk_matmul_output_mode", _RAW)
    layer.attributes.integer("softmax_precision", 1)  # it is not lower here
    flat = layer.rank(layer.data(_Q)) == 3
    q, k, v = _heads(layer, flat)
    if layer.has(_PAST_KEY) != layer.has(_PAST_VALUE):
        raise FileFormatError("inputs 4 and 5 (past_key and past_value) must be given together")
    past = 0
    if layer.has(_PAST_KEY):
        past_key, past_value = layer.data(_PAST_KEY), layer.data(_PAST_VALUE)
        past = layer.shape(past_key)[-2]
        axis = len(layer.shape(k)) - 2
        k = layer.emit("concatenate", [past_key, k], {"axis": axis}, part="present_key")
        v = layer.emit("concatenate", [past_value, v], {"axis": axis}, part="present_value")
    present = (k, v)
    k, v = (_repeated(layer, x, q, part) for x, part in ((k, "keys"), (v, "values")))
    masks = _masks(layer, layer.shape(q)[-2], layer.shape(k)[-2], past)
    scores_wanted = len(layer.outputs) > 3 and layer.outputs[3] != ""
    scores = q
    if softcap or scores_wanted or masks.allowed is not None or masks.given is not None:
        factor = layer.shape(q)[-1] ** -0.5 if scale is None else scale
        y, scores = _step_by_step(layer, (q, k, v), masks, factor, softcap, stage, scores_wanted)
    else:
        attrs = {"causal": masks.causal, **({} if scale is None else {"scale": scale})}
        added = [] if masks.added is None else layer.aligned([q, masks.added])[1:]
        y = layer.emit("scaled_dot_product_attention", [q, k, v, *added], attrs, part="heads" if flat else "")
    return (_joined(layer, y) if flat else y), *present, scores


def _heads(layer: Layer, flat: bool) -> tuple[Tensor, ...]:
    """Queries, keys and values as (..., heads, length, size)."""
    xs = [layer.data(i) for i in (_Q, _K, _V)]
    if xs[0].element == "BFLOAT16":
        raise layer.refuse("the element type is BFLOAT16, whose roundings matter here; export with FLOAT")
    if len({(x.batch, layer.rank(x)) for x in xs}) > 1 or layer.rank(xs[0]) not in (3, 4):
        raise layer.refuse(
            f"supported are three tensors of data of rank 3 or 4: {list(map(layer.shown, xs))}"
        )
    counts = [layer.attributes.integer(name, 0) for name in ("q_num_heads", "kv_num_heads")]
    if not flat:
        if any(counts):
            raise FileFormatError("attributes q_num_heads and kv_num_heads are for tensors of rank 3")
        return tuple(xs)
    split = []
    for x, count, part in zip(xs, (counts[0], counts[1], counts[1]), ("q", "k", "v"), strict=True):
        *lead, length, width = layer.shape(x)
        if count < 1 or width % count:
            raise FileFormatError(f"{width} features of {x.name!r} are not {count} heads")
        heads = layer.reshape(x, (*lead, length, count, width // count), part=f"{part}_heads")
        axes = range(len(lead))
        split.append(
            layer.emit(
                "transpose", [heads], {"perm": (*axes, *(len(lead) + i for i in (1, 0, 2)))}, part=part
            )
        )
    return tuple(split)


def _joined(layer: Layer, y: Tensor) -> Tensor:
    """(..., heads, length, size) as (..., length, heads * size)."""
    *lead, heads, length, width = layer.shape(y)
    axes = range(len(lead))
    turned = layer.emit(
        "transpose", [y], {"perm": (*axes, *(len(lead) + i for i in (1, 0, 2)))}, part="turned"
    )
    return layer.reshape(turned, (*lead, length, heads * width))


def _repeated(layer: Layer, x: Tensor, q: Tensor, part: str) -> Tensor:
    """Every head of keys or values as often as queries share it."""
    axis = len(layer.shape(x)) - 3
    count, wanted = layer.shape(x)[axis], layer.shape(q)[axis]
    if wanted % count:
        raise FileFormatError(f"{wanted} heads of queries cannot share {count} heads of keys")
    if wanted == count:
        return x
    indices = tuple(head for head in range(count) for _ in range(wanted // count))
    return layer.emit("take", [x], {"axis": axis, "indices": indices}, part=part)


def _masks(layer: Layer, queries: int, keys: int, past: int) -> _Masks:
    masks = _Masks()
    causal = layer.attributes.flag("is_causal", False)
    left, right = (layer.attributes.integer(f"{side}_window_size", -1) for side in ("left", "right"))
    windowed = left >= 0 or right >= 0
    if layer.has(_LENGTHS):
        if causal or windowed:
            raise layer.refuse(
                "input 6 (nonpad_kv_seqlen) moves the causal mask with the data; supported without"
            )
        masks.given = _valid(layer, keys)
    elif causal and not past and not windowed and not layer.has(_MASK) and queries <= keys:
        masks.causal = True
        return masks
    distance = np.arange(queries)[:, np.newaxis] + past - np.arange(keys)
    allowed = np.ones((queries, keys), dtype=np.bool_)
    for bound, excess in ((0 if causal else -1, -distance), (left, distance), (right, -distance)):
        if bound >= 0:
            allowed &= excess <= bound
    _explicit(layer, masks, keys, allowed)
    return masks


def _explicit(layer: Layer, masks: _Masks, keys: int, allowed: Allowed) -> None:
    """The mask of input 3, and what is allowed anyway."""
    if layer.has(_MASK) and layer.is_constant(_MASK):
        array = layer.array(_MASK)
        visible = array if array.dtype.kind == "b" else ~np.isneginf(array.astype(np.float64))
        widths = [(0, 0)] * (visible.ndim - 1) + [(0, keys - visible.shape[-1])]
        allowed = allowed & np.pad(visible, widths)
        if array.dtype.kind != "b":
            finite = np.where(np.isneginf(array.astype(np.float64)), 0.0, array.astype(np.float64))
            masks.added = layer.constant(Constant(np.pad(finite, widths), "the mask"), "mask")
    elif layer.has(_MASK):
        mask = layer.tensor(_MASK, "fb")
        missing = keys - layer.shape(mask)[-1]
        if missing:
            pads = [0] * (2 * len(layer.shape(mask)))
            pads[-1] = missing
            value = 0.0 if mask.kind == "b" else _MASKED
            mask = layer.emit("pad", [mask], {"pads": tuple(pads), "value": value}, part="padded")
        if mask.kind == "f":
            masks.added = mask
        elif masks.given is None:
            masks.given = mask
        else:
            masks.given = layer.broadcast("logical_and", layer.aligned([mask, masks.given]), part="both")
    if not allowed.all():
        masks.allowed = allowed


def _valid(layer: Layer, keys: int) -> Tensor:
    """Which keys are no padding, by the number of those that are not."""
    lengths = layer.tensor(_LENGTHS, "i")
    places = layer.numbers(np.arange(keys, dtype=np.float64), part="places")
    shape = (1, 1, 1) if lengths.batch is not None else (*layer.shape(lengths), 1, 1, 1)
    spread = layer.reshape(lengths, shape, part="lengths")
    return layer.broadcast("less", [places, spread], part="valid").of("BOOL").at(lengths.batch)


def _step_by_step(
    layer: Layer,
    qkv: tuple[Tensor, Tensor, Tensor],
    masks: _Masks,
    scale: float,
    softcap: float,
    stage: int,
    wanted: bool,
) -> tuple[Tensor, Tensor]:
    """The result and the scores at a stage, by layers of their own."""
    q, k, v = qkv
    rank = len(layer.shape(k))
    turned = layer.emit(
        "transpose", [k], {"perm": (*range(rank - 2), rank - 1, rank - 2)}, part="turned_keys"
    )
    score = layer.affine(layer.broadcast("matmul", [q, turned], part="products"), scale, 0.0, part="scores")
    stages = [score]
    if softcap:
        tanh = layer.emit("tanh", [layer.affine(score, 1 / softcap, 0.0, part="cap")], part="tanh")
        score = layer.affine(tanh, softcap, 0.0, part="capped")
    stages.append(score)
    visible = _visible(layer, masks, layer.shape(score))
    for mask in (
        masks.added,
        None if visible is None else layer.affine(visible, -_MASKED, _MASKED, part="bias"),
    ):
        if mask is not None:
            score = layer.broadcast("add", layer.aligned([score, mask]), part="masked")
    stages.append(score)
    weights = layer.emit("softmax", [score], {"axis": rank - 1}, part="weights")
    if visible is not None:
        weights = layer.broadcast("multiply", layer.aligned([weights, visible]), part="visible")
    stages.append(weights)
    if not 0 <= stage <= _WEIGHTS:
        raise layer.refuse(f"attribute qk_matmul_output_mode is {stage}; supported: 0 to 3")
    if wanted and stage == _BIASED and visible is not None:
        raise layer.refuse("output 3 would hold infinities (qk_matmul_output_mode 2 with a mask)")
    return layer.broadcast("matmul", [weights, v], part="values_of_heads"), stages[stage]


def _visible(layer: Layer, masks: _Masks, scores: tuple[int, ...]) -> Tensor | None:
    """1 for the keys that a query may see, else 0."""
    allowed = None
    if masks.causal:
        masks.allowed = np.tri(*scores[-2:], dtype=np.bool_)
    if masks.allowed is not None:
        allowed = layer.numbers(masks.allowed.astype(np.float64), part="allowed")
    if masks.given is None or allowed is None:
        return allowed if masks.given is None else masks.given.of("FLOAT")
    both = layer.aligned([masks.given.of("FLOAT"), allowed])
    return layer.broadcast("multiply", both, part="allowed_both")
