"""Lone subjects: what one account's texts alone can say, which is never more than "have a look"."""

from __future__ import annotations

from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import capped, confidence, entry, logit
from counterveil.model.operation import Entry
from counterveil.policy.assessment import SubjectWeights


def ledger(facts: SubjectFacts, weights: SubjectWeights, base_doing: float, base_innocent: float) -> tuple[Entry, ...]:
    """For and against, for a subject that no link explains; empty when too little was read."""
    if facts.n_read < weights.min_read_texts:
        return ()
    found = [
        entry("prior", weights.prior, "nearly everybody is innocent"),
        entry(
            "reading",
            capped(weights.reading_slope * (logit(facts.doing) - logit(base_doing)), weights.reading_cap),
            f"{facts.n_read} texts read: score {facts.doing:.2f} for abusive work, {base_doing:.2f} in the log",
        ),
        entry(
            "stance",
            capped(weights.innocent_slope * (logit(facts.innocent) - logit(base_innocent)), weights.innocent_cap),
            f"score {facts.innocent:.2f} for an innocent stance, {base_innocent:.2f} in the log",
        ),
    ]
    if facts.n_disguises:
        found.append(entry("disguises", weights.disguises, "hidden or look-alike characters"))
    if facts.declared_use:
        found.append(entry("declared use", weights.declared_use, "the account declared what it uses the service for"))
    return tuple(found)


def score(found: tuple[Entry, ...], weights: SubjectWeights) -> float:
    """Confidence in [0, max_confidence]: the ledger's probability, scaled so that a lone subject stays below the middle."""
    return round(weights.max_confidence * confidence(found), 4) if found else 0.0
