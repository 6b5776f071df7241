"""What drift is measured on: distributions over subjects, of the whole log, of what came after a time, or of each week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counterveil.engine.duck import Engine
from counterveil.model.event import EVENT_SCHEMA
from counterveil.model.signal import SIGNAL_SCHEMA
from counterveil.pipeline.assess import SCORE_SCHEMA
from counterveil.pipeline.reader import readings_version
from counterveil.pipeline.tables import live_paths, mount
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches, findings

_WEEK = "floor((floor(epoch({t}.time) / 86400) + 3) / 7)::bigint"
# Ten equal parts of [0,1], and exactly nothing by itself.
_BIN = "case when {x} <= 0 then 'none' else printf('%.1f–', least(9, floor({x} * 10)) / 10) end"
_ACTIVE = """
create or replace table active as
select subject_id, account_id, n_events from subjects where epoch(last_seen) > $since
"""
_SENT = """
create or replace table sent as
select t.subject_id, {week} as week, o.lang, r.doing from (select distinct subject_id, time, content_key from turns
where side = 0 and role = 'user' and epoch(time) > $since) t
join observations o using (content_key) left join readings r using (content_key)
"""
_PER_WEEK = {
    "language": "select week, subject_id, mode(lang order by lang) as bin from sent group by all",
    "reads as doing harm": f"select week, subject_id, {_BIN.format(x='avg(doing)')} as bin from sent where doing is not null group by all",
    "model": "select {week} as week, account_id, mode(model order by model) as bin from events e where epoch(e.time) > $since and model is not null group by all",
}
_OF_SUBJECTS = {
    "events of a subject": "select printf('2^%d', floor(log2(n_events))::int) as bin from active",
    "account score": f"select {_BIN.format(x='confidence')} as bin from active join scores using (subject_id) where n_read > 0",
    "share unread": "select case when coalesce(n_read, 0) = 0 then 'unread' else 'read' end as bin from active left join scores using (subject_id)",
    "share with texts not covered": "select case when coalesce(n_not_covered, 0) > 0 then 'some' else 'none' end as bin from active left join scores using (subject_id)",
    "share in a group": "select case when standing in ('core', 'likely') then 'linked' else 'alone' end as bin from active left join scores using (subject_id)",
}
_SIGNALS = f"""
select detector as name, bin, count(*) as n from (
  select d.detector, a.subject_id, {_BIN.format(x="coalesce(s.score, 0)")} as bin
  from (select distinct detector from signals) d cross join (select subject_id from active join scores using (subject_id) where n_read > 0) a
  left join signals s using (detector, subject_id)
) group by all order by all
"""
Distributions = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Distributions by name; plain counts; until when the log went (seconds); which weights read it."""

    distributions: Distributions
    counts: dict[str, int]
    until: float
    reader: str

    def as_dict(self) -> dict[str, Any]:
        """For the state database."""
        return {
            "distributions": self.distributions,
            "counts": self.counts,
            "until": self.until,
            "reader": self.reader,
        }


def snapshot(workspace: Workspace, since: float = float("-inf")) -> tuple[Snapshot, dict[int, Distributions]]:
    """Distributions of subjects that were active after ``since`` (epoch seconds), and those of each week (Monday-based)."""
    with workspace.database.begin() as connection:
        leads, operations = findings.leads(connection), findings.operations(connection)
        n_rejects = batches.totals(connection)["n_rejects"]
        linking = batches.get_fact(connection, "linking") or {}
    with workspace.engine() as engine:
        engine.files("events", workspace.lake.paths(live_paths(workspace, "events")), EVENT_SCHEMA)
        engine.files("scores", workspace.lake.paths(live_paths(workspace, "scores")), SCORE_SCHEMA)
        engine.files("signals", workspace.lake.paths(live_paths(workspace, "signals")), SIGNAL_SCHEMA)
        mount(workspace, engine, "turns", "subjects", "observations", "readings")
        earliest = {"since": max(since, -1e15)}
        engine.run(_ACTIVE, earliest)
        engine.run(_SENT.format(week=_WEEK.format(t="t")), earliest)
        weeks = _weeks(engine, earliest)
        distributions = _whole(engine, earliest)
        until = engine.rows("select max(epoch(time)) as t, count(*) as n from events")[0]
        n_active = engine.rows("select count(*) as n from active")[0]["n"]
    counts = {
        "events": until["n"],
        "active subjects": n_active,
        "rejected records": n_rejects,
        "links": int(linking.get("n_links", 0)),
        "groups": len(operations),
        "suspected operations": sum(o["verdict"] == "suspected" for o in operations),
        "leads": len(leads),
    }
    reader = readings_version(workspace.settings)
    return Snapshot(distributions, counts, float(until["t"] or 0.0), reader), weeks


def _weeks(engine: Engine, since: dict[str, float]) -> dict[int, Distributions]:
    found: dict[int, Distributions] = {}
    for name, inner in _PER_WEEK.items():
        sql = inner.format(week=_WEEK.format(t="e"))
        for row in engine.rows(
            f"select week, bin, count(*) as n from ({sql}) group by all order by all", _used(sql, since)
        ):
            found.setdefault(row["week"], {}).setdefault(name, {})[row["bin"]] = row["n"]
    return dict(sorted(found.items()))


def _whole(engine: Engine, since: dict[str, float]) -> Distributions:
    """The same over all of the time, a subject once, and what is known of subjects as a whole."""
    found: Distributions = {}
    whole = {
        name: sql.replace("{week}", "0").replace("select week,", "select 0 as week,") for name, sql in _PER_WEEK.items()
    }
    for name, inner in {**whole, **_OF_SUBJECTS}.items():
        for row in engine.rows(
            f"select bin, count(*) as n from ({inner}) group by all order by all", _used(inner, since)
        ):
            found.setdefault(name, {})[row["bin"]] = row["n"]
    for row in engine.rows(_SIGNALS):
        found.setdefault(f"signal {row['name'].replace('_', ' ')}", {})[row["bin"]] = row["n"]
    return found


def _used(sql: str, since: dict[str, float]) -> dict[str, float]:
    return since if "$since" in sql else {}
