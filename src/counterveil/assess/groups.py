"""How far a linked group is one abusive effort: evidence on both sides, in log-odds.

Linking says *these belong together*; this says *and it looks like abuse*, which is another question: classes, families
and firms belong together too. Severity (harm if true) is kept apart from confidence (belief).
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from counterveil.assess.decay import age_days, remaining
from counterveil.assess.facts import GroupFacts, SubjectFacts
from counterveil.assess.ledger import capped, entry, logit
from counterveil.model.operation import Entry
from counterveil.model.signal import Family
from counterveil.policy.assessment import DecayPolicy, GroupWeights
from counterveil.policy.taxonomy import taxonomy

_MOST = 0.8
_MANY_FAMILIES = 3
_AGE_READ, _AGE_LINKS = "age of what was read", "age of what is shared"
_READ = frozenset(("reading", "stance", _AGE_READ))
# What of the links ages, and how fast.
_AGEING = {"private names": Family.ARTEFACT, "working template": Family.CONTENT, "new accounts": Family.IDENTITY}
_LINKED = frozenset(("many families", "undisclosed", _AGE_LINKS, *_AGEING))


def ledger(
    facts: GroupFacts,
    weights: GroupWeights,
    shift: float,
    *,
    decay: DecayPolicy | None = None,
    end: datetime | None = None,
) -> tuple[Entry, ...]:
    """All considerations that apply, for and against.

    ``shift``: how much more the log's innocent accounts score than the training's (``Base``), taken off: a service whose
    users all write about politics should not look guilty. ``decay``: how evidence ages until ``end``, the log's last event.
    """
    found = [entry("prior", weights.prior, "most linked groups are families, classes and firms")]
    found += _reading(facts, weights, shift)
    found += _age_of_reading(found, facts, decay, end)
    found += _for(facts, weights)
    found += _age_of_links(found, facts, decay, end)
    found += _against(facts, weights)
    found += _links_alone(found, weights)
    return tuple(e for e in (_adjusted(e, weights) for e in found) if e.log_odds != 0.0)


def _adjusted(plain: Entry, weights: GroupWeights) -> Entry:
    """An entry as people's decisions have it."""
    factor = weights.multiplier.get(plain.name, 1.0)
    if factor == 1.0:
        return plain
    return entry(plain.name, factor * plain.log_odds, f"{plain.reason} (×{factor:g} by decisions)")


def _age_of_reading(
    found: Sequence[Entry], facts: GroupFacts, decay: DecayPolicy | None, end: datetime | None
) -> list[Entry]:
    reading = sum(e.log_odds for e in found if e.name == "reading")
    ages = [age_days(m.told_at, end) for m in facts.members if m.n_read > 0]
    if decay is None or reading <= 0 or not ages:
        return []
    left = statistics.fmean(remaining(Family.CONTENT, age, decay) for age in ages)
    reason = f"what tells most was written {statistics.fmean(ages):.0f} days before the log's end (mean)"
    return [entry(_AGE_READ, -(1.0 - left) * reading, reason)]


def _age_of_links(
    found: Sequence[Entry], facts: GroupFacts, decay: DecayPolicy | None, end: datetime | None
) -> list[Entry]:
    last = max((m.last_seen for m in facts.members if m.last_seen), default=None)
    if decay is None:
        return []
    age = age_days(last, end)
    lost = sum((1.0 - remaining(_AGEING[e.name], age, decay)) * e.log_odds for e in found if e.name in _AGEING)
    return [entry(_AGE_LINKS, -lost, f"its members were last seen {age:.0f} days before the log's end")]


def _reading(facts: GroupFacts, weights: GroupWeights, shift: float) -> list[Entry]:
    read = [m for m in facts.members if m.n_read > 0]
    n_texts = sum(m.n_read for m in read)
    if n_texts < weights.min_read_texts or len(read) < weights.min_read_members:
        return [entry("reading", 0.0, "too few texts were read")]
    n_not_covered = sum(m.n_not_covered for m in facts.members)
    n = n_independent(len(read), weights.member_correlation)
    reading = n * (statistics.fmean(m.reading for m in read) - shift)
    stance = n * statistics.fmean(m.stance for m in read)
    n_abusive = sum(m.reading + m.stance > shift for m in read)
    return [
        entry(
            "reading",
            capped(weights.reading_slope * reading, weights.reading_cap),
            f"{n_texts} texts of {len(read)} members read, worth {n:.1f} unrelated ones: {n_abusive} read more like operators' "
            "accounts than not"
            + (f"; {n_not_covered} texts in languages not covered were not weighed" if n_not_covered else ""),
        ),
        entry(
            "stance",
            capped(weights.stance_slope * stance, weights.stance_cap),
            f"{'little' if stance > 0 else 'much'} of analysing, defending, teaching, fiction, being a victim or everyday use "
            f"(mean {stance / n:+.1f})",
        ),
    ]


def n_independent(n: int, correlation: float) -> float:
    """How many unrelated accounts tell as much as ``n`` of one group: the design effect (Kish 1965, "Survey Sampling").

    >>> n_independent(1, 0.4), n_independent(2, 1.0), round(n_independent(12, 0.4), 2)
    (1.0, 1.0, 2.22)
    """
    return n / (1 + (n - 1) * correlation)


def _links_alone(found: Sequence[Entry], weights: GroupWeights) -> list[Entry]:
    """Takes back what links say beyond what was read: a strong tie between people is no sign of what they do.

    Without it, any group that shares much text (one person's two accounts, people with one hobby) would be suspected
    whatever it writes about; bench/real shows them.
    """
    read = max(0.0, sum(e.log_odds for e in found if e.name in _READ))
    linked = sum(e.log_odds for e in found if e.name in _LINKED)
    excess = linked - read - weights.links_beyond_reading
    if excess <= 0:
        return []
    return [
        entry("links alone", -excess, "what they share does not say what it is for; what was read does not bear it out")
    ]


