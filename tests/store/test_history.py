"""The memory of operations: what became of each is written once, and nothing that was known is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from counterveil.link.identity import identify
from counterveil.model.operation import Named
from counterveil.store.history import history, known_operations, remember
from counterveil.store.tables import metadata

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def named(operation_id: str, members: str, *absorbed: str, split_from: str | None = None) -> Named:
    return Named(operation_id, frozenset(members), absorbed, split_from)


def told(connection: Connection, operation_id: str) -> list[tuple[str, str, str | None]]:
    return [(e["operation_id"], e["kind"], e["other_id"]) for e in history(connection, operation_id)]


def last(connection: Connection, operation_id: str) -> dict[str, Any]:
    return history(connection, operation_id)[-1]


def test_nothing_is_known_of_an_empty_database(database: Engine) -> None:
    with database.begin() as connection:
        assert known_operations(connection) == {}
        assert history(connection, "OP-1") == []
        assert remember(connection, [], MONDAY) == 0


def test_what_is_new_is_opened_with_its_members_and_its_time(database: Engine) -> None:
    with database.begin() as connection:
        assert remember(connection, [named("OP-1", "ba"), named("OP-2", "cd")], MONDAY) == 2
        (event,) = history(connection, "OP-1")
        assert known_operations(connection) == {"OP-1": frozenset("ab"), "OP-2": frozenset("cd")}
    assert (event["kind"], event["other_id"], event["detail"]) == ("opened", None, {"members": ["a", "b"]})
    assert datetime.fromisoformat(event["at"]) == MONDAY


def test_the_same_groups_again_write_nothing(database: Engine) -> None:
    groups = [named("OP-1", "ab"), named("OP-2", "cd")]
    with database.begin() as connection:
        remember(connection, groups, MONDAY)
        assert remember(connection, groups[::-1], MONDAY + timedelta(days=1)) == 0
        assert told(connection, "OP-1") == [("OP-1", "opened", None)]


def test_a_change_names_who_joined_and_who_left(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [named("OP-1", "abc")], MONDAY)
        assert remember(connection, [named("OP-1", "bcde")], MONDAY) == 1
        event = last(connection, "OP-1")
        assert event["kind"] == "changed"
        assert event["detail"] == {"members": list("bcde"), "joined": ["d", "e"], "left": ["a"]}
        assert known_operations(connection) == {"OP-1": frozenset("bcde")}


def test_a_merger_is_told_of_both_sides_and_the_absorbed_is_known_no_more(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [named("OP-1", "abc"), named("OP-2", "de")], MONDAY)
        merged = [named("OP-1", "abcde", "OP-2")]
        assert remember(connection, merged, MONDAY) == 2
        assert told(connection, "OP-2") == [("OP-2", "opened", None), ("OP-2", "merged", "OP-1")]
        assert told(connection, "OP-1") == [
            ("OP-1", "opened", None),
            ("OP-1", "changed", None),
            ("OP-2", "merged", "OP-1"),
        ]
        assert known_operations(connection) == {"OP-1": frozenset("abcde")}
        assert remember(connection, [named("OP-1", "abcde")], MONDAY) == 0, "merged is not closed as well"


def test_a_split_is_told_of_both_sides(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [named("OP-1", "abcde")], MONDAY)
        assert remember(connection, [named("OP-1", "abc"), named("OP-2", "de", split_from="OP-1")], MONDAY) == 2
        assert told(connection, "OP-2") == [("OP-2", "split", "OP-1")]
        assert told(connection, "OP-1") == [
            ("OP-1", "opened", None),
            ("OP-1", "changed", None),
            ("OP-2", "split", "OP-1"),
        ]
        assert last(connection, "OP-2")["detail"] == {"members": ["d", "e"]}
        assert known_operations(connection) == {"OP-1": frozenset("abc"), "OP-2": frozenset("de")}


def test_closed_ones_are_remembered_and_their_return_is_seen(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [named("OP-1", "abc"), named("OP-2", "de")], MONDAY)
        assert remember(connection, [named("OP-2", "de")], MONDAY) == 1
        assert known_operations(connection) == {"OP-1": frozenset("abc"), "OP-2": frozenset("de")}
        assert remember(connection, [named("OP-2", "de")], MONDAY) == 0, "closed once"
        assert remember(connection, [named("OP-1", "abf"), named("OP-2", "de")], MONDAY) == 1
        assert last(connection, "OP-1")["detail"] == {"members": ["a", "b", "f"]}
        assert known_operations(connection)["OP-1"] == frozenset("abf")
        assert remember(connection, [named("OP-1", "abf"), named("OP-2", "de")], MONDAY) == 0
        assert remember(connection, [named("OP-1", "abfg"), named("OP-2", "de")], MONDAY) == 1
        assert remember(connection, [named("OP-2", "de")], MONDAY) == 1
        kinds = [kind for _, kind, _ in told(connection, "OP-1")]
    assert kinds == ["opened", "closed", "returned", "changed", "closed"]


def test_a_closed_one_may_go_up_in_another(database: Engine) -> None:
    with database.begin() as connection:
        remember(connection, [named("OP-1", "ab"), named("OP-2", "cde")], MONDAY)
        remember(connection, [named("OP-2", "cde")], MONDAY)
        assert remember(connection, [named("OP-2", "abcde", "OP-1")], MONDAY) == 2
        assert [kind for _, kind, _ in told(connection, "OP-1")] == ["opened", "closed", "merged"]
        assert known_operations(connection) == {"OP-2": frozenset("abcde")}
        assert remember(connection, [named("OP-2", "abcde")], MONDAY) == 0


@st.composite
def partitions(draw: st.DrawFn) -> list[list[str]]:
    place = draw(st.lists(st.integers(-1, 3), min_size=10, max_size=10))
    groups = [[s for s, at in zip("abcdefghij", place, strict=True) if at == wanted] for wanted in range(4)]
    return [group for group in groups if len(group) >= 2]


@given(runs=st.lists(partitions(), min_size=1, max_size=5))
def test_any_sequence_of_scans_is_remembered(runs: list[list[list[str]]]) -> None:
    """Every group has one name, and the same scan again writes nothing and renames nobody."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        for groups in runs:
            found = identify(groups, known_operations(connection), "-".join)
            remember(connection, found, MONDAY)
            known = known_operations(connection)
            assert len({n.operation_id for n in found}) == len(found)
            assert all(known[n.operation_id] == n.members for n in found)
            again = identify(groups, known, "-".join)
            assert [n.operation_id for n in again] == [n.operation_id for n in found]
            assert remember(connection, again, MONDAY) == 0
    engine.dispose()
