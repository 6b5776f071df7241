"""What the checks of the data look at, counted over the log."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from counterveil.engine.duck import Engine
from counterveil.ids import utc_now
from counterveil.model.event import EVENT_SCHEMA
from counterveil.pipeline.linking.features import accounts_sql
from counterveil.pipeline.sample import readers
from counterveil.pipeline.tables import live_paths, mount
from counterveil.pipeline.workspace import Workspace
from counterveil.quality.costs import NEEDS
from counterveil.quality.health import FieldDay, LogFigures
from counterveil.store import batches

# Clocks of different hosts differ by minutes; a zone taken wrongly by hours. Chosen by us.
_AHEAD = timedelta(minutes=10)
# No service of this kind is older; smaller values are seconds taken for milliseconds, or zero.
_ANCIENT = "2015-01-01T00:00:00+00:00"
_MISSING = {
    "texts": "not coalesce(list_contains([m.side for m in messages], 0), false)",
    "outputs": "not coalesce(list_contains([m.side for m in messages], 1), false)",
    "device_id": "device_id is null",
    "client_ip": "client_ip is null",
    "conversation_id": "conversation_id is null",
    "end_user_id": "end_user_id is null",
    "model": "model is null",
    "tokens": "input_tokens is null and output_tokens is null",
}
assert _MISSING.keys() == NEEDS.keys()
_HISTORY = """
with asked as (
  select account_id, conversation_id, time, event_id, len([m.side for m in messages if m.side = 0]) as n
  from events where conversation_id is not null
), steps as (
  select n, lag(n) over (partition by account_id, conversation_id order by time, event_id) as before from asked
)
select count(*) filter (before is not null and greatest(n, before) > 1) as n_steps, count(*) filter (n < before) as n_back from steps
"""


def log_figures(workspace: Workspace, *, now: datetime | None = None) -> LogFigures:
    """The figures of a workspace's whole log; what needs a scan is zero before one. Cost: linear in the events."""
    latest = ((now or utc_now()) + _AHEAD).isoformat()
    with workspace.database.begin() as connection:
        totals = batches.totals(connection)
    with workspace.engine() as engine:
        engine.files("events", workspace.lake.paths(live_paths(workspace, "events")), EVENT_SCHEMA)
        mount(workspace, engine, "accounts", "turns", "observations", "sifted")
        counted = _counts(engine, latest)
        steps = engine.rows(_HISTORY)[0]
        registration = _registration(engine)
        texts = engine.rows(
            "select count(*) as n, count(*) filter (n_chars >= $most) as clipped from observations",
            {"most": workspace.settings.max_observed_chars},
        )[0]
        not_covered, n_user_texts = _coverage(engine, workspace)
        return LogFigures(
            days=_days(engine),
            hours=_hours(engine),
            n_records=totals["n_records"],
            n_rejects=totals["n_rejects"],
            n_duplicates=totals["n_duplicates"],
            n_future=counted["future"],
            n_ancient=counted["ancient"],
            n_steps=steps["n_steps"],
            n_steps_back=steps["n_back"],
            n_accounts=registration["n"],
            n_unregistered=registration["unregistered"],
            n_younger=registration["younger"],
            n_texts=texts["n"],
            n_clipped=texts["clipped"],
            n_cut_short=counted["cut"],
            not_covered=not_covered,
            n_user_texts=n_user_texts,
        )


def _counts(engine: Engine, latest: str) -> dict[str, int]:
    return engine.rows(
        "select count(*) filter (time > $latest::timestamptz) as future, count(*) filter (time < $ancient::timestamptz) as ancient, "
        "count(*) filter (finish_reason = 'length') as cut from events",
        {"latest": latest, "ancient": _ANCIENT},
    )[0]


def _days(engine: Engine) -> list[FieldDay]:
    missing = ", ".join(f"count(*) filter ({condition}) as {name}" for name, condition in _MISSING.items())
    rows = engine.rows(
        f"select source, floor(epoch(time) / 86400)::bigint as day, count(*) as n, {missing} from events group by all order by all"
    )
    first = date(1970, 1, 1)
    return [
        FieldDay(row["source"], first + timedelta(days=row["day"]), row["n"], {name: row[name] for name in _MISSING})
        for row in rows
    ]


def _hours(engine: Engine) -> dict[int, int]:
    rows = engine.rows("select floor(epoch(time) / 3600)::bigint as hour, count(*) as n from events group by all")
    return {row["hour"]: row["n"] for row in rows}


def _registration(engine: Engine) -> dict[str, int]:
    return engine.rows(
        "select count(*) as n, count(*) filter (r.account_id is null) as unregistered, "
        "count(*) filter (r.created_at > e.first_event) as younger "
        "from (select account_id, min(time) as first_event from events group by account_id) e "
        f"left join ({accounts_sql()}) r using (account_id)"
    )[0]


def _coverage(engine: Engine, workspace: Workspace) -> tuple[dict[str, int], int]:
    """User texts that no encoder reads, by the language of who sent them, and how many user texts there are."""
    readers(engine, workspace.settings)
    engine.run(
        "create or replace table sent as select distinct content_key from turns where side = 0 and role = 'user'"
    )
    rows = engine.rows(
        "select own_lang as lang, count(*) as n from sent join sifted using (content_key) "
        "left join readers using (own_lang, pasted_lang) where reader is null group by all"
    )
    n = engine.rows("select count(*) as n from sent")[0]["n"]
    return {row["lang"]: row["n"] for row in rows}, n
