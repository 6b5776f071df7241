"""Linking over the whole workspace: incidence, pairs, weights, groups."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from counterveil.detectors import BUILTIN
from counterveil.engine.duck import Engine
from counterveil.ids import key64
from counterveil.link import statements
from counterveil.link.groups import communities
from counterveil.model.event import ACCOUNT_SCHEMA
from counterveil.model.link import Link, SharedThing
from counterveil.model.signal import EvidenceClass, Family, Reads, Row, Thing
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.policy.evidence import EvidencePolicy, evidence, hub_keys

_CLASSES = {1: EvidenceClass.A, 2: EvidenceClass.B, 3: EvidenceClass.C}
_ORDER = {value: key for key, value in _CLASSES.items()}

_INCIDENCE = """
create or replace table incidence as
with activity as (
  select subject_id, greatest(0.0, log2(n_texts / nullif(avg(n_texts) over (), 0))) as log2_activity from subjects
)
select all_things.subject_id as subject, kind, thing_key, n_turns, n_own_turns, coalesce(log2_activity, 0) as log2_activity
from (
  select subject_id, kind, thing_key, n_turns, n_turns - n_model_turns as n_own_turns from subject_things
  union all
  select subject_id, kind, thing_key, n_turns, n_turns as n_own_turns from field_things
) all_things left join activity using (subject_id)
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


