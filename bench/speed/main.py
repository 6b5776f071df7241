"""Scan throughput, memory and the share of each stage; with ``--stream-2gb``, ingest of a large file in bounded memory."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import orjson

from bench.machine import GIB, MIB, lines, machine
from bench.speed import limits
from bench.speed.log import Log, write
from bench.watch import Watched, watch
from counterveil.cli.render import out, table
from counterveil.settings import usable_cpus

# Issue 2, item 4: a file of 2 GB streams with a peak under 1 GiB beyond the libraries.
_STREAM_BYTES, _STREAM_LIMIT_BYTES = 2_000_000_000, GIB
_MB = 1_000_000


def main() -> int:
    """Exits with 1 when streaming needed more memory than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="events to generate, about")
    parser.add_argument("--workers", type=int, default=usable_cpus(), help="processes of the product")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, help="new or empty folder for log, workspace and report.json (default: temporary)"
    )
    parser.add_argument("--stream-2gb", action="store_true", help="only ingest, of a file of at least --stream-bytes")
    parser.add_argument("--stream-bytes", type=int, default=_STREAM_BYTES, help="size for --stream-2gb")
    asked = parser.parse_args()
    if asked.out and asked.out.exists() and any(asked.out.iterdir()):
        parser.error(f"--out {asked.out}: folder is not empty; a scan into an old workspace would measure nothing")
    with nullcontext(asked.out) if asked.out else tempfile.TemporaryDirectory(prefix="counterveil-speed-") as folder:
        work = Path(folder)
        facts = machine(seed=asked.seed, workers=asked.workers)
        out().print(lines(facts))
        log = write(
            work, seed=asked.seed, events=asked.events, at_least_bytes=asked.stream_bytes if asked.stream_2gb else 0
        )
        _print_log(log)
        if asked.stream_2gb:
            watched = watch("ingest", [log.events], home=work / "run", workers=asked.workers)
            found, code = _stream(log, watched)
        else:
            watched = watch("scan", [log.events, log.accounts], home=work / "run", workers=asked.workers)
            compared = [
                limits.parse_only(log.events),
                limits.duckdb_to_parquet(log.events, work / "duck.parquet", asked.workers),
            ]
            found, code = _scan(log, watched, compared), 0
        on_disk = _on_disk(work / "run")
        out().print(_disk_table(on_disk, log))
        facts["load after"] = f"{os.getloadavg()[0]:.2f}"
        out().print(f"load after the run: {facts['load after']}")
        body = {
            "machine": facts,
            "log": asdict(log) | {"n_bytes": log.n_bytes},
            "on_disk": on_disk,
            "report": watched.report,
        }
        (work / "report.json").write_bytes(orjson.dumps(body | found, default=str, option=orjson.OPT_INDENT_2))
    return code


def _print_log(log: Log) -> None:
    repeated = log.n_events - log.n_generated
    out().print(
        f"\nLog (synthetic, counterveil.lab): {log.n_events:,} events of {log.n_accounts:,} accounts, {log.n_bytes / _MB:,.1f} MB "
        f"({log.n_bytes / log.n_events:,.0f} bytes an event); written in {log.wall_s:.1f} s, not measured below."
        + (f"\n{repeated:,} of the events repeat earlier ones under new ids." if repeated else "")
    )


