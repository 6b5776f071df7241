"""The ledger of ingest and of computed files. Every write is one transaction; the caller owns the connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from counterveil.store.tables import batch, fact, lake_file


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One unit of input, as it is registered."""

    digest: str
    label: str
    format: str
    first_record: int
    n_records: int
    n_events: int
    n_duplicates: int
    n_accounts: int
    n_rejects: int
    skipped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FileRow:
    """One live file of the lake."""

    path: str
    kind: str
    n_rows: int
    batch: str | None = None
    bucket: int | None = None
    version: str = ""


def has_batch(connection: Connection, digest: str) -> bool:
    """Whether this unit of input is wholly in already."""
    return connection.execute(select(batch.c.digest).where(batch.c.digest == digest)).first() is not None


def add_batch(connection: Connection, row: BatchRow, files: Sequence[FileRow], at: datetime) -> None:
    """Register a unit of input together with its files; from here on they exist."""
    last = connection.execute(select(func.max(batch.c.seq))).scalar()
    values = {name: getattr(row, name) for name in BatchRow.__dataclass_fields__}
    connection.execute(
        insert(batch).values(**values | {"skipped": dict(row.skipped)}, seq=(last or 0) + 1, committed_at=at)
    )
    add_files(connection, files)


def add_files(connection: Connection, files: Sequence[FileRow]) -> None:
    """Register files."""
    if files:
        connection.execute(insert(lake_file), [{n: getattr(f, n) for n in FileRow.__dataclass_fields__} for f in files])


def replace_files(
    connection: Connection, kind: str, buckets: Sequence[int] | None, files: Sequence[FileRow]
) -> list[str]:
    """Put ``files`` in the place of a kind's present files (of some buckets, or all); the paths that went out."""
    where = lake_file.c.kind == kind
    if buckets is not None:
        where = where & lake_file.c.bucket.in_(list(buckets))
    gone = [str(p) for p in connection.execute(select(lake_file.c.path).where(where)).scalars()]
    connection.execute(delete(lake_file).where(where))
    add_files(connection, files)
    return gone


def drop_other_versions(connection: Connection, kinds: Sequence[str], version: str) -> list[str]:
    """Forget the files of some kinds that are not of this version; the paths that went out."""
    where = lake_file.c.kind.in_(list(kinds)) & (lake_file.c.version != version)
    gone = [str(p) for p in connection.execute(select(lake_file.c.path).where(where)).scalars()]
    connection.execute(delete(lake_file).where(where))
    return gone


def file_rows(connection: Connection, kind: str, version: str | None = None) -> list[FileRow]:
    """Live files of a kind, in the order of ingest."""
    query = (
        select(lake_file)
        .join(batch, batch.c.digest == lake_file.c.batch, isouter=True)
        .where(lake_file.c.kind == kind)
        .order_by(batch.c.seq, lake_file.c.bucket, lake_file.c.path)
    )
    if version is not None:
        query = query.where(lake_file.c.version == version)
    return [
        FileRow(**{n: row[n] for n in FileRow.__dataclass_fields__}) for row in connection.execute(query).mappings()
    ]


def paths(connection: Connection, kind: str, version: str | None = None) -> list[str]:
    """Paths of the live files of a kind."""
    return [row.path for row in file_rows(connection, kind, version)]


def all_paths(connection: Connection) -> set[str]:
    """Every live file."""
    return {str(p) for p in connection.execute(select(lake_file.c.path)).scalars()}


def totals(connection: Connection) -> dict[str, Any]:
    """What was ever ingested: batches, records, events, duplicates, accounts, rejects."""
    names = ("n_records", "n_events", "n_duplicates", "n_accounts", "n_rejects")
    query = select(func.count().label("n_batches"), *(func.coalesce(func.sum(batch.c[n]), 0).label(n) for n in names))
    row = connection.execute(query).mappings().one()
    return {name: int(value) for name, value in row.items()}


def get_fact(connection: Connection, name: str) -> Any:
    """A small fact about the workspace, None if never set."""
    return connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()


def set_fact(connection: Connection, name: str, value: Any) -> None:
    """Remember a small fact."""
    connection.execute(delete(fact).where(fact.c.name == name))
    connection.execute(insert(fact).values(name=name, value=value))
