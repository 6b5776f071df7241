"""Outputs in floods, with the reasoning spelled out."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "AC-3"


class HarvestedOutputs(Workflow):
    """Answers and reasoning are asked for in one form, in bulk, as material to train on."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="harvested_outputs",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Answers and reasoning are asked for in one form, in bulk, as material to train on.",
        source="references/casebook.md §2.10 (template floods, chain-of-thought elicitation, rubrics)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("batch", "code", "ask")
    tags: ClassVar[tuple[str, ...]] = ("conceal",)
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    slots: ClassVar[tuple[str, ...]] = ("quota", "tool")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9, "tag_conceal": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_code": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_ask": 0.9}, claims=[("quota", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"AC-3": 0.02, "form_batch": 0.9})] * 6),
            at_most=0.35,
            why="a teacher's worked exercises",
        ),
    )
