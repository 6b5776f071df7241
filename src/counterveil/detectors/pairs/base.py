"""What detectors of pairs have in common: the days that two subjects share, and what the same days say when paired wrongly.

**The null.** Of two subjects only days on which both were active are compared. Then the right side's days are moved on by
1, 2, … n − 1 of those days, around the end, so that every day keeps its hours, its length and its gaps, but meets another
day of the other side. Office hours, a time zone, evenings, weekends and holidays therefore count nothing: they are as plain
in every moved copy as in the log (DESIGN.md §3.2). What remains is that two people did it on *this* day.

**The bits.** r of n − 1 moved copies show at least as much as the log, so p = (r + 1) / n (Phipson & Smyth 2010,
"Permutation p-values should never be zero"). A weekly timetable (the same class each Tuesday) survives a move by whole
weeks, so what is expected from other weeks' same weekday is a second test (Poisson tail), and the larger p counts.
Bits = log2(m / p), at least 0 and at most 4; ``m``: one operation in five works so that the pattern shows, chosen by us.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import pdtrc

from counterveil.model.rhythm import PairFinding, Rhythm

Ints = npt.NDArray[np.int64]

HOUR_S, DAY_S = 3600, 86_400
# Fewer moved copies cannot tell one in ten from one in five.
LEAST_SHIFTS = 12
# With so many days a p-value reaches the cap; older days cost time and say nothing more.
MOST_DAYS = 120
M, CAP_BITS = 0.2, 4.0
# Days lie so far apart on the line of one comparison that no session of one day meets another day.
STRIDE_S = 4 * DAY_S


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Sessions of one subject on the shared days: which day (its place among them), begin and end in seconds of that day."""

    place: Ints
    begin: Ints
    end: Ints
    n_turns: Ints

    @property
    def line(self) -> tuple[Ints, Ints]:
        """Begins and ends of sessions, day after day."""
        at = self.place * STRIDE_S
        return at + self.begin, at + self.end


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What two subjects did on the days on which both were active; ``share``: of the active days of the busier one."""

    days: Ints
    share: float
    left: Side
    right: Side


@dataclass(frozen=True, slots=True)
class Compared:
    """How often something happened, how often it would on days paired wrongly, and the p-value."""

    observed: int
    expected: float
    p: float


@lru_cache(maxsize=1)  # the detectors look at one pair after the other
def shared_days(left: Rhythm, right: Rhythm) -> Shared | None:
    """The days on which both were active; None where they are too few to compare.

    A day begins in the quietest hour of the two, whatever the clock says there, so moving both changes nothing.
    """
    if min(len(left.begins), len(right.begins)) <= LEAST_SHIFTS:
        return None
    stop_s = min(left.last, right.last)
    from_s = max(left.first, right.first, stop_s - MOST_DAYS * DAY_S)
    if stop_s - from_s < (LEAST_SHIFTS - 1) * DAY_S:
        return None
    a, b = (slice(*np.searchsorted(r.begins, (from_s, stop_s + 1))) for r in (left, right))
    moments = np.concatenate([left.begins[a], left.ends[a], right.begins[b], right.ends[b]])
    origin_s = from_s + _quiet_hour((moments - from_s) // HOUR_S % 24) * HOUR_S + HOUR_S // 2 - DAY_S
    sides = [_side(r, part, origin_s) for r, part in ((left, a), (right, b))]
    active = np.zeros((2, MOST_DAYS + 3), np.bool_)
    for nth, side in enumerate(sides):
        active[nth, side.place] = True
    both = active[0] & active[1]
    found = np.flatnonzero(both)
    if len(found) <= LEAST_SHIFTS:
        return None
    rank = np.cumsum(both) - 1
    first, second = (_kept(side, both[side.place], rank) for side in sides)
    return Shared(found, len(found) / int(active.sum(axis=1).max()), first, second)


def _quiet_hour(hours: Ints) -> int:
    """The middle of the five hours of the day with the fewest moments; the first of equal ones."""
    counts = np.bincount(hours, minlength=24).tolist()
    around = counts[-2:] + counts + counts[:2]
    sums = [sum(around[i : i + 5]) for i in range(24)]
    return sums.index(min(sums))


def _side(r: Rhythm, part: slice, origin_s: int) -> Side:
    """Sessions by day since ``origin_s``; one that lasts longer than a day is cut."""
    begins, ends = r.begins[part], r.ends[part]
    day, offset = np.divmod(begins - origin_s, DAY_S)
    n_turns = np.searchsorted(r.times, ends, "right") - np.searchsorted(r.times, begins)
    return Side(day, offset, offset + np.minimum(ends - begins, DAY_S), n_turns)


def _kept(side: Side, kept: npt.NDArray[np.bool_], rank: Ints) -> Side:
    """Only sessions of shared days, and the places of those days among them."""
    return Side(rank[side.place[kept]], side.begin[kept], side.end[kept], side.n_turns[kept])


def overlaps(left: Side, right: Side) -> int:
    """How many pairs of sessions were open at the same moment, on the same day."""
    (a, a_end), (b, b_end) = left.line, right.line
    return int((np.searchsorted(b, a_end, "right") - np.searchsorted(b_end, a)).sum())


def usual_overlaps(shared: Shared, observed: int) -> float:
    """How many there would be on days paired wrongly, on average."""
    left, right = shared.left, shared.right
    begins, ends = np.sort(right.begin), np.sort(right.end)
    every = int((np.searchsorted(begins, left.end, "right") - np.searchsorted(ends, left.begin)).sum())
    return (every - observed) / (len(shared.days) - 1)


def compare(shared: Shared, left: Ints, right: Ints) -> Compared:
    """Occurrences between a left day and a right day (places): those on one day against those on days paired wrongly."""
    n = len(shared.days)
    by_shift = np.bincount((right - left) % n, minlength=n)
    observed = int(by_shift[0])
    p = (int((by_shift[1:] >= observed).sum()) + 1) / n
    apart = shared.days[right] - shared.days[left]
    weekly = int(((apart % 7 == 0) & (apart != 0)).sum())
    n_weekly = int((np.bincount(shared.days % 7) ** 2).sum()) - n
    # One more than was seen: an event that no other week showed is rare, not impossible.
    usual = n * (weekly + 1) / (n_weekly + 1)
    return Compared(
        observed, float(by_shift[1:].mean()), max(p, float(pdtrc(observed - 1, usual)) if observed else 1.0)
    )


def bits(p: float, cap: float = CAP_BITS) -> float:
    """What a p-value is worth.

    >>> bits(0.2), bits(0.05), bits(0.001), bits(0.05, cap=1.0)
    (0.0, 2.0, 4.0, 1.0)
    """
    return min(cap, max(0.0, math.log2(M / p)))


def nothing(reason: str) -> PairFinding:
    """No bits, and why."""
    return PairFinding(0.0, reason)


TOO_FEW = nothing(f"fewer than {LEAST_SHIFTS + 1} days on which both were active")
