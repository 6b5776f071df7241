"""What each subject has, as tables of the engine: the input of ``link/statements.py``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from counterveil.detectors import BUILTIN
from counterveil.engine.duck import Engine
from counterveil.ids import key64
from counterveil.model.event import ACCOUNT_SCHEMA
from counterveil.model.signal import EvidenceClass, Reads, Row
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import EvidencePolicy, hub_keys

CLASSES = {1: EvidenceClass.A, 2: EvidenceClass.B, 3: EvidenceClass.C}
_ORDER = {value: key for key, value in CLASSES.items()}

# Subjects by number, in the order of their names: pairs keep their order, and numbers join faster than names.
_PEOPLE = """
create or replace table people as
select subject_id, (row_number() over (order by subject_id) - 1)::int as subject,
       greatest(0.0, log2(n_texts / nullif(avg(n_texts) over (), 0))) as log2_activity
from subjects
"""
_INCIDENCE = """
create or replace table incidence as
with every as (
  select subject_id, kind, thing_key, n_turns, n_turns - n_model_turns as n_own_turns from subject_things
  union all
  select subject_id, kind, thing_key, n_turns, n_turns as n_own_turns from field_things
),
shared as (select kind, thing_key from every group by kind, thing_key having count(*) >= 2)
select p.subject, e.kind, e.thing_key, e.n_turns, e.n_own_turns, coalesce(p.log2_activity, 0) as log2_activity
from every e join shared using (kind, thing_key) join people p using (subject_id)
"""
# Texts by when they were first seen: keys of texts differ between workspaces, and which text stands for a thing must not.
# Languages by number; 0 is none, or not known.
_TEXTS = """
create or replace table languages as
select lang, (row_number() over (order by lang))::int as number from observations where lang <> 'und' group by lang;
create or replace table text_places as
with placed as (
  select content_key, (row_number() over (
    order by min(time), min(event_id), min(side), min(role), count(*), content_key) - 1)::bigint as place
  from turns group by content_key
)
select p.*, coalesce(l.number, 0) as lang
from placed p left join observations o using (content_key) left join languages l using (lang)
"""
# The text that stands for a thing of a subject: of those that hold it, the one that says least else; then the earlier one.
_UNITS = """
create or replace table subject_texts as
select distinct p.subject, t.content_key from turns t join people p using (subject_id);
create or replace table text_things as
select distinct t.content_key, t.kind, t.thing_key from things t semi join incidence i using (kind, thing_key);
create or replace table incidence as
with held as (
  select s.subject, t.kind, t.thing_key, o.place, c.n
  from subject_texts s join text_things t using (content_key) join text_places o using (content_key)
  join (select content_key, count(*) as n from text_things group by content_key) c using (content_key)
),
least_held as (select subject, kind, thing_key, min(n) as n from held group by subject, kind, thing_key),
chosen as (
  select subject, kind, thing_key, min(place) as unit
  from held join least_held using (subject, kind, thing_key, n) group by subject, kind, thing_key
)
select i.*, c.unit, coalesce(o.lang, -1) as lang
from incidence i left join chosen c using (subject, kind, thing_key) left join text_places o on o.place = c.unit;
-- As in ``link/alike.py``, `spoken`.
create or replace table language_pairs as
with counted as (
  select subject, lang, count(*) as n from subject_texts join text_places using (content_key) group by subject, lang
),
shares as (select lang, n / sum(n) over (partition by subject) as share from counted)
select lang, greatest(1.0, (power(sum(sqrt(share)), 2) - sum(share)) / 2) as n_pairs from shares group by lang;
create or replace table unit_passages as
select distinct o.place as content_key, t.thing_key from text_things t join kind_policy p using (kind)
join text_places o using (content_key)
semi join (select unit from incidence where unit is not null) u on u.unit = o.place
where p.family = 'content'
"""
# One row an account, whichever file named it first: the fullest record, then the last in text order.
_ACCOUNTS = """
select {columns} from (
  select *, row_number() over (
    partition by account_id
    order by (created_at is null)::int + (email is null)::int + (phone is null)::int + (payment_fingerprint is null)::int
           + (signup_ip is null)::int + (org_id is null)::int + (declared_use is null)::int,
             concat_ws('|', created_at, email, phone, payment_fingerprint, signup_ip, signup_country, org_id, declared_use, plan, extra) desc
  ) as nth from accounts
) where nth = 1 order by account_id
"""


def register(workspace: Workspace, engine: Engine, policy: EvidencePolicy) -> dict[int, str]:
    """Make ``people``, ``incidence``, ``unit_passages`` and the policy's tables; what the fields' things are called, by key."""
    mount(
        workspace, engine, "subjects", "subject_things", "subject_fields", "accounts", "things", "turns", "observations"
    )
    engine.run(_PEOPLE)
    for statement in _TEXTS.split(";"):
        engine.run(statement)
    values = _fields(engine)
    register_policy(engine, policy)
    engine.run(_INCIDENCE)
    for statement in _UNITS.split(";"):
        engine.run(statement)
    return values


def accounts_sql() -> str:
    """The statement that gives one row an account from the table ``accounts``."""
    return _ACCOUNTS.format(columns=", ".join(ACCOUNT_SCHEMA.names))


def _fields(engine: Engine) -> dict[int, str]:
    """Run the detectors of events and accounts over distinct values: the table ``field_things``, and its values by key."""
    values: dict[int, str] = {}
    found: list[tuple[str, str, str, int]] = []

    def note(kind: str, value: str) -> int:
        key = key64(kind, value)
        values[key] = value
        return key

    of_events = [d for d in BUILTIN if d.info.reads is Reads.EVENT]
    distinct = engine.rows("select distinct field, value from subject_fields order by field, value")
    for row in distinct:
        fields = {row["field"]: row["value"]}
        found += [
            (row["field"], row["value"], t.kind, note(t.kind, t.value))
            for d in of_events
            for t in d.find(Row(0, fields=fields))
        ]
    named = ("field", "value", "kind", "thing_key")
    columns = dict(zip(named, zip(*found, strict=True) if found else ([], [], [], []), strict=True))
    schema = pa.schema(
        [("field", pa.string()), ("value", pa.string()), ("kind", pa.string()), ("thing_key", pa.int64())]
    )
    engine.table("value_things", pa.table({n: list(c) for n, c in columns.items()}, schema=schema))
    engine.table("account_things", _account_things(engine, note))
    # Several raw values may be one thing (addresses of one /64): once a subject.
    engine.run(
        "create or replace table field_things as select subject_id, kind, thing_key, sum(n_turns)::bigint as n_turns from ("
        "select subject_id, kind, thing_key, n_turns from subject_fields join value_things using (field, value) "
        "union all select subject_id, kind, thing_key, 1 from account_things) group by subject_id, kind, thing_key"
    )
    return values


def _account_things(engine: Engine, note: Any) -> pa.Table:
    """Registration belongs to the account: where it fronts many end users, it says nothing about any one of them."""
    of_accounts = [d for d in BUILTIN if d.info.reads is Reads.ACCOUNT]
    own = {row["subject_id"] for row in engine.rows("select subject_id from subjects where end_user_id is null")}
    rows = []
    for account in engine.rows(accounts_sql()):
        if account["account_id"] in own:
            row = Row(0, fields={name: _text(value) for name, value in account.items() if value is not None})
            rows += [
                {"subject_id": account["account_id"], "kind": t.kind, "thing_key": note(t.kind, t.value)}
                for d in of_accounts
                for t in d.find(row)
            ]
    schema = pa.schema([("subject_id", pa.string()), ("kind", pa.string()), ("thing_key", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def register_policy(engine: Engine, policy: EvidencePolicy) -> None:
    """Make ``kind_policy``, ``family_caps`` and ``public_things``."""
    kinds: list[Mapping[str, Any]] = [
        {
            "kind": name,
            "family": kind.family.value,
            "class_order": _ORDER[kind.best],
            "a_max": kind.a_max,
            "a_min_turns": kind.a_min_turns,
            "b_max": kind.b_max,
            "m": kind.m,
            "hub": kind.hub,
            "cap_bits": kind.cap_bits,
            "activity": kind.activity,
        }
        for name, kind in policy.kinds.items()
    ]
    engine.table("kind_policy", pa.Table.from_pylist(kinds))
    caps = [{"family": f.value, "cap_mb": round(1000 * cap)} for f, cap in policy.family_caps.items()]
    engine.table("family_caps", pa.Table.from_pylist(caps))
    engine.table("public_things", pa.table({"thing_key": pa.array(sorted(hub_keys()), pa.int64())}))
