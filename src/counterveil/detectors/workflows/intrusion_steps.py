"""The model works through somebody else's machines."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "CY-3"


class IntrusionSteps(Workflow):
    """Output of foreign machines is pasted and the next step asked for."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="intrusion_steps",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Output of foreign machines is pasted and the next step asked for.",
        source="references/casebook.md §2.8 GTG-1002",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("code", "plan", "ask")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "rephrase")
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    slots: ClassVar[tuple[str, ...]] = ("targets",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9, "tag_conceal": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_plan": 0.9, "tag_rephrase": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_ask": 0.9}, claims=[("targets", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"CY-3": 0.02, "form_code": 0.95}, pasted_by=SOURCE)] * 6),
            at_most=0.35,
            why="an engineer repairs own servers",
        ),
    )
