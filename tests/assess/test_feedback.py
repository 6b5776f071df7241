"""Decisions correct the weights a little, to neither side's exclusion, and never turn one around."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess.feedback import fit
from counterveil.policy.adjustment import LEAST, MOST, STEP

NAMES = ["prior", "reading", "private names", "undisclosed", "declared use"]
ledger = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(-3000, 3000).map(lambda n: n / 1000)),
    max_size=4,
    unique_by=lambda pair: pair[0],
).map(tuple)
decided = st.lists(st.tuples(ledger, st.booleans()), max_size=30)
in_force = st.dictionaries(st.sampled_from(NAMES[1:]), st.sampled_from([0.5, 0.8, 1.2, 2.0]))


@given(decided=decided, now=in_force, seed=st.integers(0, 99))
def test_steps_are_small_bounded_and_independent_of_order(
    decided: list[tuple[tuple[tuple[str, float], ...], bool]], now: dict[str, float], seed: int
) -> None:
    found = fit(decided, now)
    assert "prior" not in found
    for name in {*found, *now}:
        value = found.get(name, 1.0)
        assert LEAST <= value <= MOST
        assert abs(value - now.get(name, 1.0)) <= STEP + 1e-9
    assert fit(random.Random(seed).sample(decided, len(decided)), now) == found


def test_nothing_decided_moves_nothing() -> None:
    assert fit([], {}) == {}
    assert fit([], {"reading": 1.2}) == {"reading": 1.2}


def test_what_misled_weighs_less_and_what_was_borne_out_weighs_more() -> None:
    misled = [((("prior", -2.0), ("undisclosed", 2.5), ("reading", 0.1)), False)] * 15
    right = [((("prior", -2.0), ("reading", 2.5)), True)] * 15
    found = fit([*misled, *right], {})
    assert found["undisclosed"] < 1.0 < found["reading"]


def test_few_sightings_leave_a_weight_alone() -> None:
    rare = [((("disguises", 0.6),), False)] * 2
    assert "disguises" not in fit([*rare, *[((("reading", 2.0),), True)] * 12], {})
