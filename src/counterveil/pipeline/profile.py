"""Turns, subjects and what each subject's texts contain: by bucket of accounts, only the buckets that changed.

A *turn* is a message that is new in its event. What the client re-sent is not counted again:

- a model's answer is new in the event that returned it;
- what follows the last assistant message is new, unless the request repeats the one before it in this conversation (a
  retry or a regeneration); of several such messages, those before the last are also dropped when the same messages in
  the same order were sent earlier (clients that keep no answers in their history);
- an earlier message is history: new only if the account never sent or received it before (the log begins in the middle
  of a conversation, or the system prompt of the first one).

The rule looks at the whole of an account's log, so it does not depend on the order in which files came.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pyarrow as pa

from counterveil.engine.duck import Engine
from counterveil.ids import digest_hex
from counterveil.model.event import EVENT_SCHEMA, N_BUCKETS, TIME
from counterveil.model.signal import THING_SCHEMA
from counterveil.observe.texts import OBSERVATION_SCHEMA
from counterveil.pipeline.observe import detectors_version
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches
from counterveil.store.batches import FileRow

TURN_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("event_id", pa.string(), nullable=False),
        pa.field("time", TIME, nullable=False),
        pa.field("conversation_id", pa.string()),
        pa.field("side", pa.int8(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("content_key", pa.int64(), nullable=False),
    ]
)
SUBJECT_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("end_user_id", pa.string()),
        pa.field("n_events", pa.int64(), nullable=False),
        pa.field("n_user_turns", pa.int64(), nullable=False),
        pa.field("n_model_turns", pa.int64(), nullable=False),
        pa.field("n_texts", pa.int64(), nullable=False),
        pa.field("n_disguises", pa.int64(), nullable=False),
        pa.field("first_seen", TIME, nullable=False),
        pa.field("last_seen", TIME, nullable=False),
    ]
)
SUBJECT_THING_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("thing_key", pa.int64(), nullable=False),
        pa.field("n_turns", pa.int64(), nullable=False),
        pa.field("n_model_turns", pa.int64(), nullable=False),
    ]
)
SUBJECT_FIELD_SCHEMA = pa.schema(
    [
        pa.field("subject_id", pa.string(), nullable=False),
        pa.field("field", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("n_turns", pa.int64(), nullable=False),
    ]
)
_KINDS = {
    "turns": TURN_SCHEMA,
    "subjects": SUBJECT_SCHEMA,
    "subject_things": SUBJECT_THING_SCHEMA,
    "subject_fields": SUBJECT_FIELD_SCHEMA,
}

# An account that fronts many people is scored per end user: a ban of the account would hit them all.
_SUBJECTS_OF_EVENTS = """
create or replace table bucket_events as
with here as (select * from events where bucket = {bucket}),
fan as (select account_id, count(distinct end_user_id) as n_end_users from here group by account_id)
select here.*,
       case when fan.n_end_users >= {fanout} and here.end_user_id is not null
            then here.account_id || ' / ' || here.end_user_id else here.account_id end as subject_id
from here join fan using (account_id)
"""
_MESSAGES = """
create or replace table bucket_messages as
select subject_id, account_id, event_id, time, conversation_id, pos,
       m.side as side, m.role as role, m.content_key as content_key, m.chain_key as chain_key, m."trailing" as asked_now
from (select *, unnest(messages) as m, generate_subscripts(messages, 1) as pos from bucket_events)
"""
# A request that ends exactly as the one before it in its conversation did asks the same again.
_RETRIES = """
create or replace table bucket_retries as
with asked as (
  select account_id, conversation_id, event_id, min(time) as time, max(pos) as pos
  from bucket_messages where side = 0 group by account_id, conversation_id, event_id
),
ends as (
  select a.*, m.chain_key from asked a join bucket_messages m on m.event_id = a.event_id and m.pos = a.pos and m.side = 0
)
select event_id, conversation_id is not null and coalesce(
         chain_key = lag(chain_key) over (partition by account_id, conversation_id order by time, event_id), false) as is_retry
from ends
"""
_TURNS = """
create or replace table bucket_turns as
select subject_id, account_id, event_id, time, conversation_id, side, role, content_key
from (
  select *,
    row_number() over (partition by account_id, role, content_key
                       order by (side = 1 or asked_now) desc, time, event_id, pos) as nth_of_content,
    row_number() over (partition by account_id, conversation_id, side, asked_now, chain_key
                       order by time, event_id, pos) as nth_of_chain,
    pos = max(pos) filter (where side = 0) over (partition by event_id) as is_last
  from bucket_messages left join bucket_retries using (event_id)
)
where side = 1
   or (asked_now and (conversation_id is null or case when is_last then not is_retry else nth_of_chain = 1 end))
   or (not asked_now and nth_of_content = 1)
"""
_SUBJECTS = """
with counted as (
  select subject_id, count(*) filter (side = 0 and role = 'user') as n_user_turns,
         count(*) filter (side = 1) as n_model_turns, count(distinct content_key) as n_texts
  from bucket_turns group by subject_id
),
disguised as (
  select t.subject_id, sum(o.n_disguises)::bigint as n_disguises
  from (select distinct subject_id, content_key from bucket_turns where side = 0) t
  join observations o using (content_key) group by t.subject_id
)
select e.subject_id, min(e.account_id) as account_id,
       case when min(e.subject_id) <> min(e.account_id) then min(e.end_user_id) end as end_user_id,
       count(*) as n_events, coalesce(min(c.n_user_turns), 0) as n_user_turns,
       coalesce(min(c.n_model_turns), 0) as n_model_turns, coalesce(min(c.n_texts), 0) as n_texts,
       coalesce(min(d.n_disguises), 0) as n_disguises, min(e.time) as first_seen, max(e.time) as last_seen
