"""Facts of made-up subjects and groups, with only what a test is about filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from counterveil.assess.facts import GroupFacts, SubjectFacts
from counterveil.model.link import Link, SharedThing
from counterveil.model.operation import Entry
from counterveil.model.signal import EvidenceClass, Family

START = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = {"content": 2, "artefact": 3}
MACHINES = {"infrastructure": 4}


def subject(name: str, **facts: Any) -> SubjectFacts:
    """A subject of whom twenty texts were read that speak for neither side; neither new nor of long standing."""
    usual: dict[str, Any] = {
        "account_id": name,
        "n_events": 20,
        "n_user_turns": 20,
        "n_read": 20,
        "reading": 0.0,
        "stance": 0.0,
        "first_seen": START,
        "last_seen": START + timedelta(days=5),
        "created_at": START - timedelta(days=100),
    }
    return SubjectFacts(name, **(usual | facts))


def members(n: int = 5, **facts: Any) -> list[SubjectFacts]:
    """So many alike subjects."""
    return [subject(f"m{i}", **facts) for i in range(n)]


def group(of: Sequence[SubjectFacts] | None = None, *, families: Mapping[str, int] = TEXT, **facts: int) -> GroupFacts:
    """A group whose links stand on text, unless said otherwise."""
    counts = {"n_private_things": 0, "n_working_passages": 0, "n_pasted_once": 0} | facts
    everybody = tuple(members() if of is None else of)
    return GroupFacts(everybody, len(everybody), {Family(f): n for f, n in families.items()}, **counts)


def thing(kind: str, family: Family, order: EvidenceClass = EvidenceClass.A, **more: Any) -> SharedThing:
    """Something that two subjects share."""
    usual: dict[str, Any] = {"value": kind, "n_subjects": 2, "n_population": 100, "bits_alone": 8.0, "bits": 8.0}
    return SharedThing(kind=kind, family=family, evidence_class=order, **(usual | more))


def link(left: str, right: str, *shared: SharedThing) -> Link:
    """A link with its bits summed."""
    return Link(left, right, sum(t.bits for t in shared), tuple(shared))


def weights_of(ledger: Sequence[Entry]) -> dict[str, float]:
    """A ledger by name; each consideration may be in it once."""
    found = {entry.name: entry.log_odds for entry in ledger}
    assert len(found) == len(ledger)
    return found
