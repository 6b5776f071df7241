"""Keeping to one trade: what is abusive about the turns is the same behaviour again and again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import EVEN, signal, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_MIN_TURNS = 3


class OneBehaviour:
    """Share of the commonest behaviour among turns that do something abusive, times how plainly they do."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="one_behaviour",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Turns that read as abusive agree on which behaviour it is, as those of a trade do and stray false alarms do not.",
        source="chosen by us; what it is worth stands in trained/card.md",
        params={"min_turns": _MIN_TURNS},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"doing": 0.9, "SC-1": 0.8, "IO-1": 0.1})] * 6), at_least=0.7),
        Case(
            sketched(*[Sketch({"doing": 0.6, b: 0.5}) for b in ("SC-1", "IO-1", "CY-2", "EM-1", "SU-1", "AC-3")]),
            at_most=0.25,
            why="six stray readings of six behaviours",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: turns times behaviours."""
        doing = activity.score("doing")
        names = sorted(name for name in activity.scores if "-" in name)
        picked = np.flatnonzero(doing > EVEN)
        if len(picked) < _MIN_TURNS or not names:
            return signal(self.info, activity, 0.0, f"{len(picked)} turns read as doing it")
        table = np.stack([activity.score(name)[picked] for name in names])
        counts = np.bincount(table.argmax(axis=0), minlength=len(names))
        best = int(counts.argmax())
        score = counts[best] / len(picked) * upper_mean(doing, 0.5)
        reason = f"{counts[best]} of {len(picked)} such turns are {names[best]}"
        return signal(self.info, activity, score, reason, activity.top(names[best]))
