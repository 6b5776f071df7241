"""Leads: what the machine puts in the queue for a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterveil.model.operation import Entry


class LeadKind(StrEnum):
    """A lead is about an operation, or about one subject that no link explains."""

    OPERATION = "operation"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Lead:
    """One row of the queue, ranked by ``rank_score`` (severity × confidence × reach, in [0,1])."""

    lead_id: str
    kind: LeadKind
    about: str
    title: str
    behaviour: str
    confidence: float
    severity: int
    rank_score: float
    n_subjects: int
    ledger: tuple[Entry, ...]
    innocent_explanation: str
