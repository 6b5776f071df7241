"""Code that should not be seen: built, debugged, hidden."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import OWN, SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "CY-2"


class MaliciousCode(Workflow):
    """Code is changed again and again so that protection does not notice it, with refusals worked around."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="malicious_code",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Code is changed again and again so that protection does not notice it, with refusals worked around.",
        source="references/casebook.md §2.8 (refusal to building blocks, iteration on one code)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("code", "plan", "ask")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "rephrase")
    pasted: ClassVar[tuple[int, ...]] = (OWN, SOURCE)
    slots: ClassVar[tuple[str, ...]] = ("tool",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9, "tag_conceal": 0.7}, pasted_by=OWN),
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_rephrase": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_ask": 0.9}, claims=[("tool", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"CY-2": 0.02, "form_code": 0.95}, pasted_by=SOURCE)] * 6),
            at_most=0.35,
            why="an administrator's deployment script",
        ),
    )
