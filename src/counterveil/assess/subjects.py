"""Lone subjects: what one account's texts alone can say, which is never more than "have a look"."""

from __future__ import annotations

from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import confidence, entry
from counterveil.model.operation import Entry
from counterveil.policy.assessment import SubjectWeights


def ledger(facts: SubjectFacts, weights: SubjectWeights, base_reading: float) -> tuple[Entry, ...]:
    """For and against, for a subject that no link explains; empty when too little was read.

    ``base_reading``: what the whole log's accounts read like, taken off where it is above the training's.
    """
    if facts.n_read < weights.min_read_texts:
        return ()
    found = [entry("prior", weights.prior, "nearly everybody is innocent"), *facts.ledger]
    if base_reading > 0:
        found.append(entry("usual in this log", -base_reading, "most accounts of this log read like that"))
    if facts.declared_use:
        found.append(entry("declared use", weights.declared_use, "the account declared what it uses the service for"))
    return tuple(e for e in found if e.log_odds != 0.0)


def score(found: tuple[Entry, ...], weights: SubjectWeights) -> float:
    """Confidence in [0, max_confidence]: the ledger's probability, scaled so that a lone subject stays below the middle."""
    return round(weights.max_confidence * confidence(found), 4) if found else 0.0
