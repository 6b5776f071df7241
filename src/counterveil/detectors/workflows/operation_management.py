"""Running it: quotas, shifts, reviews, reports to whoever pays."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "IO-4"


class OperationManagement(Workflow):
    """Tasks, quotas, results and reviews of an effort that hides its origin are planned and reported."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="operation_management",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Tasks, quotas, results and reviews of an effort that hides its origin are planned and reported.",
        source="references/casebook.md §2.1, §2.2 (tasking documents, performance reviews, status reports)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("plan", "report")
    tags: ClassVar[tuple[str, ...]] = ("selfdesc",)
    slots: ClassVar[tuple[str, ...]] = ("quota", "kpi", "team", "report", "client")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_selfdesc": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_report": 0.9}, claims=[("quota", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"IO-4": 0.02, "form_report": 0.9}, claims=[("kpi", "12 % more readers")])] * 6),
            at_most=0.35,
            why="a marketing team's weekly figures",
        ),
    )