@dataclass(frozen=True, slots=True)
class Hub:
    """A thing that so many subjects share that it links nobody: shown as ignored, with its size."""

    kind: str
    value: str
    n_subjects: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Everything that linking found; ``threshold_bits`` is what a pair needed."""

    links: dict[tuple[str, str], Link]
    groups: list[list[str]]
    hubs: list[Hub]
    n_population: int
    threshold_bits: float
    funnel: dict[str, int]


def link(workspace: Workspace, progress: Progress) -> Linked:
    """Links and groups of the workspace as it stands. Cost: the pairs that rare shared things make, never all pairs."""
    policy = evidence()
    progress.step("link", 4, "steps")
    with workspace.engine() as engine:
        mount(workspace, engine, "subjects", "subject_things", "subject_fields", "accounts", "things", "turns")
        engine.run("create table subject_contents as select distinct subject_id as subject, content_key from turns")
        field_values = _register_fields(engine)
        _register_policy(engine, policy)
        engine.run(_INCIDENCE)
        progress.advance(1)
        n_population = int(engine.rows("select count(*) as n from subjects")[0]["n"])
        threshold = threshold_bits(policy, n_population)
        engine.run(statements.COMMONNESS)
        engine.run(statements.EMBEDDED, {"embedded_share": policy.decision.embedded_share})
        engine.run(statements.PAIRS)
        engine.run(statements.EMBEDDED_PAIRS)
        progress.advance(1)
        engine.run(
            statements.WEIGHED,
            {
                "n_population": n_population,
                "prior_subjects": policy.population.prior_subjects,
                "prior_count": policy.population.prior_count,
                "damping": policy.decision.damping,
            },
        )
        engine.run(
            statements.LINKS,
            {
                "threshold_mb": round(1000 * threshold),
                "min_family_mb": round(1000 * policy.decision.min_family_bits),
            },
        )
        progress.advance(1)
        totals = engine.rows(statements.LINK_ROWS)
        ledger = engine.rows(statements.LEDGER_ROWS, {"listed": policy.decision.listed_things})
        hub_rows = engine.rows(statements.HUB_ROWS)
        funnel = {name: int(value) for name, value in engine.rows(statements.FUNNEL)[0].items()}
        values = _values(engine, {row["thing_key"] for row in (*ledger, *hub_rows)}, field_values)
    links = _links(totals, ledger, values, n_population)
    weights = {pair: found.bits for pair, found in links.items()}
    hubs = [Hub(row["kind"], values.get(row["thing_key"], "?"), int(row["n_subjects"])) for row in hub_rows]
    groups = communities(weights, threshold_bits=threshold)
    progress.advance(1)
    return Linked(links, groups, hubs, n_population, threshold, funnel)


def threshold_bits(policy: EvidencePolicy, n_population: int) -> float:
    """Bits a pair needs: prior odds of a random pair, plus the posterior odds that we ask for."""
    prior = math.log2(max(2.0, n_population / policy.decision.expected_partners))
    return prior + policy.decision.posterior_bits


def accounts_sql() -> str:
    """The statement that gives one row an account from the table ``accounts``."""
    return _ACCOUNTS.format(columns=", ".join(ACCOUNT_SCHEMA.names))


def _register_fields(engine: Engine) -> dict[int, str]:
    """Run the account and event detectors over distinct values; the table ``field_things`` and its values by key."""
    rows: list[dict[str, Any]] = []
    values: dict[int, str] = {}

    def add(subject_id: str, things: Iterable[Thing], n_turns: int) -> None:
        for thing in things:
            key = key64(thing.kind, thing.value)
            values[key] = thing.value
            rows.append({"subject_id": subject_id, "kind": thing.kind, "thing_key": key, "n_turns": n_turns})

    of_events = [d for d in BUILTIN if d.info.reads is Reads.EVENT]
    for found in engine.rows("select * from subject_fields"):
        for detector in of_events:
            add(found["subject_id"], detector.find(Row(0, fields={found["field"]: found["value"]})), found["n_turns"])
    of_accounts = [d for d in BUILTIN if d.info.reads is Reads.ACCOUNT]
    # Registration belongs to the account: where it fronts many end users, it says nothing about any one of them.
    own = {row["subject_id"] for row in engine.rows("select subject_id from subjects where end_user_id is null")}
    for account in engine.rows(accounts_sql()):
        if account["account_id"] in own:
            row = Row(0, fields={name: _text(value) for name, value in account.items() if value is not None})
            for detector in of_accounts:
                add(account["account_id"], detector.find(row), 1)
    schema = pa.schema(
        [("subject_id", pa.string()), ("kind", pa.string()), ("thing_key", pa.int64()), ("n_turns", pa.int64())]
    )
    engine.table("field_rows", pa.Table.from_pylist(rows, schema=schema))
    # Several raw values may be one thing (addresses of one /64): once a subject.
    engine.run(
        "create or replace table field_things as select subject_id, kind, thing_key, sum(n_turns)::bigint as n_turns "
        "from field_rows group by subject_id, kind, thing_key"
    )
    return values


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _register_policy(engine: Engine, policy: EvidencePolicy) -> None:
    kinds = [
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


def _values(engine: Engine, keys: set[int], fields: Mapping[int, str]) -> dict[int, str]:
    """What a person is shown for each key that is shown at all."""
    engine.table("wanted", pa.table({"thing_key": pa.array(sorted(keys), pa.int64())}))
    rows = engine.rows(
        "select thing_key, min(value) as value from things join wanted using (thing_key) group by thing_key"
    )
    return {row["thing_key"]: row["value"] for row in rows} | {k: v for k, v in fields.items() if k in keys}


def _links(
    totals: list[dict[str, Any]], ledger: list[dict[str, Any]], values: Mapping[int, str], n_population: int
) -> dict[tuple[str, str], Link]:
    shared: dict[tuple[str, str], list[SharedThing]] = {}
    for row in ledger:
        shared.setdefault((row["left_subject"], row["right_subject"]), []).append(
            SharedThing(
                kind=row["kind"],
                value=values.get(row["thing_key"], "?"),
                family=Family(row["family"]),
                evidence_class=_CLASSES[row["evidence_class"]],
                n_subjects=int(row["n_subjects"]),
                n_population=n_population,
                bits_alone=row["alone_mb"] / 1000,
                bits=row["mb"] / 1000,
            )
        )
    return {
        pair: Link(*pair, bits=row["mb"] / 1000, shared=tuple(shared.get(pair, ())))
        for row in totals
        for pair in [(row["left_subject"], row["right_subject"])]
    }
