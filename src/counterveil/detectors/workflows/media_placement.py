"""Articles for outlets under bylines of people who did not write them."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "IO-3"


class MediaPlacement(Workflow):
    """Articles, headlines and bylines are prepared to be placed in outlets that do not know where they come from."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="media_placement",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Articles, headlines and bylines are prepared to be placed in outlets that do not know where they come from.",
        source="references/casebook.md §2.1 Sponsored Discontent (bylines, patrocinado, outlets)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("write", "translate", "batch")
    tags: ClassVar[tuple[str, ...]] = ("persona", "conceal")
    slots: ClassVar[tuple[str, ...]] = ("client",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_write": 0.9, "tag_persona": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_translate": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9}, claims=[("client", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"IO-3": 0.02, "form_write": 0.9})] * 6),
            at_most=0.35,
            why="a press officer's signed release",
        ),
    )
