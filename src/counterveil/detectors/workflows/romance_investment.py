"""Affection across languages that ends in an investment."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import TARGET, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SC-1"


class RomanceInvestment(Workflow):
    """Chats of affection with several people are translated and answered on the way to money."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="romance_investment",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Chats of affection with several people are translated and answered on the way to money.",
        source="references/casebook.md §2.4 (bidirectional translation, bio block, stage progression)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("translate", "reply")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    pasted: ClassVar[tuple[int, ...]] = (TARGET,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9, "tag_persona": 0.7}, pasted_by=TARGET),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9, "tag_conceal": 0.7}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SC-1": 0.02, "form_translate": 0.9}, pasted_by=TARGET)] * 6),
            at_most=0.35,
            why="a couple in two languages",
        ),
    )
