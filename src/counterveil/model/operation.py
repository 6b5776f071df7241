"""Subjects joined by links: the first-class object of an investigation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from counterveil.model.hypothesis import Board, Origin
from counterveil.model.link import Link


class Standing(StrEnum):
    """How firmly a member belongs: linked to much of the group, to some of it, or by one thread only."""

    CORE = "core"
    LIKELY = "likely"
    CONTACT = "contact"


class Verdict(StrEnum):
    """What the machine makes of a group: worth a person's time, or a cohort with an innocent explanation."""

    SUSPECTED = "suspected"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Belonging:
    """A subject's place in its group: standing, and confidence in [0,1] that it belongs there."""

    subject: str
    standing: Standing
    confidence: float


@dataclass(frozen=True, slots=True)
class Named:
    """A group with its id; ``absorbed`` operations went up in it, ``split_from`` is the one whose larger part kept its id."""

    operation_id: str
    members: frozenset[str]
    absorbed: tuple[str, ...] = ()
    split_from: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A subject in an operation. ``confidence`` in [0,1]; ``role`` is the work it mostly does, in taxonomy terms."""

    subject_id: str
    standing: Standing
    confidence: float
    role: str
    n_turns: int
    first_seen: datetime | None
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the signed ledger: log-odds added (for, > 0) or taken away (against, < 0), with its reason."""

    name: str
    log_odds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A group of subjects with the evidence for and against.

    ``confidence`` in [0,1] is belief that it is one abusive effort; ``severity`` (S1–S4) is harm if it is, kept apart.
    ``contacts`` are linked to members and no members themselves: held by one thread, or victims, analysts, journalists, targets.
    ``behaviours``: taxonomy id, mean score over members, and the log's own score, the most telling first.
    ``ledger`` sums exactly to the log-odds of ``confidence``. ``board``: what it may be for; ``origin``: from where, if anything
    outside says so.
    """

    operation_id: str
    members: tuple[Member, ...]
    contacts: tuple[Member, ...]
    links: tuple[Link, ...]
    behaviours: tuple[tuple[str, float, float], ...]
    confidence: float
    severity: int
    verdict: Verdict
    ledger: tuple[Entry, ...]
    innocent_explanation: str
    would_change: str
    n_turns: int
    first_seen: datetime | None
    last_seen: datetime | None
    board: Board = field(default_factory=Board)
    origin: Origin = field(default_factory=Origin)
