"""A command watched from outside: memory and CPU time of its whole process tree, ten times a second."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil

ROOT = Path(__file__).resolve().parents[1]
_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the tree: resident bytes of each process, and CPU seconds of all so far, ended ones included."""

    at_s: float
    rss: tuple[int, ...]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage's wall and CPU seconds, and the most memory that the tree held during it."""

    name: str
    wall_s: float
    cpu_s: float
    peak_bytes: int
    beyond_bytes: int


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run of the product reported and what was seen of it.

    ``peak_bytes`` adds up resident memory over all processes, pages that they share counted in each: it overstates.
    ``beyond_bytes`` takes off, in each process, what the libraries alone need (measured after imports, before work).
    """

    report: dict[str, Any]
    samples: tuple[Sample, ...]
    watcher_cpu_s: float

    @property
    def wall_s(self) -> float:
        """Seconds of the call itself, without starting Python and importing."""
        return float(self.report["ended_s"] - self.report["begun_s"])

    @property
    def peak_bytes(self) -> int:
        """Most memory of the tree at any look."""
        return max((sum(s.rss) for s in self.samples), default=0)

    @property
    def beyond_bytes(self) -> int:
        """Most memory beyond the libraries at any look."""
        return max((_beyond(s, self.report["library_bytes"]) for s in self.samples), default=0)

    def quarters(self) -> list[int]:
        """Most memory beyond the libraries in each quarter of the looks: whether it grows with what is read."""
        beyond = [_beyond(s, self.report["library_bytes"]) for s in self.samples]
        return [int(part.max()) if part.size else 0 for part in np.array_split(np.array(beyond), 4)]

    def stages(self) -> list[Stage]:
        """Stages follow each other without a gap, so their wall times, added up from the start, are their borders."""
        names = list(self.report["seconds"])
        walls = [float(self.report["seconds"][name]) for name in names]
        borders = [self.report["begun_s"] + sum(walls[:n]) for n in range(len(walls) + 1)]
        times = np.array([s.at_s for s in self.samples])
        # A process that ends between two looks can make the sum step back for one look.
        cpu = np.maximum.accumulate(np.array([s.cpu_s for s in self.samples]))
        at_border = np.interp(borders, times, cpu)
        found = []
        for name, wall, (start, stop), (before, after) in zip(
            names, walls, pairwise(borders), pairwise(at_border), strict=True
        ):
            # A stage shorter than the interval may have no look of its own: the nearest one then stands for it.
            inside = [s for s in self.samples if start - _EVERY_S <= s.at_s <= stop + _EVERY_S]
            peak = max((sum(s.rss) for s in inside), default=0)
            beyond = max((_beyond(s, self.report["library_bytes"]) for s in inside), default=0)
            found.append(Stage(name, wall, float(after - before), peak, beyond))
        return found


def watch(verb: str, paths: Sequence[Path], *, home: Path, workers: int) -> Watched:
    """Run ``bench.child`` over ``paths`` into the workspace ``home``.

    Raises:
        RuntimeError: the product failed; its own words are on standard error.
    """
    home = home.resolve()
    report = home.with_name(f"{home.name}.report.json")
    arguments = [verb, "--home", str(home), "--workers", str(workers), *(str(path.resolve()) for path in paths)]
    return watched("bench.child", arguments, report)


def watched(module: str, arguments: Sequence[str], report: Path, env: Mapping[str, str] | None = None) -> Watched:
    """Run a module that writes ``--report`` as ``bench.child`` does, under more variables of the environment.

    Raises:
        RuntimeError: it failed; its own words are on standard error.
    """
    command = [sys.executable, "-m", module, *arguments, "--report", str(report)]
    own = time.process_time()
    begun = subprocess.Popen(command, cwd=ROOT, env=os.environ | (env or {}) | {"PYTHONPATH": str(ROOT)})
    samples = tuple(_samples(begun))
    if begun.returncode != 0:
        raise RuntimeError(f"{module} ended with {begun.returncode}")
    return Watched(orjson.loads(report.read_bytes()), samples, time.process_time() - own)


def _samples(started: subprocess.Popen[bytes]) -> Iterator[Sample]:
    root = psutil.Process(started.pid)
    while started.poll() is None:
        begun = time.monotonic()
        try:
            yield _look(root)
        except psutil.NoSuchProcess:
            continue
        time.sleep(max(0.0, _EVERY_S - (time.monotonic() - begun)))


def _look(root: psutil.Process) -> Sample:
    rss, cpu = [], 0.0
    for process in (root, *root.children(recursive=True)):
        try:
            with process.oneshot():
                times = process.cpu_times()
                rss.append(process.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
        # Where the system tells (Linux), a parent also knows the time of children that have ended.
        cpu += times.user + times.system + times.children_user + times.children_system
    return Sample(time.monotonic(), tuple(rss), cpu)


def _beyond(sample: Sample, library_bytes: int) -> int:
    return sum(max(0, rss - library_bytes) for rss in sample.rss)
