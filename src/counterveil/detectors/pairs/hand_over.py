"""One stops, the other begins minutes later, again and again, and never both at once."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.pairs.base import TOO_FEW, Ints, Side, bits, compare, nothing, overlaps, shared_days
from counterveil.detectors.pairs.cases import BENIGN, relieved
from counterveil.model.rhythm import PairCase, PairFinding, PairInfo, Rhythm
from counterveil.model.signal import EvidenceClass, Family

# Long enough to log out and in elsewhere. Chosen by us.
_WITHIN_S = 600
_NEAR_S = 1800
_LEAST = 5
# Two short visits minutes apart are merely near each other; that one waited for the other's end shows after a long one only.
_LEAST_LENGTH_S = 600
# "Never at once": one slip in ten hand-overs.
_AT_ONCE = 0.1


class HandOver:
    """How often a session of one begins within ten minutes after the other ended a session of ten minutes or more.

    Bits as in ``base``: the same count on days paired wrongly. A change of shift at a fixed hour therefore counts nothing
    (two strangers, one with day and one with night work, show the same); that the second waits until the first has stopped,
    early or late, does. People with a common appointment are near each other too, but as often half an hour apart or at
    once as in turn: none counted where sessions overlap, or where longer gaps are the more frequent ones.
    """

    info: ClassVar[PairInfo] = PairInfo(
        name="hand_over",
        version=1,
        kind="hand_over",
        family=Family.TIMING,
        best_class=EvidenceClass.C,
        meaning="One account starts within minutes after the other stopped, day after day at changing hours, and both are never in use at once: one person with two accounts, or a team that takes turns. A family at one computer does the same.",
        source="references/casebook.md §4.3 (synchrony/handover: non-overlap rotation); p-value: Phipson & Smyth 2010; limits chosen by us",
        params={
            "within_s": _WITHIN_S,
            "near_s": _NEAR_S,
            "least_length_s": _LEAST_LENGTH_S,
            "least": _LEAST,
            "at_once": _AT_ONCE,
        },
    )
    cases: ClassVar[tuple[PairCase, ...]] = (PairCase(*relieved(21), at_least=2.0), *BENIGN)

    def find(self, left: Rhythm, right: Rhythm) -> PairFinding:
        """Cost: n log n in sessions, plus what lies within half an hour of each other on any two days."""
        shared = shared_days(left, right)
        if shared is None:
            return TOO_FEW
        a, b, gap = _followed(shared.left, shared.right)
        c, d, back = _followed(shared.right, shared.left)
        before = np.concatenate([shared.left.place[a], shared.left.place[d]])
        after = np.concatenate([shared.right.place[b], shared.right.place[c]])
        soon = np.concatenate([gap, back]) <= _WITHIN_S
        same = before == after
        n, n_later = int((same & soon).sum()), int((same & ~soon).sum())
        at_once = overlaps(shared.left, shared.right)
        if n < _LEAST or n_later > n or at_once > _AT_ONCE * n:
            return nothing(
                f"{n} times one after the other within 10 minutes, {n_later} within 10 to 30, {at_once} at once"
            )
        found = compare(shared, before[soon], after[soon])
        reason = (
            f"{n} times one began within 10 minutes after the other stopped, {found.expected:.1f} expected; "
            f"{at_once} times at once; {min(len(shared.left.begin), len(shared.right.begin))} sessions or more each "
            f"on {len(shared.days)} shared days"
        )
        return PairFinding(bits(found.p), reason)


def _followed(first: Side, then: Side) -> tuple[Ints, Ints, Ints]:
    """Long sessions of one, those of the other that begin within half an hour after, were all on one day; and the gap."""
    order = np.argsort(then.begin)
    begins = then.begin[order]
    long = np.flatnonzero(first.end - first.begin >= _LEAST_LENGTH_S)
    low = np.searchsorted(begins, first.end[long], "right")
    n = np.searchsorted(begins, first.end[long] + _NEAR_S, "right") - low
    a = np.repeat(long, n)
    b = order[np.arange(len(a)) - np.repeat(np.cumsum(n) - n - low, n)]
    return a, b, then.begin[b] - first.end[a]
