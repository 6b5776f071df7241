"""Work dealt to two accounts in turn: like volume on the same days, sessions that alternate and keep out of each other's way."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.pairs.base import (
    STRIDE_S,
    TOO_FEW,
    Compared,
    Ints,
    Shared,
    bits,
    compare,
    nothing,
    overlaps,
    shared_days,
    usual_overlaps,
)
from counterveil.detectors.pairs.cases import BENIGN, balanced
from counterveil.model.rhythm import PairCase, PairFinding, PairInfo, Rhythm
from counterveil.model.signal import EvidenceClass, Family

# All four chosen by us: days shared, difference in volume, share of sessions in turn, overlap against chance.
_SAME_DAYS = 0.8
_UNEVEN = 0.35
_IN_TURN = 0.75
_LESS_AT_ONCE = 0.5
# Sessions a shared day and side: with one each there is nothing to alternate.
_LEAST_A_DAY = 1.5


class RoundRobin:
    """How often a session of one is next followed by one of the other, with no moment in common.

    Of strangers' sessions about half alternate, and some overlap; a dispatcher's nearly all alternate, and none overlap.
    Bits as in ``base``: the same count on days paired wrongly. One who works mornings and another who works afternoons
    alternate on every pairing of days, and so count nothing. Requests dealt in turn within seconds are one long session on
    both sides and are not seen here.
    """

    info: ClassVar[PairInfo] = PairInfo(
        name="round_robin",
        version=1,
        kind="round_robin",
        family=Family.TIMING,
        best_class=EvidenceClass.C,
        meaning="Both accounts carry like volume on the same days, their sessions alternate strictly and hardly overlap: one stream of work is spread over accounts, to stay under limits or to use all of them.",
        source="references/casebook.md §2 (synchronised traffic, load balancing; 29 accounts rotated); p-value: Phipson & Smyth 2010; limits chosen by us",
        params={
            "same_days": _SAME_DAYS,
            "uneven": _UNEVEN,
            "in_turn": _IN_TURN,
            "less_at_once": _LESS_AT_ONCE,
            "least_a_day": _LEAST_A_DAY,
        },
    )
    cases: ClassVar[tuple[PairCase, ...]] = (PairCase(*balanced(31), at_least=2.0), *BENIGN)

    def find(self, left: Rhythm, right: Rhythm) -> PairFinding:
        """Cost: n log n in sessions; times the shared days for the few pairs that alternate at all."""
        shared = shared_days(left, right)
        if shared is None:
            return TOO_FEW
        n, sides = len(shared.days), (shared.left, shared.right)
        n_sessions = [len(side.begin) for side in sides]
        volume = [np.bincount(side.place, weights=side.n_turns, minlength=n) for side in sides]
        uneven = float(np.abs(volume[0] - volume[1]).sum() / (volume[0] + volume[1]).sum())
        if shared.share < _SAME_DAYS or uneven > _UNEVEN or min(n_sessions) < _LEAST_A_DAY * n:
            return nothing(
                f"{shared.share:.0%} of days shared, volumes differ by {uneven:.0%}, {sorted(n_sessions)} sessions"
            )
        at_once = overlaps(*sides)
        usual = usual_overlaps(shared, at_once)
        if at_once > _LESS_AT_ONCE * usual:
            return nothing(f"{at_once} sessions at once, {usual:.1f} expected")
        found = _in_turn(shared)
        most = sum(n_sessions) - n
        reason = (
            f"{found.observed} of {most} times the other account came next, {found.expected:.1f} expected; {at_once} sessions "
            f"at once, {usual:.1f} expected; volumes differ by {uneven:.0%} on {n} shared days"
        )
        return PairFinding(bits(found.p), reason) if found.observed >= _IN_TURN * most else nothing(reason)


def _in_turn(shared: Shared) -> Compared:
    """Every left session with every right day: is the next or the last session there, without a third that began between."""
    left, right, n = shared.left, shared.right, len(shared.days)
    begin, _ = right.line
    at = np.arange(n)[:, None] * STRIDE_S + left.begin[None, :]
    own_next, own_last = _neighbours(left.place, left.begin)
    after = np.searchsorted(begin, at, "right")
    before = np.searchsorted(begin, at) - 1
    there = np.minimum(after, len(begin) - 1)
    behind = np.maximum(before, 0)
    day = np.arange(n)[:, None]
    to_right = (
        (after < len(begin))
        & (right.place[there] == day)
        & (right.begin[there] > left.end)
        & (right.begin[there] <= own_next)
    )
    to_left = (
        (before >= 0)
        & (right.place[behind] == day)
        & (right.end[behind] < left.begin)
        & (right.begin[behind] >= own_last)
    )
    seen = [np.nonzero(which) for which in (to_right, to_left)]
    return compare(shared, np.concatenate([left.place[s] for _, s in seen]), np.concatenate([d for d, _ in seen]))


def _neighbours(place: Ints, begin: Ints) -> tuple[Ints, Ints]:
    """Begin of the side's own next and last session of the same day; far away where there is none."""
    far = np.iinfo(np.int64).max
    new = place[1:] != place[:-1]
    later = np.append(np.where(new, far, begin[1:]), far)
    earlier = np.concatenate([[-far], np.where(new, -far, begin[:-1])])
    return later, earlier
