"""The product in a process of its own, so that its memory is not mixed with the benchmark's.

``python -m bench.child VERB --home DIR --workers N --report FILE PATH…`` calls the service as any edge does and writes
what it reported, with the clock readings and the size of the libraries alone.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import orjson
import psutil

from counterveil.cli.progress import Shown
from counterveil.service import scanning
from counterveil.service.scanning import IngestReport, InputChoice, Progress, ScanReport
from counterveil.settings import Settings


def main() -> None:
    """Run one verb with the default settings."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=("scan", "ingest"))
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--report", type=Path, required=True)
    asked = parser.parse_args()
    settings = Settings(home=asked.home, workers=asked.workers)
    library_bytes = psutil.Process().memory_info().rss
    with Shown() as progress:
        begun = time.monotonic()
        found = _run(asked.verb, settings, InputChoice(asked.paths), progress)
        ended = time.monotonic()
    asked.report.write_bytes(orjson.dumps(found | clock(library_bytes, begun, ended)))


def clock(library_bytes: int, begun_s: float, ended_s: float) -> dict[str, float]:
    """What ``bench.watch`` asks of every child: size of the libraries, begin and end, CPU seconds of all processes."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "library_bytes": library_bytes,
        "begun_s": begun_s,
        "ended_s": ended_s,
        "cpu_s": sum(u.ru_utime + u.ru_stime for u in usage),
    }


def _run(verb: str, settings: Settings, choice: InputChoice, progress: Progress) -> dict[str, Any]:
    if verb == "ingest":
        return {"ingest": _taken(scanning.ingest(settings, choice, progress)), "seconds": {}}
    report: ScanReport = scanning.scan(settings, choice, progress)
    return {
        "ingest": _taken(report.ingest),
        "seconds": report.seconds,
        "n_observed": report.n_observed,
        "read": asdict(report.read),
        "n_subjects": report.linked.n_population,
        "threshold_bits": report.linked.threshold_bits,
        "funnel": report.linked.funnel,
        "n_groups": len(report.assessed.operations),
        "n_leads": len(report.assessed.leads),
    }


def _taken(report: IngestReport) -> dict[str, Any]:
    # ``asdict`` would count pairs: it rebuilds a Counter from (key, value) tuples.
    return {f.name: dict(v) if isinstance(v := getattr(report, f.name), Counter) else v for f in fields(report)}


if __name__ == "__main__":
    main()
