"""What one scan of one world found, against its truth, and what that cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.quality.linking.faithful import Faithful, faithful
from bench.quality.linking.metrics import Report, Truth, evaluate, false_discoveries, truth_of
from bench.quality.linking.native import account_of
from bench.quality.linking.plan import NONE
from bench.quality.linking.world import World
from bench.watch import Stage, Watched
from counterveil.lab.measures import Proportion
from counterveil.policy.evidence import evidence

# Two and three accounts are a couple and friends; an operation that the benchmark plants has ten and more.
SMALLEST = 4
_PURE = 0.8
# Stages that do not link; all others do, whatever they are called.
_OTHERS = frozenset(("ingest", "observe", "profile", "sift", "read", "assess"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world: ``members`` counts members of groups only, ``attached`` their contacts as well.

    ``sure`` and ``probable``: the share of those links that are false. ``odd``: groups of which less than four fifths are of
    one operation, cohort or household, and the members in them. ``discoveries``: thresholds of sure links as the product
    measured them, by the hardest evidence of a pair. ``stages``: those that link; ``wall_s`` and ``cpu_s`` of the whole scan.
    """

    seed: int
    members: Report
    attached: Report
    odd: tuple[int, int]
    sure: Proportion
    probable: Proportion
    threshold_bits: float
    discoveries: tuple[Mapping[str, float], ...]
    funnel: Mapping[str, int]
    n_read: int
    ledgers: Faithful
    stages: tuple[Stage, ...]
    wall_s: float
    cpu_s: float


def outcome(world: World, watched: Watched) -> Outcome:
    """Evaluate a scan of a world."""
    report, truth = watched.report, truth_of(world)
    if report["n_rejects"]:
        raise RuntimeError(f"{report['n_rejects']} records of the log were rejected")
    groups = [g for g in report["groups"] if len(g["members"]) >= SMALLEST]
    return Outcome(
        seed=world.spec.seed,
        members=evaluate(truth, _places(groups, ("members",))),
        attached=evaluate(truth, _places(groups, ("members", "contacts"))),
        odd=odd(truth, [[account_of(m) for m in g["members"]] for g in groups]),
        sure=false_discoveries(truth, _pairs(report["links"], sure=True)),
        probable=false_discoveries(truth, _pairs(report["links"], sure=False)),
        threshold_bits=report["threshold_bits"],
        discoveries=tuple(report["discoveries"]),
        funnel=report["funnel"],
        n_read=report["n_read"],
        ledgers=faithful(report["ledgers"], report["threshold_bits"], evidence()),
        stages=tuple(stage for stage in watched.stages() if stage.name not in _OTHERS),
        wall_s=watched.wall_s,
        cpu_s=report["cpu_s"],
    )


def odd(truth: Truth, groups: Sequence[Sequence[int]]) -> tuple[int, int]:
    """How many groups are no operation, cohort or household for the most part, and how many members they have."""
    found = [len(group) for group in groups if _purest(truth, group) < _PURE * len(group)]
    return len(found), sum(found)


def _purest(truth: Truth, group: Sequence[int]) -> int:
    """The most members that are of one and the same."""
    members = np.array(group)
    most = [0]
    for of in (truth.group[members], truth.household[members]):
        most += Counter(of[of != NONE].tolist()).values()
    return max(most)


def _places(groups: Sequence[Mapping[str, Any]], which: Sequence[str]) -> dict[int, int]:
    return {account_of(name): at for at, group in enumerate(groups) for key in which for name in group[key]}


def _pairs(links: Sequence[Sequence[Any]], *, sure: bool) -> np.ndarray[Any, np.dtype[np.int64]]:
    kept = [(account_of(left), account_of(right)) for left, right, is_sure in links if is_sure == sure]
    return np.array(kept, np.int64).reshape(-1, 2)
