"""A parametrised detector, like a general-purpose one at the LHC: granularity and resolution, nothing else.

Charged hadrons below 220 GeV and leptons are measured one by one by a tracker. Everything else is seen only
as energy in calorimeter cells: photons in the finer electromagnetic one, hadrons in the coarser hadronic one.
Every object is then smeared by the resolution of what measured it.
"""

from __future__ import annotations

import numpy as np
from collisions import Particles
from numpy.typing import NDArray

_LEPTONS = (11, 13)
_CHARGED_HADRONS = (211, 321, 2212, 3112, 3222, 3312, 3334)
_PHOTON = 22
_NEUTRAL_HADRON = 130  # the identity that a cell of the hadronic calorimeter gets
_MAX_TRACK_PT = 220.0  # GeV; above it the calorimeter measures better
_ECAL_CELL, _HCAL_CELL = 0.0175, 0.022  # size in eta and phi
_MAX_CALORIMETER_ETA = 3.0
_MIN_PT = 1e-3  # GeV


def detect(particles: Particles, rng: np.random.Generator) -> Particles:
    """Turn particles into what the detector sees: tracks and cells, by event, then by falling pT."""
    identity = np.abs(particles.pdg_id)
    lepton = np.isin(identity, _LEPTONS)
    pt = np.hypot(particles.px, particles.py)
    tracked = lepton | (np.isin(identity, _CHARGED_HADRONS) & (pt < _MAX_TRACK_PT))
    photon = ~tracked & (identity == _PHOTON)
    hadron = ~tracked & ~photon
    seen = _joined(
        particles[tracked],
        _cells(particles[photon], _ECAL_CELL, _PHOTON),
        _cells(particles[hadron], _HCAL_CELL, _NEUTRAL_HADRON),
    )
    return _smeared(seen, rng)


def _cells(particles: Particles, size: float, pdg_id: int) -> Particles:
    """Sum the energy of the particles in square cells, each a massless object at the cell's centre."""
    eta = np.arcsinh(particles.pz / np.hypot(particles.px, particles.py))
    covered = np.abs(eta) < _MAX_CALORIMETER_ETA
    particles, eta = particles[covered], eta[covered]
    phi = np.arctan2(particles.py, particles.px)
    rows, columns = int(2 * _MAX_CALORIMETER_ETA / size), int(2 * np.pi / size)
    row = np.minimum(((eta / (2 * _MAX_CALORIMETER_ETA) + 0.5) * rows).astype(np.int64), rows - 1)
    column = np.minimum(((phi / (2 * np.pi) + 0.5) * columns).astype(np.int64), columns - 1)
    cell, member = np.unique((particles.event * rows + row) * columns + column, return_inverse=True)
    energy = np.bincount(member, particles.energy, cell.size).astype(np.float64)
    eta = ((cell // columns % rows + 0.5) / rows - 0.5) * 2 * _MAX_CALORIMETER_ETA
    phi = ((cell % columns + 0.5) / columns - 0.5) * 2 * np.pi
    pt = energy / np.cosh(eta)
    return Particles(
        pt * np.cos(phi),
        pt * np.sin(phi),
        pt * np.sinh(eta),
        energy * (1 + 1e-12),  # keeps the energy above the momentum in spite of rounding
        np.full(cell.size, pdg_id),
        cell // columns // rows,
    )


def _smeared(seen: Particles, rng: np.random.Generator) -> Particles:
    """Multiply every momentum and energy by a Gaussian factor; what falls below 1 MeV is lost."""
    pt = np.hypot(seen.px, seen.py)
    width = _resolution(seen, pt)
    factor = np.maximum(1 + width * rng.standard_normal(pt.size), 1e-10)
    order = np.lexsort((-pt * factor, seen.event))
    order = order[(pt * factor)[order] > _MIN_PT]
    scaled = Particles(
        seen.px * factor, seen.py * factor, seen.pz * factor, seen.energy * factor, seen.pdg_id, seen.event
    )
    return scaled[order]


def _resolution(seen: Particles, pt: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the relative width: calorimeter terms (stochastic, noise, constant) or curvature of the track."""
    energy = seen.energy
    ecal = np.sqrt(0.027**2 * 1.6 / energy + (0.15 * 1.6 / energy) ** 2 + 0.005**2)
    hcal = np.sqrt(1.2**2 * 7 / energy + 0.05**2)
    track = np.hypot(0.00025 * pt, 0.015)
    return np.select([seen.pdg_id == _PHOTON, seen.pdg_id == _NEUTRAL_HADRON], [ecal, hcal], track)


def _joined(*parts: Particles) -> Particles:
    names = Particles.__dataclass_fields__
    return Particles(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
