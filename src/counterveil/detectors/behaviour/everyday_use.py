"""Plain use of a model: letters, code, cooking, lessons, one's own work."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import signal
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal


class EverydayUse:
    """Mean reading for ordinary use."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="everyday_use",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.AGAINST,
        meaning="Most of what the subject asks is ordinary use that serves no behaviour.",
        source="references/casebook.md §3; operators have it too (half of their traffic), so it lowers and never clears",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"ordinary": 0.9})] * 8), at_least=0.8),
        Case(sketched(*[Sketch({"ordinary": 0.1})] * 8), at_most=0.2, why="every turn serves the same work"),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        values = activity.score("ordinary")
        return signal(
            self.info,
            activity,
            float(values.mean()) if len(values) else 0.0,
            f"{(values > 0.5).sum()} of {len(values)} turns",
            activity.top("ordinary"),
        )
