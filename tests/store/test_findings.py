"""Stored findings follow the last run, and what a run did not change keeps its times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine

from counterveil.store import findings
from counterveil.store.findings import Changes
from counterveil.store.tables import metadata

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


def operation(confidence: float, **more: Any) -> dict[str, Any]:
    return {"verdict": "suspected", "confidence": confidence, "n_members": 3, **more}


def lead(rank: float, **more: Any) -> dict[str, Any]:
    return {"kind": "operation", "about": "OP-1", "rank_score": rank, **more}


def test_counts_of_a_run_and_times_of_rows(database: Engine) -> None:
    with database.begin() as connection:
        first = {"OP-1": operation(0.9), "OP-2": operation(0.8), "OP-3": operation(0.7)}
        assert findings.put_operations(connection, first, MONDAY) == Changes(3, 0, 0, 0)
        second = {"OP-1": operation(0.9), "OP-2": operation(0.85), "OP-4": operation(0.6)}
        assert findings.put_operations(connection, second, TUESDAY) == Changes(
            added=1, changed=1, unchanged=1, withdrawn=1
        )
        found = findings.operations(connection)
    assert all(
        datetime.fromisoformat(o[name]).utcoffset() == timedelta(0)
        for o in found
        for name in ("first_found_at", "changed_at")
    )
    times = {o["confidence"]: (o["first_found_at"][:10], o["changed_at"][:10]) for o in found}
    assert times == {
        0.9: ("2026-03-02", "2026-03-02"),
        0.85: ("2026-03-02", "2026-03-03"),
        0.6: ("2026-03-03", "2026-03-03"),
    }


def test_a_body_that_only_differs_inside_is_changed(database: Engine) -> None:
    with database.begin() as connection:
        findings.put_operations(connection, {"OP-1": operation(0.9, ledger=[["prior", -2.0]])}, MONDAY)
        changes = findings.put_operations(connection, {"OP-1": operation(0.9, ledger=[["prior", -2.1]])}, TUESDAY)
        assert changes == Changes(0, 1, 0, 0)
        assert findings.operations(connection)[0]["ledger"] == [["prior", -2.1]]


def test_order_of_keys_is_no_change(database: Engine) -> None:
    with database.begin() as connection:
        findings.put_leads(connection, {"LD-1": lead(0.5, a=1, b=2)}, MONDAY)
        assert findings.put_leads(connection, {"LD-1": lead(0.5, b=2, a=1)}, TUESDAY) == Changes(0, 0, 1, 0)


def test_an_empty_run_withdraws_everything(database: Engine) -> None:
    with database.begin() as connection:
        findings.put_leads(connection, {"LD-1": lead(0.5), "LD-2": lead(0.6)}, MONDAY)
        assert findings.put_leads(connection, {}, TUESDAY) == Changes(0, 0, 0, 2)
        assert findings.leads(connection) == []


def test_leads_and_operations_come_in_their_order(database: Engine) -> None:
    with database.begin() as connection:
        findings.put_leads(connection, {"LD-b": lead(0.5), "LD-a": lead(0.5), "LD-c": lead(0.9)}, MONDAY)
        findings.put_operations(
            connection,
            {"OP-b": operation(0.5, id="b"), "OP-a": operation(0.5, id="a"), "OP-c": operation(0.9, id="c")},
            MONDAY,
        )
        assert [row["rank_score"] for row in findings.leads(connection)] == [0.9, 0.5, 0.5]
        assert [row["id"] for row in findings.operations(connection)] == ["c", "a", "b"]


bodies = st.dictionaries(st.sampled_from(["OP-1", "OP-2", "OP-3", "OP-4"]), st.sampled_from([0.1, 0.5, 0.9]))


@given(runs=st.lists(bodies, min_size=1, max_size=4))
def test_any_sequence_of_runs_ends_with_the_last(runs: list[dict[str, float]]) -> None:
    engine = create_engine("sqlite://")
    before: dict[str, float] = {}
    with engine.begin() as connection:
        metadata.create_all(connection)
        for n, run in enumerate(runs):
            changes = findings.put_operations(
                connection, {k: operation(v, id=k) for k, v in run.items()}, MONDAY + timedelta(days=n)
            )
            kept = before.keys() & run.keys()
            assert changes == Changes(
                added=len(run.keys() - before.keys()),
                changed=sum(before[k] != run[k] for k in kept),
                unchanged=sum(before[k] == run[k] for k in kept),
                withdrawn=len(before.keys() - run.keys()),
            )
            assert {o["id"]: o["confidence"] for o in findings.operations(connection)} == run
            before = run
    engine.dispose()
