"""What likeness is worth, by hand, and what must not matter to it."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.alike import LIKE_ALL, Cells, Chance, PairBits, Spoken, chance, families, spoken, weigh
from counterveil.link.near import Ids, Uses
from tests.link.likenesses import Met, meetings_of, uses

# Five cells, by the time between alone: 10 bits within ten minutes, then 8, 6, 4 and 2.
CELLS = Cells((), m=1 / 64, cap_bits=12.0)
ABSENT = 5 / 64 * math.log2(math.e)
CHANCE = Chance(np.array([[10.0, 8.0, 6.0, 4.0, 2.0]]).repeat(2, axis=0), np.full(5, 2.0))
TEN, EIGHT, SIX, FOUR, TWO = 60, 700, 5000, 50_000, 500_000  # seconds, named for the bits
# Subject 0 has the uses 0–3 of the texts 0–3, subject 1 the uses 4–7 of the texts 4–7, subject 2 the uses 8–11.
SENT = uses([(text // 4, text, 0) for text in range(12)])
ALONE = np.arange(12, dtype=np.int32)  # every text a family of its own
ONE = np.zeros(12, np.int32)


def tongues(n_population: int, of_text: Ids = ONE) -> Spoken:
    """All texts in one language that everybody writes."""
    return spoken(of_text, uses([(who, 0, 0) for who in range(n_population)]), n_population)


LANGUAGE = tongues(3)


def weighed(
    rows: list[Met],
    *,
    by_chance: Chance = CHANCE,
    cells: Cells = CELLS,
    kin: Ids = ALONE,
    activity: tuple[float, ...] = (0.0, 0.0, 0.0),
    sent: Uses = SENT,
    least_bits: float = 0.0,
) -> PairBits:
    return weigh(
        meetings_of(rows), sent, cells, by_chance, np.array(activity), language=LANGUAGE, kin=kin, least_bits=least_bits
    )


def bits_of(found: PairBits) -> dict[tuple[int, int], float]:
    return {
        (left, right): round(bits, 6)
        for left, right, bits in zip(found.left.tolist(), found.right.tolist(), found.bits.tolist(), strict=True)
    }


def of_pair(bits: float) -> dict[tuple[int, int], float]:
    """What subjects 0 and 1 come to, less what speaks against them."""
    return {(0, 1): round(bits - ABSENT, 6)}


def test_cells_by_likeness_and_time() -> None:
    cells = Cells((0.3, 0.6), m=0.1, cap_bits=9.0)
    assert cells.n == 15
    assert cells.absent_bits == pytest.approx(1.5 * math.log2(math.e))
    met = meetings_of([
        Met(0, 4, 0.2, 0), Met(0, 4, 0.2, 599), Met(0, 4, 0.2, 600), Met(0, 4, 0.25, 3600), Met(0, 4, 0.25, 172_800),
        Met(0, 4, 0.35, 599), Met(0, 4, 0.65, 21_600), Met(0, 4, 1.0, 10**9),
    ])  # fmt: skip
    assert cells.of(met).tolist() == [0, 0, 1, 2, 4, 5, 13, 14]


def test_one_meeting() -> None:
    for gap_s, bits in ((TEN, 10), (EIGHT, 8), (SIX, 6), (FOUR, 4), (TWO, 2)):
        found = weighed([Met(1, 6, 0.75, gap_s, bucket=3)])
        assert bits_of(found) == of_pair(bits)
        assert (found.n[0], found.similarity[0], found.gap_s[0], found.n_subjects[0], found.text[0]) == (
            1,
            0.75,
            gap_s,
            2,
            1,
        )


@pytest.mark.parametrize(
    ("usual", "n_subjects", "more"),
    [(2, 2, 0), (2, 4, -1), (2, 8, -2), (2, 1000, -2), (8, 2, 2), (16, 2, 3), (999, 2, 3), (999, 999, 0), (2, 1, 0)],
)
def test_rarer_buckets_weigh_more(usual: int, n_subjects: int, more: float) -> None:
    """Against the mean of the cell: at most eight times, at least a quarter."""
    by_chance = Chance(np.full((2, 5), 6.0), np.full(5, float(usual)))
    assert bits_of(weighed([Met(0, 4, n_subjects=n_subjects)], by_chance=by_chance)) == of_pair(6 + more)


def test_a_meeting_is_capped_before_activity_is_taken_off() -> None:
    cells = replace(CELLS, cap_bits=7.0)
    assert bits_of(weighed([Met(0, 4)], cells=cells)) == of_pair(7)
    assert bits_of(weighed([Met(0, 4)], cells=cells, activity=(1.0, 2.5, 0.0))) == of_pair(3.5)


def test_busy_subjects_meet_by_chance() -> None:
    """Each is taken off each meeting; what then weighs nothing does not count at all."""
    rows = [Met(0, 4, gap_s=TEN, bucket=1), Met(1, 5, gap_s=FOUR, bucket=2)]
    assert bits_of(weighed(rows, activity=(1.0, 0.5, 9.0))) == of_pair(8.5 + 2.5)
    found = weighed(rows, activity=(3.0, 2.0, 0.0))
    assert bits_of(found) == of_pair(5)
    assert found.n.tolist() == [1]
    assert bits_of(weighed(rows, activity=(6.0, 4.0, 0.0))) == {}


def test_different_texts_add_up() -> None:
    rows = [Met(0, 4, 0.4, TEN, 3, 1), Met(1, 5, 0.9, EIGHT, 7, 2), Met(2, 6, 0.6, SIX, 2, 3)]
    by_chance = Chance(CHANCE.bits, np.array([3.0, 7.0, 2.0, 2.0, 2.0]))
    found = weighed(rows, by_chance=by_chance)
    assert bits_of(found) == of_pair(24)
    assert (found.n.tolist(), found.n_subjects.tolist(), found.gap_s.tolist(), found.text.tolist()) == (
        [3],
        [7],
        [TEN],
        [0],
    )
    assert found.similarity.tolist() == [pytest.approx(0.9)]


def test_one_text_counts_once_on_either_side() -> None:
    """Text 0 met three of the other's; then three of the one met text 4: the heaviest of them counts."""
    out = [Met(0, 4, gap_s=EIGHT, bucket=1), Met(0, 5, gap_s=TEN, bucket=2), Met(0, 6, gap_s=SIX, bucket=3)]
    assert bits_of(weighed(out)) == of_pair(10)
    back = [Met(0, 4, gap_s=EIGHT, bucket=1), Met(1, 4, gap_s=TEN, bucket=2), Met(2, 4, gap_s=SIX, bucket=3)]
    found = weighed(back)
    assert bits_of(found) == of_pair(10)
    assert found.text.tolist() == [1]


