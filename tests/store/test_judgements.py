"""What investigators say of pairs: the latest counts, and nothing that was said is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine

from counterveil.model.link import Judgement
from counterveil.store.judgements import judge, judgements, listed, withdraw
from counterveil.store.tables import metadata

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAME, NOT_SAME, UNSURE = Judgement.SAME, Judgement.NOT_SAME, Judgement.UNSURE


def say(connection: Connection, left: str, right: str, verdict: Judgement, hours: int = 0) -> None:
    judge(connection, left, right, verdict, author="ana", note="seen it", at=MONDAY + timedelta(hours=hours))


def test_nothing_was_said(database: Engine) -> None:
    with database.begin() as connection:
        assert judgements(connection) == {}
        assert list(listed(connection)) == []
        assert withdraw(connection, "a", "b", MONDAY) == 0


@pytest.mark.parametrize("pair", [("a", "b"), ("b", "a")])
def test_the_order_of_a_pair_does_not_matter(database: Engine, pair: tuple[str, str]) -> None:
    with database.begin() as connection:
        say(connection, *pair, SAME)
        assert judgements(connection) == {("a", "b"): SAME}
        assert withdraw(connection, *pair[::-1], MONDAY) == 1
        assert judgements(connection) == {}


def test_the_latest_counts(database: Engine) -> None:
    """The latest that was said: clocks of two investigators may differ."""
    with database.begin() as connection:
        say(connection, "a", "b", SAME, hours=5)
        say(connection, "b", "a", NOT_SAME)
        say(connection, "a", "c", SAME)
        assert judgements(connection) == {("a", "b"): NOT_SAME, ("a", "c"): SAME}


def test_unsure_counts_for_nothing_and_takes_back_what_was_said_before(database: Engine) -> None:
    with database.begin() as connection:
        say(connection, "a", "b", SAME)
        say(connection, "a", "b", UNSURE)
        assert judgements(connection) == {}
        say(connection, "a", "b", NOT_SAME)
        assert judgements(connection) == {("a", "b"): NOT_SAME}


def test_withdrawn_ones_stay_on_record(database: Engine) -> None:
    with database.begin() as connection:
        say(connection, "a", "b", SAME)
        say(connection, "a", "b", NOT_SAME, hours=1)
        say(connection, "a", "c", SAME, hours=2)
        later = MONDAY + timedelta(days=1)
        assert withdraw(connection, "b", "a", later) == 2
        assert withdraw(connection, "b", "a", later + timedelta(days=1)) == 0, "once is enough"
        assert judgements(connection) == {("a", "c"): SAME}
        rows = listed(connection)
        say(connection, "a", "b", SAME, hours=30)
        assert judgements(connection)["a", "b"] is SAME
    assert [(r["left_subject"], r["right_subject"], r["verdict"], r["author"], r["note"]) for r in rows] == [
        ("a", "c", "same", "ana", "seen it"),
        ("a", "b", "not-same", "ana", "seen it"),
        ("a", "b", "same", "ana", "seen it"),
    ]
    assert [datetime.fromisoformat(r["at"]) for r in rows] == [MONDAY + timedelta(hours=h) for h in (2, 1, 0)]
    assert [r["withdrawn_at"] and datetime.fromisoformat(r["withdrawn_at"]) for r in rows] == [None, later, later]


subjects = st.sampled_from("abc")
pairs = st.tuples(subjects, subjects).filter(lambda pair: pair[0] != pair[1])


@given(said=st.lists(st.tuples(pairs, st.sampled_from(Judgement) | st.none()), max_size=12))
def test_any_sequence_leaves_the_last_word_of_each_pair(said: list[tuple[tuple[str, str], Judgement | None]]) -> None:
    """``None`` withdraws."""
    engine = create_engine("sqlite://")
    expected: dict[tuple[str, ...], Judgement] = {}
    with engine.begin() as connection:
        metadata.create_all(connection)
        for pair, verdict in said:
            expected.pop(tuple(sorted(pair)), None)
            if verdict is None:
                withdraw(connection, *pair, MONDAY)
            else:
                say(connection, *pair, verdict)
                if verdict is not UNSURE:
                    expected[tuple(sorted(pair))] = verdict
        assert judgements(connection) == expected
        assert len(listed(connection)) == sum(verdict is not None for _, verdict in said)
    engine.dispose()
