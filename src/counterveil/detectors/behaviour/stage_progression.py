"""Fraud by chat goes through stages: contact, trust, money, obstacle. How many of them follow one another in time."""

from __future__ import annotations

from typing import ClassVar

from counterveil.detectors.behaviour.base import signal, upper_mean
from counterveil.model.activity import Activity, Sketch, sketched
from counterveil.model.signal import Bearing, BehaviourInfo, Case, EvidenceClass, Family, Signal
from counterveil.policy.claims import STAGE

STAGES = ("contact", "trust", "money", "obstacle")
_FEWEST = 2
_UPPER = 0.5


def _sketches(doing: float) -> list[Sketch]:
    return [Sketch({"doing": doing}, claims=[(STAGE + stage, stage)], conversation=i) for i, stage in enumerate(STAGES)]


class StageProgression:
    """The longest chain of stages in order of their first appearance, as far as turns do something abusive.

    Stages that first appear at one time do not follow one another. A victim who pastes the chat and a novelist have the
    same stages and no doing.
    """

    info: ClassVar[BehaviourInfo] = BehaviourInfo(
        name="stage_progression",
        version=1,
        family=Family.CONTENT,
        best_class=EvidenceClass.B,
        bearing=Bearing.FOR,
        meaning="The subject's texts go through the stages of fraud by chat: contact, trust, money, obstacle.",
        source="references/casebook.md §2.4, §2.5 (stage progression); four stages and their words chosen by us",
        params={"fewest_stages": _FEWEST, "upper_share": _UPPER},
        behaviours=("SC-1", "SC-2", "SC-3"),
    )
    cases: ClassVar[tuple[Case, ...]] = (
        Case(sketched(*_sketches(0.8)), at_least=0.75),
        Case(sketched(*_sketches(0.05)), at_most=0.1, why="a victim who pastes the chat from its beginning to its end"),
        Case(
            sketched(
                Sketch({"doing": 0.8}, claims=[(STAGE + stage, stage) for stage in STAGES]),
                *[Sketch({"doing": 0.8})] * 3,
            ),
            at_most=0.0,
            why="one turn that holds all stages at once, as an article or a training text does",
        ),
    )

    def measure(self, activity: Activity) -> Signal:
        """Cost: claims."""
        first: dict[str, int] = {}
        for claim in activity.claims:
            stage = claim.slot.removeprefix(STAGE)
            if claim.slot.startswith(STAGE) and (
                stage not in first or activity.times[claim.turn] < activity.times[first[stage]]
            ):
                first[stage] = claim.turn
        chain = _longest({stage: float(activity.times[turn]) for stage, turn in first.items()})
        reached = len(chain) / len(STAGES) if len(chain) >= _FEWEST else 0.0
        score = reached * upper_mean(activity.score("doing"), _UPPER)
        shown = f" ({', '.join(chain)})" if len(chain) >= _FEWEST else ""
        reason = f"{len(first)} of {len(STAGES)} stages seen, {len(chain)} in order{shown}"
        return signal(self.info, activity, score, reason, dict.fromkeys(first[stage] for stage in chain))


def _longest(times: dict[str, float]) -> tuple[str, ...]:
    """The longest chain of stages, each later than the one before.

    >>> _longest({"contact": 5.0, "trust": 1.0, "money": 7.0, "obstacle": 7.0})
    ('contact', 'money')
    """
    chains: list[tuple[str, ...]] = []
    for stage in STAGES:
        if stage in times:
            before = [chain for chain in chains if times[chain[-1]] < times[stage]]
            chains.append((*max(before, key=len, default=()), stage))
    return max(chains, key=len, default=())
