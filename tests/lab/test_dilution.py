"""Background accounts: each at most once, moved by whole weeks, all over the pack's period, under names of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from counterveil.lab.dilution import moved, sample, shifts

_WEEK = timedelta(weeks=1)
_moments = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def spans(draw: st.DrawFn) -> dict[str, tuple[datetime, datetime]]:
    found = {}
    for name in draw(st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, min_size=1, max_size=12)):
        first = draw(_moments)
        found[name] = (first, first + timedelta(days=draw(st.integers(0, 30))))
    return found


@given(spans(), _moments, st.integers(1, 120), st.integers(0, 3))
def test_whole_weeks_into_the_pack_s_period(
    some: dict[str, tuple[datetime, datetime]], begin: datetime, days: int, seed: int
) -> None:
    period = (begin, begin + timedelta(days=days))
    found = shifts(some, period, seed)
    assert found.keys() == some.keys()
    assert found == shifts(some, period, seed)
    for name, shift in found.items():
        assert shift % _WEEK == timedelta(0)
        first = some[name][0] + shift
        assert (first.weekday(), first.hour, first.minute) == (
            some[name][0].weekday(), some[name][0].hour, some[name][0].minute
        )  # fmt: skip
        assert period[0] - _WEEK <= first <= period[1] + 2 * _WEEK


def test_a_short_background_is_laid_over_all_of_a_long_pack() -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    some = {f"a{n}": (begin + timedelta(days=n % 7), begin + timedelta(days=n % 7)) for n in range(200)}
    found = shifts(some, (begin, begin + timedelta(weeks=8)), 1)
    assert {shift // _WEEK for shift in found.values()} == set(range(8))


def test_a_long_background_is_folded_into_a_short_pack() -> None:
    begin = datetime(2024, 1, 1, tzinfo=UTC)
    some = {f"a{n}": (begin + timedelta(days=n), begin + timedelta(days=n)) for n in range(365)}
    period = (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    moved_to = [some[name][0] + shift for name, shift in shifts(some, period, 1).items()]
    assert period[0] - _WEEK <= min(moved_to)
    assert max(moved_to) <= period[1] + _WEEK


def test_a_larger_sample_holds_the_smaller_and_never_an_account_twice() -> None:
    names = [f"a{n}" for n in range(50)]
    small, large, all_of_them = sample(names, 5, 3), sample(names[::-1], 20, 3), sample(names, 500, 3)
    assert large[:5] == small
    assert sorted(all_of_them) == sorted(names) == sorted(sample(names, None, 3))
    assert sample(names, 5, 4) != small


def test_names_and_times_move_and_nothing_else() -> None:
    record = {
        "event_id": "e", "account_id": "a", "conversation_id": None, "device_id": "d", "client_ip": "192.0.2.1",
        "time": datetime(2026, 3, 2, tzinfo=UTC), "input": [{"role": "user", "content": "x"}],
    }  # fmt: skip
    found = moved(record, 2 * _WEEK)
    assert found == record | {
        "event_id": "bg-e", "account_id": "bg-a", "device_id": "bg-d", "time": datetime(2026, 3, 16, tzinfo=UTC)
    }  # fmt: skip
    assert record["event_id"] == "e"
    account = {"account_id": "a", "created_at": datetime(2026, 1, 1, tzinfo=UTC), "email": "x@y.example"}
    assert moved(account, _WEEK)["created_at"] == datetime(2026, 1, 8, tzinfo=UTC)
