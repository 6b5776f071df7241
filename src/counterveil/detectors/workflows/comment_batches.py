"""Comments by people who do not exist, a dozen at a time."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.workflows.base import Workflow
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family

_BEHAVIOUR = "IO-2"


class CommentBatches(Workflow):
    """Replies and comments of invented people are made in batches for posts of one's own or of others."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="comment_batches",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="Replies and comments of invented people are made in batches for posts of one's own or of others.",
        source="references/casebook.md §2.1 (fixed batches, theme and variations; Ghana, STORM-2035)",
        behaviours=(_BEHAVIOUR,),
    )
    forms: ClassVar[tuple[str, ...]] = ("batch", "reply", "edit")
    tags: ClassVar[tuple[str, ...]] = ("conceal", "persona")
    slots: ClassVar[tuple[str, ...]] = ("quota",)
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                Sketch({_BEHAVIOUR: 0.5, "form_batch": 0.9, "tag_conceal": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_reply": 0.9, "tag_persona": 0.7}),
                Sketch({_BEHAVIOUR: 0.5, "form_edit": 0.9}, claims=[("quota", "…")]),
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"IO-2": 0.02, "form_batch": 0.9})] * 6),
            at_most=0.35,
            why="captions for a named shop, thirty at a time",
        ),
    )
