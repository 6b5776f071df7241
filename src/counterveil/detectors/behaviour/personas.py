"""Inventing people, or pasting invented people's sheets."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Tag
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class Personas(Tag):
    """Upper quarter of the readings for building or pasting an invented identity."""

    column: ClassVar[str] = "tag_persona"
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="personas",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject builds, keeps or pastes identities that are not its own.",
        source="references/casebook.md §2.7, §5 (identity multiplicity, persona block reuse); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"tag_persona": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"tag_persona": 0.05, "fiction": 0.9})] * 8), at_most=0.1, why="one person's own CV"),
    )
