"""The null world keeps how active everybody is, and the false discovery rate is what it reaches over what the log does."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.link.null import Discovery, discovery, shuffled

Row = tuple[int, int, int]  # subject, stratum, unit
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(-3, 3)), max_size=40)


def moved(found: list[Row], replicate: int = 0) -> list[int]:
    subject, stratum, unit = (np.array([row[at] for row in found], np.int64) for at in range(3))
    return shuffled(subject.astype(np.int32), stratum, unit, replicate).tolist()  # type: ignore[no-any-return]


@given(found=rows, replicate=st.integers(0, 5))
def test_units_move_together_and_everybody_keeps_as_many(found: list[Row], replicate: int) -> None:
    now = moved(found, replicate)
    places: dict[Row, set[int]] = defaultdict(set)
    for row, subject in zip(found, now, strict=True):
        places[row].add(subject)
    assert all(len(subjects) == 1 for subjects in places.values())
    before = Counter((stratum, subject) for subject, stratum, _ in places)
    after = Counter((stratum, *places[subject, stratum, unit]) for subject, stratum, unit in places)
    assert after == before


@given(found=rows, seed=st.integers(0, 99))
def test_order_of_rows_changes_nothing(found: list[Row], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(found)).tolist()
    now = moved(found)
    assert moved([found[at] for at in order]) == [now[at] for at in order]


def test_worlds_differ_and_come_again() -> None:
    found = [(i % 20, 0, i) for i in range(200)]
    worlds = [moved(found, replicate) for replicate in range(3)]
    assert len({tuple(world) for world in worlds}) == 3
    assert moved(found, 1) == worlds[1]
    subjects = [row[0] for row in found]
    assert all(np.mean(np.array(world) == subjects) < 0.2 for world in worlds)


def test_every_place_is_as_likely() -> None:
    """Each of four units lands with each of four subjects in a quarter of the worlds: 800 draws, standard deviation 12."""
    found = [(i, 0, i) for i in range(4)]
    landed = Counter((unit, s) for replicate in range(800) for unit, s in enumerate(moved(found, replicate)))
    assert len(landed) == 16
    assert all(140 <= n <= 260 for n in landed.values())


def test_nothing_to_move() -> None:
    assert moved([]) == []
    assert moved([(3, 0, 7)]) == [3]
    assert moved([(3, 0, 1), (4, 1, 1)]) == [3, 4]  # each alone in its stratum


def quarters(bits: dict[float, int]) -> dict[int, int]:
    return {int(4 * b): n for b, n in bits.items()}


OBSERVED = quarters({10.0: 50, 11.0: 30, 12.5: 20, 20.0: 100})


@pytest.mark.parametrize(
    ("null", "replicates", "wanted", "least", "expected"),
    [
        # Of 200 at 10 bits, 8 by chance: 4 %. At 10.25: 150, 3: 2 %. At 11.25: 120, 1: under 1 %.
        ({10.0: 5, 11.0: 2, 12.5: 1}, 1, 0.04, 10.0, (10.0, 200, 8.0)),
        ({10.0: 5, 11.0: 2, 12.5: 1}, 1, 0.03, 10.0, (10.25, 150, 3.0)),
        ({10.0: 5, 11.0: 2, 12.5: 1}, 1, 0.01, 10.0, (11.25, 120, 1.0)),
        ({10.0: 5, 11.0: 2, 12.5: 1}, 1, 0.001, 10.0, (12.75, 100, 0.0)),
        # Ten worlds together reach what one does: a tenth each.
        ({10.0: 50, 11.0: 20, 12.5: 10}, 10, 0.03, 10.0, (10.25, 150, 3.0)),
        # Nothing below the least counts, on either side; the least is taken up to a quarter.
        ({2.0: 999, 12.5: 1}, 1, 0.03, 10.6, (10.75, 150, 1.0)),
        ({}, 1, 0.01, 3.0, (3.0, 200, 0.0)),
        # Chance reaches as far as the log: no threshold but one above all.
        ({20.0: 100}, 1, 0.4, 10.0, (20.25, 0, 0.0)),
        ({30.0: 1}, 1, 0.004, 10.0, (30.25, 0, 0.0)),
    ],
)
def test_thresholds_by_hand(
    null: dict[float, int], replicates: int, wanted: float, least: float, expected: tuple[float, int, float]
) -> None:
    found = discovery(OBSERVED, quarters(null), replicates=replicates, wanted=wanted, least_bits=least)
    assert (found.bits, found.n_observed, found.n_null) == expected


def test_rates() -> None:
    assert Discovery(10.0, 200, 8.0).rate == pytest.approx(0.04)
    assert Discovery(10.0, 4, 8.0).rate == 1.0
    assert Discovery(10.0, 0, 0.0).rate == 0.0
    assert Discovery(10.0, 0, 3.0).rate == 0.0


def test_a_log_without_pairs_asks_for_the_least() -> None:
    found = discovery({}, {}, replicates=3, wanted=0.01, least_bits=9.9)
    assert (found.bits, found.n_observed, found.n_null, found.rate) == (10.0, 0, 0.0, 0.0)


counts = st.dictionaries(st.integers(20, 80), st.integers(1, 50), max_size=12)


@given(observed=counts, null=counts, wanted=st.floats(0.001, 0.9), least=st.floats(5.0, 15.0))
def test_the_threshold_is_the_lowest_that_keeps_the_rate(
    observed: dict[int, int], null: dict[int, int], wanted: float, least: float
) -> None:
    found = discovery(observed, null, replicates=2, wanted=wanted, least_bits=least)
    assert found.bits >= least
    assert found.n_observed == sum(n for q, n in observed.items() if q >= 4 * found.bits)
    assert found.rate <= wanted + 1e-12
    for quarter in range(int(np.ceil(4 * least)), int(4 * found.bits)):
        seen = sum(n for q, n in observed.items() if q >= quarter)
        assert sum(n for q, n in null.items() if q >= quarter) / 2 > wanted * seen
    # Asking for less chance never gives a lower threshold.
    assert discovery(observed, null, replicates=2, wanted=wanted / 2, least_bits=least).bits >= found.bits
