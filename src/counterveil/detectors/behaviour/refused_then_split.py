"""Being refused, and asking for the same again in other words or smaller pieces."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import EVEN, saturated, signal
from counterveil.model.activity import DAY, Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_HALF = 1.0


class RefusedThenSplit:
    """Refusals that were followed within a day by a turn that still serves the behaviour."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="refused_then_split",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="After a refusal the subject goes on with the same behaviour, rephrased or in smaller steps.",
        source="references/casebook.md §2.8, §5 (refusal, rephrase, split); a day and the half point chosen by us",
        params={"half_refusals": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(*[Sketch({"doing": 0.8, "tag_rephrase": 0.5}, refused=i in (0, 3)) for i in range(6)]),
            at_least=0.5,
        ),
        Case(
            sketched(Sketch({"doing": 0.4}, refused=True), *[Sketch({"doing": 0.1})] * 5),
            at_most=0.1,
            why="refused once by mistake, then something else",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: refusals times turns."""
        goes_on = np.maximum(activity.score("doing"), activity.score("tag_rephrase"))
        followed = []
        for i in np.flatnonzero(activity.refused).tolist():
            after = (activity.times > activity.times[i]) & (activity.times <= activity.times[i] + DAY)
            if goes_on[after].max(initial=0.0) > EVEN:
                followed.append(i)
        n = int(activity.refused.sum())
        return signal(
            self.info, activity, saturated(len(followed), _HALF), f"{len(followed)} of {n} refusals", followed
        )
