"""Checks of the data themselves: is what came in whole enough for its findings to be trusted? (``doctor`` checks the machine.)

``bad``: findings of some part of the log are wrong or blind in a way that nobody would see. ``warn``: evidence is lost, or
something looks odd. Limits are chosen by us unless a line says otherwise; docs/quality.md has them in a table.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from counterveil.quality.costs import NEEDS
from counterveil.quality.volume import Hours, breaks, gaps


class Status(StrEnum):
    """What a check says."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what was seen, what it costs in detection, what to do. The last two are empty where all is well."""

    name: str
    status: Status
    seen: str
    cost: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class FieldDay:
    """How many events of one source and day there are, and how many of them lack each field of ``NEEDS``."""

    source: str
    day: date
    n: int
    missing: dict[str, int]


@dataclass(frozen=True, slots=True)
class LogFigures:
    """What the checks look at, counted over the whole log."""

    days: Sequence[FieldDay]
    hours: Hours
    n_records: int
    n_rejects: int
    n_duplicates: int
    n_future: int
    n_ancient: int
    n_steps: int
    n_steps_back: int
    n_accounts: int
    n_unregistered: int
    n_younger: int
    n_texts: int
    n_clipped: int
    n_cut_short: int
    not_covered: dict[str, int]
    n_user_texts: int

    @property
    def n_events(self) -> int:
        """Events in the log."""
        return sum(day.n for day in self.days)


# A day counts as blind when a field that is in half of the events on most other days of its source (at least so many: two days
# may just be of different people) is in fewer than a tenth of its own, of at least so many events.
_USUAL, _LOST, _DAY_EVENTS, _OTHER_DAYS = 0.5, 0.1, 20, 3
# Shares from which a check warns and is bad.
_FIELD_WARN = 0.2
_REJECTS, _DUPLICATES = (0.001, 0.05), (0.05, 0.5)
_BACK_WARN, _UNREGISTERED_WARN, _YOUNGER_WARN = 0.05, 0.05, 0.05
_CLIPPED_WARN, _CUT_WARN = 0.05, 0.2
_NOT_COVERED = (0.01, 0.2)
_SHOWN = 4


def checks(log: LogFigures) -> list[Check]:
    """Every check, in a fixed order; one that says so for a log without events."""
    if log.n_events == 0:
        return [
            Check("events", Status.BAD, "no events", "there is nothing to detect in", "Run `counterveil ingest LOGS…`.")
        ]
    found = [check for name in NEEDS for check in _field(log, name)]
    return [*found, *(check(log) for check in _CHECKS)]


def _field(log: LogFigures, name: str) -> list[Check]:
    """A field, source by source: wholly missing, mostly missing, or lost on some days."""
    by_source: dict[str, list[FieldDay]] = defaultdict(list)
    for day in log.days:
        by_source[day.source].append(day)
    need, found = NEEDS[name], []
    for source, days in sorted(by_source.items()):
        n = sum(d.n for d in days)
        n_missing = sum(d.missing[name] for d in days)
        label = name if len(by_source) == 1 else f"{name} ({source})"
        share = _percent(n_missing, n)
        lost = sorted(d.day for d in days if _is_lost(d, name, days))
        if lost:
            seen = f"there in {_percent(n - n_missing, n)} of events, but gone on {_days(lost)}"
            remedy = f"Look for a change in the exporter on {lost[0]}. {need.remedy}"
            found.append(Check(label, Status.BAD, seen, f"on those days: {need.cost}", remedy))
        elif n_missing > _FIELD_WARN * n:
            seen = "in no event" if n_missing == n else f"missing in {share} of {n:,} events"
            status = Status.WARN if need.expected else Status.OK
            found.append(Check(label, status, seen, need.cost, need.remedy))
        else:
            found.append(Check(label, Status.OK, f"missing in {share} of {n:,} events"))
    return found


def _is_lost(day: FieldDay, name: str, days: Sequence[FieldDay]) -> bool:
    others = [1 - d.missing[name] / d.n for d in days if d is not day and d.n >= _DAY_EVENTS]
    if day.n < _DAY_EVENTS or len(others) < _OTHER_DAYS:
        return False
    return day.n - day.missing[name] < _LOST * day.n and statistics.median(others) >= _USUAL


def _rejects(log: LogFigures) -> Check:
    return _share(
        "rejected records",
        (log.n_rejects, log.n_records, "records"),
        limits=_REJECTS,
        cost="what is in them is not seen at all",
        remedy="rejects.jsonl in the workspace names file, line, field and remedy of each.",
    )


def _duplicates(log: LogFigures) -> Check:
    return _share(
        "duplicate event ids",
        (log.n_duplicates, log.n_events + log.n_duplicates, "events"),
        limits=_DUPLICATES,
        cost="an event with a used id is not counted: nothing if files overlap, events lost if ids are not unique",
        remedy="If the files do not overlap, name a unique field: --map event_id=PATH.",
    )


