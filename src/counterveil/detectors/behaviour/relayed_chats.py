"""Pasting what others wrote and having the answer written, with one person after another."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import saturated, signal, strongest
from counterveil.model.activity import TARGET, Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal

_HALF = 3.0


class RelayedChats:
    """Conversations in which somebody's words are pasted and an abusive purpose is served, against how many there are."""

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="relayed_chats",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject relays chats with several people through the model, answering in its own interest.",
        source="references/casebook.md §2.4–2.6 (counterparties per persona, pasted-reply rate); half point chosen by us",
        behaviours=("SC-1", "SC-2", "SC-3", "VT-1", "EM-1"),
        params={"half_conversations": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*[Sketch({"doing": 0.9}, conversation=i, pasted_by=TARGET) for i in range(8)]), at_least=0.6),
        Case(
            sketched(*[Sketch({"doing": 0.2, "victim": 0.8}, conversation=1, pasted_by=TARGET)] * 8),
            at_most=0.1,
            why="one stranger's messages, pasted to ask what they are",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: n log n."""
        pasted = activity.pasted_by == TARGET
        doing = activity.score("doing")
        strength = np.array(
            [doing[pasted & (activity.conversations == c)].max(initial=0.0) for c in np.unique(activity.conversations)]
        )
        score = saturated(float(strength[strength > 0.5].sum()), _HALF)
        reason = f"{int((strength > 0.5).sum())} conversations with pasted words of others that serve a behaviour"
        top = strongest(doing * pasted)
        return signal(self.info, activity, score, reason, top)
