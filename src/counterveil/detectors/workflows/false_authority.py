"""Writing as a lawyer, an office, a bank or a brand that one is not."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import TARGET, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SC-3"


class FalseAuthority(Workflow):
    """Letters, cards and answers are made in the name of firms or offices, for people who lost money or should pay."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="false_authority",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Letters, cards and answers are made in the name of firms or offices, for people who lost money or should pay.",
        source="references/casebook.md §2.5 False Witness",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("write", "edit", "reply", "translate")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    pasted: ClassVar[tuple[int, ...]] = (TARGET,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_persona": 0.7}, pasted_by=TARGET),
                Sketch({_BEHAVIOUR: 0.5, "form_edit": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SC-3": 0.02, "form_write": 0.9})] * 6),
            at_most=0.35,
            why="a law clerk writes to a client",
        ),
    )
