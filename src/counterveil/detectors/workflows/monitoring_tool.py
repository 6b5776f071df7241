"""A system to watch people: collectors, rules, a pitch to the office that buys it."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "SU-1"


class MonitoringTool(Workflow):
    """A system that watches persons or protest is designed, debugged or pitched to a client."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="monitoring_tool",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="A system that watches persons or protest is designed, debugged or pitched to a client.",
        source="references/casebook.md §2.2 Peer Review (the 'Assistant'), October 2025 'probe'",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("plan", "code", "write")
    tags: ClassVar[tuple[str, ...]] = ("selfdesc",)
    slots: ClassVar[tuple[str, ...]] = ("client", "tool")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_selfdesc": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9}, claims=[("client", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"SU-1": 0.02, "form_plan": 0.9}, claims=[("client", "for the city library")])] * 6),
            at_most=0.35,
            why="log monitoring of one's own servers",
        ),
    )
