"""One suite for every detector of pairs: cases, symmetry, clocks, chance, empty rhythms; and the table that linking gets."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from counterveil.detectors.pairs import PAIRS
from counterveil.detectors.pairs.base import CAP_BITS, DAY_S, HOUR_S
from counterveil.detectors.pairs.cases import at_home, balanced, moved, night_owl, office, relieved, sittings, student
from counterveil.engine.duck import Engine
from counterveil.model.event import TIME
from counterveil.model.rhythm import PairCase, PairDetector, Rhythm, rhythm
from counterveil.model.signal import EvidenceClass, Family
from counterveil.pipeline.linking.likeness import ALIKE_SCHEMA
from counterveil.pipeline.linking.rhythm import timing

each = pytest.mark.parametrize("detector", PAIRS, ids=lambda d: d.info.name)
Pair = tuple[Rhythm, Rhythm]


def poisson(seed: int, days: int = 42, daily: float = 4.0) -> Rhythm:
    draw = np.random.default_rng(seed)
    return rhythm(draw.integers(0, days * DAY_S, draw.poisson(days * daily)).tolist())


def visits(seed: int) -> Rhythm:
    """Sessions of up to half an hour at any time of the day."""
    return sittings(
        seed, 42, lambda draw, _: [(24 * draw.random(), 30 * draw.random()) for _ in range(draw.poisson(3))]
    )


def appointment(seed: int, group: int) -> Rhythm:
    """Everybody comes within the same half hour, another one each day."""
    hours = 8 + 12 * np.random.default_rng(group).random(56)
    return sittings(seed, 56, lambda draw, day: [(hours[day] + draw.random() / 2, 15 * draw.random())])


def shift_workers(seed: int) -> Pair:
    """Strangers: one from eight to four, one from four to midnight, both punctual."""
    early = sittings(seed, 42, lambda draw, _: [(8, 470 + 8 * draw.random())])
    late = sittings(seed + 1, 42, lambda draw, _: [(16 + draw.random() / 10, 400 + 60 * draw.random())])
    return early, late


def mornings_and_afternoons(seed: int) -> Pair:
    def half(first: int) -> Rhythm:
        at = 8 + 5 * first
        return sittings(seed + first, 42, lambda draw, _: [(at + k * 2 + draw.random(), 10) for k in range(2)])

    return half(0), half(1)


STRANGERS: dict[str, Callable[[int], Pair]] = {
    "poisson": lambda seed: (poisson(2 * seed), poisson(2 * seed + 1)),
    "visits": lambda seed: (visits(2 * seed), visits(2 * seed + 1)),
    "office": lambda seed: (office(2 * seed), office(2 * seed + 1)),
    "students": lambda seed: (student(2 * seed), student(2 * seed + 1)),
    "night owls": lambda seed: (night_owl(2 * seed), night_owl(2 * seed + 1)),
    "family": lambda seed: (at_home(2 * seed), at_home(2 * seed + 1)),
    "one after another": lambda seed: (office(2 * seed), moved(office(2 * seed + 1), 42 + seed % 20)),
    "appointments": lambda seed: (appointment(2 * seed, seed), appointment(2 * seed + 1, seed)),
    "shifts": lambda seed: shift_workers(2 * seed),
    "halves of the day": lambda seed: mornings_and_afternoons(2 * seed),
}


def hit(detector: PairDetector) -> PairCase:
    return next(case for case in detector.cases if case.at_least > 0)


@each
def test_cases(detector: PairDetector) -> None:
    for case in detector.cases:
        found = detector.find(case.left, case.right)
        assert case.at_least <= found.bits <= case.at_most, (case.why, found)
        assert found.reason
    assert any(case.at_least > 0 for case in detector.cases)
    assert sum(case.at_most == 0 and bool(case.why) for case in detector.cases) >= 4


@each
def test_context_only(detector: PairDetector) -> None:
    info = detector.info
    assert info.family is Family.TIMING
    assert info.best_class is EvidenceClass.C
    assert info.meaning
    assert info.source
    assert info.kind.isidentifier()


@each
def test_left_and_right_are_the_same(detector: PairDetector) -> None:
    pairs = [(case.left, case.right) for case in detector.cases]
    pairs += [make(seed) for make in STRANGERS.values() for seed in range(5)]
    pairs += [(relieved(seed)[0], balanced(seed)[1]) for seed in range(5)]
    # Rounded to the minute, many moments coincide.
    pairs += [(rhythm(a.times // 60 * 60), rhythm(b.times // 60 * 60)) for a, b in pairs]
    for left, right in pairs:
        assert detector.find(left, right) == detector.find(right, left)


@each
@pytest.mark.parametrize("seconds", [DAY_S, -300 * DAY_S, 9 * HOUR_S, 5 * HOUR_S + 1800, 1])
def test_clocks_and_dates_do_not_count(detector: PairDetector, seconds: int) -> None:
    for case in detector.cases:
        left, right = Rhythm(case.left.times + seconds), Rhythm(case.right.times + seconds)
        assert detector.find(left, right) == detector.find(case.left, case.right)


@each
@pytest.mark.parametrize("kind", STRANGERS)
def test_strangers_show_nothing(detector: PairDetector, kind: str) -> None:
    found = [detector.find(*STRANGERS[kind](seed)).bits for seed in range(200)]
    assert sum(bits > 2 for bits in found) < 0.05 * len(found)


@pytest.mark.parametrize("name", ["hand_over", "round_robin"])
@pytest.mark.parametrize("days", [28, 42, 90])
def test_teams_show(name: str, days: int) -> None:
    detector = next(d for d in PAIRS if d.info.name == name)
    make = {"hand_over": relieved, "round_robin": balanced}[name]
    assert all(2 < detector.find(*make(seed, days)).bits <= CAP_BITS for seed in range(10))


@pytest.mark.parametrize("name", ["hand_over", "round_robin"])
def test_another_day_breaks_it(name: str) -> None:
    detector = next(d for d in PAIRS if d.info.name == name)
    case = hit(detector)
    assert detector.find(case.left, moved(case.right, 3)).bits == 0


def test_succession_is_worth_two_bits_at_most() -> None:
    detector = next(d for d in PAIRS if d.info.name == "succession")
    found = [detector.find(office(2 * seed, 120), moved(office(2 * seed + 1, 120), 120)).bits for seed in range(10)]
    assert max(found) == 2.0


@each
def test_little_or_nothing(detector: PairDetector) -> None:
    case = hit(detector)
    small = [rhythm([]), rhythm([0]), rhythm([case.left.first]), rhythm([0, 10**9]), Rhythm(case.left.times[:5])]
    for one in small:
        for other in (*small, case.left, case.right):
            assert detector.find(one, other).bits == 0
    assert detector.find(case.left, case.left).bits == 0


@each
def test_days_too_few_to_compare(detector: PairDetector) -> None:
    for make in (relieved, balanced):
        assert detector.find(*make(5, 12)).bits == 0


@each
def test_never_still(detector: PairDetector) -> None:
    # Programs that call every minute for weeks: one session each.
    left, right = (rhythm(range(start, start + 30 * DAY_S, 60)) for start in (0, 7))
    assert detector.find(left, right).bits == 0


def test_every_detector_file_is_registered() -> None:
    modules = {
        p.name.removesuffix(".py") for p in files("counterveil.detectors.pairs").iterdir() if p.name.endswith(".py")
    }
    assert modules - {"__init__", "base", "cases"} == {d.info.name for d in PAIRS}
    assert len({d.info.kind for d in PAIRS}) == len(PAIRS)


def test_sessions() -> None:
    found = rhythm([100, 0, 100, 1900, 3701])
    assert found.times.tolist() == [0, 100, 1900, 3701]
    assert found.begins.tolist() == [0, 3701]
    assert found.ends.tolist() == [1900, 3701]
    assert (found.first, found.last, len(found)) == (0, 3701, 4)
    assert rhythm([]).begins.tolist() == []


def turns(rhythms: dict[str, Rhythm]) -> pa.Table:
    rows = [(name, int(t), side) for name, r in rhythms.items() for t in r.times for side in (0, 0, 1)]
    names, times, sides = zip(*rows, strict=True)
    # What the model answered comes later, and is nobody's rhythm.
    at = np.array(times, dtype=np.int64) + 7 * np.array(sides)
    time = pa.array(at, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp(TIME.unit)).cast(TIME)
    return pa.table({"subject_id": list(names), "time": time, "side": pa.array(sides, pa.int8())})


def test_timing_gives_rows_that_linking_can_add(tmp_path: Path) -> None:
    a, b = relieved(5)
    c, d = balanced(6)
    rhythms = {"a": a, "b": b, "c": c, "d": d, "e": rhythm([0, 60]), "f": office(7)}
    names = sorted(rhythms)
    pairs = [(1, 0), (0, 1), (2, 3), (0, 2), (0, 4), (5, 5), (4, 5), (0, 5), (0, 99)]
    ends = [pa.array(side, pa.int32()) for side in zip(*pairs, strict=True)]
    with Engine(memory_limit_mib=256, threads=1, spill=tmp_path) as engine:
        engine.table("turns", turns(rhythms))
        engine.table("people", pa.table({"subject_id": names, "subject": pa.array(range(len(names)), pa.int32())}))
        found = timing(engine, pa.table(ends, names=["left_subject", "right_subject"]))
        none = timing(engine, pa.table(ends, names=["left_subject", "right_subject"]).slice(0, 0))
    assert found.schema == none.schema == ALIKE_SCHEMA
    assert none.num_rows == 0
    by_name = {d.info.name: d for d in PAIRS}
    expected = {
        (0, 1, "hand_over"): round(1000 * by_name["hand_over"].find(a, b).bits),
        (2, 3, "round_robin"): round(1000 * by_name["round_robin"].find(c, d).bits),
    }
    rows = found.to_pylist()
    assert {(r["left_subject"], r["right_subject"], r["kind"]): r["mb"] for r in rows} == expected
    assert {(r["family"], r["evidence_class"], r["n_subjects"], r["n_things"], r["thing_key"]) for r in rows} == {
        ("timing", 3, 2, 1, 0)
    }
