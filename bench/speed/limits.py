"""What the same file costs without Counterveil: the floor of any program that parses it in Python, and an engine's own reader."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import orjson

# DuckDB's default of 16 MiB is kept for ordinary logs; a long conversation may exceed it in one line.
_MAX_OBJECT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Limit:
    """A named figure to compare with."""

    name: str
    wall_s: float
    cpu_s: float
    n_events: int


def parse_only(log: Path) -> Limit:
    """Every line through ``orjson.loads`` in one process, and the result thrown away."""
    wall, cpu = time.perf_counter(), time.process_time()
    n = 0
    with log.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
            n += 1
    return Limit("orjson.loads, one process", time.perf_counter() - wall, time.process_time() - cpu, n)


def duckdb_to_parquet(log: Path, out: Path, threads: int) -> Limit:
    """DuckDB's JSON reader to one Parquet file: types guessed, nothing checked, no turns, no texts apart."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"set threads = {threads}")
        connection.execute("set preserve_insertion_order = false")
        wall, cpu = time.perf_counter(), time.process_time()
        connection.execute(
            f"copy (select * from read_json('{log}', format = 'newline_delimited', "
            f"maximum_object_size = {_MAX_OBJECT_BYTES})) to '{out}' (format parquet, compression zstd)"
        )
        spent = time.perf_counter() - wall, time.process_time() - cpu
        row = connection.execute(f"select count(*) from read_parquet('{out}')").fetchone()
    out.unlink()
    return Limit(f"DuckDB read_json to Parquet, {threads} threads", *spent, int(row[0]) if row else 0)
