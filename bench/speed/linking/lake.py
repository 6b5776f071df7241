"""A world as the tables that the link stage reads: what ingest, observation and profile would have made of its log.

The tables are the product's own, name for name and column for column; ``tests/bench_linking`` holds them against what the
stages make of the same world. Content keys are others, so are keys and values of passages.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bench.quality.linking.native import account_ids, ip_addresses
from bench.quality.linking.plan import NONE
from bench.quality.linking.words import I64, Flags, Strings, spread
from bench.quality.linking.world import World
from bench.speed.linking.observed import Names, Texts, keys_of, things_table, words_table
from counterveil.model.event import ACCOUNT_SCHEMA, TIME
from counterveil.pipeline.contents import register
from counterveil.pipeline.observe import detectors_version
from counterveil.pipeline.profile import SUBJECT_FIELD_SCHEMA, SUBJECT_SCHEMA, SUBJECT_THING_SCHEMA, TURN_SCHEMA
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace

_CHUNK = 1 << 18
_PARTS = 16
_SUBJECTS = """
select subject_id, min(account_id) as account_id, null::varchar as end_user_id, count(*) as n_events, count(*) as n_user_turns,
       0::bigint as n_model_turns, count(distinct content_key) as n_texts, 0::bigint as n_disguises,
       min(time) as first_seen, max(time) as last_seen
from turns group by subject_id order by subject_id
"""
_SUBJECT_THINGS = """
select t.subject_id, h.kind, h.thing_key, sum(t.n)::bigint as n_turns, 0::bigint as n_model_turns
from (select subject_id, content_key, count(*) as n from turns where hash(subject_id) % {parts} = {part} group by all) t
join (select distinct content_key, kind, thing_key from things) h using (content_key)
group by t.subject_id, h.kind, h.thing_key order by t.subject_id, h.kind, h.thing_key
"""


def write(workspace: Workspace, world: World) -> int:
    """Write the tables; how many distinct texts there are. Events at a time and subjects at a time, so that memory is bounded."""
    n, version, names = len(world.ts), detectors_version(), Names(world)
    bounds = [(low, min(n, low + _CHUNK)) for low in range(0, n, _CHUNK)]
    keys = np.concatenate([np.zeros(0, np.int64), *(keys_of(world, low, high) for low, high in bounds)])
    first = np.zeros(n, np.bool_)
    first[np.unique(keys, return_index=True)[1]] = True
    for low, high in bounds:
        texts = _texts(world, low, keys[low:high], first[low:high])
        tables = {
            "turns": _turns(world, low, keys[low:high]),
            "words": words_table(texts, names),
            "things": things_table(texts, names),
        }
        register(workspace, version, tables, name=f"{low:010d}")
    tables = {"accounts": _accounts(world), "subject_fields": _fields(world)}
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "things")
        tables["subjects"] = engine.query(_SUBJECTS).cast(SUBJECT_SCHEMA)
        parts = [engine.query(_SUBJECT_THINGS.format(parts=_PARTS, part=part)) for part in range(_PARTS)]
        tables["subject_things"] = pa.concat_tables(parts).cast(SUBJECT_THING_SCHEMA)
    register(workspace, version, tables, name="all")
    return int(first.sum())


def _texts(world: World, low: int, keys: I64, first: Flags) -> Texts:
    """The texts of events from ``low`` on that no earlier event has."""
    events = np.flatnonzero(first)
    starts = world.offsets[low + events]
    lengths = world.offsets[low + events + 1] - starts
    tokens = world.tokens[spread(starts, np.cumsum(lengths) - lengths, lengths)]
    return Texts(tokens, lengths, world.url[low + events], keys[events])


def _turns(world: World, low: int, keys: I64) -> pa.Table:
    n = len(keys)
    accounts = account_ids(world.account[low : low + n])
    columns = {
        "subject_id": accounts,
        "account_id": accounts,
        "event_id": pa.array([f"e{event}" for event in range(low, low + n)]),
        "time": _time(world.ts[low : low + n]),
        "conversation_id": pa.nulls(n, pa.string()),
        "side": pa.array(np.zeros(n, np.int8)),
        "role": pa.array(["user"] * n),
        "content_key": keys,
    }
    return pa.table(columns, schema=TURN_SCHEMA)


def _accounts(world: World) -> pa.Table:
    payment = pa.array(np.maximum(world.payment, 0), mask=world.payment == NONE)
    columns = {
        "account_id": account_ids(np.arange(len(world.kind))),
        "created_at": _time(world.created),
        "payment_fingerprint": pa.array(world.payments).take(payment),
    }
    empty = {field.name: pa.nulls(len(world.kind), field.type) for field in ACCOUNT_SCHEMA if field.name not in columns}
    return pa.table(columns | empty).select(ACCOUNT_SCHEMA.names).cast(ACCOUNT_SCHEMA)


def _fields(world: World) -> pa.Table:
    parts = [
        _field(world.account, codes, name, table)
        for name, codes, table in (
            ("client_ip", world.ip, ip_addresses(np.arange(len(world.ips)))),
            ("device_id", world.device, world.devices),
        )
    ]
    return pa.concat_tables(parts)


def _field(account: npt.NDArray[np.int32], codes: npt.NDArray[np.int32], name: str, table: Strings) -> pa.Table:
    """How many events each account has with each value."""
    there = codes != NONE
    pairs, counts = np.unique((account[there].astype(np.int64) << 32) | codes[there], return_counts=True)
    columns = {
        "subject_id": account_ids(pairs >> 32),
        "field": pa.array([name] * len(pairs)),
        "value": pa.array(table).take(pa.array(pairs & ((1 << 32) - 1))),
        "n_turns": counts.astype(np.int64),
    }
    return pa.table(columns, schema=SUBJECT_FIELD_SCHEMA)


def _time(seconds: I64) -> pa.Array:
    return pa.array(seconds * 1_000_000).cast(TIME)
