"""A world through the product: written as a log, scanned in a child process with reading off, watched from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from bench.quality.linking import native
from bench.quality.linking.world import World
from bench.watch import ROOT, Watched, _samples

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


def watched(module: str, arguments: Sequence[str], report: Path, env: Mapping[str, str]) -> Watched:
    """Run a module that writes ``--report`` as ``bench.child`` does, under more variables of the environment.

    Raises:
        RuntimeError: it failed; its own words are on standard error.
    """
    command = [sys.executable, "-m", module, "--report", str(report), *arguments]
    own = time.process_time()
    begun = subprocess.Popen(command, cwd=ROOT, env=os.environ | env | {"PYTHONPATH": str(ROOT)})
    samples = tuple(_samples(begun))
    if begun.returncode != 0:
        raise RuntimeError(f"{module} ended with {begun.returncode}")
    return Watched(orjson.loads(report.read_bytes()), samples, time.process_time() - own)
