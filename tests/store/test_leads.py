"""Decisions about leads and weights: append-only, in order, whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from counterveil.model.case import Decision, DecisionKind
from counterveil.model.operation import Named
from counterveil.store.history import remember
from counterveil.store.leads import decide, decisions, lineage, note_weights, weight_events

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def made(lead: str, kind: DecisionKind, hours: int = 0) -> Decision:
    return Decision(
        lead,
        kind,
        "ana",
        "seen it",
        frozenset(("member:a", "member:b")),
        (("prior", -2.0), ("reading", 1.25)),
        MONDAY + timedelta(hours=hours),
    )


def test_what_was_decided_is_read_as_it_was_written_and_in_order(database: Engine) -> None:
    said = [made("LD-1", DecisionKind.DISMISSED), made("LD-1", DecisionKind.REOPENED, 1)]
    other = made("LD-2", DecisionKind.CONFIRMED)
    with database.begin() as connection:
        assert decisions(connection) == {}
        for decision in (said[0], other, said[1]):
            decide(connection, decision)
        assert decisions(connection) == {"LD-1": said, "LD-2": [other]}


def test_lineage_tells_who_split_off_and_who_went_up_in_whom(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [Named("OP-1", frozenset("abcd")), Named("OP-2", frozenset("ef"))], MONDAY)
        remember(
            connection,
            [Named("OP-1", frozenset("abef"), ("OP-2",)), Named("OP-3", frozenset("cd"), (), "OP-1")],
            MONDAY + timedelta(days=1),
        )
        split, merged = lineage(connection)
    assert split == {"OP-3": ("OP-1", MONDAY + timedelta(days=1))}
    assert merged == {"OP-2": "OP-1"}


def test_what_was_done_to_the_weights_stays_on_record(database: Engine) -> None:
    with database.begin() as connection:
        for kind, author in (("proposed", "ana"), ("applied", "ben"), ("reverted", "ana")):
            note_weights(connection, "W-1", kind, author, MONDAY)
        found = weight_events(connection)
    assert [(e["version"], e["kind"], e["author"]) for e in found] == [
        ("W-1", "proposed", "ana"),
        ("W-1", "applied", "ben"),
        ("W-1", "reverted", "ana"),
    ]