def _for(facts: GroupFacts, weights: GroupWeights) -> list[Entry]:
    found = []
    if facts.n_private_things:
        value = min(weights.private_cap, weights.private_thing * facts.n_private_things)
        found.append(
            entry(
                "private names",
                value,
                f"{facts.n_private_things} shared names, sites or numbers that hardly anyone else has",
            )
        )
    if facts.n_working_passages:
        found.append(
            entry(
                "working template",
                weights.working_passages,
                f"{facts.n_working_passages} passages or kinds of copied text that members keep using",
            )
        )
    if len(facts.families) >= _MANY_FAMILIES:
        found.append(
            entry("many families", weights.many_families, f"linked through {', '.join(sorted(facts.families))}")
        )
    if _joined_by_text(facts) and not _disclosed(facts.members):
        found.append(
            entry(
                "undisclosed",
                weights.undisclosed,
                "nothing in the accounts' registration says that they belong together",
            )
        )
    ages = _ages(facts.members)
    if ages and sum(a <= weights.new_accounts_days for a in ages) >= _MOST * len(facts.members):
        found.append(
            entry(
                "new accounts",
                weights.new_accounts,
                f"nearly all were opened within {weights.new_accounts_days} days of first use",
            )
        )
    if n := sum(m.n_disguises > 0 for m in facts.members):
        found.append(entry("disguises", weights.disguises, f"hidden or look-alike characters in texts of {n} members"))
    return found


def _against(facts: GroupFacts, weights: GroupWeights) -> list[Entry]:
    members = facts.members
    found = []
    org, n_org = _commonest(m.org_id for m in members)
    if org and n_org >= _MOST * len(members):
        found.append(
            entry(
                "one organisation",
                weights.same_organisation,
                f"{n_org} of {len(members)} accounts belong to one organisation",
            )
        )
    found += _declared(members, weights)
    if _one_household(members):
        home = len(members) <= weights.household_members
        value = weights.one_household if home else weights.one_office
        reason = "most members openly share one card or one address of sign-up"
        found.append(entry("one household or office", value, reason))
    if not _joined_by_text(facts):
        found.append(
            entry("nothing in the texts", weights.infrastructure_only, "joined by devices, cards or addresses only")
        )
    elif facts.n_pasted_once and not facts.n_working_passages and not facts.n_private_things:
        found.append(
            entry(
                "pasted once",
                weights.pasted_once,
                "what their texts share was pasted once by each: an assignment or a viral prompt would look so",
            )
        )
    ages = _ages(members)
    if ages and statistics.median(ages) >= weights.long_history_days:
        found.append(
            entry(
                "long history",
                weights.long_history,
                f"accounts were {statistics.median(ages):.0f} days old at their first event (median)",
            )
        )
    return found


def _declared(members: Sequence[SubjectFacts], weights: GroupWeights) -> list[Entry]:
    """A declared use that fits what was read counts in full, one that cannot be compared less, one that does not fit nothing."""
    said = [m.declared_fits for m in members if m.declared_use is not None]
    if not said:
        return []
    fit, unchecked = said.count(True), said.count(None)
    value = (weights.declared_use * fit + weights.declared_use_unchecked * unchecked) / len(members)
    reason = f"{len(said)} of {len(members)} accounts declared a use: of {fit} it fits what was read, of {unchecked} that cannot be told"
    return [entry("declared use", value, reason)]


def _ages(members: Sequence[SubjectFacts]) -> list[int]:
    """Days from opening to the first event seen, of members whose opening is known."""
    return [(m.first_seen - m.created_at).days for m in members if m.first_seen and m.created_at]


def _joined_by_text(facts: GroupFacts) -> bool:
    return bool({Family.CONTENT, Family.ARTEFACT} & set(facts.families))


def _disclosed(members: Sequence[SubjectFacts]) -> bool:
    """Whether registration itself says that most belong together: one organisation, one card."""
    for values in ((m.org_id for m in members), (m.payment for m in members)):
        value, n = _commonest(values)
        if value and n * 2 > len(members):
            return True
    return len({m.account_id for m in members}) == 1


def _one_household(members: Sequence[SubjectFacts]) -> bool:
    for values in ((m.payment for m in members), (m.signup_ip for m in members)):
        value, n = _commonest(values)
        if value and n >= _MOST * len(members):
            return True
    return False


def _commonest(values: object) -> tuple[str | None, int]:
    counted = Counter(v for v in values if v)  # type: ignore[attr-defined]
    return counted.most_common(1)[0] if counted else (None, 0)


def behaviours(members: Sequence[SubjectFacts], base: dict[str, float]) -> tuple[tuple[str, float, float], ...]:
    """Behaviours that members' texts show more than the log does: (id, mean score, the log's score), the most telling first.

    Ranked by log-odds over the base rate, so that a common word does not beat a rare behaviour.
    """
    read = [m for m in members if m.n_read > 0]
    if not read:
        return ()
    means = {name: statistics.fmean(m.behaviours.get(name, 0.0) for m in read) for name in base}
    lifted = sorted(means, key=lambda n: (logit(base[n]) - logit(means[n]), n))
    return tuple(
        (name, round(means[name], 4), round(base[name], 4))
        for name in lifted[:4]
        if logit(means[name]) > logit(base[name])
    )


def severity(found: Sequence[tuple[str, float, float]]) -> int:
    """Harm if true, 1–4: the severity of the most telling behaviour; 1 when none was read."""
    known = taxonomy()
    return known[found[0][0]].severity if found and found[0][0] in known else 1
