"""What people decide about leads, and which version of the weights is in force: append-only; the machine never writes here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from counterveil.model.case import Decision, DecisionKind
from counterveil.store.tables import lead_decision, operation_event, weight_event


def decide(connection: Connection, decision: Decision) -> None:
    """Put one decision on record."""
    values = {
        "lead_id": decision.lead_id,
        "kind": decision.kind.value,
        "author": decision.author,
        "reason": decision.reason,
        "evidence": sorted(decision.evidence),
        "ledger": [list(pair) for pair in decision.ledger],
        "at": decision.at,
    }
    connection.execute(insert(lead_decision).values(**values))


def decisions(connection: Connection) -> dict[str, list[Decision]]:
    """All decisions by lead, each in order."""
    found: dict[str, list[Decision]] = {}
    for row in connection.execute(select(lead_decision).order_by(lead_decision.c.seq)).mappings():
        made = Decision(
            lead_id=row["lead_id"],
            kind=DecisionKind(row["kind"]),
            author=row["author"],
            reason=row["reason"],
            evidence=frozenset(row["evidence"]),
            ledger=tuple((name, value) for name, value in row["ledger"]),
            at=_aware(row["at"]),
        )
        found.setdefault(made.lead_id, []).append(made)
    return found


def lineage(connection: Connection) -> tuple[dict[str, tuple[str, datetime]], dict[str, str]]:
    """Of operations that split off: from which and when; of operations that went up in another: in which."""
    split: dict[str, tuple[str, datetime]] = {}
    merged: dict[str, str] = {}
    for row in connection.execute(select(operation_event).order_by(operation_event.c.seq)).mappings():
        if row["kind"] == "split" and row["other_id"]:
            split[row["operation_id"]] = (row["other_id"], _aware(row["at"]))
        elif row["kind"] == "merged":
            merged[row["operation_id"]] = row["other_id"]
    return split, merged


def note_weights(connection: Connection, version: str, kind: str, author: str, at: datetime) -> None:
    """Record that a version was proposed, applied or reverted, by whom."""
    connection.execute(insert(weight_event).values(version=version, kind=kind, author=author, at=at))


def weight_events(connection: Connection) -> Sequence[dict[str, Any]]:
    """Everything that was done to the weights, in order."""
    rows = connection.execute(select(weight_event).order_by(weight_event.c.seq)).mappings()
    return [{**row, "at": _aware(row["at"]).isoformat()} for row in rows]


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=at.tzinfo or UTC)
