"""From detected particles to jets: anti-kT clustering, and the choice of those of the hard process."""

from __future__ import annotations

from dataclasses import dataclass

import awkward as ak
import fastjet
import numpy as np
import vector
from collisions import Collisions, Particles
from numpy.typing import NDArray

vector.register_awkward()

RADIUS = 0.8
_MIN_PT, _MAX_PT = 800.0, 1600.0  # GeV
_MAX_ETA = 2.5
_MAX_DISTANCE = RADIUS / 2  # to the particle that started the jet


@dataclass(frozen=True)
class Jets:
    """`constituents`: per jet a list of px, py, pz, E; `kinematics`: (jets, 4) pT, eta, phi, mass. GeV."""

    constituents: ak.Array
    kinematics: NDArray[np.float64]


def find_jets(batch: Collisions, seen: Particles) -> Jets:
    """Find anti-kT jets of radius 0.8 with 0.8 < pT < 1.6 TeV, |eta| < 2.5, within 0.4 of a hard particle."""
    counts = np.bincount(seen.event, minlength=batch.events)
    momenta = ak.zip(
        {"px": seen.px, "py": seen.py, "pz": seen.pz, "E": seen.energy},
        with_name="Momentum4D",
    )
    clustered = fastjet.ClusterSequence(
        ak.unflatten(momenta, counts), fastjet.JetDefinition(fastjet.antikt_algorithm, RADIUS)
    )
    jets = ak.Array(clustered.inclusive_jets(min_pt=_MIN_PT), with_name="Momentum4D")
    constituents = clustered.constituents(min_pt=_MIN_PT)
    distance = ak.min(jets[:, :, None].deltaR(batch.hard[:, None, :]), axis=-1)
    chosen = (jets.pt < _MAX_PT) & (np.abs(jets.eta) < _MAX_ETA) & (distance < _MAX_DISTANCE)
    chosen = ak.fill_none(chosen, False)
    jets = jets[chosen]
    kinematics = [ak.to_numpy(ak.flatten(column)) for column in (jets.pt, jets.eta, jets.phi, jets.mass)]
    return Jets(ak.flatten(constituents[chosen], axis=1), np.stack(kinematics, axis=1))
