"""Leads: what the machine puts in the queue for a person, and what people decide about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from counterveil.model.operation import Entry


class LeadKind(StrEnum):
    """A lead is about an operation, or about one subject that no link explains."""

    OPERATION = "operation"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Twin:
    """A lone subject or a cohort that is nearly the same as a lead: listed under it and nowhere else in the queue."""

    about: str
    kind: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Lead:
    """One row of the queue. ``rank_score`` in [0,1] is severity × confidence × reach; novelty comes on top when it is listed.

    ``evidence`` are keys of what it stands on: a lead that was put down comes back only when there are new ones. ``reasons``:
    the considerations that weigh most, in words. ``weights``: version of the adjusted weights, empty for the shipped ones.
    """

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
    reasons: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    twins: tuple[Twin, ...] = ()
    weights: str = ""


class DecisionKind(StrEnum):
    """What a person says of a lead; ``reopened`` takes back the latest that is in force."""

    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one lead, with the lead's evidence and (raw) ledger at that time. Never changed, never removed."""

    lead_id: str
    kind: DecisionKind
    author: str
    reason: str
    evidence: frozenset[str]
    ledger: tuple[tuple[str, float], ...]
    at: datetime


class LeadState(StrEnum):
    """Where a lead stands: waiting, put down by a person, or back because there is new evidence."""

    OPEN = "open"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"
    CONFIRMED = "confirmed"
    RERAISED = "re-raised"


@dataclass(frozen=True, slots=True)
class Place:
    """A lead's place in the queue: state, novelty in [0,1], rank with novelty, and why it is where it is, in words."""

    state: LeadState
    novelty: float
    rank_score: float
    why: str

    @property
    def waiting(self) -> bool:
        """Whether a person should look at it."""
        return self.state in (LeadState.OPEN, LeadState.RERAISED)