def test_one_bucket_counts_once_a_pair() -> None:
    rows = [Met(0, 4, gap_s=EIGHT, bucket=7), Met(1, 5, gap_s=TEN, bucket=7), Met(2, 6, gap_s=SIX, bucket=8)]
    assert bits_of(weighed(rows)) == of_pair(16)
    # Of another pair of subjects it counts again.
    assert bits_of(weighed([*rows, Met(0, 8, gap_s=TEN, bucket=7)])) == of_pair(16) | {(0, 2): round(10 - ABSENT, 6)}


def test_texts_of_one_family_are_damped_by_halves() -> None:
    rows = [Met(i, 4 + i, gap_s=gap_s, bucket=i) for i, gap_s in enumerate((EIGHT, TEN, SIX, TWO))]
    one = np.zeros(12, np.int32)
    found = weighed(rows, kin=one)
    assert bits_of(found) == of_pair(10 + 8 / 2 + 6 / 4 + 2 / 8)
    assert found.n.tolist() == [4]
    two = np.array([0, 1] * 6, np.int32)
    assert bits_of(weighed(rows, kin=two)) == of_pair(8 + 6 / 2 + 10 + 2 / 2)


def test_what_speaks_against_a_pair_is_never_more_than_it_has() -> None:
    """With 40 cells of m = 0.25 a pair loses 14.4 bits: one meeting is no evidence, two of different texts are."""
    cells = Cells(tuple(i / 8 for i in range(1, 8)), m=0.25, cap_bits=12.0)
    assert cells.absent_bits == pytest.approx(14.427, abs=1e-3)
    by_chance = Chance(np.full((2, 40), 10.0), np.full(40, 2.0))
    assert bits_of(weighed([Met(0, 4, bucket=1)], cells=cells, by_chance=by_chance)) == {}
    found = weighed([Met(0, 4, bucket=1), Met(1, 5, bucket=2)], cells=cells, by_chance=by_chance)
    assert bits_of(found) == {(0, 1): pytest.approx(20 - 14.427, abs=1e-3)}
    same = weighed([Met(0, 4, bucket=1), Met(0, 5, bucket=2)], cells=cells, by_chance=by_chance)
    assert all(bits == 0.0 for bits in bits_of(same).values())


