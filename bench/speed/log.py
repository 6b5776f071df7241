"""The log to measure on: a generated scenario, made longer by repetition where a size is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from counterveil.lab.generate import generate

_ID = b'{"event_id":"ev_'


@dataclass(frozen=True, slots=True)
class Log:
    """Where it lies, how large it is, how long it took to write (no part of any measurement)."""

    events: Path
    accounts: Path
    n_events: int
    n_generated: int
    n_accounts: int
    wall_s: float

    @property
    def n_bytes(self) -> int:
        """Size of the file of events."""
        return self.events.stat().st_size


def write(folder: Path, *, seed: int, events: int, at_least_bytes: int = 0) -> Log:
    """Generate about ``events`` events; below ``at_least_bytes``, the same lines follow again under new event ids."""
    begun = time.perf_counter()
    made = generate(folder, seed=seed, background=1.0, events=events)
    log = folder / "events.jsonl"
    n_bytes, n_events, turn = log.stat().st_size, made.events, 0
    original = log.with_suffix(".once")
    if n_bytes < at_least_bytes:
        log.rename(original)
        with log.open("wb") as out:
            n_bytes = n_events = 0
            while n_bytes < at_least_bytes:
                for line in _lines(original, turn):
                    n_bytes += out.write(line)
                    n_events += 1
                    if turn and n_bytes >= at_least_bytes:
                        break
                turn += 1
        original.unlink()
    return Log(log, folder / "accounts.jsonl", n_events, made.events, made.accounts, time.perf_counter() - begun)


def _lines(original: Path, turn: int) -> Iterator[bytes]:
    with original.open("rb") as lines:
        for line in lines:
            yield line if turn == 0 else line.replace(_ID, b"%s%d_" % (_ID, turn), 1)
