"""What a workspace took in, as native records again (DESIGN.md §4): whatever format the log had.

Reading a log is done once, in ``sources``; who needs records and no tables (the laboratory) gets them from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from counterveil.engine.duck import Engine
from counterveil.model.event import EVENT_SCHEMA, Side
from counterveil.pipeline.linking.features import accounts_sql
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches

NativeRecord = dict[str, Any]
# Texts of so many events are in memory at once.
_ROWS = 8_192
_PLAIN = tuple(
    n for n in EVENT_SCHEMA.names if n not in ("event_hi", "event_lo", "bucket", "source", "messages", "extra")
)


@dataclass(frozen=True, slots=True)
class Span:
    """When an account was active, and how much."""

    first: datetime
    last: datetime
    n_events: int


def spans(workspace: Workspace) -> dict[str, Span]:
    """Every account that has events, by id."""
    found: dict[str, Span] = {}
    with workspace.engine() as engine:
        _mount_events(workspace, engine)
        rows = engine.rows(
            "select account_id, min(time) as first, max(time) as last, count(*) as n from events group by account_id"
        )
    for row in sorted(rows, key=lambda row: row["account_id"]):
        found[row["account_id"]] = Span(row["first"], row["last"], row["n"])
    return found


def n_conversations(workspace: Workspace) -> int:
    """Conversations in the log; an event without a conversation id counts as one of its own."""
    with workspace.engine() as engine:
        _mount_events(workspace, engine)
        rows = engine.rows("select count(distinct (account_id, coalesce(conversation_id, event_id))) as n from events")
    return int(rows[0]["n"])


def stored_accounts(workspace: Workspace) -> list[NativeRecord]:
    """Registrations, one an account, by id."""
    with workspace.engine() as engine:
        mount(workspace, engine, "accounts")
        rows = engine.rows(accounts_sql())
    return [_opened(row) for row in sorted(rows, key=lambda row: row["account_id"])]


def stored_events(workspace: Workspace, wanted: set[str] | None = None) -> Iterator[NativeRecord]:
    """The events of some accounts, or of all; batch by batch, so that a large log fits."""
    with workspace.database.begin() as connection:
        paths = batches.paths(connection, "events")
    with workspace.engine() as engine:
        mount(workspace, engine, "texts")
        accounts = None if wanted is None else pa.array(sorted(wanted), pa.string())
        pending: list[pa.Table] = []
        for path in paths:
            table = workspace.lake.read([path], EVENT_SCHEMA)
            if accounts is not None:
                table = table.filter(pc.is_in(table["account_id"], value_set=accounts))
            pending.append(table)
            if sum(t.num_rows for t in pending) >= _ROWS:
                yield from _records(engine, pending)
                pending = []
        yield from _records(engine, pending)


def _mount_events(workspace: Workspace, engine: Engine) -> None:
    with workspace.database.begin() as connection:
        paths = batches.paths(connection, "events")
    engine.files("events", workspace.lake.paths(paths), EVENT_SCHEMA)


def _records(engine: Engine, tables: list[pa.Table]) -> Iterator[NativeRecord]:
    if not tables:
        return
    together = pa.concat_tables(tables)
    for start in range(0, together.num_rows, _ROWS):
        part = together.slice(start, _ROWS)
        messages = pc.list_flatten(part["messages"].combine_chunks())
        keys = pc.unique(pc.struct_field(messages, "content_key")) if len(messages) else pa.array([], pa.int64())
        engine.table("wanted", pa.table({"content_key": keys}))
        found = engine.query("select content_key, text from texts join wanted using (content_key)")
        texts = dict(zip(found["content_key"].to_pylist(), found["text"].to_pylist(), strict=True))
        for row in part.to_pylist():
            yield _record(row, texts)


def _record(row: dict[str, Any], texts: dict[int, str]) -> NativeRecord:
    record = {name: row[name] for name in _PLAIN}
    for name, side in (("input", Side.INPUT), ("output", Side.OUTPUT)):
        record[name] = [
            {"role": m["role"], "content": texts[m["content_key"]]} for m in row["messages"] if m["side"] == side
        ]
    return _opened(record | {"extra": row["extra"]})


def _opened(row: dict[str, Any]) -> NativeRecord:
    """``extra`` is kept as JSON text in the tables."""
    extra = row.pop("extra")
    return row | ({"extra": orjson.loads(extra)} if extra else {})
