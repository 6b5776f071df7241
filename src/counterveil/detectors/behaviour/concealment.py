"""Asking to hide who writes, for whom, or that a model wrote it."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Tag
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class Concealment(Tag):
    """Upper quarter of the readings for requests to conceal origin, identity, automation or the model's traces."""

    column: ClassVar[str] = "tag_conceal"
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="concealment",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject asks to hide origin, identity, automation or traces of the model.",
        source="references/casebook.md §5 (concealment requests: one alone is context); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"tag_conceal": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"tag_conceal": 0.05})] * 8), at_most=0.1, why="asks to make a text sound natural"),
    )
