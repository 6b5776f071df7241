"""The whole scenario on disk: a log to work on and the answer key beside it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import orjson

from counterveil.errors import UsageError
from counterveil.lab.actors import Actor
from counterveil.lab.background import Crowd
from counterveil.lab.conversation import Talk
from counterveil.lab.emit import TIME_BYTES, Emitter
from counterveil.lab.labels import COLUMNS, FILE, label_line
from counterveil.lab.scenario import load_scenario
from counterveil.lab.spool import Spool
from counterveil.lab.troupe import Stage, perform

STATEMENT = (
    "All text, people, organisations, accounts, addresses and events here are synthetic. They were written for "
    "Counterveil or drawn at random by it; none comes from a real log or describes a real person."
)
_BUCKET_S = 6 * 3_600
_REPORT_EVERY = 2_000
_ID_HEAD = len('{"account_id":"acct_')
_ID_BYTES = slice(_ID_HEAD, _ID_HEAD + 14)
_CROWD_SEEDS = 1 << 32
# About what the planted groups say; only sizes the network, so a round number will do.
_PLANTED_GUESS = 8_000

Part = tuple[Random, Actor, list[Talk]]


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """What was generated; ``background`` is what was asked for, ``ratio`` what came out.

    ``ratio`` counts ordinary accounts per malicious one: every rate that is measured on the scenario holds only for it.
    """

    seed: int
    background: float
    ratio: float
    days: int
    start: str
    events: int
    events_by_label: dict[str, int]
    accounts: int
    accounts_by_label: dict[str, int]
    operations: int
    languages: int

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def generate(
    out: Path,
    *,
    seed: int,
    background: float,
    events: int | None = None,
    days: int = 30,
    progress: Callable[[int], None] | None = None,
) -> ScenarioSummary:
    """Write ``events.jsonl``, ``accounts.jsonl``, ``labels.csv`` and ``truth/`` into ``out``: also an evaluation pack.

    The same arguments always give the same bytes. ``progress`` is told how many events were added since the last call.

    Args:
        out: Folder, made if needed; files of an earlier scenario in it are replaced.
        seed: Chooses one of many equally likely scenarios.
        background: Ordinary accounts per planted malicious account.
        events: If given, it decides instead of ``background`` how many ordinary accounts there are: they are added
            until the log has about so many events. The planted groups are always there in full.
        days: Length of the log.
        progress: Told that work goes on.

    Raises:
        UsageError: a number out of range.
        InputError: a damaged pack or scenario.
    """
    if background < 0 or days < 1 or (events is not None and events < 1):
        raise UsageError(
            f"background={background}, days={days}, events={events} is out of range",
            remedy="Give background ≥ 0, days ≥ 1, events ≥ 1.",
        )
    scenario = load_scenario()
    wanted = round(background * scenario.malicious_accounts)
    population = wanted
    if events is not None:
        population = max(0, events - _PLANTED_GUESS) // int(scenario.background.events)
    planted = sum(group.accounts for group in scenario.group)
    stage = Stage(scenario, seed=seed, days=days, population=population + planted)
    truth = out / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    scratch = out / ".spool"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        writer = _Writer(stage, scratch, progress)
        for group in scenario.group:
            for part in perform(stage, group):
                writer.put(part)
        for part in _crowd(stage, writer, wanted if events is None else None, events or 0):
            writer.put(part)
        writer.finish(out)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    summary = writer.summary(background)
    settings = {**summary.as_dict(), "events_requested": events, "statement": STATEMENT}
    settings["groups"] = [group.model_dump(mode="json") for group in scenario.group]
    (truth / "scenario.json").write_bytes(orjson.dumps(settings, option=orjson.OPT_INDENT_2) + b"\n")
    return summary


def ordinary(
    out: Path, *, seed: int, accounts: int, days: int, progress: Callable[[int], None] | None = None
) -> ScenarioSummary:
    """Write a log of ordinary accounts alone: a background for a pack that brings none.

    Args:
        out: New folder.
        seed: Chooses the people. None of them is in a scenario of any small seed: those have their own.
        accounts: How many.
        days: Length of the log.
        progress: Told that work goes on.
    """
    stage = Stage(load_scenario(), seed=_CROWD_SEEDS + seed, days=days, population=accounts)
    (out / "truth").mkdir(parents=True)
    with TemporaryDirectory(dir=out) as scratch:
        writer = _Writer(stage, Path(scratch), progress)
        for part in _crowd(stage, writer, accounts, 0):
            writer.put(part)
        writer.finish(out)
    return writer.summary(0.0)


def _crowd(stage: Stage, writer: _Writer, accounts: int | None, events: int) -> Iterator[Part]:
    crowd = Crowd(stage)
    made = number = 0
    while made < accounts if accounts is not None else writer.events < events:
        for part in crowd.household(number):
            if accounts is not None and made >= accounts:
                break
            made += 1
            yield part
        number += 1


class _Writer:
    """Puts what is performed where it belongs and keeps count."""

    def __init__(self, stage: Stage, scratch: Path, progress: Callable[[int], None] | None) -> None:
        self.events = 0
        self._stage = stage
        self._progress = progress
        self._reported = 0
        self._emitter = Emitter(stage.scenario)
        self._log = Spool(scratch, "events")
        self._accounts = Spool(scratch, "accounts", limit=8 << 20)
        self._truth = Spool(scratch, "truth", limit=8 << 20)
        self._labels = Spool(scratch, "labels", limit=8 << 20)
        self._members: dict[str, list[Actor]] = {}
        self._by_label: Counter[str] = Counter()
        self._events_by_label: Counter[str] = Counter()
        self._languages: set[str] = set()

    def put(self, part: Part) -> None:
        """One account with everything that it says."""
        rng, actor, talks = part
        before = self.events
        start, last = self._stage.start, self._stage.days * 86_400 // _BUCKET_S - 1
        for moment, line in self._emitter.events(rng, actor, talks):
            # The last talk may run past midnight of the last day.
            self._log.add(min((moment - start) // _BUCKET_S, last), line)
            self.events += 1
        self._events_by_label[actor.truth.label] += self.events - before
        self._report(_REPORT_EVERY)
        self._register(actor)

    def finish(self, out: Path) -> None:
        """Everything in order, under its final name."""
        self._log.write(out / "events.jsonl", TIME_BYTES)
        self._accounts.write(out / "accounts.jsonl", _ID_BYTES)
        self._truth.write(out / "truth" / "accounts.jsonl", _ID_BYTES)
        self._labels.write(out / FILE, slice(0, None), head=",".join(COLUMNS).encode() + b"\n")
        lines = (_operation(name, members) for name, members in sorted(self._members.items()))
        (out / "truth" / "operations.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        self._report(1)

    def summary(self, background: float) -> ScenarioSummary:
        """What was written."""
        labels = self._by_label
        return ScenarioSummary(
            seed=self._stage.seed,
            background=background,
            ratio=round(labels["background"] / max(1, labels["malicious"]), 3),
            days=self._stage.days,
            start=self._stage.scenario.start.isoformat(),
            events=self.events,
            events_by_label=dict(sorted(self._events_by_label.items())),
            accounts=labels.total(),
            accounts_by_label=dict(sorted(labels.items())),
            operations=len(self._members),
            languages=len(self._languages),
        )

    def _register(self, actor: Actor) -> None:
        truth = actor.truth
        self._by_label[truth.label] += 1
        self._languages.update(truth.languages)
        bucket = int(actor.account_id[5:7], 16)
        created = datetime.fromtimestamp(_seconds(actor.registration["created_at"]), UTC)
        self._accounts.add(bucket, orjson.dumps({**actor.registration, "created_at": created}, option=orjson.OPT_UTC_Z))
        key = {
            "account_id": actor.account_id,
            "label": truth.label,
            "group": truth.group,
            "kind": truth.kind,
            "languages": _ranked(truth.languages),
            "behaviours": _ranked(truth.behaviours),
        }
        self._truth.add(bucket, orjson.dumps(key))
        self._labels.add(bucket, _label(actor))
        if truth.operation:
            self._members.setdefault(truth.operation, []).append(actor)

    def _report(self, least: int) -> None:
        pending = self.events - self._reported
        if self._progress is not None and pending >= least:
            self._progress(pending)
            self._reported = self.events


def _label(actor: Actor) -> bytes:
    """The account's line of ``labels.csv``; an innocent group's name (a class, a family) goes to the note."""
    truth = actor.truth
    if truth.operation:
        harm = (_ranked(truth.behaviours) or [truth.kind])[0]
        return label_line(actor.account_id, truth.operation, harm, note=truth.kind)
    if truth.label == "lookalike":
        return label_line(actor.account_id, "", "", role=truth.kind, note=truth.group or "")
    return label_line(actor.account_id, "", "", note=truth.kind)


def _operation(name: str, members: Iterable[Actor]) -> bytes:
    languages: Counter[str] = Counter()
    behaviours: Counter[str] = Counter()
    ids, kind = [], ""
    for actor in members:
        ids.append(actor.account_id)
        kind = actor.truth.kind
        languages.update(actor.truth.languages)
        behaviours.update(actor.truth.behaviours)
    return orjson.dumps(
        {
            "operation_id": name,
            "kind": kind,
            "members": sorted(ids),
            "behaviours": _ranked(behaviours),
            "languages": _ranked(languages),
        }
    )


def _ranked(counts: Counter[str]) -> list[str]:
    """Most frequent first; equal counts by name, so that the bytes do not depend on the order of conversations."""
    return sorted(counts, key=lambda name: (-counts[name], name))


def _seconds(value: object) -> int:
    return value if isinstance(value, int) else 0
