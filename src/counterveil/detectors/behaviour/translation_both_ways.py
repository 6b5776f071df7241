"""Carrying a conversation across languages in both directions, with many people."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import saturated, signal, strongest
from counterveil.model.activity import NOTHING, OWN, SOURCE, TARGET, Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_HALF = 4.0
_FLOOR = 0.25


class TranslationBothWays:
    """Fragments of others brought in and own words carried out, weighed by how far the turns serve a behaviour.

    Which languages they are does not matter and is not looked at; translation alone is not held against anybody.
    """

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="translation_both_ways",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject translates other people's chat words in and its own words out, in turns that serve a behaviour.",
        source="references/casebook.md §2.6, §5 (bidirectional chat translation); half point chosen by us",
        behaviours=("SC-1", "SC-2", "SC-3", "SC-4"),
        params={"half_turns": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                *[
                    Sketch({"form_translate": 0.9, "doing": 0.8}, conversation=i, pasted_by=TARGET if i % 2 else OWN)
                    for i in range(16)
                ]
            ),
            at_least=0.5,
        ),
        Case(
            sketched(
                *[
                    Sketch({"form_translate": 0.9, "doing": 0.1}, pasted_by=TARGET if i % 2 else NOTHING)
                    for i in range(16)
                ]
            ),
            at_most=0.2,
            why="a couple in two languages",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: linear in the turns."""
        serving = np.clip((activity.score("doing") - _FLOOR) / (1 - _FLOOR), 0, 1)
        carried = activity.score("form_translate") * serving
        inwards = float(carried[activity.pasted_by == TARGET].sum())
        outwards = float(carried[(activity.pasted_by != TARGET) & (activity.pasted_by != SOURCE)].sum())
        score = saturated(2 * min(inwards, outwards), _HALF)
        reason = f"weight of turns carried in {inwards:.1f}, out {outwards:.1f}"
        return signal(self.info, activity, score, reason, strongest(carried))
