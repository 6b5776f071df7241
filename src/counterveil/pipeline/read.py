"""Reading behaviour: only the texts of subjects that matter, within a budget; what was left unread is said.

Encoding costs more than all other steps together, so it is escalated three times. The first pass (``sift``) orders
subjects without any encoder. The first encoder looks at members of linked groups, at a fixed sample of everybody (the log's
own base rates must not come from the worst of it), then at the others in that order. The second, some twenty times
slower and better, reads languages that the first was not trained on, and again what the first found to matter. A text is
encoded once by each, whoever wrote it; a change of heads needs no encoding. Texts in languages that no encoder was
trained on are not read: guesses there would be held against their writers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from counterveil.encoders.base import EncoderChoice
from counterveil.encoders.chosen import encoders
from counterveil.engine.duck import Engine
from counterveil.ids import digest_hex
from counterveil.observe.canonical import canonical
from counterveil.observe.heads import Matrix
from counterveil.observe.segments import Segment
from counterveil.observe.sift import halves, sift_version
from counterveil.observe.texts import clipped
from counterveil.observe.trained import trained
from counterveil.pipeline.activities import account_scores
from counterveil.pipeline.contents import register, replace, written
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.reader import check_fit, encoder_choice, second_place
from counterveil.pipeline.readings import apply_heads
from counterveil.pipeline.sample import sample
from counterveil.pipeline.tables import LOOK_SCHEMA, mount
from counterveil.pipeline.vectors import VECTOR_SCHEMA, kind_bits, packed
from counterveil.pipeline.workspace import Workspace
from counterveil.settings import Settings

# Small units keep the progress alive; files hold several of them, fewer of the slow encoder: what is in no file is lost
# when the run is killed.
_UNIT = 64
_FILE_UNITS = 64
_FILE_UNITS_SECOND = 4
_INLINE_UNITS = 8
# Share of the first budget that goes to subjects in an order that has nothing to do with what they write.
_SAMPLE_SHARE = 0.2
# Share of the second budget kept for languages that the first encoder does not know.
_OTHER_SHARE = 0.5
# Accounts whose score (log-odds at even odds) is above this get a second look; members of linked groups, of whom more is
# known than their texts, already above the second. Chosen by us.
_WORTH_A_LOOK, _MEMBER_WORTH_A_LOOK = -2.0, -3.5


@dataclass(frozen=True, slots=True)
class ReadReport:
    """How much was encoded now, how many subjects are read, and how many the budget or the languages left unread."""

    n_texts: int
    n_second: int
    n_subjects_read: int
    n_subjects_unread: int
    n_texts_not_covered: int


@dataclass(frozen=True, slots=True)
class _Job:
    choice: EncoderChoice
    reader: int
    max_chars: int
    texts: pa.Table


def read_some(workspace: Workspace, groups: Sequence[Sequence[str]], progress: Progress) -> ReadReport:
    """Encode and read what is not read yet of group members and, within the budgets, of everybody else.

    Raises:
        SettingsError: an encoder without heads for its space.
    """
    check_fit(workspace.settings)
    members = pa.table({"subject_id": pa.array(sorted({s for group in groups for s in group}), pa.string())})
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "sifted", "segments", "subjects", "vectors")
        engine.table("members", members)
        sample(engine, workspace.settings)
        _choose_first(engine, workspace.settings)
        n_first = _encode_all(workspace, engine, progress, "read")
    apply_heads(workspace)
    n_second = _second_look(workspace, members, progress)
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "sifted", "subjects", "readings")
        sample(engine, workspace.settings)
        counts = engine.rows(
            "select (select count(distinct subject_id) from asked join readings using (content_key)) as n_read, "
            "(select count(*) from subjects) as n_all, (select count(distinct content_key) from turns "
            "join sifted using (content_key) left join readers using (own_lang, pasted_lang) "
            "where side = 0 and role = 'user' and reader is null) as n_not_covered"
        )[0]
    n_read = int(counts["n_read"])
    return ReadReport(n_first, n_second, n_read, int(counts["n_all"]) - n_read, int(counts["n_not_covered"]))


def _choose_first(engine: Engine, settings: Settings) -> None:
    """Make ``wanted``: texts for each encoder's first reading."""
    n_texts = int(engine.rows("select count(*) as n from asked")[0]["n"])
    budget = min(settings.read_budget_texts, int(settings.max_read_share * n_texts))
    slow = int(_OTHER_SHARE * settings.second_budget_texts) if settings.first_encoder != "none" else budget
    engine.run(f"""
    create or replace table wanted as
    with costs as (
      select subject_id, reader, count(*) as cost, quantile_cont(first_pass, 0.75) as promise,
             subject_id in (select subject_id from members) as is_member, case when reader = 0 then {budget} else {slow} end as budget
      from asked group by subject_id, reader
    ), by_chance as (
      select *, not is_member and sum(case when is_member then 0 else cost end) over (
        partition by reader order by md5(subject_id), subject_id rows unbounded preceding) <= {_SAMPLE_SHARE} * budget as is_sample
      from costs
    ), in_order as (
      select *, sum(case when is_member and reader = 0 then 0 else cost end) over (
        partition by reader order by is_member desc, is_sample desc, promise desc, subject_id rows unbounded preceding) as running
      from by_chance
    )
    select distinct a.content_key, a.reader from asked a join in_order o using (subject_id, reader)
    where (o.is_member and o.reader = 0) or o.running <= o.budget
    """)


