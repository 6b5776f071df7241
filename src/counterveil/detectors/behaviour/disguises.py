"""Writing so that filters do not see it: hidden characters, foreign look-alike letters, digits for letters."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import saturated, signal
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_HALF = 2.0


class Disguises:
    """Turns with disguised words: one is an accident of copying, several are a habit."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="disguises",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject's turns hide words from filters by Unicode tricks, spacing or digits.",
        source="Unicode TR39; references/models.md §4; half point chosen by us",
        params={"half_turns": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch(n_disguises=3)] * 6), at_least=0.6),
        Case(
            sketched(Sketch(n_disguises=1), *[Sketch()] * 6), at_most=0.05, why="one character copied from a web page"
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        disguised = np.flatnonzero(activity.n_disguises > 0)
        score = saturated(len(disguised) - 1, _HALF)
        return signal(self.info, activity, score, f"{len(disguised)} turns with disguised words", disguised.tolist())
