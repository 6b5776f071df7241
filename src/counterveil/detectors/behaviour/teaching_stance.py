"""Teaching it, or learning it in class."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Stance
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class TeachingStance(Stance):
    """Upper half of the readings for teaching."""

    columns: ClassVar[tuple[str, ...]] = ("teaching",)
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="teaching_stance",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.AGAINST,
        meaning="The subject prepares lessons, exercises or awareness training.",
        source="references/casebook.md §3 (security student, English teacher); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"teaching": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"teaching": 0.05})] * 8), at_most=0.1, why="instructions for staff who carry it out"),
    )
