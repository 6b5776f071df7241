"""The analytical engine: DuckDB over lists of Parquet files and Arrow tables. The only module that runs its SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa


class Engine:
    """One connection with a memory limit; spills to ``spill`` when the limit is reached.

    Order of rows is not kept unless a statement says ``order by``: every caller that needs an order names it.
    """

    def __init__(self, *, memory_limit_mib: int, threads: int, spill: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(f"set memory_limit = '{memory_limit_mib}MiB'")
        self._connection.execute(f"set threads = {threads}")
        self._connection.execute("set preserve_insertion_order = false")
        self._connection.execute("set TimeZone = 'UTC'")
        self._connection.execute(f"set temp_directory = {_quoted(str(spill))}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def files(self, name: str, paths: Sequence[Path], schema: pa.Schema) -> None:
        """Make the rows of some Parquet files available as ``name``; an empty table of ``schema`` when there are none."""
        if not paths:
            self.table(name, schema.empty_table())
            return
        self._forget(name)
        listed = ", ".join(_quoted(str(p)) for p in paths)
        columns = ", ".join(f'"{column}"' for column in schema.names)
        self._connection.execute(f"create or replace view {name} as select {columns} from read_parquet([{listed}])")

    def table(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table available as ``name`` (copied into the engine, so that it may be spilled)."""
        self._connection.register("_incoming", table)
        self._forget(name)
        self._connection.execute(f"create or replace table {name} as select * from _incoming")
        self._connection.unregister("_incoming")

    def _forget(self, name: str) -> None:
        """A name may have been a view or a table before."""
        kind = self._connection.execute(
            "select table_type from information_schema.tables where table_name = ?", [name]
        ).fetchone()
        if kind is not None:
            self._connection.execute(f"drop {'view' if kind[0] == 'VIEW' else 'table'} {name}")

    def run(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Execute a statement for its effect (``create or replace table … as``)."""
        self._connection.execute(sql, parameters or {})

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """The rows of a statement as an Arrow table."""
        found: pa.Table = self._connection.sql(sql, params=dict(parameters or {})).to_arrow_table()
        return found

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a small result as dictionaries."""
        rows: list[dict[str, Any]] = self.query(sql, parameters).to_pylist()
        return rows


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
