"""Lone subjects: what one account's texts alone can say, which is never more than "have a look"."""

from __future__ import annotations

from datetime import datetime

from counterveil.assess.decay import age_days, remaining
from counterveil.assess.facts import SubjectFacts
from counterveil.assess.ledger import confidence, entry, logit
from counterveil.model.operation import Entry
from counterveil.model.signal import Family
from counterveil.policy.assessment import DecayPolicy, SubjectWeights


def prior(weights: SubjectWeights, prevalence: float) -> float:
    """The prior where this share of accounts is malicious: the shipped one, moved by the difference in log-odds."""
    return weights.prior + logit(prevalence) - logit(weights.prior_prevalence)


def ledger(
    facts: SubjectFacts,
    weights: SubjectWeights,
    shift: float,
    *,
    prevalence: float | None = None,
    decay: DecayPolicy | None = None,
    end: datetime | None = None,
) -> tuple[Entry, ...]:
    """For and against, for a subject that no link explains; empty when too little was read.

    ``shift``: how much more the log's innocent accounts score than the training's (``Base``). ``prevalence``: share of accounts
    that are malicious, the shipped prior's where not given. ``decay``: how evidence ages until ``end``, the log's last event.
    """
    if facts.n_read < weights.min_read_texts:
        return ()
    share = weights.prior_prevalence if prevalence is None else prevalence
    reason = f"nearly everybody is innocent: about {1 / share:,.0f} accounts for each malicious one"
    found = [entry("prior", prior(weights, share), reason), *facts.ledger]
    found += _age(facts, decay, end)
    if shift:
        more = "more" if shift > 0 else "less"
        reason = f"its quieter accounts score {more} than those of the training"
        found.append(entry("usual in this log", -shift, reason))
    found += _declared(facts, weights)
    found += _long_history(facts, weights, shift)
    return tuple(e for e in found if e.log_odds != 0.0)


def _age(facts: SubjectFacts, decay: DecayPolicy | None, end: datetime | None) -> list[Entry]:
    if decay is None:
        return []
    age = age_days(facts.told_at, end)
    lost = (1.0 - remaining(Family.CONTENT, age, decay)) * sum(e.log_odds for e in facts.ledger if e.log_odds > 0)
    return [entry("age of what was read", -lost, f"what tells most was written {age:.0f} days before the log's end")]


def _declared(facts: SubjectFacts, weights: SubjectWeights) -> list[Entry]:
    if not facts.declared_use or facts.declared_fits is False:
        return []
    if facts.declared_fits:
        return [
            entry("declared use", weights.declared_use, "what the account declared fits the kinds of work it asks for")
        ]
    return [
        entry(
            "declared use", weights.declared_use_unchecked, "the account declared a use; whether it fits cannot be told"
        )
    ]


def _long_history(facts: SubjectFacts, weights: SubjectWeights, shift: float) -> list[Entry]:
    """Long standing and steady use speak for an account whose texts do not speak against it: accounts are bought aged."""
    if not (facts.created_at and facts.first_seen and facts.last_seen) or facts.reading + facts.stance > shift:
        return []
    age, active = (facts.first_seen - facts.created_at).days, (facts.last_seen - facts.first_seen).days
    if age < weights.long_history_days or active < weights.long_history_active_days:
        return []
    reason = f"opened {age} days before its first event, in use for {active} days, nothing much stands out"
    return [entry("long ordinary history", weights.long_history, reason)]


def score(found: tuple[Entry, ...], weights: SubjectWeights) -> float:
    """Confidence in [0, max_confidence]: the ledger's probability, scaled so that a lone subject stays below the middle."""
    return round(weights.max_confidence * confidence(found), 4) if found else 0.0
