"""Inventing people, or pasting invented people's sheets."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import signal, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal


class Personas:
    """Upper quarter of the readings for building or pasting an invented identity."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="personas",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject builds, keeps or pastes identities that are not its own.",
        source="references/casebook.md §2.7, §5 (identity multiplicity, persona block reuse); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"tag_persona": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"tag_persona": 0.05, "fiction": 0.9})] * 8), at_most=0.1, why="one person's own CV"),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        values = activity.score("tag_persona")
        return signal(
            self.info,
            activity,
            upper_mean(values, 0.25),
            f"strongest of {len(values)} turns: {values.max(initial=0.0):.2f}",
            activity.top("tag_persona"),
        )
