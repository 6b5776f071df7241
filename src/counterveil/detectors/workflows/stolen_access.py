"""Keys and accounts of somebody else, put to work."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "AC-5"


class StolenAccess(Workflow):
    """Foreign keys or accounts are tested, used and hidden."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="stolen_access",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Foreign keys or accounts are tested, used and hidden.",
        source="references/casebook.md §2.10, §4 AC-5",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("code", "ask", "plan")
    tags: ClassVar[tuple[str, ...]] = ("conceal",)
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9, "tag_conceal": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_ask": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"AC-5": 0.02, "form_code": 0.9})] * 6),
            at_most=0.35,
            why="a developer rotates leaked keys",
        ),
    )
