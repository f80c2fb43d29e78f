"""Proton-proton collisions at 13 TeV that make one class of jet, from Pythia 8.

Each class is a hard 2 -> 2 process whose two outgoing particles have a transverse momentum within
15 GeV of 1 TeV, so that what distinguishes the classes is the inside of the jet and not its momentum.
Pythia's default tune (Monash) then adds parton shower, hadronisation and underlying event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import awkward as ak
import numpy as np
import pythia8mc
from numpy.typing import NDArray

CLASSES = ("q", "g", "W", "Z", "t")

_LIGHT_AND_B_QUARKS = "1 2 3 4 5"
_PROCESS = {
    "q": (
        "HardQCD:gg2qqbar = on",
        "HardQCD:qqbar2qqbarNew = on",
        "HardQCD:qq2qq = on",
        "HardQCD:nQuarkNew = 3",
    ),
    "g": ("HardQCD:gg2gg = on", "HardQCD:qqbar2gg = on"),
    "W": ("WeakDoubleBoson:ffbar2WW = on", "24:onMode = off", f"24:onIfAny = {_LIGHT_AND_B_QUARKS}"),
    "Z": (
        "WeakDoubleBoson:ffbar2gmZgmZ = on",
        "WeakZ0:gmZmode = 2",
        "23:onMode = off",
        f"23:onIfAny = {_LIGHT_AND_B_QUARKS}",
    ),
    "t": (
        "Top:gg2ttbar = on",
        "Top:qqbar2ttbar = on",
        "24:onMode = off",
        f"24:onIfAny = {_LIGHT_AND_B_QUARKS}",
    ),
}
_BEAMS = ("Beams:eCM = 13000", "PhaseSpace:pTHatMin = 985", "PhaseSpace:pTHatMax = 1015")

_NEUTRINOS = (12, 14, 16)
_MAX_ETA = 5.0
_MIN_PT = 1e-3  # GeV; below it a direction is not meaningful
_HARD_OUTGOING = slice(5, 7)  # the two outgoing particles of a 2 -> 2 process in Pythia's event record


@dataclass(frozen=True)
class Particles:
    """Particles of many events, flat: momenta in GeV, PDG identity, and the number of the event.

    `event` never decreases. All arrays have the same length.
    """

    px: NDArray[np.float64]
    py: NDArray[np.float64]
    pz: NDArray[np.float64]
    energy: NDArray[np.float64]
    pdg_id: NDArray[np.int64]
    event: NDArray[np.int64]

    def __getitem__(self, chosen: NDArray[Any]) -> Particles:
        """Return the particles that a mask or an index array chooses, in its order."""
        return Particles(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Collisions:
    """One batch: its visible stable particles, and per event the two particles that start the jets."""

    particles: Particles
    hard: ak.Array
    events: int


def collisions(jet_class: str, seed: int, rng: np.random.Generator, batch: int = 250) -> Iterator[Collisions]:
    """Make batches of `batch` events of one class, without end.

    Parameters
    ----------
    jet_class : one of `CLASSES`.
    seed : Pythia's random seed, 1 to 900,000,000.
    rng : draws the decay angles of W and Z.

    Raises
    ------
    RuntimeError : Pythia refuses a setting or cannot initialise.
    """
    pythia = pythia8mc.Pythia("", False)
    settings = (
        "Random:setSeed = on",
        f"Random:seed = {seed}",
        "Print:quiet = on",
        *_BEAMS,
        *_PROCESS[jet_class],
    )
    for setting in settings:
        if not pythia.readString(setting):
            raise RuntimeError(f"Pythia refused the setting '{setting}'")
    if jet_class in "WZ":
        hook = _longitudinal_decays(rng)  # Pythia keeps no reference: the name keeps it alive
        pythia.setUserHooksPtr(hook)
    if not pythia.init():
        raise RuntimeError(f"Pythia could not initialise the process of class {jet_class}")
    while True:
        record = pythia.nextBatch(batch).prt
        hard = record[:, _HARD_OUTGOING].p
        yield Collisions(
            particles=_visible(record),
            hard=ak.zip({"px": hard.px, "py": hard.py, "pz": hard.pz, "E": hard.e}, with_name="Momentum4D"),
            events=len(record),
        )


def _visible(record: ak.Array) -> Particles:
    """Select the stable particles but neutrinos, away from the beam line."""
    identity = np.abs(record.id)
    invisible = (identity == _NEUTRINOS[0]) | (identity == _NEUTRINOS[1]) | (identity == _NEUTRINOS[2])
    final = record[(record.status > 0) & ~invisible]
    px, py, pz, energy = (ak.to_numpy(ak.flatten(final.p[name])) for name in ("px", "py", "pz", "e"))
    particles = Particles(
        px,
        py,
        pz,
        energy,
        ak.to_numpy(ak.flatten(final.id)).astype(np.int64),
        np.repeat(np.arange(len(final)), ak.to_numpy(ak.num(final))),
    )
    pt = np.hypot(px, py)
    return particles[(pt > _MIN_PT) & (np.abs(pz) < np.sinh(_MAX_ETA) * pt)]


def _longitudinal_decays(rng: np.random.Generator) -> Any:
    """Make a Pythia hook that draws the decay angle of each hard W and Z from sin^2(theta) in its rest frame.

    That is the distribution of a longitudinally polarised boson, which is what a heavy resonance decays to.
    The pairs of the process used here are mostly transverse: their lopsided decays look more like quark jets.
    """

    class Hook(pythia8mc.UserHooks):  # type: ignore[misc]
        def canVetoProcessLevel(self) -> bool:  # noqa: N802
            return True

        def doVetoProcessLevel(self, event: Any) -> bool:  # noqa: N802
            for index in range(_HARD_OUTGOING.start, _HARD_OUTGOING.stop):
                boson = event[index]
                first, last = boson.daughter1(), boson.daughter2()
                if abs(boson.id()) not in (23, 24) or last != first + 1:
                    continue
                _decay(event, boson, (first, last), *_longitudinal_direction(rng))
            return False

    return Hook()


def _longitudinal_direction(rng: np.random.Generator) -> tuple[float, float]:
    """Draw cos(theta) with density 3/4 (1 - cos^2), by rejection, and a flat azimuth."""
    azimuth = float(rng.uniform(0, 2 * np.pi))
    while True:
        cosine = float(rng.uniform(-1, 1))
        if rng.uniform() < 1 - cosine**2:
            return cosine, azimuth


def _decay(event: Any, boson: Any, daughters: tuple[int, int], cosine: float, azimuth: float) -> None:
    """Give the daughters back-to-back momenta in the boson's frame, then boost them with the boson."""
    mass = boson.p().mCalc()
    masses = [event[daughter].m() for daughter in daughters]
    above = (mass**2 - (masses[0] + masses[1]) ** 2) * (mass**2 - (masses[0] - masses[1]) ** 2)
    momentum = float(np.sqrt(max(0.0, above))) / (2 * mass)
    sine = float(np.sqrt(1 - cosine**2))
    direction = (sine * float(np.cos(azimuth)), sine * float(np.sin(azimuth)), cosine)
    for daughter, sign, own_mass in zip(daughters, (1, -1), masses, strict=True):
        vector = pythia8mc.Vec4(
            *(sign * momentum * component for component in direction), float(np.hypot(momentum, own_mass))
        )
        vector.rot(boson.p().theta(), boson.p().phi())
        vector.bst(boson.p())
        event[daughter].p(vector)
