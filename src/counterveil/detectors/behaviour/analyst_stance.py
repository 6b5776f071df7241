"""Studying abuse, or defending against it."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import Stance
from counterveil.model.activity import Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family


class AnalystStance(Stance):
    """Upper half of the readings for analysing or defending."""

    columns: ClassVar[tuple[str, ...]] = ("analysing", "defending")
    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="analyst_stance",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.AGAINST,
        meaning="The subject studies abuse or protects others from it: analysts, moderators, security staff, journalists.",
        source="references/casebook.md §3 (academic and trust-and-safety analysts talk of nothing else); chosen by us",
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"analysing": 0.8})] * 8), at_least=0.7),
        Case(
            sketched(*[Sketch({"analysing": 0.05, "defending": 0.05})] * 8),
            at_most=0.1,
            why="writes the comments instead of labelling them",
        ),
    )
