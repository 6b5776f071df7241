"""Lone subjects: what one account's texts alone can say, which is never more than "have a look"."""

from __future__ import annotations

from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import confidence, entry
from counterveil.model.operation import Entry
from counterveil.policy.assessment import SubjectWeights


def ledger(facts: SubjectFacts, weights: SubjectWeights, shift: float) -> tuple[Entry, ...]:
    """For and against, for a subject that no link explains; empty when too little was read.

    ``shift``: how much more the log's innocent accounts score than the training's (``Base``).
    """
    if facts.n_read < weights.min_read_texts:
        return ()
    found = [entry("prior", weights.prior, "nearly everybody is innocent"), *facts.ledger]
    if shift:
        more = "more" if shift > 0 else "less"
        reason = f"its quieter accounts score {more} than those of the training"
        found.append(entry("usual in this log", -shift, reason))
    if facts.declared_use:
        found.append(entry("declared use", weights.declared_use, "the account declared what it uses the service for"))
    return tuple(e for e in found if e.log_odds != 0.0)


def score(found: tuple[Entry, ...], weights: SubjectWeights) -> float:
    """Confidence in [0, max_confidence]: the ledger's probability, scaled so that a lone subject stays below the middle."""
    return round(weights.max_confidence * confidence(found), 4) if found else 0.0
