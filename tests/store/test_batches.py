"""The ledger of ingest: what is registered exists, once, in the order in which it came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from counterveil.store import batches
from counterveil.store.batches import BatchRow, FileRow

AT = datetime(2026, 3, 2, tzinfo=UTC)


def batch(digest: str, **more: int) -> BatchRow:
    counts = {
        "first_record": 1,
        "n_records": 10,
        "n_events": 7,
        "n_duplicates": 1,
        "n_accounts": 0,
        "n_rejects": 2,
    } | more
    return BatchRow(digest=digest, label="log.jsonl", format="native", skipped={"a session": 3}, **counts)


def test_a_batch_and_its_files_appear_together(database: Engine) -> None:
    files = [FileRow("events/a.parquet", "events", 7, "d1"), FileRow("texts/a.parquet", "texts", 9, "d1")]
    with database.begin() as connection:
        assert not batches.has_batch(connection, "d1")
        batches.add_batch(connection, batch("d1"), files, AT)
    with database.begin() as connection:
        assert batches.has_batch(connection, "d1")
        assert batches.all_paths(connection) == {"events/a.parquet", "texts/a.parquet"}
        assert batches.file_rows(connection, "events") == files[:1]


def test_a_batch_counts_once(database: Engine) -> None:
    with database.begin() as connection:
        batches.add_batch(connection, batch("d1"), [], AT)
    with pytest.raises(IntegrityError), database.begin() as connection:
        batches.add_batch(connection, batch("d1"), [FileRow("events/b.parquet", "events", 1, "d1")], AT)
    with database.begin() as connection:
        assert batches.all_paths(connection) == set()
        assert batches.totals(connection)["n_batches"] == 1


def test_a_file_belongs_to_a_batch_that_exists(database: Engine) -> None:
    with pytest.raises(IntegrityError), database.begin() as connection:
        batches.add_files(connection, [FileRow("events/x.parquet", "events", 1, "nobody")])


def test_files_come_in_the_order_of_ingest(database: Engine) -> None:
    with database.begin() as connection:
        for digest in ("z", "a", "m"):
            batches.add_batch(connection, batch(digest), [FileRow(f"events/{digest}", "events", 1, digest)], AT)
        assert batches.paths(connection, "events") == ["events/z", "events/a", "events/m"]


def test_totals_add_up_and_start_at_nothing(database: Engine) -> None:
    with database.begin() as connection:
        assert set(batches.totals(connection).values()) == {0}
        batches.add_batch(connection, batch("d1"), [], AT)
        batches.add_batch(connection, batch("d2", n_events=5, n_rejects=0), [], AT)
        assert batches.totals(connection) == {
            "n_batches": 2, "n_records": 20, "n_events": 12, "n_duplicates": 2, "n_accounts": 0, "n_rejects": 2,
        }  # fmt: skip


def test_replacing_touches_only_the_named_buckets(database: Engine) -> None:
    def row(bucket: int, name: str) -> FileRow:
        return FileRow(f"turns/{bucket}/{name}", "turns", 1, bucket=bucket, version="v1")

    with database.begin() as connection:
        batches.add_files(connection, [row(0, "old"), row(1, "old"), FileRow("subjects/0", "subjects", 1, bucket=0)])
        assert batches.replace_files(connection, "turns", [1], [row(1, "new")]) == ["turns/1/old"]
        assert batches.paths(connection, "turns") == ["turns/0/old", "turns/1/new"]
        assert batches.paths(connection, "subjects") == ["subjects/0"]
        assert sorted(batches.replace_files(connection, "turns", None, [])) == ["turns/0/old", "turns/1/new"]
        assert batches.paths(connection, "turns") == []


def test_versions_are_kept_apart(database: Engine) -> None:
    with database.begin() as connection:
        batches.add_files(
            connection, [FileRow("things/1", "things", 1, version="v1"), FileRow("things/2", "things", 1, version="v2")]
        )
        assert batches.paths(connection, "things", "v2") == ["things/2"]
        assert len(batches.paths(connection, "things")) == 2


def test_facts_are_replaced(database: Engine) -> None:
    with database.begin() as connection:
        assert batches.get_fact(connection, "profiled") is None
        batches.set_fact(connection, "profiled", {"batches": ["d1"]})
        batches.set_fact(connection, "profiled", {"batches": ["d1", "d2"]})
        batches.set_fact(connection, "other", 5)
        assert batches.get_fact(connection, "profiled") == {"batches": ["d1", "d2"]}
