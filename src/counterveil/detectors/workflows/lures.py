"""Messages that should make somebody open, enter or click."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "CY-1"


class Lures(Workflow):
    """Messages that pretend to come from somewhere else are tuned to their readers."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="lures",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Messages that pretend to come from somewhere else are tuned to their readers.",
        source="references/casebook.md §2.8; §4 CY-1",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("write", "edit", "translate", "batch")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "persona")
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    slots: ClassVar[tuple[str, ...]] = ("targets",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_conceal": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_edit": 0.9, "tag_persona": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9}, claims=[("targets", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"CY-1": 0.02, "form_write": 0.9})] * 6),
            at_most=0.35,
            why="an announced phishing exercise",
        ),
    )
