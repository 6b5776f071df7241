"""Two curves behind the figures: how many are caught at each price, and whether scores mean what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterveil.lab.measures import Proportion, wilson

_BINS = 10


@dataclass(frozen=True, slots=True)
class RocPoint:
    """At one threshold: shares of the benign and of the malicious accounts above it, in [0,1]."""

    benign: float
    malicious: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Accounts with scores in one tenth: their mean score, and how many are malicious in truth.

    The share depends on the background ratio; a score is no probability for another one.
    """

    mean: float
    malicious: Proportion


def roc(bad: Sequence[float], good: Sequence[float]) -> tuple[RocPoint, ...]:
    """The curve's corners, from nobody flagged to everybody; empty where either side is."""
    if not bad or not good:
        return ()
    ranked = sorted([(score, True) for score in bad] + [(score, False) for score in good], reverse=True)
    points = [RocPoint(0.0, 0.0)]
    counts = {True: 0, False: 0}
    for at, (score, kind) in enumerate(ranked):
        counts[kind] += 1
        if at + 1 == len(ranked) or ranked[at + 1][0] != score:
            points.append(RocPoint(counts[False] / len(good), counts[True] / len(bad)))
    return tuple(_corners(points))


def _corners(points: Sequence[RocPoint]) -> list[RocPoint]:
    """Without the points on a straight line between their neighbours; the picture is the same."""
    found = [points[0]]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        level = before.malicious == here.malicious == after.malicious
        steep = before.benign == here.benign == after.benign
        if not (level or steep):
            found.append(here)
    return [*found, points[-1]]


def reliability(bad: Sequence[float], good: Sequence[float]) -> tuple[ReliabilityBin, ...]:
    """Tenths of [0,1] that hold accounts, lowest first."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for score, kind in [(s, True) for s in bad] + [(s, False) for s in good]:
        bins[min(_BINS - 1, int(score * _BINS))].append((score, kind))
    return tuple(
        ReliabilityBin(sum(s for s, _ in some) / len(some), wilson(sum(k for _, k in some), len(some)))
        for some in bins
        if some
    )
