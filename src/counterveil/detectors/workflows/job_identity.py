"""A working life that is nobody's: CVs, references, interview answers, excuses."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "EM-1"


class JobIdentity(Workflow):
    """Applications, references, live answers and cover stories are made for people who are not who they say."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="job_identity",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Applications, references, live answers and cover stories are made for people who are not who they say.",
        source="references/casebook.md §2.3",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("write", "reply", "edit")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_persona": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_edit": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"EM-1": 0.02, "form_write": 0.9, "form_edit": 0.7}, pasted_by=SOURCE)] * 6),
            at_most=0.35,
            why="one's own CV, tailored to a listing",
        ),
    )
