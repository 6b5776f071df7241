"""Observation of new texts: each file of texts once per detectors' version, in parallel, registered file by file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterveil.detectors import BUILTIN
from counterveil.model.event import TEXT_SCHEMA
from counterveil.observe.texts import Observed, observe, version_of
from counterveil.pipeline.contents import forget_other_versions
from counterveil.pipeline.pool import ordered_map
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches
from counterveil.store.batches import FileRow

# A worker's batch: small enough for its working set to stay in cache (8,192 at most: engines study §2) and for the
# progress to move.
_ROWS = 1024
# Below this many texts, starting worker processes costs more than it saves.
_INLINE_ROWS = 3000


@dataclass(frozen=True, slots=True)
class _Job:
    path: Path
    batch: str
    offset: int
    max_chars: int


def detectors_version() -> str:
    """The version under which observations of the shipped detectors are stored."""
    return version_of(BUILTIN)


def observe_new(workspace: Workspace, progress: Progress) -> int:
    """Observe every text that has no observation at the present version; how many were observed."""
    version = detectors_version()
    with workspace.database.begin() as connection:
        texts = batches.file_rows(connection, "texts")
        done = {row.batch for row in batches.file_rows(connection, "observations", version)}
    todo = [row for row in texts if row.batch not in done]
    n_texts = sum(row.n_rows for row in todo)
    progress.step("observe", n_texts, "texts")
    jobs = [
        _Job(workspace.lake.root / row.path, row.batch or "", offset, workspace.settings.max_observed_chars)
        for row in todo
        for offset in range(0, row.n_rows, _ROWS)
    ]
    parts: list[Observed] = []
    for index, (job, found) in enumerate(
        ordered_map(_observe, jobs, workers=workspace.settings.workers, inline=n_texts < _INLINE_ROWS)
    ):
        parts.append(found)
        progress.advance(found.observations.num_rows)
        if index + 1 == len(jobs) or jobs[index + 1].batch != job.batch:
            _register(workspace, job.batch, version, parts)
            parts = []
    forget_other_versions(workspace, ("observations", "things", "words"), version)
    return n_texts


def _observe(job: _Job) -> Observed:
    table = pq.read_table(job.path, columns=TEXT_SCHEMA.names, partitioning=None)
    return observe(table.slice(job.offset, _ROWS), BUILTIN, max_chars=job.max_chars)


def _register(workspace: Workspace, batch: str, version: str, parts: list[Observed]) -> None:
    files = []
    for kind in ("observations", "things", "words"):
        table = pa.concat_tables([getattr(part, kind) for part in parts])
        path = f"{kind}/{version}/{batch}.parquet"
        workspace.lake.write(table, path)
        files.append(FileRow(path, kind, table.num_rows, batch, version=version))
    with workspace.database.begin() as connection:
        batches.add_files(connection, files)
