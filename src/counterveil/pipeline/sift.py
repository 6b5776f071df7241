"""Sifting of new user texts: who speaks where, what is claimed, a first guess. Each text once, in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from counterveil.engine.duck import Engine
from counterveil.observe.segments import segmenter
from counterveil.observe.sift import sift, sift_version
from counterveil.observe.trained import trained
from counterveil.pipeline.contents import forget_other_versions, register
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.tables import mount
from counterveil.pipeline.workspace import Workspace
from counterveil.settings import Settings

_ROWS = 512
_FILE_UNITS = 64
_CHUNK_ROWS = 65_536
_INLINE_ROWS = 3000
_KINDS = ("sifted", "segments", "claims")


@dataclass(frozen=True, slots=True)
class _Job:
    texts: pa.Table
    max_chars: int
    folder: Path | None


def sift_new(workspace: Workspace, progress: Progress) -> int:
    """Sift every user text that is not sifted at the present version; how many were."""
    version = sift_version(trained(workspace.settings.trained))
    forget_other_versions(workspace, _KINDS, version)
    waiting: list[tuple[pa.Table, pa.Table, pa.Table]] = []
    with workspace.engine() as engine:
        mount(workspace, engine, "turns", "texts", "sifted")
        engine.run(
            "create table todo as select distinct content_key from turns where side = 0 and role = 'user' "
            "and content_key not in (select content_key from sifted)"
        )
        n_texts = int(engine.rows("select count(*) as n from todo")[0]["n"])
        progress.step("sift", n_texts, "texts")
        jobs = _jobs(engine, workspace.settings)
        workers = workspace.settings.workers
        for job, found in ordered_map(_sift, jobs, workers=workers, inline=n_texts < _INLINE_ROWS):
            waiting.append(found)
            progress.advance(job.texts.num_rows)
            if len(waiting) == _FILE_UNITS:
                _write(workspace, version, waiting)
                waiting = []
    if waiting:
        _write(workspace, version, waiting)
    return n_texts


def _jobs(engine: Engine, settings: Settings) -> Iterator[_Job]:
    """Units of work, a bounded number of texts in memory at a time, in the order of their keys."""
    last = -(2**63)
    while True:
        table = engine.query(
            f"select content_key, text from texts join todo using (content_key) where content_key > {last} "
            f"order by content_key limit {_CHUNK_ROWS}"
        )
        if table.num_rows == 0:
            return
        for at in range(0, table.num_rows, _ROWS):
            yield _Job(table.slice(at, _ROWS), settings.max_observed_chars, settings.trained)
        last = table["content_key"][-1].as_py()


def _sift(job: _Job) -> tuple[pa.Table, pa.Table, pa.Table]:
    return sift(job.texts, segmenter(trained(job.folder)), max_chars=job.max_chars)


def _write(workspace: Workspace, version: str, parts: list[tuple[pa.Table, pa.Table, pa.Table]]) -> None:
    tables = {kind: pa.concat_tables([part[i] for part in parts]) for i, kind in enumerate(_KINDS)}
    register(workspace, version, tables)