def test_pairs_that_cannot_reach_the_least_are_left_out_early() -> None:
    rows = [Met(0, 4, gap_s=EIGHT, bucket=1), Met(1, 5, gap_s=SIX, bucket=2), Met(2, 8, gap_s=TEN, bucket=3)]
    every = bits_of(weighed(rows))
    assert set(every) == {(0, 1), (0, 2)}
    assert bits_of(weighed(rows, least_bits=9.0)) == every
    assert bits_of(weighed(rows, least_bits=10.0)) == {(0, 1): every[0, 1]}
    assert bits_of(weighed(rows, least_bits=14.0)) == {}


def test_others_in_their_places() -> None:
    """The null world: meetings stay, who sent what changes; those that now are one subject's are no meetings."""
    rows = [Met(0, 4, gap_s=TEN, bucket=1), Met(1, 5, gap_s=EIGHT, bucket=2), Met(2, 8, gap_s=SIX, bucket=3)]
    moved = np.array([2, 1, 1, 0, 0, 1, 0, 0, 2, 2, 2, 2], np.int32)
    met, by_nobody = meetings_of(rows), np.zeros(3)
    found = weigh(met, SENT, CELLS, CHANCE, by_nobody, language=LANGUAGE, kin=ALONE, subject=moved)
    assert bits_of(found) == {(0, 2): round(10 - ABSENT, 6), (1, 2): round(6 - ABSENT, 6)}
    # The left side's text is that of the lesser subject.
    assert dict(zip(zip(found.left.tolist(), found.right.tolist(), strict=True), found.text.tolist(), strict=True)) == {
        (0, 2): 4, (1, 2): 2,
    }  # fmt: skip
    kept = np.array([False, True, True])
    found = weigh(met, SENT, CELLS, CHANCE, by_nobody, language=LANGUAGE, kin=ALONE, kept=kept)
    assert bits_of(found) == {(0, 1): round(8 - ABSENT, 6), (0, 2): round(6 - ABSENT, 6)}


def test_nobody_met() -> None:
    found = weighed([])
    assert all(len(getattr(found, name)) == 0 for name in PairBits.__slots__)
    assert len(weighed([Met(0, 4, gap_s=TWO)], activity=(5.0, 0.0, 0.0)).left) == 0


use_numbers = st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] // 4 != p[1] // 4).map(sorted)
encounters = st.builds(
    lambda pair, similarity, gap_s, n, bucket: Met(pair[0], pair[1], similarity, gap_s, n, bucket),
    use_numbers,
    st.sampled_from([0.3, 0.6, 0.9]),
    st.sampled_from([TEN, EIGHT, SIX, FOUR, TWO]),
    st.integers(2, 9),
    st.integers(0, 20),
)
# One meeting a pair of uses, as ``near`` gives them.
many = st.lists(encounters, max_size=25, unique_by=lambda m: (m.left, m.right))
kins = st.lists(st.integers(0, 3), min_size=12, max_size=12).map(lambda of: np.array(of, np.int32))


@given(rows=many, kin=kins, seed=st.integers(0, 999))
def test_order_of_meetings_changes_nothing(rows: list[Met], kin: Ids, seed: int) -> None:
    found, again = weighed(rows, kin=kin), weighed(random.Random(seed).sample(rows, len(rows)), kin=kin)
    for name in PairBits.__slots__:
        assert np.array_equal(getattr(found, name), getattr(again, name)), name


@given(rows=many, kin=kins, order=st.permutations([0, 1, 2]))
def test_symmetric(rows: list[Met], kin: Ids, order: list[int]) -> None:
    """Which of two subjects comes first changes nothing."""
    # Different weights, so that no tie has to be broken.
    by_chance = Chance(np.tile(np.linspace(4.0, 11.0, 5 * len(rows) + 5), (2, 1)), np.full(5 * len(rows) + 5, 2.0))
    cells = Cells(tuple((i + 1) / (len(rows) + 1) for i in range(len(rows))), m=1e-6, cap_bits=99.0)
    apart = [replace(m, similarity=(i + 0.5) / (len(rows) + 1), n_subjects=2) for i, m in enumerate(rows)]
    named = replace(SENT, subject=np.array(order, np.int32)[SENT.subject])
    found = bits_of(weighed(apart, by_chance=by_chance, cells=cells, kin=kin))
    again = bits_of(weighed(apart, by_chance=by_chance, cells=cells, kin=kin, sent=named))
    now = {tuple(sorted((order[left], order[right]))): bits for (left, right), bits in found.items()}
    assert again == pytest.approx(now)


