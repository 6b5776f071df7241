"""How good found groups and accepted pairs are against the truth of a world.

What counts as found, and what the averages run over, is as in the study (references/coordination.md §3.1 and §6), so that the
figures compare. Cohorts are truly linked and no operations: they are reported apart and never held against a method.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from bench.quality.linking.people import COHORT, INDEPENDENT, OPERATION
from bench.quality.linking.plan import NONE
from bench.quality.linking.words import I8, I32, I64
from bench.quality.linking.world import World
from counterveil.lab.measures import Proportion, wilson

_FOUND_SHARE, _FOUND_PURITY = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of each account; the columns are those of :class:`World`."""

    kind: I8
    group: I32
    level: I8
    household: I32


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation and the reported group that holds most of it: ``held`` of its accounts, a share ``purity`` of that group.

    ``found``: the group holds at least half of the operation, and at least 80 % of the group is the operation.
    """

    group: int
    level: int
    members: int
    held: int
    purity: float
    found: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """Precision, recall and their harmonic mean; None where there was nothing to average."""

    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured on one set of groups.

    ``found`` and ``grouped``: operations found and operation accounts grouped, by level; key 0 is all levels.
    ``independents``: those grouped with anybody outside their household. ``households``: those grouped with flatmates alone.
    ``cohorts``: cohort accounts grouped. ``pairs``: of the pairs grouped together, the share that is linked in truth; of the
    pairs within operations, the share grouped together. ``bcubed``: precision is the mean over grouped operation accounts of
    the share of their group that is their operation, recall the mean over all operation accounts of the share of their
    operation that is in their group (``counterveil.lab.measures.bcubed`` averages both over one set of accounts, in which
    either cohorts or wrongly grouped outsiders would have to count).
    """

    n_groups: int
    found: dict[int, Proportion]
    grouped: dict[int, Proportion]
    independents: Proportion
    households: Proportion
    cohorts: Proportion
    pairs: Agreement
    bcubed: Agreement
    operations: tuple[OperationRow, ...]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def truth_of(world: World) -> Truth:
    """The truth of a world."""
    return Truth(world.kind, world.group, world.level, world.household)


def evaluate(truth: Truth, groups: Mapping[int, Hashable]) -> Report:
    """Measure found groups: account to group; accounts that are missing or have None stand alone, as do groups of one."""
    cluster = _clusters(len(truth.kind), groups)
    operation = np.where(truth.kind == OPERATION, truth.group, NONE)
    rows = _operations(truth, operation, cluster)
    in_group = cluster != NONE
    alone = in_group & (_count(cluster) == _count(cluster, truth.household))
    levels = [0, *sorted({row.level for row in rows})]
    independent = truth.kind == INDEPENDENT
    return Report(
        n_groups=int(cluster.max(initial=NONE)) + 1,
        found={k: _share([row.found for row in rows if k in {0, row.level}]) for k in levels},
        grouped={k: _share(in_group[(operation != NONE) & ((truth.level == k) | (k == 0))]) for k in levels},
        independents=_share((in_group & ~alone)[independent]),
        households=_share(alone[independent]),
        cohorts=_share(in_group[truth.kind == COHORT]),
        pairs=_pairs(truth, operation, cluster),
        bcubed=_bcubed(operation, cluster),
        operations=tuple(rows),
    )


def false_discoveries(truth: Truth, pairs: npt.NDArray[np.integer]) -> Proportion:
    """The realised false discovery rate of accepted pairs (rows of two accounts).

    A pair is true within one operation, one cohort or one household.
    """
    left, right = pairs.reshape(-1, 2).T
    same = (truth.group[left] == truth.group[right]) & (truth.group[left] != NONE)
    flat = (truth.household[left] == truth.household[right]) & (truth.household[left] != NONE)
    return _share(~(same | flat))


def _share(hits: npt.ArrayLike) -> Proportion:
    found = np.asarray(hits, np.bool_)
    return wilson(int(found.sum()), len(found))


def _clusters(n: int, groups: Mapping[int, Hashable]) -> I64:
    """The number of each account's group, NONE where it stands alone."""
    numbers: dict[Hashable, int] = {}
    cluster = np.full(n, NONE, np.int64)
    for account, name in groups.items():
        if name is not None:
            cluster[account] = numbers.setdefault(name, len(numbers))
    cluster[_count(cluster) < 2] = NONE
    there = cluster != NONE
    cluster[there] = np.unique(cluster[there], return_inverse=True)[1]
    return cluster


def _count(first: npt.NDArray[np.integer], *more: npt.NDArray[np.integer]) -> I64:
    """For each account, how many have all of these in common with it, itself among them; NONE is shared with nobody."""
    keys = np.stack([first, *more]).astype(np.int64)
    _, place, n = np.unique(keys, axis=1, return_inverse=True, return_counts=True)
    return np.where((keys == NONE).any(axis=0), 1, n[place.ravel()])


def _n_pairs(first: npt.NDArray[np.integer], *more: npt.NDArray[np.integer]) -> int:
    # Each of n accounts counts n - 1 others, so each pair is counted twice.
    return int((_count(first, *more) - 1).sum()) // 2


def _operations(truth: Truth, operation: npt.NDArray[np.integer], cluster: I64) -> list[OperationRow]:
    size, rows = _count(cluster), []
    for group in np.unique(operation[operation != NONE]).tolist():
        members = np.flatnonzero(operation == group)
        ids, first, held = np.unique(cluster[members], return_index=True, return_counts=True)
        best = max(
            ((int(h), int(h) / int(size[members[f]])) for i, f, h in zip(ids, first, held, strict=True) if i != NONE),
            default=(0, 0.0),
        )
        found = best[0] >= _FOUND_SHARE * len(members) and best[1] >= _FOUND_PURITY
        rows.append(OperationRow(group, int(truth.level[members[0]]), len(members), *best, found))
    return rows


def _pairs(truth: Truth, operation: npt.NDArray[np.integer], cluster: I64) -> Agreement:
    together = _n_pairs(cluster)
    true = (
        _n_pairs(cluster, truth.group)
        + _n_pairs(cluster, truth.household)
        - _n_pairs(cluster, truth.group, truth.household)
    )
    planted = _n_pairs(operation)
    recall = _n_pairs(cluster, operation) / planted if planted else None
    return _agreement(true / together if together else None, recall)


def _bcubed(operation: npt.NDArray[np.integer], cluster: I64) -> Agreement:
    planted = operation != NONE
    grouped = planted & (cluster != NONE)
    same = _count(cluster, operation)
    precision = float((same / _count(cluster))[grouped].mean()) if grouped.any() else None
    recall = float((same / _count(operation))[planted].mean()) if planted.any() else None
    return _agreement(precision, recall)


def _agreement(precision: float | None, recall: float | None) -> Agreement:
    if precision is None or recall is None:
        return Agreement(precision, recall, None)
    both = precision + recall
    return Agreement(precision, recall, 2 * precision * recall / both if both else 0.0)
