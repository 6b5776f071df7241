"""When a group was active: turns a day, in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Timeline:
    """``days`` (ISO dates, without gaps) and ``n_turns`` new user messages on each; ``n_subjects`` who were active."""

    days: tuple[str, ...]
    n_turns: tuple[int, ...]
    n_subjects: tuple[int, ...]


def timeline(workspace: Workspace, members: Sequence[str]) -> Timeline:
    """The activity of some subjects by day."""
    with workspace.engine() as engine:
        mount(workspace, engine, "turns")
        engine.table("members", pa.table({"subject_id": pa.array(list(members), pa.string())}))
        rows = engine.rows(
            "with d as (select time::date as day, subject_id from turns join members using (subject_id) "
            "where side = 0 and role = 'user'), "
            "span as (select unnest(generate_series((select min(day) from d)::timestamp, (select max(day) from d)::timestamp, "
            "interval 1 day))::date as day) "
            "select span.day::varchar as day, count(d.day) as n_turns, count(distinct d.subject_id) as n_subjects "
            "from span left join d on d.day = span.day group by span.day order by span.day"
        )
    return Timeline(
        tuple(r["day"] for r in rows), tuple(int(r["n_turns"]) for r in rows), tuple(int(r["n_subjects"]) for r in rows)
    )


def schedule(workspace: Workspace, members: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """New user messages by weekday (seven rows, Monday first) and hour of the day in UTC: context, never evidence."""
    with workspace.engine() as engine:
        mount(workspace, engine, "turns")
        engine.table("members", pa.table({"subject_id": pa.array(list(members), pa.string())}))
        rows = engine.rows(
            "select isodow(time)::int - 1 as day, hour(time)::int as hour, count(*)::bigint as n from turns "
            "join members using (subject_id) where side = 0 and role = 'user' group by all"
        )
    counted = {(row["day"], row["hour"]): int(row["n"]) for row in rows}
    return tuple(tuple(counted.get((day, hour), 0) for hour in range(24)) for day in range(7))
