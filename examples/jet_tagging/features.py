"""The 16 features of a jet: its number of particles, how they share the energy, its mass and its prongs.

`zlogz` and `multiplicity` are taken on the whole jet. The others are taken on the jet groomed by the modified
mass drop tagger (soft drop with beta = 0, z_cut = 0.1, after Cambridge/Aachen reclustering), which removes
soft wide-angle radiation. They are ratios of energy correlation functions as defined in
- Larkoski, Salam, Thaler, "Energy correlation functions for jet substructure", JHEP 06 (2013) 108: C;
- Larkoski, Moult, Neill, "Power counting to better jet observables", JHEP 12 (2014) 009: D;
- Moult, Necib, Thaler, "New angles on energy correlation functions", JHEP 12 (2016) 153: M and N.
"""

from __future__ import annotations

import awkward as ak
import fastjet
import numba
import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "zlogz",
    "c1_b0",
    "c1_b1",
    "c1_b2",
    "c2_b1",
    "c2_b2",
    "d2_b1",
    "d2_b2",
    "d2_a1_b1",
    "d2_a1_b2",
    "m2_b1",
    "m2_b2",
    "n2_b1",
    "n2_b2",
    "mass_mmdt",
    "multiplicity",
)

_Z_CUT = 0.1
_ONE_JET = 100.0  # a reclustering radius that leaves nothing out


def features(constituents: ak.Array) -> NDArray[np.float64]:
    """Compute the features, (jets, 16) in the order of `FEATURES`; mass in GeV, all others without unit.

    `constituents` holds per jet a list of px, py, pz, E in GeV, at least one.
    """
    groomed = fastjet.ClusterSequence(
        constituents, fastjet.JetDefinition(fastjet.cambridge_algorithm, _ONE_JET)
    ).exclusive_jets_softdrop_grooming(njets=1, beta=0.0, symmetry_cut=_Z_CUT)
    energy = constituents.E / ak.sum(constituents.E, axis=1)
    return np.column_stack(
        [
            ak.to_numpy(ak.sum(energy * np.log(energy), axis=1)),
            _correlator_ratios(groomed.constituents),
            ak.to_numpy(groomed.msoftdrop),
            ak.to_numpy(ak.num(constituents)),
        ]
    )


def _correlator_ratios(particles: ak.Array) -> NDArray[np.float64]:
    """Compute c1 to n2, (jets, 13). A ratio whose denominator is zero (one particle left) is 0."""
    px, py, pz, energy = (ak.to_numpy(ak.flatten(particles[name])) for name in ("px", "py", "pz", "E"))
    first = np.concatenate([[0], np.cumsum(ak.to_numpy(ak.num(particles)))])
    rapidity = 0.5 * np.log((energy + pz) / np.maximum(energy - pz, 1e-12))
    sums = _correlators(np.hypot(px, py), rapidity, np.arctan2(py, px), first)
    e2_b0, e2_b1, e2_b2, e3_b1, e3_b2, one_b1, one_b2, two_b1, two_b2 = sums.T
    ratios = [
        (e3_b1, e2_b1**2),
        (e3_b2, e2_b2**2),
        (e3_b1, e2_b1**3),
        (e3_b2, e2_b2**3),
        (e3_b1, e2_b1**3),
        (e3_b1, e2_b2**1.5),
        (one_b1, e2_b1),
        (one_b2, e2_b2),
        (two_b1, e2_b1**2),
        (two_b2, e2_b2**2),
    ]
    columns = [np.divide(over, under, out=np.zeros_like(over), where=under > 0) for over, under in ratios]
    return np.column_stack([e2_b0, e2_b1, e2_b2, *columns])


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _correlators(
    pt: NDArray[np.float64], rapidity: NDArray[np.float64], phi: NDArray[np.float64], first: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Sum the normalised correlators of every jet: e2 (beta 0, 1, 2), e3 (1, 2), 1e3 (1, 2), 2e3 (1, 2).

    Jet j has the particles first[j] to first[j + 1]. 1e3 weighs three particles by the smallest of their
    three distances, 2e3 by the product of the two smallest, e3 by the product of all.
    """
    jets = first.size - 1
    sums = np.zeros((jets, 9))
    for jet in range(jets):
        begin, end = first[jet], first[jet + 1]
        size = end - begin
        z = pt[begin:end] / pt[begin:end].sum()
        distance = np.empty((size, size))
        e = sums[jet]
        for i in range(size):
            for j in range(i):
                turn = abs(phi[begin + i] - phi[begin + j])
                turn = min(turn, 2 * np.pi - turn)
                distance[i, j] = np.hypot(rapidity[begin + i] - rapidity[begin + j], turn)
                weight = z[i] * z[j]
                e[0] += weight
                e[1] += weight * distance[i, j]
                e[2] += weight * distance[i, j] ** 2
        for i in range(size):
            for j in range(i):
                for k in range(j):
                    weight = z[i] * z[j] * z[k]
                    a, b, c = distance[i, j], distance[i, k], distance[j, k]
                    every = a * b * c
                    nearest = min(a, b, c)
                    farthest = max(a, b, c)
                    two = every / farthest if farthest > 0 else 0.0
                    e[3] += weight * every
                    e[4] += weight * every**2
                    e[5] += weight * nearest
                    e[6] += weight * nearest**2
                    e[7] += weight * two
                    e[8] += weight * two**2
    return sums
