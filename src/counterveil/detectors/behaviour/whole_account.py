"""Whether the account as a whole reads like an operator's: covers, small talk and all."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import mean_logit, signal
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal


class WholeAccount:
    """Mean log-odds, over all turns, of the reading that was taught on whole accounts instead of single lines."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="whole_account",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Taken together, the turns are more like those of accounts in abusive operations than like those of their innocent twins.",
        source="references/casebook.md §1.1 (patterns, not prompts); taught on lab/accounts, figures in trained/card.md",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"operator": 0.8})] * 8), at_least=0.7),
        Case(
            sketched(*[Sketch({"operator": 0.2, "doing": 0.9})] * 8),
            at_most=0.3,
            why="one topic that sounds bad, in an account that does not",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        values = activity.score("operator")
        return signal(
            self.info,
            activity,
            mean_logit(values) if len(values) else 0.0,
            f"mean over {len(values)} turns",
            activity.top("operator"),
        )
