"""Recruiter and mentor: an easy job, then a fee."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import TARGET, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SC-2"


class TaskRecruiting(Workflow):
    """Invented online jobs are advertised, explained and pushed until the worker pays in."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="task_recruiting",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Invented online jobs are advertised, explained and pushed until the worker pays in.",
        source="references/casebook.md §2.5 (ping, zing, sting; recruiter and mentor)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("translate", "reply", "batch")
    tags: ClassVar[tuple[str, ...]] = ("persona",)
    pasted: ClassVar[tuple[int, ...]] = (TARGET,)
    slots: ClassVar[tuple[str, ...]] = ("pay",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9, "tag_persona": 0.7}, pasted_by=TARGET),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9}, claims=[("pay", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SC-2": 0.02, "form_reply": 0.9}, pasted_by=TARGET)] * 6),
            at_most=0.35,
            why="a staffing agency answers applicants",
        ),
    )
