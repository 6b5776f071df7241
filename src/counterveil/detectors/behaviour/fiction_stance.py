"""Making it up for readers or players who know that it is made up."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Stance
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class FictionStance(Stance):
    """Upper half of the readings for fiction."""

    columns: ClassVar[tuple[str, ...]] = ("fiction",)
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="fiction_stance",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.AGAINST,
        meaning="The subject writes fiction or games: both sides are authored, nobody outside is addressed.",
        source="references/casebook.md §3 (novelist, role-player); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"fiction": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"fiction": 0.05})] * 8), at_most=0.1, why="an invented person who writes to real ones"),
    )