def _clock(log: LogFigures) -> Check:
    if n := log.n_future + log.n_ancient:
        return Check(
            "clock",
            Status.BAD,
            f"{log.n_future:,} events in the future, {log.n_ancient:,} before 2015",
            f"timing evidence, order of turns and the timeline of {n:,} events are wrong",
            "Check the unit of the time field (seconds, milliseconds) and the clock and zone of the host that logs.",
        )
    if log.n_steps and log.n_steps_back > _BACK_WARN * log.n_steps:
        return Check(
            "clock",
            Status.WARN,
            f"in {_percent(log.n_steps_back, log.n_steps)} of {log.n_steps:,} steps of a conversation the later request has the shorter history",
            "order of turns within conversations: re-sent history may be counted as new",
            "Log the time of the request, not of the export; clients that trim their history look the same.",
        )
    return Check("clock", Status.OK, f"no future or ancient times, {log.n_steps:,} steps of conversations in order")


def _registration(log: LogFigures) -> Check:
    return _share(
        "accounts without registration",
        (log.n_unregistered, log.n_accounts, "accounts"),
        limits=(_UNREGISTERED_WARN, 2.0),
        cost="identity evidence (mail, telephone, card, sign-up bursts), and age and declared use, which speak for an account",
        remedy="Ingest the account records as well.",
    )


def _younger(log: LogFigures) -> Check:
    return _share(
        "accounts used before they were created",
        (log.n_younger, log.n_accounts, "accounts"),
        limits=(_YOUNGER_WARN, 2.0),
        cost="sign-up bursts and the age of accounts",
        remedy="Check the zone and meaning of created_at: it may be the time of the last change.",
    )


def _clipped(log: LogFigures) -> Check:
    return _share(
        "texts longer than are read",
        (log.n_clipped, log.n_texts, "texts"),
        limits=(_CLIPPED_WARN, 2.0),
        cost="what stands in the middle of long texts",
        remedy="Raise the setting max_observed_chars.",
    )


def _cut_short(log: LogFigures) -> Check:
    return _share(
        "answers cut short",
        (log.n_cut_short, log.n_events, "events"),
        limits=(_CUT_WARN, 2.0),
        cost="the end of answers (finish reason `length`)",
        remedy="Nothing, unless the log itself truncates.",
    )


def _coverage(log: LogFigures) -> Check:
    n = sum(log.not_covered.values())
    most = sorted(log.not_covered.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    names = ", ".join(f"{language or '?'} {count:,}" for language, count in most)
    found = _share(
        "texts in languages no encoder reads",
        (n, log.n_user_texts, "user texts"),
        limits=_NOT_COVERED,
        cost="these texts are not read: accounts that write them can be linked, never read as concerning",
        remedy="Set second_encoder to one that covers them; with `none` most languages are left out.",
    )
    return replace(found, seen=f"{found.seen}: {names}") if names else found


def _gaps(log: LogFigures) -> Check:
    found = gaps(log.hours)
    if not found:
        return Check("gaps in time", Status.OK, "no hours are empty that are usually busy")
    shown = "; ".join(
        f"{g.begin:%Y-%m-%d %H:%M} for {g.hours} h, {g.expected:.0f} events usual" for g in found[:_SHOWN]
    )
    return Check(
        "gaps in time",
        Status.BAD,
        f"{len(found)} gaps: {shown}",
        "nothing of what happened then is seen; an operation that works then looks smaller and quieter",
        "Ingest the logs of those hours, or note the outage.",
    )


def _volume(log: LogFigures) -> Check:
    found = breaks(log.hours)
    if not found:
        return Check("sudden change of volume", Status.OK, "no day is far from the days around it")
    shown = "; ".join(f"{b.day}: {b.n:,} events, {b.usual:,.0f} usual" for b in found[:_SHOWN])
    return Check(
        "sudden change of volume",
        Status.WARN,
        f"{len(found)} days: {shown}",
        "rates of those days do not compare with others",
        "A new customer, a flood or a missing exporter: see who sent it before trusting rates.",
    )


_CHECKS: tuple[Callable[[LogFigures], Check], ...] = (
    _rejects,
    _duplicates,
    _clock,
    _gaps,
    _volume,
    _registration,
    _younger,
    _clipped,
    _cut_short,
    _coverage,
)


def _share(name: str, counted: tuple[int, int, str], *, limits: tuple[float, float], cost: str, remedy: str) -> Check:
    """A check of a share against the limits of warn and bad."""
    n, total, of = counted
    warn, bad = limits
    status = Status.OK if n <= warn * total else Status.BAD if n > bad * total else Status.WARN
    seen = f"{n:,} of {total:,} {of}" + (f" ({_percent(n, total)})" if n else "")
    return Check(name, status, seen, *((cost, remedy) if status is not Status.OK else ("", "")))


def _percent(n: int, total: int) -> str:
    return f"{100 * n / total:.1f} %" if total else "–"


def _days(days: Sequence[date]) -> str:
    shown = ", ".join(str(d) for d in days[:_SHOWN])
    return shown if len(days) <= _SHOWN else f"{shown} and {len(days) - _SHOWN} more days"
