"""Access bought once and sold many times."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import TARGET, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "AC-2"


class ResoldAccess(Workflow):
    """Access to the service is shared out, priced and supported for people who are not its customers."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="resold_access",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Access to the service is shared out, priced and supported for people who are not its customers.",
        source="references/casebook.md §2.10 (resellers, cheap access)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("plan", "reply", "write")
    tags: ClassVar[tuple[str, ...]] = ("conceal",)
    pasted: ClassVar[tuple[int, ...]] = (TARGET,)
    slots: ClassVar[tuple[str, ...]] = ("pay",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_conceal": 0.7}, pasted_by=TARGET),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9}, claims=[("pay", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"AC-2": 0.02, "form_plan": 0.9})] * 6),
            at_most=0.35,
            why="seats of a small firm",
        ),
    )
