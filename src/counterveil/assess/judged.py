"""What a judge's opinion may do: raise, within a cap, or nothing. It never lowers, clears or closes (DESIGN.md §3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from counterveil.assess.ledger import confidence, entry
from counterveil.model.operation import Entry, Operation, Verdict
from counterveil.model.opinion import Opinion, Rating
from counterveil.policy.assessment import AssessmentPolicy, JudgeWeights
from counterveil.policy.judge.policies import says_abuse

ENTRY = "judge"
_READING = "reading"


def raised_by(said: Iterable[Opinion], read: float, weights: JudgeWeights) -> tuple[Entry, ...]:
    """The judge's entry, at most one and never below zero: the strongest of what was said of a target.

    It reads the same texts as the heads, so their family counts once: only what it adds beyond ``read`` (log-odds towards
    abuse from reading) counts. Without a quote that stands in the evidence, or with another stance than doing, an opinion is
    worth nothing. The strongest counts, so that text written later to steer the judge cannot take back what it saw before.
    """
    best = max(said, key=lambda opinion: _worth(opinion, weights), default=None)
    value = 0.0 if best is None else min(weights.cap, _worth(best, weights) - max(0.0, read))
    if best is None or value <= 0:
        return ()
    behaviour, rating = best.best
    seen = f"reads {behaviour} {rating.value}, confidence {best.sureness.value}, {best.n_quotes_for} quotes found in the evidence"
    return tuple(e for e in [entry(ENTRY, value, f"a model that read a masked selection {seen}")] if e.log_odds > 0)


def _worth(opinion: Opinion, weights: JudgeWeights) -> float:
    if not says_abuse(opinion):
        return 0.0
    return (weights.clear if opinion.best[1] is Rating.CLEAR else weights.weak) * weights.sureness[opinion.sureness]


def operation(found: Operation, said: Iterable[Opinion], policy: AssessmentPolicy) -> Operation:
    """The operation with what the judge adds; the same object where that is nothing."""
    members = [m.subject_id for m in found.members]
    read = sum(e.log_odds for e in found.ledger if e.name == _READING)
    added = raised_by([o for o in said if still_about(o, members)], read, policy.judge)
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
