"""False alarms of the drift and data-health checks: halves of one real workspace, and sound generated logs.

``python -m bench.quality.drift HOME [N]``: cuts the subjects of a scanned workspace in two at random, N times, and compares
the halves. ``python -m bench.quality.drift health N FOLDER``: generates N scenarios, ingests each, and lists checks that are not ok.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson

from counterveil.pipeline.quality import snapshot as snapshots
from counterveil.pipeline.quality.snapshot import Distributions, snapshot
from counterveil.pipeline.workspace import Workspace, for_reading
from counterveil.quality.drift import Level, compare
from counterveil.settings import load


def half(workspace: Workspace, seed: int, side: int) -> Distributions:
    """The distributions of half of the subjects (accounts for ``model``), told by a digest."""
    mine = "(('0x' || left(md5({who} || '" + str(seed) + "'), 8))::ubigint % 2) = " + str(side)
    kept = snapshots._ACTIVE, snapshots._SENT, dict(snapshots._PER_WEEK)  # noqa: SLF001 (measured as it is)
    try:
        snapshots._ACTIVE += f" and {mine.format(who='subject_id')}"  # noqa: SLF001
        snapshots._SENT += f" where {mine.format(who='t.subject_id')}"  # noqa: SLF001
        snapshots._PER_WEEK["model"] = kept[2]["model"].replace(  # noqa: SLF001
            "where", f"where {mine.format(who='account_id')} and"
        )
        return snapshot(workspace)[0].distributions
    finally:
        snapshots._ACTIVE, snapshots._SENT = kept[:2]  # noqa: SLF001
        snapshots._PER_WEEK.update(kept[2])  # noqa: SLF001


def halves(home: Path, n: int) -> None:
    """How many of n cuts call anything moderate or large, and how many would by the index alone."""
    called, by_index, n_compared = 0, 0, 0
    with for_reading(load({"home": home})[0]) as workspace:
        for seed in range(n):
            changes = compare(half(workspace, seed, 0), half(workspace, seed, 1))
            called += any(c.level in (Level.MODERATE, Level.LARGE) for c in changes)
            by_index += any((c.psi or 0.0) >= 0.1 for c in changes)
            n_compared = len(changes)
    print(f"{called} of {n} cuts call a change ({n_compared} comparisons each); by PSI >= 0.1 alone: {by_index}")


def sound(n: int, folder: Path) -> None:
    """Checks that are not ok on generated logs in which nothing is wrong."""
    program = [sys.executable, "-m", "counterveil"]
    found: Counter[str] = Counter()
    for seed in range(n):
        log, home = folder / f"log{seed}", folder / f"home{seed}"
        subprocess.run([*program, "lab", "generate", log, "--background", "2", "--seed", str(seed)], check=True)
        subprocess.run([*program, "ingest", log, "--home", home], check=True, capture_output=True)
        answer = subprocess.run(
            [*program, "quality", "health", "--json", "--home", home], capture_output=True, check=False
        )
        checks = orjson.loads(answer.stdout)["data"]
        found.update(f"{c['status']} {c['name']}" for c in checks if c["status"] != "ok")
    print(f"{n} logs: {dict(found)}")


if __name__ == "__main__":
    if sys.argv[1] == "health":
        sound(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        halves(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 200)
