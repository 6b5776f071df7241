"""How far two readers agree beyond chance: a judge with itself, or a judge with people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from counterveil.model.proportion import Z95


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of ``n`` pairs with its 95 % interval; None where there is nothing to compare or only one word was used."""

    n: int
    observed: float | None
    value: float | None
    low: float | None
    high: float | None


def kappa(pairs: Sequence[tuple[str, str]]) -> Kappa:
    """Cohen (1960), with his large-sample standard error sqrt(po (1 - po) / (n (1 - pe)^2)); the interval is cut to [-1, 1].

    >>> kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")]).value
    0.5
    """
    n = len(pairs)
    if n == 0:
        return Kappa(0, None, None, None, None)
    left, right = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    observed = sum(a == b for a, b in pairs) / n
    expected = sum(left[word] * right[word] for word in left) / n**2
    if expected >= 1.0:
        return Kappa(n, observed, None, None, None)
    value = (observed - expected) / (1 - expected)
    half = Z95 * math.sqrt(observed * (1 - observed) / n) / (1 - expected)
    return Kappa(
        n, round(observed, 4), round(value, 4), round(max(-1.0, value - half), 4), round(min(1.0, value + half), 4)
    )
