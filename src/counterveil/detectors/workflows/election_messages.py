"""Voices of voters who are none, before a vote."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "EL-1"


class ElectionMessages(Workflow):
    """Messages for or against a candidate or a vote are made to look like those of ordinary voters."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="election_messages",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Messages for or against a candidate or a vote are made to look like those of ordinary voters.",
        source="references/casebook.md §2.9",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("batch", "write", "translate")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "persona")
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_persona": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9}),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"EL-1": 0.02, "form_batch": 0.8})] * 6),
            at_most=0.35,
            why="a named candidate's canvassing texts",
        ),
    )
