"""What a profile measures, as plain records; drawing and the page read nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from isobit.formats import Format
from isobit.profile.octaves import Octaves


@dataclass(frozen=True)
class Overflow:
    """How often a cast left the range of its format.

    Attributes
    ----------
    casts : int
        Number of numbers that were cast.
    below, above : int
        Those whose rounded value is below or above the range, so that they saturate or wrap.
    countable : bool
        False where overflow is possible, but the engine has no wider format to see it in.
    excluded : bool
        Whether the interval proof excludes them for every possible input, not only for this data.
    """

    casts: int
    below: int
    above: int
    countable: bool
    excluded: bool

    @property
    def events(self) -> int:
        """Casts that overflowed."""
        return self.below + self.above

    @property
    def rate(self) -> float:
        """Fraction of the casts; zero without casts."""
        return self.events / self.casts if self.casts else 0.0


@dataclass(frozen=True)
class Distance:
    """Distance of fixed-point values to those of the float model.

    Attributes
    ----------
    rms, max : float
        Root mean square and largest absolute difference, in the unit of the values.
    signal : float
        Root mean square of the float values themselves.
    lsb : float
        Value of one unit in the last place of the format.
    """

    rms: float
    max: float
    signal: float
    lsb: float


@dataclass(frozen=True)
class TensorProfile:
    """One tensor: an input, the result of a layer, a constant or an accumulator.

    Attributes
    ----------
    name, layer, operator, role : str
        The role is ``input``, ``output``, ``accumulator``, or that of a constant (``weight``, ``bias``).
    format : Format
    trained, fixed : Octaves
        Sizes of the values of the float model and of the quantized one (none for accumulators).
    overflow : Overflow
    distance : Distance or None
    idle_high, idle_low : int
        Bits at the two ends of the format that no value of the data needs.
    before_relu : bool
        Whether nothing but ReLUs read the tensor, so that values below zero make no difference.
    """

    name: str
    layer: str
    operator: str
    role: str
    format: Format
    trained: Octaves | None
    fixed: Octaves | None
    overflow: Overflow
    distance: Distance | None
    idle_high: int
    idle_low: int
    before_relu: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        plain = {
            "name": self.name,
            "layer": self.layer,
            "operator": self.operator,
            "role": self.role,
            "format": str(self.format),
            "idle_high_bits": self.idle_high,
            "idle_low_bits": self.idle_low,
            "overflow": {**asdict(self.overflow), "mode": self.format.overflow.name},
        }
        if self.distance is not None:
            plain["distance"] = asdict(self.distance)
        for key, octaves in (("float", self.trained), ("fixed", self.fixed)):
            if octaves is not None:
                plain[key] = octaves.as_dict()
        return plain


@dataclass(frozen=True)
class Curve:
    """ROC curve of one class against all others.

    Attributes
    ----------
    efficiency, mistag : float64 arrays
        Signal efficiency and background efficiency, from (0, 0) to (1, 1), straight lines between them.
    area : float
        Area under signal efficiency against background efficiency (AUC).
    signal, background : int
        Number of samples.
    """

    efficiency: npt.NDArray[np.float64]
    mistag: npt.NDArray[np.float64]
    area: float
    signal: int
    background: int


@dataclass(frozen=True)
class Classification:
    """How well scores tell classes apart.

    Attributes
    ----------
    accuracy : float
        Fraction of samples whose highest score (the first of equals) is that of their class.
    agreement : float
        Fraction of samples for which the choice is that of the float model.
    curves : tuple of Curve
        One per class.
    """

    accuracy: float
    agreement: float
    curves: tuple[Curve, ...]

    def as_dict(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """Plain values, for JSON."""
        areas = {name: curve.area for name, curve in zip(classes, self.curves, strict=True)}
        return {"accuracy": self.accuracy, "agreement_with_float": self.agreement, "auc": areas}


@dataclass(frozen=True)
class ModelProfile:
    """One quantized model.

    Attributes
    ----------
    label : str
        What figures call it.
    values, constants, accumulators : tuple of TensorProfile
        Inputs and layers in order of computation; weights and biases; accumulators with a format (exact ones
        cannot overflow).
    classification : Classification or None
    """

    label: str
    values: tuple[TensorProfile, ...]
    constants: tuple[TensorProfile, ...]
    accumulators: tuple[TensorProfile, ...]
    classification: Classification | None = None

    @property
    def overflows(self) -> tuple[int, int]:
        """Events and casts over all values and accumulators."""
        tensors = (*self.values, *self.accumulators)
        return sum(t.overflow.events for t in tensors), sum(t.overflow.casts for t in tensors)


@dataclass(frozen=True)
class Profile:
    """Everything on a page.

    Attributes
    ----------
    name : str
        Name of the model.
    samples : int
    models : tuple of ModelProfile
        Quantizations of one float model.
    classes : tuple of str
        Names of the classes; empty without labels.
    reference : Classification or None
        Of the float model.
    notes : mapping
        Where model and data come from.
    """

    name: str
    samples: int
    models: tuple[ModelProfile, ...]
    classes: tuple[str, ...] = ()
    reference: Classification | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        plain: dict[str, Any] = {"model": self.name, "samples": self.samples, "notes": dict(self.notes)}
        if self.reference is not None:
            plain["classes"] = list(self.classes)
            plain["float"] = self.reference.as_dict(self.classes)
        plain["quantized"] = [self._model(model) for model in self.models]
        return plain

    def _model(self, model: ModelProfile) -> dict[str, Any]:
        plain: dict[str, Any] = {"label": model.label}
        if model.classification is not None:
            plain["classification"] = model.classification.as_dict(self.classes)
        plain["tensors"] = [tensor.as_dict() for tensor in model.values]
        plain["constants"] = [tensor.as_dict() for tensor in model.constants]
        plain["accumulators"] = [tensor.as_dict() for tensor in model.accumulators]
        return plain
