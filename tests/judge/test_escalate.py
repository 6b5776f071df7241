"""Who is read: one loud signal is not enough, steering never pays, and the budget is never broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterveil.judge.escalate import Budget, Candidate, Spent, order, triggered, worth
from counterveil.policy.assessment import assessment

WEIGHTS = assessment().judge
GROUP = Candidate("OP-1", "operation", ("a", "b"), ("SC-1",), (1.4, 1.2, 0.9, 0.8), 0.0, 0.5)
candidates = st.builds(
    Candidate,
    target=st.text("abc", min_size=1, max_size=6),
    kind=st.sampled_from(["operation", "subject"]),
    subjects=st.just(("a",)),
    behaviours=st.just(()),
    signals=st.lists(st.floats(0, 4), max_size=20).map(tuple),
    steering=st.floats(0, 1),
    value=st.floats(0, 1),
)


def test_a_group_needs_a_sum_and_a_count() -> None:
    assert triggered(GROUP, WEIGHTS)
    assert not triggered(replace(GROUP, signals=(9.0,)), WEIGHTS), "one loud signal"
    assert not triggered(replace(GROUP, signals=(0.3,) * 8), WEIGHTS), "many faint ones"
    assert not triggered(replace(GROUP, signals=()), WEIGHTS)


def test_a_lone_subject_needs_less_but_more_than_one_signal() -> None:
    lone = replace(GROUP, kind="subject", subjects=("a",))
    assert triggered(replace(lone, signals=(0.9, 0.8, 0.8, 0.7)), WEIGHTS)
    assert not triggered(replace(lone, signals=(9.0,)), WEIGHTS)


@given(candidates, st.floats(0, 1))
def test_steering_the_judge_never_pays(candidate: Candidate, more: float) -> None:
    """With more of it one is read if one was, and stands no lower."""
    other = replace(candidate, target="zzzzzzz", steering=min(1.0, candidate.steering + more))
    assert triggered(other, WEIGHTS) >= triggered(candidate, WEIGHTS)
    other = replace(other, target="!")
    found = order([candidate, other], WEIGHTS)
    if len(found) == 2:
        assert found[0] is other


@given(st.lists(candidates, max_size=12))
def test_order_is_of_those_that_cross_and_does_not_hang_on_their_sequence(some: list[Candidate]) -> None:
    found = order(some, WEIGHTS)
    assert sorted(map(repr, found)) == sorted(repr(c) for c in some if triggered(c, WEIGHTS))
    key = [(-c.value * (1 + c.steering), c.target) for c in found]
    assert key == [(-c.value * (1 + c.steering), c.target) for c in order(reversed(some), WEIGHTS)]


@given(
    st.lists(st.tuples(st.integers(1, 5000), st.floats(0, 3)), max_size=40),
    st.integers(0, 20),
    st.integers(0, 60_000),
    st.floats(0, 9),
)
def test_no_part_of_the_budget_is_ever_broken(sizes: list[Any], items: int, tokens: int, usd: float) -> None:
    budget, spent = Budget(items, tokens, usd, hours=1.0), Spent()
    for size, cost in sizes:
        if not spent.lacks(budget, tokens=size, usd=cost):
            spent.add(tokens=size, usd=cost, seconds=30.0)
    assert spent.items <= items
    assert spent.tokens <= tokens
    assert spent.usd <= usd


def test_each_part_of_the_budget_is_named() -> None:
    budget = Budget(items=2, tokens=100, usd=1.0, hours=0.01)
    assert Spent(items=2).lacks(budget, tokens=1, usd=0) == "items"
    assert Spent(tokens=90).lacks(budget, tokens=11, usd=0) == "tokens"
    assert Spent(usd=0.9).lacks(budget, tokens=1, usd=0.2) == "money"
    assert Spent(seconds=36.0).lacks(budget, tokens=1, usd=0) == "hours"
    assert Budget(1, 1, 1, 1, 2.0, 10.0).cost(500_000, 100_000) == 2.0


def test_reading_is_worth_most_where_belief_is_in_the_middle() -> None:
    assert worth(0.5) == max(worth(p / 20) for p in range(21))
    assert worth(0.99) > 0.4