@given(rows=many, kin=kins, more=st.lists(st.floats(0.0, 8.0), min_size=3, max_size=3))
def test_activity_never_raises_bits(rows: list[Met], kin: Ids, more: list[float]) -> None:
    """By one and the same amount for all; a rounding of halves apart."""
    calm = bits_of(weighed(rows, kin=kin))
    busy = bits_of(weighed(rows, kin=kin, activity=tuple(more)))
    assert busy.keys() <= calm.keys()
    assert all(bits <= calm[pair] + 0.01 for pair, bits in busy.items())


@given(rows=many)
def test_a_pair_never_weighs_more_than_its_meetings(rows: list[Met]) -> None:
    found = weighed(rows)
    for left, right, bits, n in zip(found.left, found.right, found.bits, found.n, strict=True):
        assert left < right
        own = [m for m in rows if {m.left // 4, m.right // 4} == {left, right}]
        assert 1 <= n <= min(4, len(own), len({m.bucket for m in own}))
        assert 0 <= bits <= n * (10 + 3)


def test_chance_is_counted_by_pairs_of_subjects() -> None:
    """Of 55 pairs (11 subjects) two meet within ten minutes, one of them twice, one within an hour."""
    rows = [
        Met(0, 4, gap_s=TEN, n_subjects=2), Met(1, 5, gap_s=TEN, n_subjects=8), Met(0, 8, gap_s=TEN, n_subjects=5),
        Met(2, 6, gap_s=EIGHT, n_subjects=4),
    ]  # fmt: skip
    found = chance(meetings_of(rows), SENT, CELLS, language=tongues(11), n_population=11)
    u = [2.5, 1.5, 0.5, 0.5, 0.5]
    assert found.bits[0].tolist() == pytest.approx([math.log2(55 / 64 / n) for n in u])
    assert found.mean_subjects.tolist() == [5.0, 4.0, 2.0, 2.0, 2.0]


def test_chance_counts_pairs_that_one_stands_for() -> None:
    """Where only a part of a bucket is paired, each pair stands for several; the heaviest of a pair's meetings counts."""
    rows = [Met(0, 4, weight=3.0), Met(1, 5, weight=7.0), Met(8, 0, weight=1.0), Met(4, 0, gap_s=TWO, weight=2.0)]
    found = chance(meetings_of(rows), SENT, CELLS, language=tongues(11), n_population=11)
    assert found.bits[0].tolist() == pytest.approx([math.log2(55 / 64 / n) for n in (8.5, 0.5, 0.5, 0.5, 2.5)])


def test_chance_among_strangers_only() -> None:
    rows = [Met(0, 4, n_subjects=9), Met(0, 8, n_subjects=3), Met(4, 8, gap_s=TWO)]
    strangers = np.array([False, True, True])
    found = chance(meetings_of(rows), SENT, CELLS, language=tongues(11), n_population=11, strangers=strangers)
    alone = chance(meetings_of(rows[1:]), SENT, CELLS, language=tongues(11), n_population=11, strangers=strangers[1:])
    assert found.bits.tolist() == alone.bits.tolist()
    assert found.mean_subjects.tolist() == alone.mean_subjects.tolist() == [3.0, 2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("n_population", [0, 1, 2, 11])
def test_chance_of_a_log_in_which_nobody_meets(n_population: int) -> None:
    found = chance(meetings_of([]), SENT, CELLS, language=tongues(n_population), n_population=n_population)
    n_pairs = max(1, n_population * (n_population - 1) / 2)
    assert found.bits[0].tolist() == pytest.approx([math.log2(n_pairs / 64 / 0.5)] * 5)
    assert found.mean_subjects.tolist() == [2.0] * 5


def test_chance_is_that_of_the_language() -> None:
    """Ten of a hundred write the second language, and five of their 45 pairs meet; of the other 4,005 none does."""
    sent = uses([(who, int(who < 10), 0) for who in range(100)])
    language = spoken(np.array([0, 1], np.int32), sent, 100)
    assert language.n_pairs.tolist() == pytest.approx([4005, 45, 4950])
    met = meetings_of([Met(who, who + 5, gap_s=TEN) for who in range(5)])
    assert language.of(met, sent).tolist() == [1] * 5
    # Not knowing who are strangers, all are as one.
    first = chance(met, sent, CELLS, language=language, n_population=100).bits
    assert first[:, 0].tolist() == pytest.approx([math.log2(4950 / 64 / 5.5)] * 3)
    then = chance(met, sent, CELLS, language=language, n_population=100, strangers=np.ones(5, np.bool_)).bits
    assert then[1, 0] == pytest.approx(math.log2((45 + LIKE_ALL) / 64 / (5 + LIKE_ALL * 5 / 4050)))
    assert then[1, 0] < first[1, 0] == then[0, 0] == then[2, 0]
    # Whose meetings are an operation's is known by then: they do not count.
    none = chance(met, sent, CELLS, language=language, n_population=100, strangers=np.zeros(5, np.bool_)).bits
    assert none[1, 0] > first[1, 0]


def test_a_pair_counts_in_a_language_by_how_much_both_write_it() -> None:
    """Three who write half in either language have one pair in each but for a half; one who writes none of it makes none."""
    sent = uses([(who, text, 0) for who in range(3) for text in (0, 1)] + [(3, 2, 0)])
    assert spoken(np.array([0, 1, 2], np.int32), sent, 4).n_pairs.tolist() == pytest.approx([1.5, 1.5, 1.0, 6.0])


@given(
    languages=st.lists(st.integers(0, 4), min_size=12, max_size=12),
    rows=many,
    strange=st.lists(st.booleans(), min_size=25, max_size=25),
)
def test_no_bits_for_a_language(languages: list[int], rows: list[Met], strange: list[bool]) -> None:
    """However texts are spread over languages, no meeting weighs more than where all write in one."""
    met, known = meetings_of(rows), np.array(strange[: len(rows)], np.bool_)
    one = chance(met, SENT, CELLS, language=tongues(3), n_population=3, strangers=known).bits
    language = spoken(np.array(languages, np.int32), SENT, 3)
    many_tongues = chance(met, SENT, CELLS, language=language, n_population=3, strangers=known).bits
    assert (many_tongues <= one[-1] + 1e-9).all()


def test_a_meeting_weighs_by_its_language() -> None:
    language = spoken(np.array([0, 1] * 6, np.int32), SENT, 3)
    by_chance = Chance(np.array([[9.0] * 5, [5.0] * 5, [7.0] * 5]), np.full(5, 2.0))
    met = meetings_of([Met(0, 4, bucket=1), Met(1, 9, bucket=2), Met(4, 9, bucket=3)])
    found = weigh(met, SENT, CELLS, by_chance, np.zeros(3), language=language, kin=ALONE)
    assert bits_of(found) == {pair: round(bits - ABSENT, 6) for pair, bits in {(0, 1): 9, (0, 2): 5, (1, 2): 7}.items()}


@given(rows=many, seed=st.integers(0, 99))
def test_chance_is_free_of_order(rows: list[Met], seed: int) -> None:
    found = chance(meetings_of(rows), SENT, CELLS, language=tongues(3), n_population=3)
    again = chance(
        meetings_of(random.Random(seed).sample(rows, len(rows))), SENT, CELLS, language=tongues(3), n_population=3
    )
    assert found.bits.tolist() == again.bits.tolist()
    assert found.mean_subjects.tolist() == again.mean_subjects.tolist()


def test_families_are_what_hangs_together() -> None:
    """0–4–1 and 2–6; the loose meeting of 3 and 7 and the texts that met nobody are by themselves."""
    met = meetings_of([Met(0, 4, 0.5), Met(1, 4, 0.9), Met(2, 6, 0.6), Met(3, 7, 0.49)])
    kin = families(met, SENT, 12, 0.5)
    assert len(kin) == 12
    groups = {frozenset(np.flatnonzero(kin == one).tolist()) for one in set(kin.tolist())}
    assert {g for g in groups if len(g) > 1} == {frozenset({0, 1, 4}), frozenset({2, 6})}
    assert families(meetings_of([]), SENT, 12, 0.5).tolist() == list(range(12))
