"""A scan in a process of its own, with every link that it drew: ``bench.child`` reports none.

``python -m bench.quality.linking.child --home DIR --workers N --report FILE --ledgers N --seed N PATH…``; other settings
come from ``COUNTERVEIL_*``.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil

from bench.child import clock
from counterveil.model.link import Link
from counterveil.pipeline.progress import Silent
from counterveil.service import scanning
from counterveil.service.scanning import InputChoice, ScanReport
from counterveil.settings import load


def main() -> None:
    """Scan, and write what was found with the clock readings that ``bench.watch`` asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--ledgers", type=int, required=True, help="sure links whose whole ledger is written")
    parser.add_argument("--seed", type=int, required=True, help="which links those are")
    asked = parser.parse_args()
    settings = load({"home": asked.home, "workers": asked.workers})[0]
    library_bytes = psutil.Process().memory_info().rss
    begun = time.monotonic()
    report = scanning.scan(settings, InputChoice(asked.paths), Silent())
    ended = time.monotonic()
    asked.report.write_bytes(
        orjson.dumps(_found(report, asked.ledgers, asked.seed) | clock(library_bytes, begun, ended))
    )


def _found(report: ScanReport, n_ledgers: int, seed: int) -> dict[str, Any]:
    linked = report.linked
    sure = [link for _, link in sorted(linked.links.items()) if link.sure]
    return {
        "seconds": report.seconds,
        "n_rejects": report.ingest.n_rejects,
        "n_read": report.read.n_texts,
        "threshold_bits": linked.threshold_bits,
        "discoveries": [asdict(d) | {"rate": d.rate} for d in linked.discoveries],
        "funnel": linked.funnel,
        "links": [[link.left, link.right, link.sure] for link in linked.links.values()],
        "ledgers": [asdict(link) for link in _some(sure, n_ledgers, seed)],
        "groups": [
            {
                "members": [m.subject_id for m in operation.members],
                "contacts": [m.subject_id for m in operation.contacts],
            }
            for operation in report.assessed.operations
        ],
    }


def _some(links: list[Link], n: int, seed: int) -> list[Link]:
    if len(links) <= n:
        return links
    return [links[at] for at in sorted(np.random.default_rng(seed).choice(len(links), n, replace=False).tolist())]


if __name__ == "__main__":
    main()
