"""The queue: what people put down stays down until there is something new, and every decision can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess.queue import growth, in_force, place
from counterveil.model.case import Decision, DecisionKind, LeadState

AT = datetime(2026, 3, 2, tzinfo=UTC)
KEYS = ["member:a", "member:b", "member:c", "behaviour:SC-1", "thing:domain:1", "signal:personas", "volume:4"]
evidence = st.frozensets(st.sampled_from(KEYS), min_size=1)
DOWN = [DecisionKind.DISMISSED, DecisionKind.SNOOZED, DecisionKind.CONFIRMED]


def decision(kind: DecisionKind, seen: frozenset[str] = frozenset()) -> Decision:
    return Decision("LD-1", kind, "ana", "seen it", seen, (), AT)


some_decisions = st.lists(st.builds(decision, st.sampled_from(list(DecisionKind)), evidence), max_size=6)


@given(before=some_decisions, now=evidence, kind=st.sampled_from(DOWN), rank=st.floats(0, 1))
def test_taking_a_decision_back_leaves_everything_as_it_was(
    before: list[Decision], now: frozenset[str], kind: DecisionKind, rank: float
) -> None:
    after = [*before, decision(kind, now), decision(DecisionKind.REOPENED, now)]
    assert place(rank, now, after) == place(rank, now, before)


@given(before=some_decisions, seen=evidence, now=evidence, kind=st.sampled_from(DOWN))
def test_a_lead_is_back_exactly_where_there_is_new_evidence(
    before: list[Decision], seen: frozenset[str], now: frozenset[str], kind: DecisionKind
) -> None:
    found = place(0.5, now, [*before, decision(kind, seen)])
    assert found.waiting is bool(now - seen)
    assert (found.state is LeadState.RERAISED) is bool(now - seen)
    if found.waiting:
        assert growth(now - seen) in found.why
        assert 0.3 < found.novelty <= 1.0
        assert 0.0 < found.rank_score <= 0.5
    else:
        assert (found.novelty, found.rank_score, found.state.value) == (0.0, 0.0, kind.value)
        assert "ana" in found.why


@given(seen=evidence, now=evidence, more=evidence)
def test_more_new_evidence_never_lowers_the_rank(
    seen: frozenset[str], now: frozenset[str], more: frozenset[str]
) -> None:
    made = [decision(DecisionKind.DISMISSED, seen)]
    assert place(0.5, now | (more - seen), made).rank_score >= place(0.5, now, made).rank_score


def test_what_nobody_decided_is_new() -> None:
    found = place(0.4, KEYS, [])
    assert (found.state, found.novelty, found.rank_score) == (LeadState.OPEN, 1.0, 0.4)
    assert in_force([decision(DecisionKind.REOPENED)]) is None


def test_the_reason_for_coming_back_is_in_words() -> None:
    found = place(0.5, KEYS, [decision(DecisionKind.SNOOZED, frozenset(KEYS[3:]))])
    assert found.why.startswith("re-raised because of 3 new members; was snoozed by ana on 2026-03-02: seen it")
    assert growth(["volume:5"]) == "twice as many texts"
