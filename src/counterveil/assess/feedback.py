"""What people's decisions say about the weights of groups: a bounded correction, never more than a small step.

Ridge logistic regression of the decisions on the ledgers they were made on, with the weights in force as its centre: without
evidence nothing moves. A multiplier never changes a consideration's side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from counterveil.policy.adjustment import LEAST, MOST, STEP

# So many decisions of each side are needed. With fewer, one mistaken person would move the queue. Chosen by us.
LEAST_DECISIONS = 10
# A consideration that fewer decisions had is left as it is.
_LEAST_SEEN = 3
# Pull towards the weights in force: as much as a full unit's error of a multiplier costs five decisions. Chosen by us.
_RIDGE = 5.0
_ROUNDS = 50
_FIXED = frozenset(("prior",))

Floats = npt.NDArray[np.float64]
Ledger = Sequence[tuple[str, float]]


def fit(decided: Sequence[tuple[Ledger, bool]], now: Mapping[str, float]) -> dict[str, float]:
    """New multipliers by consideration. ``decided``: raw ledgers (as with shipped weights) and whether confirmed.

    ``now``: the multipliers in force. The order of decisions does not matter. To two digits; those of 1 are left out.
    """
    rows = sorted((tuple(sorted(ledger)), confirmed) for ledger, confirmed in decided)
    seen: dict[str, int] = {}
    for ledger, _ in rows:
        for name, value in ledger:
            if value and name not in _FIXED:
                seen[name] = seen.get(name, 0) + 1
    names = sorted(name for name, n in seen.items() if n >= _LEAST_SEEN)
    at = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    rest = np.zeros(len(rows))
    for i, (ledger, _) in enumerate(rows):
        for name, value in ledger:
            if name in at:
                x[i, at[name]] += value
            else:
                rest[i] += value * now.get(name, 1.0)
    y = np.array([float(confirmed) for _, confirmed in rows])
    centre = np.array([now.get(name, 1.0) for name in names])
    moved = _ridge(x, rest, y, centre) if names else centre
    low, high = np.maximum(LEAST, centre - STEP), np.minimum(MOST, centre + STEP)
    found = {**now, **dict(zip(names, np.round(np.clip(moved, low, high), 2).tolist(), strict=True))}
    return {name: value for name, value in sorted(found.items()) if value != 1.0}


def _ridge(x: Floats, rest: Floats, y: Floats, centre: Floats) -> Floats:
    """Newton's method on a convex loss, damped: each round at most halves until the loss falls."""

    def loss(m: Floats) -> float:
        z = x @ m + rest
        return float(np.sum(np.logaddexp(0.0, z) - y * z) + _RIDGE / 2 * np.sum((m - centre) ** 2))

    m = centre.copy()
    for _ in range(_ROUNDS):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ m + rest, -30, 30)))
        gradient = x.T @ (p - y) + _RIDGE * (m - centre)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(len(m))
        step = np.linalg.solve(hessian, gradient)
        scale = 1.0
        while scale > 1e-6 and loss(m - scale * step) > loss(m):
            scale /= 2
        m -= scale * step
        if float(np.max(np.abs(step))) < 1e-9:
            break
    return m
