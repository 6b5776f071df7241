"""Coming back to it: abusive work in many conversations, not once."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import EVEN, saturated, signal
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_HALF = 2.0


class Persistence:
    """Share of conversations with abusive work, times how many there are beyond the first."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="persistence",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject returns to abusive work in conversation after conversation.",
        source="references/casebook.md §1.1 (patterns of behaviour rather than isolated interactions); half point chosen by us",
        params={"half_conversations": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"doing": 0.9}, conversation=i) for i in range(7)]), at_least=0.7),
        Case(
            sketched(*[Sketch({"doing": 0.9 if i == 0 else 0.1}, conversation=i) for i in range(7)]),
            at_most=0.05,
            why="one bad prompt among ordinary ones",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: n log n."""
        doing = activity.score("doing") > EVEN
        every = len(np.unique(activity.conversations))
        with_it = len(np.unique(activity.conversations[doing]))
        score = saturated(with_it - 1, _HALF) * with_it / every if every else 0.0
        reason = f"{with_it} of {every} conversations"
        return signal(self.info, activity, score, reason, activity.top("doing"))
