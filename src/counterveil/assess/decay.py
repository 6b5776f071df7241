"""Old evidence counts less: relative to the last event of the log, so that the same log gives the same answer on any day."""

from __future__ import annotations

from datetime import datetime

from counterveil.model.signal import Family
from counterveil.policy.assessment import DecayPolicy

_DAY_S = 86_400.0


def remaining(family: Family, age_days: float, policy: DecayPolicy) -> float:
    """What is left of a piece of evidence, in [0,1]: all of it while fresh, then half after each half-life.

    >>> from counterveil.policy.assessment import assessment
    >>> remaining(Family.CONTENT, 10, assessment().decay)
    1.0
    """
    half_life: float = policy.half_life_days[family]
    return float(0.5 ** (max(0.0, age_days - policy.fresh_days) / half_life))


def age_days(then: datetime | None, end: datetime | None) -> float:
    """Days from a time to the end of the log; 0 where either is unknown."""
    return max(0.0, (end - then).total_seconds() / _DAY_S) if then and end else 0.0
