"""Tables computed once a text: which user texts lack them, and how their files are registered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection

from counterveil.ids import digest_hex
from counterveil.pipeline.workspace import Workspace
from counterveil.store import batches
from counterveil.store.batches import FileRow


def register(workspace: Workspace, version: str, tables: dict[str, pa.Table], *, name: str | None = None) -> None:
    """Write one file a kind for the same texts, and make them visible together; named by the first table's keys."""
    first = next(iter(tables.values()))
    name = name or digest_hex(first["content_key"].combine_chunks().to_numpy().tobytes())
    rows = []
    for kind, table in tables.items():
        path = Path(kind) / version / f"{name}.parquet"
        workspace.lake.write(table, path.as_posix())
        rows.append(FileRow(path.as_posix(), kind, table.num_rows, version=version))
    with workspace.database.begin() as connection:
        batches.add_files(connection, rows)


def forget_other_versions(workspace: Workspace, kinds: Sequence[str], version: str) -> None:
    """Remove files of some kinds that were computed by another version: nothing reads them any more."""
    with workspace.database.begin() as connection:
        gone = batches.drop_other_versions(connection, kinds, version)
    workspace.lake.remove(gone)


def written(workspace: Workspace, kind: str, table: pa.Table, digest: str) -> FileRow:
    """A file of a kind that has one table for the whole workspace; not visible before ``replace`` names it."""
    path = f"{kind}/{digest}.parquet"
    workspace.lake.write(table, path)
    return FileRow(path, kind, table.num_rows)


def replace(connection: Connection, rows: Sequence[FileRow]) -> list[str]:
    """Put each file in the place of its kind's present one; the paths that went out, to be removed after the commit."""
    gone = {old for row in rows for old in batches.replace_files(connection, row.kind, None, [row])}
    return sorted(gone - {row.path for row in rows})
