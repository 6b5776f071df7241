"""Injected faults of the data are found, each by its check; a sound log gives none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from counterveil.quality.costs import NEEDS
from counterveil.quality.health import FieldDay, LogFigures, Status, checks
from counterveil.quality.volume import breaks, gaps

# 2026-03-02 00:00 UTC, a Monday, in hours since 1970.
START = 492_336


def hours(
    n_days: int, seed: int, *, per_hour: float = 12.0, night: float = 0.15, weekend: float = 0.5
) -> dict[int, int]:
    """Bursty traffic: quiet nights and weekends, twice the spread of Poisson arrivals."""
    rng = np.random.default_rng(seed)
    found = {}
    for hour in range(24 * n_days):
        rate = per_hour * (night if hour % 24 < 7 else 1.0) * (weekend if hour // 24 % 7 >= 5 else 1.0)
        if n := int(rng.negative_binomial(rate, 0.5)):
            found[START + hour] = n
    return found


def figures(**changed: object) -> LogFigures:
    """A sound log of ten days from one source."""
    days = [FieldDay("native", date(2026, 3, 2) + timedelta(days=d), 200, dict.fromkeys(NEEDS, 5)) for d in range(10)]
    sound = LogFigures(
        days=days, hours=hours(10, 1), n_records=2000, n_rejects=0, n_duplicates=0, n_future=0, n_ancient=0, n_steps=500,
        n_steps_back=3, n_accounts=100, n_unregistered=0, n_younger=0, n_texts=2500, n_clipped=0, n_cut_short=9, not_covered={},
        n_user_texts=2000,
    )  # fmt: skip
    return replace(sound, **changed)  # type: ignore[arg-type]


def states(log: LogFigures) -> dict[str, Status]:
    return {c.name: c.status for c in checks(log) if c.status is not Status.OK}


def test_a_sound_log_is_well() -> None:
    assert states(figures()) == {}


@pytest.mark.parametrize(
    ("changed", "name", "status"),
    [
        ({"n_rejects": 10}, "rejected records", Status.WARN),
        ({"n_rejects": 300}, "rejected records", Status.BAD),
        ({"n_duplicates": 400}, "duplicate event ids", Status.WARN),
        ({"n_duplicates": 9000}, "duplicate event ids", Status.BAD),
        ({"n_future": 1}, "clock", Status.BAD),
        ({"n_ancient": 4}, "clock", Status.BAD),
        ({"n_steps_back": 90}, "clock", Status.WARN),
        ({"n_unregistered": 30}, "accounts without registration", Status.WARN),
        ({"n_younger": 30}, "accounts used before they were created", Status.WARN),
        ({"n_clipped": 600}, "texts longer than are read", Status.WARN),
        ({"n_cut_short": 900}, "answers cut short", Status.WARN),
        ({"not_covered": {"km": 90, "": 3}}, "texts in languages no encoder reads", Status.WARN),
        ({"not_covered": {"km": 900}}, "texts in languages no encoder reads", Status.BAD),
    ],
)
def test_each_fault_is_found_by_its_check(changed: dict[str, object], name: str, status: Status) -> None:
    assert states(figures(**changed)) == {name: status}


def test_every_fault_says_what_it_costs_and_what_to_do() -> None:
    log = figures(n_rejects=900, n_duplicates=9000, n_future=3, n_unregistered=90, n_younger=50, n_clipped=2000,
                  n_cut_short=1500, not_covered={"km": 2000}, hours={})  # fmt: skip
    assert all(c.cost and c.remedy for c in checks(log) if c.status is not Status.OK)


def test_a_field_lost_on_some_days_is_bad_and_never_there_a_warning() -> None:
    days = list(figures().days)
    days[4] = replace(days[4], missing={**days[4].missing, "device_id": 200})
    found = {c.name: c for c in checks(figures(days=days))}
    assert found["device_id"].status is Status.BAD
    assert "2026-03-06" in found["device_id"].seen
    never = [replace(d, missing={**d.missing, "device_id": d.n}) for d in days]
    (check,) = [c for c in checks(figures(days=never)) if c.name == "device_id"]
    assert (check.status, check.seen) == (Status.WARN, "in no event")
    assert "device" in check.cost


def test_sources_are_told_apart() -> None:
    days = [*figures().days, *(FieldDay("otel", d.day, 50, {**d.missing, "client_ip": 50}) for d in figures().days)]
    assert states(figures(days=days)) == {"client_ip (otel)": Status.WARN}


def test_an_empty_log_is_one_bad_check() -> None:
    assert [(c.name, c.status) for c in checks(figures(days=[]))] == [("events", Status.BAD)]


def test_an_injected_gap_is_found_whole() -> None:
    log = {h: n for h, n in hours(21, 2).items() if not START + 24 * 9 + 9 <= h < START + 24 * 9 + 17}
    (gap,) = gaps(log)
    assert (gap.begin.isoformat(), gap.hours) == ("2026-03-11T09:00:00+00:00", 8)


def test_an_injected_flood_is_found() -> None:
    log = Counter(hours(21, 3))
    for hour in range(24):
        log[START + 24 * 10 + hour] += 60
    assert [b.day for b in breaks(log)] == [date(2026, 3, 12)]
    assert breaks({}) == []


def test_false_alarms_on_sound_logs() -> None:
    """500 sound logs of three weeks: none has a gap, at most 1 % a break."""
    logs = [hours(21, seed) for seed in range(500)]
    assert sum(bool(gaps(log)) for log in logs) == 0
    assert sum(bool(breaks(log)) for log in logs) <= 5


def test_times_of_another_millennium_do_not_fill_the_memory() -> None:
    log = {**hours(10, 1), 30_000_000: 1, -5_000_000: 2}
    assert gaps(log) == gaps(hours(10, 1))
