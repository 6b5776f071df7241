"""Speaking as someone to whom it was done."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Stance
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class VictimStance(Stance):
    """Mean reading for a victim, a target or their relatives."""

    columns: ClassVar[tuple[str, ...]] = ("victim",)
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="victim_stance",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.AGAINST,
        meaning="The subject asks as a victim or a relative of one: what was pasted was done to it.",
        source="references/casebook.md §3: asking whether something is a fraud is three times as frequent as fraud [OA-2510]",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"victim": 0.8})] * 8), at_least=0.7),
        Case(sketched(*[Sketch({"victim": 0.05})] * 8), at_most=0.1, why="answers a target in its own interest"),
    )
