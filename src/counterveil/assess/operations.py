"""Operations: groups with members, ledger, verdict and the innocent reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from counterveil.assess import groups, innocent
from counterveil.assess.facts import GroupFacts, SubjectFacts
from counterveil.assess.ledger import confidence, logit
from counterveil.model.link import Link
from counterveil.model.operation import Belonging, Member, Operation, Standing, Verdict
from counterveil.model.signal import EvidenceClass, Family
from counterveil.policy.assessment import AssessmentPolicy
from counterveil.policy.taxonomy import taxonomy

# A thing is private to a group when at most this many times its size have it.
_PRIVATE_FACTOR = 1.25


@dataclass(frozen=True, slots=True)
class Base:
    """What is usual in this log.

    ``shift``: how much more its innocent accounts score than those of the training, in log-odds; taken off every score.
    ``behaviours``: medians over all subjects that were read. ``end``: time of its last event.
    """

    shift: float
    behaviours: dict[str, float]
    end: datetime | None = None


def group_facts(members: Sequence[SubjectFacts], links: Sequence[Link]) -> GroupFacts:
    """What a group's links consist of."""
    families: dict[str, int] = {}
    private: set[tuple[str, str]] = set()
    working: set[str] = set()
    pasted: set[str] = set()
    for link in links:
        for thing in link.shared:
            if thing.evidence_class is not EvidenceClass.C and thing.bits > 0:
                families[thing.family] = families.get(thing.family, 0) + 1
            if thing.family is Family.ARTEFACT and thing.n_subjects <= _PRIVATE_FACTOR * len(members):
                private.add((thing.kind, thing.value))
            if thing.family is Family.CONTENT:
                # Likeness is told pair by pair: it counts once for the group.
                name = thing.value if thing.kind == "passage" else thing.kind
                (working if thing.evidence_class is EvidenceClass.A else pasted).add(name)
    return GroupFacts(tuple(members), len(links), families, len(private), len(working), len(pasted - working))


def operation(
    operation_id: str,
    members: Sequence[SubjectFacts],
    belongings: Mapping[str, Belonging],
    links: Sequence[Link],
    *,
    base: Base,
    policy: AssessmentPolicy,
) -> Operation:
    """The operation that a linked group makes, suspected or cohort."""
    placed = _with_contacts(members, belongings, policy)
    outside = [m for m in members if placed[m.subject_id].standing is Standing.CONTACT]
    inside = [m for m in members if placed[m.subject_id].standing is not Standing.CONTACT]
    # One alone is no group: then all are members as their links have them, and the ledger says what speaks for them.
    contacts, members, belongings = (outside, inside, placed) if len(inside) > 1 else ([], members, belongings)
    of_members = {m.subject_id for m in members}
    facts = group_facts(members, [link for link in links if of_members.issuperset((link.left, link.right))])
    ledger = groups.ledger(facts, policy.group, base.shift, decay=policy.decay, end=base.end)
    belief = confidence(ledger)
    found = groups.behaviours(members, base.behaviours)
    explanation, would_change = innocent.explanation(ledger)
    first = min((m.first_seen for m in members if m.first_seen), default=None)
    last = max((m.last_seen for m in members if m.last_seen), default=None)
    ordered = sorted(members, key=lambda m: (-belongings[m.subject_id].confidence, m.subject_id))
    return Operation(
        operation_id=operation_id,
        members=tuple(_member(m, belongings[m.subject_id], base) for m in ordered),
        contacts=tuple(_member(m, belongings[m.subject_id], base) for m in contacts),
        links=tuple(sorted(links, key=lambda link: (-link.bits, link.left, link.right))),
        behaviours=found,
        confidence=belief,
        severity=groups.severity(found),
        verdict=Verdict.SUSPECTED if belief >= policy.verdict.suspected else Verdict.COHORT,
        ledger=ledger,
        innocent_explanation=explanation,
        would_change=would_change,
        n_turns=sum(m.n_user_turns for m in members),
        first_seen=first,
        last_seen=last,
    )


def _with_contacts(
    members: Sequence[SubjectFacts], belongings: Mapping[str, Belonging], policy: AssessmentPolicy
) -> dict[str, Belonging]:
    """Who speaks as a victim, an analyst, a journalist or a target is a contact of the operation, never a member.

    They share what the operation wrote because it was sent to them or because they study it.
    """
    limits = policy.contact
    found = dict(belongings)
    for member in members:
        belonging = found[member.subject_id]
        limit = limits.core_stance if belonging.standing is Standing.CORE else limits.stance
        if member.n_read >= limits.min_read_texts and member.stance <= limit:
            found[member.subject_id] = Belonging(belonging.subject, Standing.CONTACT, belonging.confidence)
    return found


def _member(facts: SubjectFacts, belonging: Belonging, base: Base) -> Member:
    return Member(
        subject_id=facts.subject_id,
        standing=belonging.standing,
        confidence=belonging.confidence,
        role=role(facts, base),
        n_turns=facts.n_user_turns,
        first_seen=facts.first_seen,
        last_seen=facts.last_seen,
    )


def role(facts: SubjectFacts, base: Base) -> str:
    """The work a subject mostly does: the behaviour whose score is furthest above the log's base rate."""
    if not facts.n_read or not base.behaviours:
        return "not read"
    best = max(base.behaviours, key=lambda n: (logit(facts.behaviours.get(n, 0.0)) - logit(base.behaviours[n]), n))
    name = taxonomy()[best].name if best in taxonomy() else best
    return f"{best} {name}"
