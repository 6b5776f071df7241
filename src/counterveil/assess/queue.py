"""Where a lead stands in the queue: what people decided about it, and what is new since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from counterveil.model.case import Decision, DecisionKind, LeadState, Place

# A lead that is back counts at least this much of a new one, the rest by the share of its evidence that is new. Chosen by us: a
# person has looked at the rest already.
_LEAST_NOVELTY = 0.3
_WORDS = {
    "member": ("new member", "new members"),
    "behaviour": ("new behaviour", "new behaviours"),
    "thing": ("new shared thing", "new shared things"),
    "signal": ("new signal", "new signals"),
    "volume": ("twice as many texts", "many more texts"),
}
_DOWN = {
    DecisionKind.DISMISSED: LeadState.DISMISSED,
    DecisionKind.SNOOZED: LeadState.SNOOZED,
    DecisionKind.CONFIRMED: LeadState.CONFIRMED,
}


def in_force(decisions: Iterable[Decision]) -> Decision | None:
    """The decision that counts: the latest that was not taken back. Each ``reopened`` takes back one."""
    stack: list[Decision] = []
    for decision in decisions:
        if decision.kind is not DecisionKind.REOPENED:
            stack.append(decision)
        elif stack:
            stack.pop()
    return stack[-1] if stack else None


def place(rank_score: float, evidence: Collection[str], decisions: Sequence[Decision]) -> Place:
    """The place of a lead with this rank (severity × confidence × reach) and evidence, after these decisions in order.

    Novelty is 1 where no decision is in force, 0 where one is and nothing came since, else 0.3 + 0.7 × the share of the
    evidence that is new since. Nothing depends on the clock: the same log and decisions give the same queue.
    """
    decided = in_force(decisions)
    if decided is None:
        return Place(LeadState.OPEN, 1.0, rank_score, "not decided yet")
    new = set(evidence) - decided.evidence
    said = f"{decided.kind} by {decided.author} on {decided.at:%Y-%m-%d}: {decided.reason}"
    if not new:
        return Place(_DOWN[decided.kind], 0.0, 0.0, said)
    novelty = round(_LEAST_NOVELTY + (1.0 - _LEAST_NOVELTY) * len(new) / len(set(evidence)), 4)
    return Place(
        LeadState.RERAISED, novelty, round(rank_score * novelty, 4), f"re-raised because of {growth(new)}; was {said}"
    )


def growth(new: Iterable[str]) -> str:
    """New evidence keys in words.

    >>> growth(["member:a", "member:b", "behaviour:SC-1"])
    '1 new behaviour, 2 new members'
    """
    counted = Counter(key.partition(":")[0] for key in new)
    return ", ".join(
        words[0] if kind == "volume" and n == 1 else f"{n} {words[n > 1]}"
        for kind, n in sorted(counted.items())
        for words in [_WORDS.get(kind, (f"new {kind}", f"new {kind}"))]
    )
