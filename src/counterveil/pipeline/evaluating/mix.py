"""One log to scan: a pack, changed by an adversary or not, among ordinary accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from counterveil.lab.adversaries.base import Adversary
from counterveil.lab.adversaries.fields import without_context
from counterveil.lab.dilution import PREFIX, moved
from counterveil.lab.labels import FILE, label_lines
from counterveil.lab.truth import Truth, TruthAccount
from counterveil.lab.world import Record, World
from counterveil.pipeline.progress import Progress
from counterveil.pipeline.records import stored_accounts, stored_events
from counterveil.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Background:
    """Ordinary accounts for one mix: where they lie, which, and how far each moves in time."""

    workspace: Workspace
    shifts: Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a mix before it is scanned: an adversary's change, and context taken from everybody."""

    adversary: Adversary | None = None
    no_context: bool = False
    seed: int = 0


def write_mix(folder: Path, world: World, background: Background | None, change: Change, progress: Progress) -> Truth:
    """Write ``events.jsonl``, ``accounts.jsonl`` and ``labels.csv`` into ``folder``; the key to them is returned.

    An adversary sees the pack and, of the background, as many accounts as the pack has malicious ones; the rest passes by in
    a stream, so that it need not fit in memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    progress.step(f"mix {folder.name}", None, "events")
    near: set[str] = set()
    if background is not None:
        n_near = sum(account.malicious for account in world.truth.accounts.values())
        near = set(list(background.shifts)[:n_near])
        world = _joined(world, background, near)
    if change.adversary is not None:
        world = change.adversary.apply(world, change.seed)
    strip: Callable[[Record], Record] = without_context if change.no_context else dict
    rest = set(background.shifts) - near if background is not None else set()
    accounts = dict(world.truth.accounts)
    with (folder / "events.jsonl").open("wb") as out:
        n = _write(out.write, (strip(event) for event in world.events), progress)
        if background is not None and rest:
            n += _write(out.write, (strip(event) for event in _events(background, rest)), progress)
    with (folder / "accounts.jsonl").open("wb") as out:
        _write(out.write, (strip(account) for account in world.accounts), progress)
        if background is not None and rest:
            _write(out.write, (strip(account) for account in _accounts(background, rest)), progress)
            accounts |= _labels(rest)
    truth = Truth(accounts, world.truth.operations)
    (folder / FILE).write_bytes(label_lines(truth))
    progress.advance(0, f"{n:,} events")
    return truth


def _joined(world: World, background: Background, names: set[str]) -> World:
    return replace(
        world,
        events=(*world.events, *_events(background, names)),
        accounts=(*world.accounts, *_accounts(background, names)),
        truth=Truth(world.truth.accounts | _labels(names), world.truth.operations),
    )


def _labels(names: set[str]) -> dict[str, TruthAccount]:
    moved_names = [f"{PREFIX}{name}" for name in sorted(names)]
    return {name: TruthAccount(name, "background", "background") for name in moved_names}


def _events(background: Background, names: set[str]) -> Iterator[Record]:
    for event in stored_events(background.workspace, names):
        yield moved(event, background.shifts[event["account_id"]])


def _accounts(background: Background, names: set[str]) -> Iterator[Record]:
    for account in stored_accounts(background.workspace):
        if account["account_id"] in names:
            yield moved(account, background.shifts[account["account_id"]])


def _write(write: Callable[[bytes], Any], records: Iterable[Record], progress: Progress) -> int:
    n = 0
    for n, record in enumerate(records, 1):
        write(orjson.dumps(record, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
        if n % 1_000 == 0:
            progress.advance(1_000)
    return n
