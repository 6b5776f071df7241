"""Whether the log, or what the machine makes of it, is other than it was: distributions over subjects, compared.

Everything is counted over subjects (or a subject's week), because texts of one account are not independent of each other:
over texts, one busy account would be drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from counterveil.quality.many import discoveries_corrected

# Customary limits of the population stability index (Siddiqi 2006): below the first nothing, above the second act. With n
# and m subjects, chance alone makes about (bins − 1)·(1/n + 1/m) (Yurdakul & Naranjo 2020), so an index counts only where
# the test below says that the two differ.
MODERATE, LARGE = 0.1, 0.25
# The index hardly sees rare things: a share that goes from 1 % to 5 % makes 0.06. Of two categories, a share that changes by
# this factor counts as moderate. Chosen by us.
_FACTOR = 2.0
# Fewer subjects on either side: "n=14, no rate". Chosen by us: with 50, a share of 20 % has an interval of ±11 points.
MIN_SUBJECTS = 50
FALSE_DISCOVERIES = 0.05
# Cells of which fewer are expected are put together for the chi-squared test (Cochran 1954).
_LEAST_EXPECTED = 5.0
_SHOWN = 3


class Level(StrEnum):
    """How much a distribution has changed."""

    SAME = "same"
    SMALL = "small"
    MODERATE = "moderate"
    LARGE = "large"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Change:
    """A distribution then and now.

    ``psi``: population stability index; ``divergence``: Jensen–Shannon, in bits, [0,1] (Lin 1991); ``q``: chance, corrected
    over all comparisons of a report; None where there are too few. ``moved``: the bins that changed most, with both shares.
    """

    name: str
    level: Level
    n_before: int
    n_now: int
    psi: float | None = None
    divergence: float | None = None
    q: float | None = None
    moved: tuple[tuple[str, float, float], ...] = ()


Counts = Mapping[str, int]


def compare(before: Mapping[str, Counts], now: Mapping[str, Counts]) -> list[Change]:
    """Each distribution that is on either side, the largest change first. A distribution maps a bin to a count of subjects."""
    names = sorted({*before, *now})
    pairs = [_aligned(before.get(name, {}), now.get(name, {})) for name in names]
    enough = [min(a.sum(), b.sum()) >= MIN_SUBJECTS for _, a, b in pairs]
    chances = [_chance(a, b) for (_, a, b), fine in zip(pairs, enough, strict=True) if fine]
    corrected = iter(discoveries_corrected(chances).tolist())
    found = []
    for name, (bins, a, b), fine in zip(names, pairs, enough, strict=True):
        n_before, n_now = int(a.sum()), int(b.sum())
        if not fine:
            found.append(Change(name, Level.TOO_FEW, n_before, n_now))
            continue
        index, q = psi(a, b), float(next(corrected))
        level = _level(index, q, a, b)
        found.append(
            Change(name, level, n_before, n_now, round(index, 4), round(divergence(a, b), 4), q, _moved(bins, a, b))
        )
    rank = {level: place for place, level in enumerate((Level.LARGE, Level.MODERATE, Level.SMALL, Level.SAME))}
    return sorted(found, key=lambda c: (rank.get(c.level, 9), -(c.psi or 0.0), c.name))


Array = npt.NDArray[np.float64]


def _aligned(before: Counts, now: Counts) -> tuple[Sequence[str], Array, Array]:
    bins = sorted({*before, *now})
    return (
        bins,
        np.array([before.get(b, 0) for b in bins], np.float64),
        np.array([now.get(b, 0) for b in bins], np.float64),
    )


def psi(before: Array, now: Array) -> float:
    """Population stability index Σ (b − a)·ln(b/a); half a subject is added to every bin, so that none is empty.

    >>> psi(np.array([50.0, 50.0]), np.array([500.0, 500.0])) < 0.001
    True
    """
    a, b = ((x + 0.5) / (x + 0.5).sum() for x in (before, now))
    return float(((b - a) * np.log(b / a)).sum())


def divergence(before: Array, now: Array) -> float:
    """Jensen–Shannon divergence in bits: 0 for equal, 1 for nothing in common."""
    a, b = before / before.sum(), now / now.sum()
    middle = (a + b) / 2
    return float(
        sum((p[p > 0] * np.log2(p[p > 0] / middle[p > 0])).sum() / 2 for p in (a, b))  # 0·log 0 = 0
    )


def _chance(before: Array, now: Array) -> float:
    """The chance of such a difference between two samples of one population (chi-squared test of homogeneity)."""
    both = np.stack([before, now])
    expected_least = both.sum(axis=0) * both.sum(axis=1).min() / both.sum()
    rare = expected_least < _LEAST_EXPECTED
    if rare.any():
        both = np.concatenate([both[:, ~rare], both[:, rare].sum(axis=1, keepdims=True)], axis=1)
    both = both[:, both.sum(axis=0) > 0]
    if both.shape[1] < 2:
        return 1.0
    expected = both.sum(axis=1, keepdims=True) * both.sum(axis=0, keepdims=True) / both.sum()
    return float(chdtrc(both.shape[1] - 1, ((both - expected) ** 2 / expected).sum()))


def _level(index: float, q: float, before: Array, now: Array) -> Level:
    if q > FALSE_DISCOVERIES:
        return Level.SAME
    if index >= LARGE:
        return Level.LARGE
    rates = [(x + 0.5) / (x.sum() + 1) for x in (before, now)]
    factor = max(max(b / a, a / b) for a, b in zip(*rates, strict=True)) if len(before) == 2 else 1.0
    return Level.MODERATE if index >= MODERATE or factor >= _FACTOR else Level.SMALL


def _moved(bins: Sequence[str], before: Array, now: Array) -> tuple[tuple[str, float, float], ...]:
    a, b = before / before.sum(), now / now.sum()
    order = sorted(range(len(bins)), key=lambda i: (-abs(b[i] - a[i]), bins[i]))
    return tuple((bins[i], round(float(a[i]), 4), round(float(b[i]), 4)) for i in order[:_SHOWN] if a[i] != b[i])
