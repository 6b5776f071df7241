"""The centre behind it: desks, dormitories, scores, translations for the floor."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SC-4"


class FraudBackOffice(Workflow):
    """Staff, shifts, results and rules of a fraud centre are kept and translated."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="fraud_back_office",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Staff, shifts, results and rules of a fraud centre are kept and translated.",
        source="references/casebook.md §2.4 Date Bait (teams, daily reports, kill values), October 2025 (desks, dormitories)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("plan", "report", "translate")
    tags: ClassVar[tuple[str, ...]] = ("selfdesc",)
    slots: ClassVar[tuple[str, ...]] = ("quota", "kpi", "team", "report", "pay")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_selfdesc": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_report": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9}, claims=[("quota", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SC-4": 0.02, "form_plan": 0.9}, claims=[("team", "night shift")])] * 6),
            at_most=0.35,
            why="a factory's roster",
        ),
    )
