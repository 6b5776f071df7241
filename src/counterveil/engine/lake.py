"""Immutable Parquet files of a workspace: written under a temporary name, then renamed, and listed in the ledger.

A file that is not in the ledger does not exist: a crash between rename and ledger leaves an orphan that ``sweep``
removes. Readers take file lists from the ledger, never from the folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


class Lake:
    """The ``lake`` folder of a workspace. Paths in the ledger are relative to it, so that a workspace can be moved."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, table: pa.Table, relative: str) -> int:
        """Write one file so that it appears whole or not at all; its size in bytes is returned."""
        target = self.root / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        pq.write_table(table, temporary, compression="zstd", compression_level=1)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
        return target.stat().st_size

    def paths(self, relative: Iterable[str]) -> list[Path]:
        """Absolute paths of ledger entries."""
        return [self.root / r for r in relative]

    def read(self, relative: Iterable[str], schema: pa.Schema, columns: list[str] | None = None) -> pa.Table:
        """Some files as one table (empty with the right schema when there are none)."""
        wanted = schema if columns is None else pa.schema([schema.field(c) for c in columns])
        tables = [pq.read_table(path, columns=wanted.names, partitioning=None) for path in self.paths(relative)]
        return pa.concat_tables([t.cast(wanted) for t in tables]) if tables else wanted.empty_table()

    def remove(self, relative: Iterable[str]) -> None:
        """Remove files that went out of the ledger; one that is gone already does not matter."""
        for path in self.paths(relative):
            path.unlink(missing_ok=True)

    def sweep(self, known: set[str]) -> list[str]:
        """Remove files that no ledger row names (left by a crash). Call only while holding the workspace's lock."""
        removed = []
        for path in sorted(self.root.rglob("*")) if self.root.is_dir() else []:
            relative = path.relative_to(self.root).as_posix()
            if path.is_file() and relative not in known:
                path.unlink()
                removed.append(relative)
        return removed
