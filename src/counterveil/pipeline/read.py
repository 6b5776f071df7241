"""Reading behaviour: only the texts of subjects that matter, within a budget; what was left unread is said.

Reading costs about a dozen times what observing does, so it is escalated: members of linked groups first, then the
remaining subjects, the busiest first, until the budget is used. A text is read once, whoever wrote it. Texts in languages
that the encoder was not trained on are not read at all: its guesses there would be held against their writers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from counterveil.ids import digest_hex
from counterveil.observe.canonical import canonical
from counterveil.observe.encoder import COVERED
from counterveil.observe.head import reading_schema, reading_version, shipped
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.settings import Settings
from counterveil.store import batches
from counterveil.store.batches import FileRow

# Small units keep the progress alive; files hold several of them.
_UNIT = 64
_FILE_UNITS = 32
_INLINE_UNITS = 8


@dataclass(frozen=True, slots=True)
class ReadReport:
    """How much was read, and how many subjects the budget left unread."""

    n_texts: int
    n_subjects_read: int
    n_subjects_unread: int


def sample_sql(settings: Settings) -> str:
    """The statement that makes ``asked``: which texts of each subject are read and weighed.

    A fixed sample of each subject's user turns in covered languages, in an order that depends on nothing but the turns
    themselves (a digest of the event id), so that a resumed, repeated or incremental run weighs the same texts.
    """
    covered = ", ".join(f"'{code}'" for code in sorted(COVERED))
    return f"""
    create or replace table asked as
    select subject_id, content_key from (
      select subject_id, content_key, row_number() over (partition by subject_id order by place, content_key) as nth
      from (
        select subject_id, content_key, min(md5(event_id)) as place
        from turns join observations using (content_key)
        where side = 0 and role = 'user' and lang in ({covered})
        group by subject_id, content_key
      )
    ) where nth <= {settings.max_read_texts_per_subject}
    """


def read_some(workspace: Workspace, groups: Sequence[Sequence[str]], progress: Progress) -> ReadReport:
    """Read what is not read yet of group members and, within the budget, of everybody else."""
    members = {subject for group in groups for subject in group}
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "observations", "subjects", "readings")
        engine.table("members", pa.table({"subject_id": pa.array(sorted(members), pa.string())}))
        engine.run(sample_sql(workspace.settings))
        engine.run(
            "create table subject_order as select a.subject_id, count(*) as n_texts, min(s.n_user_turns) as n_turns, "
            "(a.subject_id in (select subject_id from members)) as is_member "
            "from asked a join subjects s using (subject_id) group by a.subject_id"
        )
        engine.run(
            "create table chosen as select subject_id from (select *, sum(n_texts) over "
            "(partition by is_member order by n_turns desc, subject_id rows unbounded preceding) as running from subject_order) "
            f"where is_member or running <= {workspace.settings.read_budget_texts}"
        )
        counts = engine.rows(
            "select (select count(*) from chosen) as n_read, (select count(*) from subject_order) as n_all"
        )[0]
        engine.run(
            "create table todo as select distinct content_key from asked join chosen using (subject_id) "
            "where content_key not in (select content_key from readings)"
        )
        table = engine.query("select content_key, text from texts join todo using (content_key) order by content_key")
    progress.step("read", table.num_rows, "texts")
    units = [table.slice(at, _UNIT) for at in range(0, table.num_rows, _UNIT)]
    inline = len(units) <= _INLINE_UNITS
    waiting: list[pa.Table] = []
    for unit, readings in ordered_map(_read, units, workers=workspace.settings.workers, inline=inline):
        waiting.append(readings)
        progress.advance(unit.num_rows)
        if len(waiting) == _FILE_UNITS:
            _register(workspace, pa.concat_tables(waiting))
            waiting = []
    if waiting:
        _register(workspace, pa.concat_tables(waiting))
    return ReadReport(table.num_rows, int(counts["n_read"]), int(counts["n_all"]) - int(counts["n_read"]))


def _read(unit: pa.Table) -> pa.Table:
    head = shipped()
    scores = head.read([canonical(text).text for text in unit["text"].to_pylist()]).astype(np.float32)
    columns = {name: scores[:, index] for index, name in enumerate(head.columns)}
    return pa.table({"content_key": unit["content_key"], **columns}, schema=reading_schema())


def _register(workspace: Workspace, readings: pa.Table) -> None:
    version = reading_version()
    name = digest_hex(readings["content_key"].combine_chunks().to_numpy().tobytes())
    path = Path("readings") / version / f"{name}.parquet"
    workspace.lake.write(readings, path.as_posix())
    with workspace.database.begin() as connection:
        batches.add_files(connection, [FileRow(path.as_posix(), "readings", readings.num_rows, version=version)])
