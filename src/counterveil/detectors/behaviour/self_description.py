"""Telling of the work itself: quotas, shifts, clients, teams, reports, beside turns that do it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from counterveil.detectors.behaviour.base import saturated, signal, strongest, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal
from counterveil.policy.claims import STAGE, STEER

_HALF = 2.0


class SelfDescription:
    """How plainly turns tell of an operation, strengthened by how many kinds of claim their words make.

    Employees of honest firms talk of quotas too: without turns that do something abusive it stays weak. Claims are shown
    as claims; nobody has checked them.
    """

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="self_description",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject describes the operation it works for: roles, clients, quotas, teams, tools, reports.",
        source="references/casebook.md §1.4, §5 (self-described operation: the highest-value content signal, unverified)",
        params={"half_slots": _HALF},
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(
            sketched(
                *[Sketch({"tag_selfdesc": 0.9, "doing": 0.7}, claims=[("quota", "30 a day"), ("team", "group B")])] * 4
            ),
            at_least=0.6,
        ),
        Case(
            sketched(*[Sketch({"tag_selfdesc": 0.6, "doing": 0.05}, claims=[("quota", "40 calls a day")])] * 6),
            at_most=0.35,
            why="an honest call centre's daily figures",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: n log n."""
        told = activity.score("tag_selfdesc")
        told_doing = np.sqrt(told * upper_mean(activity.score("doing"), 0.5))
        said = [claim for claim in activity.claims if not claim.slot.startswith((STAGE, STEER))]
        score = upper_mean(told_doing, 0.25) * (0.7 + 0.3 * saturated(len({claim.slot for claim in said}), _HALF))
        shown = ", ".join(f"{c.slot}: {c.value}" for c in said[:3]) or "no claim in a known form"
        return signal(self.info, activity, score, f"claims, unverified: {shown}", strongest(told))