from bucket_events e left join counted c using (subject_id) left join disguised d using (subject_id)
group by e.subject_id order by e.subject_id
"""
_SUBJECT_THINGS = """
select t.subject_id, h.kind, h.thing_key, sum(t.n)::bigint as n_turns, sum(t.n_model)::bigint as n_model_turns
from (select subject_id, content_key, count(*) as n, count(*) filter (side = 1) as n_model
      from bucket_turns group by subject_id, content_key) t
join (select distinct content_key, kind, thing_key from things) h using (content_key)
group by t.subject_id, h.kind, h.thing_key order by t.subject_id, h.kind, h.thing_key
"""
_SUBJECT_FIELDS = """
select subject_id, field, value, count(*) as n_turns from (
  select subject_id, 'device_id' as field, device_id as value from bucket_events where device_id is not null
  union all
  select subject_id, 'client_ip' as field, client_ip as value from bucket_events where client_ip is not null
) group by subject_id, field, value order by subject_id, field, value
"""
_TURN_ROWS = "select * from bucket_turns order by subject_id, time, event_id, side, content_key"


def profile(workspace: Workspace, progress: Progress) -> list[int]:
    """Recompute the buckets whose accounts have new events (all of them after a change of detectors); which they were."""
    version = detectors_version()
    with workspace.database.begin() as connection:
        event_rows = batches.file_rows(connection, "events")
        done = batches.get_fact(connection, "profiled") or {}
        observations = batches.paths(connection, "observations", version)
        things = batches.paths(connection, "things", version)
    known = set(done.get("batches", [])) if done.get("version") == version else set()
    fanout = workspace.settings.fanout_min_end_users
    if done.get("fanout") != fanout:
        known = set()
    fresh = [row for row in event_rows if row.batch not in known]
    touched = _buckets_of(workspace, [row.path for row in fresh])
    progress.step("profile", len(touched), "buckets")
    if not touched:
        return []
    with workspace.engine() as engine:
        engine.files("events", workspace.lake.paths(row.path for row in event_rows), EVENT_SCHEMA)
        engine.files("observations", workspace.lake.paths(observations), OBSERVATION_SCHEMA)
        engine.files("things", workspace.lake.paths(things), THING_SCHEMA)
        tables = {}
        for bucket in touched:
            tables[bucket] = _bucket(engine, bucket, fanout)
            progress.advance(1)
    state = {"version": version, "fanout": fanout, "batches": sorted({row.batch or "" for row in event_rows})}
    _store(workspace, tables, state)
    return touched


def _buckets_of(workspace: Workspace, paths: Sequence[str]) -> list[int]:
    table = workspace.lake.read(paths, EVENT_SCHEMA, ["bucket"])
    return sorted(set(table["bucket"].to_pylist())) if table.num_rows < N_BUCKETS * 64 else list(range(N_BUCKETS))


def _bucket(engine: Engine, bucket: int, fanout: int) -> dict[str, pa.Table]:
    engine.run(_SUBJECTS_OF_EVENTS.format(bucket=bucket, fanout=fanout))
    engine.run(_MESSAGES)
    engine.run(_RETRIES)
    engine.run(_TURNS)
    statements = {
        "turns": _TURN_ROWS,
        "subjects": _SUBJECTS,
        "subject_things": _SUBJECT_THINGS,
        "subject_fields": _SUBJECT_FIELDS,
    }
    return {kind: engine.query(sql).cast(_KINDS[kind]) for kind, sql in statements.items()}


def _store(workspace: Workspace, tables: dict[int, dict[str, pa.Table]], state: dict[str, object]) -> None:
    """All buckets of a run become visible together, with the fact that says what they include."""
    generation = digest_hex(orjson.dumps(state))[:12]
    files: dict[str, list[FileRow]] = {kind: [] for kind in _KINDS}
    for bucket, found in tables.items():
        for kind, table in found.items():
            path = f"{kind}/{state['version']}/bucket={bucket:02d}/{generation}.parquet"
            workspace.lake.write(table, path)
            files[kind].append(FileRow(path, kind, table.num_rows, bucket=bucket, version=str(state["version"])))
    gone: list[str] = []
    with workspace.database.begin() as connection:
        for kind, rows in files.items():
            gone += batches.replace_files(connection, kind, list(tables), rows)
        batches.set_fact(connection, "profiled", state)
    live = {row.path for rows in files.values() for row in rows}
    workspace.lake.remove(path for path in gone if path not in live)


def table(workspace: Workspace, kind: str) -> pa.Table:
    """One of the tables above, whole."""
    with workspace.database.begin() as connection:
        paths = batches.paths(connection, kind)
    return workspace.lake.read(paths, _KINDS[kind])


def turns(workspace: Workspace) -> pa.Table:
    """All turns of the log, one row a new message."""
    return table(workspace, "turns")
