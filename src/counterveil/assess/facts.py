"""What assessment knows about a subject and about a group: numbers only, no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from counterveil.model.operation import Entry


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """One subject as far as it was read.

    ``n_read`` texts were read, ``n_not_covered`` are in languages that no encoder knows. ``ledger`` is the account score in
    log-odds where half of the accounts are operators'; ``reading`` is its part towards abuse, ``stance`` its part towards an
    innocent stance. ``behaviours``: mean of the upper quarter of each behaviour's scores in [0,1] (operators' traffic is
    half harmless, so a plain mean would hide the rest). ``told_at``: when its most telling texts were written (mean time of the
    upper quarter). ``declared_fits``: whether the declared use fits the kinds of work read; None where that cannot be told.
    """

    subject_id: str
    account_id: str
    n_events: int = 0
    n_user_turns: int = 0
    n_read: int = 0
    n_disguises: int = 0
    n_not_covered: int = 0
    reading: float = 0.0
    stance: float = 0.0
    ledger: tuple[Entry, ...] = ()
    behaviours: Mapping[str, float] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    created_at: datetime | None = None
    org_id: str | None = None
    payment: str | None = None
    signup_ip: str | None = None
    declared_use: str | None = None
    told_at: datetime | None = None
    declared_fits: bool | None = None


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A linked group: its members, and what its links consist of.

    ``families`` counts links by family that carried weight; ``n_private_things`` are shared artefacts that (nearly) nobody
    outside the group has; ``n_working_passages`` passages that both sides keep reusing; ``n_pasted_once`` passages that each
    side pasted but does not keep using (an assignment, a viral prompt).
    """

    members: tuple[SubjectFacts, ...]
    n_links: int
    families: Mapping[str, int]
    n_private_things: int
    n_working_passages: int
    n_pasted_once: int
