"""Ordinary accounts beside a pack: which ones, when, and under which names. Pure; nothing is read or written here.

Times move by whole weeks, so that hour and weekday stay. A background longer than the pack is cut into windows as long as
the pack, and every account's window is laid over it; a shorter one is laid out several times, each account in one place.
Accounts that were active together mostly stay together. No account is used twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterveil.lab.world import Record, dice

_WEEK = timedelta(weeks=1)
PREFIX = "bg-"
# Names that mean something only within one log: an equal one in the pack would be a false meeting. Addresses are left.
_IDS = (
    "event_id",
    "account_id",
    "conversation_id",
    "end_user_id",
    "device_id",
    "payment_fingerprint",
    "org_id",
)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Dilution:
    """The background accounts of one run, each with its shift in time; ``available`` says from how many."""

    shifts: Mapping[str, timedelta]
    available: int


def sample(accounts: Sequence[str], wanted: int | None, seed: int) -> list[str]:
    """So many accounts by chance, or all where there are no more; a larger sample holds the smaller ones."""
    order = sorted(accounts)
    dice(seed, "background").shuffle(order)
    return order if wanted is None else order[:wanted]


def shifts(spans: Mapping[str, Span], period: Span | None, seed: int) -> dict[str, timedelta]:
    """How far each account moves, so that all together cover ``period`` (first and last event of the pack)."""
    if not spans or period is None:
        return dict.fromkeys(spans, timedelta(0))
    begin, end = min(first for first, _ in spans.values()), max(last for _, last in spans.values())
    length, wanted = _weeks((begin, end)), _weeks(period)
    base = round((period[0] - begin) / _WEEK)
    found = {}
    for name, (first, _) in spans.items():
        if length > wanted:
            moved = base - (first - begin) // _WEEK // wanted * wanted
        else:
            moved = base + length * dice(seed, "place", name).randrange(max(1, round(wanted / length)))
        found[name] = moved * _WEEK
    return found


def moved(record: Record, shift: timedelta) -> Record:
    """An event or account of the background at its new time, under its new names."""
    found = dict(record)
    for name in _IDS:
        if found.get(name) is not None:
            found[name] = f"{PREFIX}{found[name]}"
    for name in ("time", "created_at"):
        if found.get(name) is not None:
            found[name] += shift
    return found


def _weeks(span: Span) -> int:
    return max(1, -(-(span[1] - span[0]) // _WEEK))
