"""Made-up rhythms for the cases of pair detectors: teams, and people who merely keep the same hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from counterveil.detectors.pairs.base import DAY_S, HOUR_S
from counterveil.model.rhythm import PairCase, Rhythm, rhythm

_MONDAY_S = 1_767_571_200
_MINUTE_S = 60
Draw = np.random.Generator


def session(draw: Draw, begin_s: float, minutes: float) -> Iterator[float]:
    """One sitting: its first and last moment, and something every four minutes or so between."""
    yield begin_s
    at = begin_s + 240 * (0.5 + draw.random())
    while at < begin_s + minutes * _MINUTE_S:
        yield at
        at += 240 * (0.5 + draw.random())
    yield begin_s + minutes * _MINUTE_S


def sittings(seed: int, days: int, moments: Callable[[Draw, int], list[tuple[float, float]]]) -> Rhythm:
    """A rhythm from the sittings of each day: (hour, minutes); Monday is day 0."""
    draw = np.random.default_rng(seed)
    times: list[float] = []
    for day in range(days):
        for hour, minutes in moments(draw, day):
            times += session(draw, _MONDAY_S + day * DAY_S + hour * HOUR_S, minutes)
    return rhythm(times)


def office(seed: int, days: int = 42) -> Rhythm:
    """Monday to Friday, nine to five, now and then."""

    def moments(draw: Draw, day: int) -> list[tuple[float, float]]:
        return [(9 + 8 * draw.random(), 3 + 25 * draw.random()) for _ in range(3)] if day % 7 < 5 else []

    return sittings(seed, days, moments)


def student(seed: int, days: int = 56) -> Rhythm:
    """A class at another hour each weekday, everyone busy within it; homework in the evening before."""

    def moments(draw: Draw, day: int) -> list[tuple[float, float]]:
        lesson = (10.0, 14.0, 8.0, 11.0, 0.0, 0.0, 0.0)[day % 7]
        seen = [(lesson + 1.2 * draw.random(), 5 + 10 * draw.random())] if lesson else []
        return seen + ([(19 + 2 * draw.random(), 20 * draw.random())] if day % 7 in (0, 2, 6) else [])

    return sittings(seed, days, moments)


def night_owl(seed: int, days: int = 42) -> Rhythm:
    """Late evening to early morning, most nights."""

    def moments(draw: Draw, _: int) -> list[tuple[float, float]]:
        return [(21 + 6 * draw.random(), 30 * draw.random()) for _ in range(int(3 * draw.random()))]

    return sittings(seed, days, moments)


def at_home(seed: int, days: int = 42) -> Rhythm:
    """Evenings after supper, on the evenings on which the family is at home."""
    home = np.random.default_rng(1).random(days) < 0.7

    def moments(draw: Draw, day: int) -> list[tuple[float, float]]:
        return [(19 + 3.5 * draw.random(), 5 + 20 * draw.random()) for _ in range(2)] if home[day] else []

    return sittings(seed, days, moments)


def relieved(seed: int, days: int = 42) -> tuple[Rhythm, Rhythm]:
    """Two who take turns: when one stops, at whatever hour, the other begins some minutes later."""
    draw = np.random.default_rng(seed)
    times: tuple[list[float], list[float]] = ([], [])
    for day in range(days):
        at = _MONDAY_S + day * DAY_S + (9 + 5 * draw.random()) * HOUR_S
        for turn in range(2):
            minutes = 30 + 90 * draw.random()
            times[(day + turn) % 2].extend(session(draw, at, minutes))
            at += (minutes + 1 + 7 * draw.random()) * _MINUTE_S
    return rhythm(times[0]), rhythm(times[1])


def balanced(seed: int, days: int = 42) -> tuple[Rhythm, Rhythm]:
    """One stream of work dealt to two accounts in turn, at any hour of the day."""
    draw = np.random.default_rng(seed)
    times: tuple[list[float], list[float]] = ([], [])
    turn = 0
    for day in range(days):
        at = _MONDAY_S + day * DAY_S + (8 + 2 * draw.random()) * HOUR_S
        while at < _MONDAY_S + day * DAY_S + 20 * HOUR_S:
            minutes = 10 + 25 * draw.random()
            times[turn % 2].extend(session(draw, at, minutes))
            at += (minutes + 12 + 70 * draw.random()) * _MINUTE_S
            turn += 1
    return rhythm(times[0]), rhythm(times[1])


def moved(given: Rhythm, days: float) -> Rhythm:
    """The same rhythm, so many days later."""
    return Rhythm(given.times + int(days * DAY_S))


BENIGN: tuple[PairCase, ...] = (
    PairCase(office(11), office(12), at_most=0.0, why="two office workers with the same hours"),
    PairCase(student(13), student(14), at_most=0.0, why="two students in the same class"),
    PairCase(night_owl(15), night_owl(16), at_most=0.0, why="two night owls"),
    PairCase(at_home(17), at_home(18), at_most=0.0, why="a family that shares its evenings"),
)
