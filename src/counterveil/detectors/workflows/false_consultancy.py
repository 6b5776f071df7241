"""An expert's fee for an official's knowledge."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, TARGET, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "VT-1"


class FalseConsultancy(Workflow):
    """An invented consultancy or institute flatters, pays and moves officials to private channels."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="false_consultancy",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="An invented consultancy or institute flatters, pays and moves officials to private channels.",
        source="references/casebook.md §2.8 Silver Lining (five-move e-mail), VAGue Focus",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("write", "reply", "translate", "profile")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    pasted: ClassVar[tuple[int, ...]] = (SOURCE, TARGET)
    slots: ClassVar[tuple[str, ...]] = ("client",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_persona": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_profile": 0.9}, claims=[("client", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"VT-1": 0.02, "form_write": 0.9})] * 6),
            at_most=0.35,
            why="a real institute invites a speaker",
        ),
    )