def _second_look(workspace: Workspace, members: pa.Table, progress: Progress) -> int:
    """The second encoder on what the first found: members first, then accounts by their score."""
    place = second_place(workspace.settings)
    if place is None:
        _remember(workspace, LOOK_SCHEMA.empty_table())
        return 0
    scores = pa.Table.from_pylist(
        [{"subject_id": s, "score": v} for s, v in account_scores(workspace) if v > _MEMBER_WORTH_A_LOOK],
        schema=pa.schema([("subject_id", pa.string()), ("score", pa.float64())]),
    )
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "sifted", "segments", "vectors")
        engine.table("members", members)
        engine.table("scores", scores)
        sample(engine, workspace.settings)
        engine.run(f"""
        create or replace table wanted as
        with candidates as (
          select subject_id, content_key, nth, subject_id in (select subject_id from members) as is_member,
                 coalesce(score, -9.0) as score
          from asked left join scores using (subject_id)
          where reader < {place} and nth <= {workspace.settings.second_texts_per_subject}
        ), in_order as (
          select content_key, {place} as reader, row_number() over (
            order by is_member desc, score desc, subject_id, nth) as place
          from candidates where score > case when is_member then {_MEMBER_WORTH_A_LOOK} else {_WORTH_A_LOOK} end
        )
        select content_key, any_value(reader) as reader from in_order
        where place <= {workspace.settings.second_budget_texts} group by content_key
        """)
        n = _encode_all(workspace, engine, progress, "second look")
        chosen = engine.query("select content_key from wanted order by content_key")
    apply_heads(workspace)
    _remember(workspace, chosen)
    return n


def _remember(workspace: Workspace, chosen: pa.Table) -> None:
    """Put these texts in the place of those that the scan before looked at twice."""
    table = chosen.cast(LOOK_SCHEMA)
    row = written(
        workspace, "second_looks", table, digest_hex(table["content_key"].combine_chunks().to_numpy().tobytes())
    )
    with workspace.database.begin() as connection:
        gone = replace(connection, [row])
    workspace.lake.remove(gone)


def _encode_all(workspace: Workspace, engine: Engine, progress: Progress, step: str) -> int:
    """Encode what is ``wanted`` and has no vector of that encoder yet; how many texts."""
    settings = workspace.settings
    choice = encoder_choice(settings)
    spaces = {"reader": list(range(len(encoders(choice)))), "space": [e.space for e in encoders(choice)]}
    engine.table("spaces", pa.table(spaces, schema=pa.schema([("reader", pa.int32()), ("space", pa.string())])))
    engine.run(
        "create or replace table todo as select content_key, reader from wanted join spaces using (reader) "
        "anti join vectors using (content_key, space)"
    )
    n_todo = int(engine.rows("select count(*) as n from todo")[0]["n"])
    progress.step(step, n_todo, "texts")
    waiting: list[pa.Table] = []
    jobs = _jobs(engine, choice, settings.max_observed_chars)
    for job, vectors in ordered_map(_encode, jobs, workers=settings.workers, inline=n_todo <= _UNIT * _INLINE_UNITS):
        waiting.append(vectors)
        progress.advance(job.texts.num_rows)
        if len(waiting) >= (_FILE_UNITS_SECOND if job.reader else _FILE_UNITS):
            _keep(workspace, waiting)
            waiting = []
    if waiting:
        _keep(workspace, waiting)
    return n_todo


def _keep(workspace: Workspace, parts: list[pa.Table]) -> None:
    """One file of vectors, named by texts and spaces: both encoders may have been given the same texts."""
    table = pa.concat_tables(parts)
    keys = table["content_key"].combine_chunks().to_numpy().tobytes()
    name = digest_hex(keys, *sorted(table["space"].unique().to_pylist()))
    # Vectors are of the halves that this segmenter cut: another one makes others.
    version = sift_version(trained(workspace.settings.trained))
    register(workspace, version, {"vectors": table}, name=name)


def _jobs(engine: Engine, choice: EncoderChoice, max_chars: int) -> Iterator[_Job]:
    for reader in range(len(encoders(choice))):
        table = engine.query(f"""
        select content_key, text, starts, ends, kinds from texts join todo using (content_key) join (
          select content_key, list(start order by ordinal) as starts, list("end" order by ordinal) as ends,
                 list(kind order by ordinal) as kinds from segments group by content_key) using (content_key)
        where reader = {reader} order by content_key""")
        for at in range(0, table.num_rows, _UNIT):
            yield _Job(choice, reader, max_chars, table.slice(at, _UNIT))


def _encode(job: _Job) -> pa.Table:
    encoder = encoders(job.choice)[job.reader]
    own: list[str] = []
    pasted: list[str] = []
    bits: list[int] = []
    for row in job.texts.to_pylist():
        text = canonical(clipped(row["text"], job.max_chars)).text
        segments = [Segment(k, a, b) for k, a, b in zip(row["kinds"], row["starts"], row["ends"], strict=True)]
        mine, theirs = halves(text, segments, encoder.max_chars)
        own.append(mine)
        pasted.append(theirs)
        bits.append(kind_bits(row["kinds"]))
    of_own, of_pasted = encoder.encode(own), encoder.encode(pasted)
    columns = {
        "content_key": job.texts["content_key"],
        "space": pa.array([encoder.space] * len(own), pa.string()),
        "own": packed(of_own),
        "pasted": packed(of_pasted),
        "kinds": pa.array(bits, pa.int8()),
    }
    # Words without a vector: the encoder did not survive them. A text counts as read only if all of it was.
    failed = _failed(own, of_own) | _failed(pasted, of_pasted)
    return pa.table(columns, schema=VECTOR_SCHEMA).filter(pa.array(~failed))


def _failed(texts: Sequence[str], vectors: Matrix) -> npt.NDArray[np.bool_]:
    return np.array([bool(t.strip()) for t in texts], dtype=np.bool_) & ~vectors.any(axis=1)
