"""Studying abuse, or defending against it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import signal, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal


class AnalystStance:
    """Upper half of the readings for analysing or defending."""

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

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        values = np.maximum(activity.score("analysing"), activity.score("defending"))
        return signal(
            self.info,
            activity,
            upper_mean(values, 0.5),
            f"{(values > 0.5).sum()} of {len(values)} turns",
            np.argsort(-values, kind="stable").tolist(),
        )