def _scan(log: Log, watched: Watched, compared: list[limits.Limit]) -> dict[str, object]:
    report = watched.report
    stages = watched.stages()
    rows = [
        [
            s.name,
            f"{s.wall_s:,.1f}",
            f"{s.wall_s / watched.wall_s:.1%}",
            f"{s.cpu_s:,.1f}",
            f"{s.cpu_s / report['cpu_s']:.1%}",
            f"{s.cpu_s / s.wall_s:.2f}" if s.wall_s else "–",
            f"{s.peak_bytes / MIB:,.0f}",
            f"{s.beyond_bytes / MIB:,.0f}",
        ]
        for s in stages
    ]
    rest = watched.wall_s - sum(s.wall_s for s in stages)
    rows.append(["between stages", f"{rest:,.1f}", f"{rest / watched.wall_s:.1%}", "", "", "", "", ""])
    rows.append(
        [
            *("all", f"{watched.wall_s:,.1f}", "", f"{report['cpu_s']:,.1f}", ""),
            f"{report['cpu_s'] / watched.wall_s:.2f}",
            *(f"{watched.peak_bytes / MIB:,.0f}", f"{watched.beyond_bytes / MIB:,.0f}"),
        ]
    )
    heads = ["wall s", "share", "CPU s", "share", "CPUs busy", "peak MiB", "beyond libraries MiB"]
    out().print(table([("stage", "left"), *((h, "right") for h in heads)], rows))
    _print_overall(watched, log)
    read = report["read"]
    out().print(
        f"{report['n_subjects']:,} subjects, {report['n_observed']:,} distinct texts observed, {read['n_texts']:,} read "
        f"({read['n_subjects_unread']:,} subjects left unread by the budget); {report['funnel']['n_pairs']:,} pairs met, "
        f"{report['funnel']['n_links']:,} links, {report['n_groups']:,} groups, {report['n_leads']:,} leads"
    )
    ingest_s = float(report["seconds"]["ingest"])
    rows = [["this scan, ingest only", *_rates(ingest_s, stages[0].cpu_s, log.n_events, log)]]
    rows += [["this scan, whole", *_rates(watched.wall_s, report["cpu_s"], log.n_events, log)]]
    rows += [[c.name, *_rates(c.wall_s, c.cpu_s, c.n_events, log)] for c in compared]
    heads = ["wall s", "CPU s", "events", "events/s", "MB/s"]
    out().print(table([("to compare with, same file", "left"), *((h, "right") for h in heads)], rows))
    return {"stages": [asdict(s) for s in stages], "limits": [asdict(c) for c in compared], **_overall(watched)}


def _stream(log: Log, watched: Watched) -> tuple[dict[str, object], int]:
    _print_overall(watched, log)
    fine = watched.beyond_bytes < _STREAM_LIMIT_BYTES
    out().print(
        f"Streaming {log.n_bytes / _MB:,.0f} MB: {watched.beyond_bytes / MIB:,.0f} MiB beyond the libraries, "
        f"limit {_STREAM_LIMIT_BYTES / MIB:,.0f} MiB: {'kept' if fine else 'EXCEEDED'}"
    )
    by_quarter = ", ".join(f"{size / MIB:,.0f}" for size in watched.quarters())
    out().print(f"most beyond the libraries in each quarter of the run: {by_quarter} MiB")
    taken = watched.report["ingest"]
    out().print(
        f"{taken['n_events']:,} events in, {taken['n_duplicates']:,} duplicates, {taken['n_rejects']:,} rejects"
    )
    return _overall(watched) | {"beyond_bytes_by_quarter": watched.quarters()}, 0 if fine and taken[
        "n_events"
    ] == log.n_events else 1


def _print_overall(watched: Watched, log: Log) -> None:
    n_processes = max((len(s.rss) for s in watched.samples), default=0)
    out().print(
        f"{log.n_events / watched.wall_s:,.0f} events/s, {log.n_bytes / _MB / watched.wall_s:,.2f} MB/s over {watched.wall_s:,.1f} s; "
        f"peak memory of up to {n_processes} processes {watched.peak_bytes / MIB:,.0f} MiB, "
        f"{watched.beyond_bytes / MIB:,.0f} MiB beyond the libraries ({watched.report['library_bytes'] / MIB:,.0f} MiB a process); "
        f"{len(watched.samples):,} looks, which cost {watched.watcher_cpu_s:.1f} CPU s"
    )


def _overall(watched: Watched) -> dict[str, object]:
    names = ("wall_s", "peak_bytes", "beyond_bytes", "watcher_cpu_s")
    return {name: getattr(watched, name) for name in names}


def _rates(wall_s: float, cpu_s: float, n_events: int, log: Log) -> list[str]:
    return [
        f"{wall_s:,.2f}",
        f"{cpu_s:,.2f}",
        f"{n_events:,}",
        f"{n_events / wall_s:,.0f}",
        f"{log.n_bytes / _MB / wall_s:,.2f}",
    ]


def _on_disk(home: Path) -> dict[str, int]:
    """Bytes by kind: a folder of the lake, or a file of the workspace."""
    sizes: Counter[str] = Counter()
    for path in home.rglob("*"):
        if path.is_file():
            place = path.relative_to(home).parts
            sizes["/".join(place[:2]) if place[0] == "lake" else place[0]] += path.stat().st_size
    return dict(sizes.most_common())


def _disk_table(on_disk: dict[str, int], log: Log) -> object:
    total = sum(on_disk.values())
    rows = [
        [name, f"{size / _MB:,.2f}", f"{size / log.n_events:,.1f}"] for name, size in [*on_disk.items(), ("all", total)]
    ]
    return table([("on disk", "left"), ("MB", "right"), ("bytes an event", "right")], rows)


if __name__ == "__main__":
    sys.exit(main())
