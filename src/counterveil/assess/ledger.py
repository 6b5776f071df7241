"""Belief as a signed ledger: log-odds that add up exactly to the confidence shown."""

from __future__ import annotations

import math
from collections.abc import Iterable

from counterveil.model.operation import Entry


def logit(p: float) -> float:
    """Log-odds of a probability, kept finite.

    >>> round(logit(0.5), 3), round(logit(0.9), 3)
    (0.0, 2.197)
    """
    bounded = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def confidence(ledger: Iterable[Entry]) -> float:
    """The probability whose log-odds are the ledger's sum, to four digits."""
    return round(1.0 / (1.0 + math.exp(-math.fsum(entry.log_odds for entry in ledger))), 4)


def entry(name: str, log_odds: float, reason: str) -> Entry:
    """One line, rounded to the thousandth that is shown: what is read is what is summed."""
    return Entry(name, round(log_odds, 3), reason)


def capped(value: float, cap: float) -> float:
    """A value within ±cap."""
    return max(-cap, min(cap, value))
