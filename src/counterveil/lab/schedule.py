"""When an account is used: local working hours, shifts and days off, as UTC seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

_DAY = 86_400
_HOUR = 3_600
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Hours:
    """The habit of a person or a shift: local windows in hours (an end past 24 runs into the next day)."""

    shifts: tuple[tuple[float, float], ...]
    weekdays: int
    active: float
    utc_offset: float


class Clock:
    """Times at which one account begins conversations within the scenario's days."""

    def __init__(self, rng: Random, hours: Hours, start: int, days: int) -> None:
        # ``start`` is a Monday, so the day's number tells the weekday.
        open_days = [day for day in range(days) if day % _WEEK < hours.weekdays] or list(range(days))
        kept = [day for day in open_days if rng.random() < hours.active]
        self._days: Sequence[int] = kept or [open_days[int(rng.random() * len(open_days))]]
        self._hours = hours
        self._start = start
        self._span = days * _DAY

    def moment(self, rng: Random) -> int:
        """The start of one conversation."""
        day = self._days[int(rng.random() * len(self._days))]
        shifts = self._hours.shifts
        begin, end = shifts[int(rng.random() * len(shifts))]
        # The mean of two draws: people are busiest in the middle of their hours.
        local = begin + (end - begin) * (rng.random() + rng.random()) / 2
        offset = int(day * _DAY + (local - self._hours.utc_offset) * _HOUR)
        # Local hours before or after the first or last UTC day would fall outside the log.
        return self._start + offset % self._span
