"""A world through the product: written as a log, scanned in a child process with reading off, watched from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.quality.linking import native
from bench.quality.linking.world import World
from bench.watch import Watched, watched
from counterveil.service import findings
from counterveil.settings import Settings

# Made-up words mean nothing to an encoder. What the product reads of linked groups beyond its budget is printed.
READING_OFF = {"COUNTERVEIL_READ_BUDGET_TEXTS": "0", "COUNTERVEIL_SECOND_ENCODER": "none"}
LEDGERS = 200


def scan(world: World, *, workers: int) -> Watched:
    """Scan a world in a temporary folder; ``report`` is that of ``bench.quality.linking.child``.

    Raises:
        RuntimeError: the product failed; its own words are on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="counterveil-linking-") as temporary:
        folder = Path(temporary)
        paths = native.write(world, folder / "log")
        arguments = ["--home", str(folder / "home"), "--workers", str(workers)]
        arguments += ["--ledgers", str(LEDGERS), "--seed", str(world.spec.seed)]
        arguments += [str(path) for path in (*paths.events, paths.accounts)]
        return watched("bench.quality.linking.child", arguments, folder / "report.json", READING_OFF)


def scanned(folder: Path, settings: Mapping[str, str], *, limit_s: float | None = None) -> list[dict[str, Any]]:
    """All linked groups that one scan of ``folder/events.jsonl``, in a process of its own, finds.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``limit_s``.
    """
    home = folder / "run"
    command = [sys.executable, "-m", "counterveil", "scan", str(folder / "events.jsonl"), "--home", str(home), "--json"]
    subprocess.run(command, check=True, timeout=limit_s, capture_output=True, env={**os.environ, **settings})
    return findings.list_operations(Settings(home=home, workers=2), include_cohorts=True)
