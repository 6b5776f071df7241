"""Political text whose origin is taken out: translated, rewritten, signed by nobody who wrote it."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import SOURCE, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "IO-1"


class CovertArticles(Workflow):
    """Political texts are translated or rewritten for strangers while their origin is asked to be hidden."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="covert_articles",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Political texts are translated or rewritten for strangers while their origin is asked to be hidden.",
        source="references/casebook.md §2.1 Sponsored Discontent (translate and expand, stripped attribution)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("translate", "write", "edit")
    tags: ClassVar[tuple[str, ...]] = ("conceal",)
    pasted: ClassVar[tuple[int, ...]] = (SOURCE,)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9, "tag_conceal": 0.7}, pasted_by=SOURCE),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9}),
                Sketch({_BEHAVIOUR: 0.5, "form_edit": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"IO-1": 0.02, "form_translate": 0.9}, pasted_by=SOURCE)] * 6),
            at_most=0.35,
            why="a news translator: source and names stay",
        ),
    )
