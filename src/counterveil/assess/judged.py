"""What a judge's opinion may do: raise, within a cap, or nothing. It never lowers, clears or closes (DESIGN.md §3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from counterveil.assess.ledger import confidence, entry
from counterveil.model.operation import Entry, Operation, Verdict
from counterveil.model.opinion import Opinion, Rating
from counterveil.policy.assessment import AssessmentPolicy, JudgeWeights
from counterveil.policy.taxonomy import DOING

ENTRY = "judge"
_READING = "reading"


def raised_by(opinion: Opinion | None, read: float, weights: JudgeWeights) -> tuple[Entry, ...]:
    """The judge's entry, at most one, never below zero.

    It reads the same texts as the heads, so their family counts once: only what it adds beyond ``read`` (log-odds towards
    abuse from reading) counts. Without a quote that stands in the evidence, or with another stance than doing, it is worth
    nothing.
    """
    if opinion is None or opinion.stance != DOING or opinion.n_quotes_for == 0:
        return ()
    behaviour, rating = opinion.best
    if rating is Rating.NONE:
        return ()
    worth = (weights.clear if rating is Rating.CLEAR else weights.weak) * weights.sureness[opinion.sureness]
    value = min(weights.cap, worth - max(0.0, read))
    if value <= 0:
        return ()
    said = f"reads {behaviour} {rating.value}, confidence {opinion.sureness.value}, {opinion.n_quotes_for} quotes found in the evidence"
    return (entry(ENTRY, value, f"a model that read a masked selection {said}"),)


def operation(found: Operation, opinion: Opinion | None, policy: AssessmentPolicy) -> Operation:
    """The operation with what the judge adds; the same object where that is nothing."""
    members = [m.subject_id for m in found.members]
    if opinion is None or not still_about(opinion, members):
        return found
    read = sum(e.log_odds for e in found.ledger if e.name == _READING)
    added = raised_by(opinion, read, policy.judge)
    if not added:
        return found
    ledger = (*found.ledger, *added)
    belief = max(found.confidence, confidence(ledger))
    verdict = Verdict.SUSPECTED if belief >= policy.verdict.suspected else found.verdict
    return replace(found, ledger=ledger, confidence=belief, verdict=verdict)


def still_about(opinion: Opinion, subjects: Iterable[str]) -> bool:
    """Whether at least half of those that were judged and those that are there now are the same."""
    then, now = set(opinion.subjects), set(subjects)
    return 2 * len(then & now) >= len(then | now)
