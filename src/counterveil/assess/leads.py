"""Leads: the queue, ranked by harm × belief × reach."""

from __future__ import annotations

from counterveil.ids import short_id
from counterveil.model.case import Lead, LeadKind
from counterveil.model.operation import Entry, Operation
from counterveil.policy.taxonomy import taxonomy

# Half of the reach weight at four subjects; a lone one has 0.16. Chosen by us: a queue is worked from the top, and a
# group of forty should not hide a group of eight that is believed twice as much.
_HALF_REACH = 4.0


def of_operation(operation: Operation) -> Lead:
    """The lead about a suspected operation."""
    behaviour = operation.behaviours[0][0] if operation.behaviours else ""
    return Lead(
        lead_id=short_id("LD", [operation.operation_id]),
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
    )


def of_subject(subject_id: str, *, behaviour: str, severity: int, confidence: float, ledger: tuple[Entry, ...]) -> Lead:
    """The lead about a subject that no link explains."""
    return Lead(
        lead_id=short_id("LD", [subject_id]),
        kind=LeadKind.SUBJECT,
        about=subject_id,
        title=f"{_name(behaviour)}: one subject, by its texts alone",
        behaviour=behaviour,
        confidence=confidence,
        severity=severity,
        rank_score=rank(severity, confidence, 1),
        n_subjects=1,
        ledger=ledger,
        innocent_explanation="One person's own work on this subject: most such accounts are innocent",
    )


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
