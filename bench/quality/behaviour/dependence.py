"""How alike accounts of one group score, authors left out: what several members' readings are worth together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from bench.quality.behaviour.data import Array, Data

_HEAD = """## Members of one group

Intraclass correlation of account scores (log-odds) of one operation, or of one author's look-alikes of one kind: one-way
analysis of variance (Shrout & Fleiss 1979, ICC(1,1)). k members then tell as much as k / (1 + (k − 1) · ICC) strangers
(design effect: Kish 1965). Interval: 95 %, groups resampled.

| reading | groups | accounts | ICC |
|---|--:|--:|--:|
"""
_SAMPLES, _SEED = 500, 20261124


def report(data: Data) -> str:
    """One row a way of reading and kind of group."""
    rows = []
    for name, scores in zip(data.readings, data.accounts, strict=True):
        operations: dict[str, list[float]] = defaultdict(list)
        twins: dict[str, list[float]] = defaultdict(list)
        for account, score in zip(data.prepared.accounts, scores, strict=True):
            if account.operation:
                operations[account.operation].append(float(score))
            elif account.twin:
                twins[f"{account.author} {account.twin}"].append(float(score))
        for kind, groups in (("operations", operations), ("look-alikes", twins)):
            found = [np.array(group) for group in groups.values() if len(group) > 1]
            low, high = _interval(found)
            n = sum(len(group) for group in found)
            rows.append(f"| {name}, {kind} | {len(found)} | {n} | {icc(found):.2f} [{low:.2f}, {high:.2f}] |")
    return _HEAD + "\n".join(rows)


def icc(groups: Sequence[Array]) -> float:
    """ICC(1,1) of groups of two and more."""
    n, k = sum(len(g) for g in groups), len(groups)
    mean = sum(float(g.sum()) for g in groups) / n
    between = sum(len(g) * (float(g.mean()) - mean) ** 2 for g in groups) / (k - 1)
    within = sum(float(((g - g.mean()) ** 2).sum()) for g in groups) / (n - k)
    size = (n - sum(len(g) ** 2 for g in groups) / n) / (k - 1)
    return (between - within) / (between + (size - 1) * within)


def _interval(groups: Sequence[Array]) -> Iterable[float]:
    random = np.random.default_rng(_SEED)
    drawn = [icc([groups[i] for i in random.integers(0, len(groups), len(groups))]) for _ in range(_SAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
