"""Holes and steps in how many events an hour there are, against what the same hour usually has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

# Events by hour since 1970 (UTC); hours without events are left out.
Hours = Mapping[int, int]

# A run of empty hours is a gap when so many events are usual in them. Traffic comes in bunches, so this is far above the 3
# that Poisson arrivals would need for 95 %. Chosen by us; false alarms on ordinary logs: docs/quality.md.
_EXPECTED = 30.0
# From so many days on, workdays and weekends have their own usual.
_WEEK_DAYS = 14
# A day is a break when it has this many times, or this part of, the median of the days around it.
_FACTOR, _AROUND, _LEAST_EVENTS = 3.0, 7, 100
_LONGEST_SPAN_H = 24 * 366 * 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours without any event: from when, how many, and how many events such hours usually have."""

    begin: datetime
    hours: int
    expected: float


@dataclass(frozen=True, slots=True)
class Break:
    """A day with far more or fewer events than the days around it."""

    day: date
    n: int
    usual: float


def gaps(hours: Hours) -> list[Gap]:
    """Runs of empty hours in which events were to be expected, in order of time."""
    first, counts = _series(hours)
    if len(counts) < 24:
        return []
    usual = _usual(first, counts)
    found = []
    borders = np.flatnonzero(np.diff(np.concatenate([[0], (counts == 0).astype(np.int8), [0]])))
    for start, stop in borders.reshape(-1, 2).tolist():
        expected = float(usual[start:stop].sum())
        if expected >= _EXPECTED:
            found.append(Gap(datetime.fromtimestamp((first + start) * 3600, UTC), stop - start, round(expected, 1)))
    return found


def _usual(first: int, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """For each hour the median of the same hour of the other days (of its kind: workday or weekend)."""
    hour = first + np.arange(len(counts))
    day = hour // 24
    # 1970-01-01 was a Thursday.
    weekend = (day + 3) % 7 >= 5
    kind = hour % 24 + (24 * weekend if len(counts) >= 24 * _WEEK_DAYS else 0)
    usual = np.zeros(len(counts))
    for value in np.unique(kind):
        of_kind = kind == value
        usual[of_kind] = np.median(counts[of_kind])
    return usual


def breaks(hours: Hours) -> list[Break]:
    """Days with three times, or a third of, what is usual around them. The first and the last are seldom whole: left out."""
    first, counts = _series(hours)
    if not len(counts):
        return []
    day = (first + np.arange(len(counts))) // 24
    totals = np.bincount(day - day[0], weights=counts)
    found = []
    for index in range(1, len(totals) - 1):
        around = np.delete(
            totals[max(1, index - _AROUND) : min(len(totals) - 1, index + _AROUND + 1)], min(index - 1, _AROUND)
        )
        if len(around) < 3:
            continue
        n, usual = float(totals[index]), float(np.median(around))
        if max(n, usual) >= _LEAST_EVENTS and (n > _FACTOR * usual or n * _FACTOR < usual):
            found.append(Break(datetime.fromtimestamp((day[0] + index) * 86400, UTC).date(), int(n), usual))
    return found


def _series(hours: Hours) -> tuple[int, npt.NDArray[np.int64]]:
    """The first hour and the count of every hour from it to the last one. Wild times (see the clock check) are cut off."""
    if not hours:
        return 0, np.zeros(0, np.int64)
    middle = sorted(hours)[len(hours) // 2]
    kept = {hour: n for hour, n in hours.items() if abs(hour - middle) <= _LONGEST_SPAN_H // 2}
    first, last = min(kept), max(kept)
    counts = np.zeros(last - first + 1, np.int64)
    counts[np.array(list(kept)) - first] = list(kept.values())
    return first, counts
