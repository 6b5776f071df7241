"""Asking for many variants of one thing at once, again and again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import signal, strongest, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal


class Batches:
    """Upper quarter of "many variants at once" and "doing it" together."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="batches",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject has the same text made in many variants, in turns that serve an abusive behaviour.",
        source="references/casebook.md §2.1 (fixed batches of 12, 30, 50; theme and variations)",
        behaviours=("IO-1", "IO-2", "EL-1", "PE-1", "SC-2", "AC-3"),
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"form_batch": 0.9, "doing": 0.8})] * 6), at_least=0.7),
        Case(sketched(*[Sketch({"form_batch": 0.9, "doing": 0.05})] * 6), at_most=0.3, why="captions of a named brand"),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: n log n."""
        both = np.sqrt(activity.score("form_batch") * activity.score("doing"))
        n = int((both > 0.5).sum())
        top = strongest(both)
        return signal(self.info, activity, upper_mean(both, 0.25), f"{n} of {len(both)} turns", top)
