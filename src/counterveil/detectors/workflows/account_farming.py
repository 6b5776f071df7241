"""Accounts in bulk, and what makes them pass."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "AC-1"


class AccountFarming(Workflow):
    """Many accounts are opened, warmed and kept from being noticed."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="account_farming",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Many accounts are opened, warmed and kept from being noticed.",
        source="references/casebook.md §2.10",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("plan", "code", "batch")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "persona")
    slots: ClassVar[tuple[str, ...]] = ("quota", "tool")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9, "tag_persona": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9}, claims=[("quota", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"AC-1": 0.02, "form_plan": 0.9})] * 6),
            at_most=0.35,
            why="a school opens accounts for its classes",
        ),
    )
