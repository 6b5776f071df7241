"""How much of what was read does something abusive, rather than ask about it."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import EVEN, signal, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_UPPER = 0.5


class DoingShare:
    """Mean of the upper half of the readings for "some abusive behaviour is being done"."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="doing_share",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Much of what the subject asks for serves an abusive behaviour, with the stance of doing it.",
        source="references/casebook.md §1.3: half of operators' traffic is harmless, so the upper half is weighed; chosen by us",
        params={"upper": _UPPER},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"doing": 0.9}), Sketch({"doing": 0.1})] * 4), at_least=0.8),
        Case(sketched(*[Sketch({"doing": 0.2, "victim": 0.9})] * 8), at_most=0.3, why="a victim asks about a fraud"),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: n log n."""
        doing = activity.score("doing")
        score = upper_mean(doing, _UPPER)
        n = int((doing > EVEN).sum())
        return signal(self.info, activity, score, f"{n} of {len(doing)} turns read as doing it", activity.top("doing"))
