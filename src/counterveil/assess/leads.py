"""Leads: what the machine puts in the queue, ranked by harm × belief × reach; novelty comes on top (``assess/queue.py``)."""

from __future__ import annotations

from collections.abc import Sequence

from counterveil.assess.account import BASE
from counterveil.assess.facts import SubjectFacts
from counterveil.ids import digest_hex, short_id
from counterveil.model.case import Lead, LeadKind
from counterveil.model.operation import Entry, Operation
from counterveil.model.signal import EvidenceClass
from counterveil.policy.evidence import evidence
from counterveil.policy.taxonomy import taxonomy

# Half of the reach weight at four subjects; a lone one has 0.16. Chosen by us: a queue is worked from the top, and a
# group of forty should not hide a group of eight that is believed twice as much.
_HALF_REACH = 4.0
_LIKENESS = frozenset(evidence().likeness)
# A signal weaker than this (log-odds) is no evidence of its own. Chosen by us.
_WEIGHTY = 0.3


_N_REASONS = 3
# What an entry of the ledger starts from is no reason.
_STARTS = frozenset(("prior", BASE))


def lead_id(about: str) -> str:
    """The id of the lead about an operation or a subject: it lives as long as that does."""
    return short_id("LD", [about])


def of_operation(operation: Operation, weights: str = "") -> Lead:
    """The lead about a suspected operation."""
    behaviour = operation.behaviours[0][0] if operation.behaviours else ""
    return Lead(
        lead_id=lead_id(operation.operation_id),
        kind=LeadKind.OPERATION,
        about=operation.operation_id,
        title=f"{_name(behaviour)}: {len(operation.members)} linked subjects",
        behaviour=behaviour,
        confidence=operation.confidence,
        severity=operation.severity,
        rank_score=rank(operation.severity, operation.confidence, len(operation.members)),
        n_subjects=len(operation.members),
        ledger=operation.ledger,
        innocent_explanation=operation.innocent_explanation,
        reasons=reasons(operation.ledger),
        evidence=_of_operation(operation),
        weights=weights,
    )


def of_subject(
    facts: SubjectFacts, *, behaviours: Sequence[str], severity: int, confidence: float, ledger: tuple[Entry, ...]
) -> Lead:
    """The lead about a subject that no link explains; ``behaviours``: the most telling first."""
    behaviour = behaviours[0] if behaviours else ""
    return Lead(
        lead_id=lead_id(facts.subject_id),
        kind=LeadKind.SUBJECT,
        about=facts.subject_id,
        title=f"{_name(behaviour)}: one subject, by its texts alone",
        behaviour=behaviour,
        confidence=confidence,
        severity=severity,
        rank_score=rank(severity, confidence, 1),
        n_subjects=1,
        ledger=ledger,
        innocent_explanation="One person's own work on this subject: most such accounts are innocent",
        reasons=reasons(ledger),
        evidence=_of_subject(facts, behaviours, ledger),
    )


def reasons(ledger: Sequence[Entry]) -> tuple[str, ...]:
    """The three considerations that speak most for a lead, in words."""
    towards = [e for e in ledger if e.log_odds > 0 and e.name not in _STARTS]
    best = sorted(towards, key=lambda e: (-e.log_odds, e.name))[:_N_REASONS]
    return tuple(f"{e.name}: {e.reason}" for e in best)


def _of_operation(operation: Operation) -> tuple[str, ...]:
    """Keys of what it stands on: members, behaviours, and what links members other than context. Contacts are none."""
    members = {m.subject_id for m in operation.members}
    things = {
        # Likeness is told pair by pair: that it is there is one piece of evidence.
        f"thing:{t.kind}:{digest_hex(t.value.encode()) if t.kind not in _LIKENESS else ''}"
        for link in operation.links
        if members.issuperset((link.left, link.right))
        for t in link.shared
        if t.evidence_class is not EvidenceClass.C and t.bits > 0
    }
    found = {*(f"member:{m}" for m in members), *(f"behaviour:{name}" for name, _, _ in operation.behaviours), *things}
    return tuple(sorted(found))


def _of_subject(facts: SubjectFacts, behaviours: Sequence[str], ledger: Sequence[Entry]) -> tuple[str, ...]:
    """Keys of what it stands on: behaviours, signals that speak for it, and how much was written (each doubling is new)."""
    found = {f"behaviour:{name}" for name in behaviours}
    found |= {f"signal:{e.name}" for e in ledger if e.log_odds > _WEIGHTY and e.name not in _STARTS}
    found |= {f"volume:{power}" for power in range(facts.n_user_turns.bit_length())}
    return tuple(sorted(found))


def rank(severity: int, confidence: float, n_subjects: int) -> float:
    """Place in the queue, in [0,1].

    >>> rank(4, 1.0, 1) < rank(3, 0.9, 8)
    True
    """
    reach: float = 1.0 - 2.0 ** (-n_subjects / _HALF_REACH)
    return round(severity / 4.0 * confidence * reach, 4)


def _name(behaviour: str) -> str:
    known = taxonomy()
    return known[behaviour].name if behaviour in known else "Linked group"
