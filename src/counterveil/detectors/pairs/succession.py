"""One account falls silent for good, and within three days another begins and goes on as the first did."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.pairs.base import DAY_S, HOUR_S, LEAST_SHIFTS, bits, nothing
from counterveil.detectors.pairs.cases import BENIGN, moved, night_owl, office
from counterveil.model.rhythm import PairCase, PairFinding, PairInfo, Rhythm
from counterveil.model.signal import EvidenceClass, Family

_WITHIN_S = 72 * HOUR_S
_LEAST_SESSIONS = 6
_LEAST_SPAN_S = 7 * DAY_S
# Silent for good: longer than twice the longest pause that the account ever made.
_PAUSES = 2
_LIKE_VOLUME = 2.0
# It happens once a pair: nothing repeats that could make it surer.
_CAP_BITS = 2.0


class Succession:
    """How soon the second begins after the first has stopped, against all days on which it could have begun.

    Shifting the second by whole days keeps its hours; of the n shifts that let it begin within the time that the two cover,
    r bring it as near after the first's end or nearer. p = (r + 1) / (n + 1), bits = log2(m / p) as in ``base``, at most 2.
    The end of a term or a project makes many such pairs: context, as the class says.
    """

    info: ClassVar[PairInfo] = PairInfo(
        name="succession",
        version=1,
        kind="succession",
        family=Family.TIMING,
        best_class=EvidenceClass.C,
        meaning="One account stopped for good, and within three days the other began and went on at like volume: somebody may have replaced an account that was lost, banned or given up.",
        source="references/casebook.md §4.3 (non-overlap rotation; continuity across burner accounts); p-value: Phipson & Smyth 2010; limits chosen by us",
        params={
            "within_s": _WITHIN_S,
            "least_sessions": _LEAST_SESSIONS,
            "least_span_s": _LEAST_SPAN_S,
            "pauses": _PAUSES,
            "like_volume": _LIKE_VOLUME,
            "cap_bits": _CAP_BITS,
        },
    )
    cases: ClassVar[tuple[PairCase, ...]] = (
        PairCase(office(41), moved(office(42), 42), at_least=1.0),
        PairCase(office(41), moved(office(42), 49), at_most=0.0, why="another began a week later"),
        PairCase(
            office(41), moved(night_owl(43, days=5), 42), at_most=0.0, why="the second was tried for five days only"
        ),
        *BENIGN,
    )

    def find(self, left: Rhythm, right: Rhythm) -> PairFinding:
        """Cost: linear in the sessions of the first; most pairs end at once."""
        if min(len(left.begins), len(right.begins)) < _LEAST_SESSIONS:
            return nothing(f"fewer than {_LEAST_SESSIONS} sessions")
        old, new = (left, right) if left.first < right.first else (right, left)
        gap_s = new.first - old.last
        if not 0 <= gap_s <= _WITHIN_S:
            return nothing("both active at once" if gap_s < 0 else f"{gap_s / DAY_S:.0f} days between them")
        if min(old.last - old.first, new.last - new.first) < _LEAST_SPAN_S:
            return nothing("one of them was active for less than a week")
        silent_s, pause_s = new.last - old.last, int(np.max(old.begins[1:] - old.ends[:-1]))
        if silent_s < _PAUSES * pause_s:
            return nothing(f"silent for {silent_s / DAY_S:.0f} days, but for {pause_s / DAY_S:.0f} days before, too")
        daily = [len(r) * DAY_S / (r.last - r.first) for r in (old, new)]
        n = (new.last - old.first) // DAY_S
        if max(daily) > _LIKE_VOLUME * min(daily) or n < LEAST_SHIFTS:
            return nothing(f"{daily[0]:.1f} turns a day, then {daily[1]:.1f}")
        reason = (
            f"began {gap_s / HOUR_S:.0f} hours after the other stopped for good ({silent_s / DAY_S:.0f} days silent); "
            f"{daily[0]:.1f} turns a day, then {daily[1]:.1f}; {gap_s // DAY_S + 1} of {n + 1} days would be as near"
        )
        return PairFinding(bits((gap_s // DAY_S + 1) / (n + 1), _CAP_BITS), reason)
