"""Chance, as this log would have it: the same coincidences with subjects in each other's places, and the rate of false ones.

The null keeps what makes coincidences without any co-operation: how active each subject is, how many have each thing, the
bursts in which texts come, and that things of one text come together. Only who it was is drawn anew
(references/coordination.md §5.4). The false discovery rate at a threshold is what the null reaches over what the log does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from counterveil.link.near import Ids, Ints

SEED = 20260302


@dataclass(frozen=True, slots=True)
class Discovery:
    """A threshold in bits, how many pairs of the log and of the (mean) null reach it, and the rate of false ones."""

    bits: float
    n_observed: int
    n_null: float

    @property
    def rate(self) -> float:
        """Expected share of false ones among the pairs that reach the threshold, in [0,1]."""
        return min(1.0, self.n_null / self.n_observed) if self.n_observed else 0.0


def shuffled(subject: Ids, stratum: npt.NDArray[np.generic], unit: Ints, replicate: int) -> Ids:
    """Subjects drawn anew for each row: rows of one unit (a text of one subject) move together, within their stratum.

    Each subject keeps as many units of a stratum as it has, so activity stays.
    """
    keys = np.stack([stratum.astype(np.int64), subject.astype(np.int64), unit.astype(np.int64)])
    units, place = np.unique(keys, axis=1, return_inverse=True)
    random = np.random.default_rng([SEED, replicate])
    # Shuffle within strata: sort random numbers inside each, and hand the labels out in that order.
    order = np.lexsort((random.random(units.shape[1]), units[0]))
    drawn: Ids = units[1][order].astype(np.int32)
    return drawn[place.ravel()]


def discovery(
    observed: Mapping[int, int], null: Mapping[int, int], *, replicates: int, wanted: float, least_bits: float
) -> Discovery:
    """The lowest threshold (quarters of a bit, from ``least_bits``) at which the false discovery rate is at most ``wanted``.

    ``observed`` and ``null`` count pairs by quarters of a bit; the null's counts are of all replicates together. The rate is
    the plug-in estimate of Storey & Tibshirani 2003 with all pairs taken as null, hence on the high side.
    """
    first = int(np.ceil(4 * least_bits))
    top = max([first, *observed, *null]) + 1
    seen, chance = _at_least(observed, top), _at_least(null, top)
    for quarters in range(first, top + 1):
        found = Discovery(quarters / 4, int(seen[quarters]), float(chance[quarters]) / replicates)
        if found.n_null <= wanted * found.n_observed:
            return found
    return Discovery(top / 4, 0, 0.0)


def _at_least(counts: Mapping[int, int], top: int) -> Ints:
    by_quarter = np.zeros(top + 2, dtype=np.int64)
    for quarters, n in counts.items():
        by_quarter[quarters] += n
    sums: Ints = np.cumsum(by_quarter[::-1])[::-1]
    return sums
