"""A judge may raise, within its cap, or nothing: for any opinion whatever."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import judged, subjects
from counterveil.assess.ledger import confidence, entry
from counterveil.assess.operations import Base, operation
from counterveil.model.operation import Belonging, Operation, Standing, Verdict
from counterveil.model.opinion import Opinion, Quote, Rating, Sureness
from counterveil.model.signal import Family
from counterveil.policy.assessment import assessment
from counterveil.policy.taxonomy import stances, taxonomy
from tests.assess.make import link, members, subject, thing
from tests.judge.make import opinion

POLICY = assessment()
unit = st.floats(0, 1)
opinions = st.builds(
    Opinion,
    target=st.just("OP-1"),
    subjects=st.lists(st.sampled_from(["m0", "m1", "m2", "m3", "m4", "x"]), unique=True).map(tuple),
    ratings=st.dictionaries(st.sampled_from(sorted(taxonomy())), st.sampled_from(Rating)),
    stance=st.sampled_from(sorted(stances())),
    summary=st.text(max_size=20),
    innocent_explanation=st.text(max_size=20),
    quotes=st.lists(
        st.builds(
            Quote,
            st.sampled_from(["for", "against"]),
            st.text(max_size=3),
            st.integers(0, 9),
            st.just(0),
            st.just(4),
            st.just("d"),
        ),
        max_size=4,
    ).map(tuple),
    n_dropped=st.integers(0, 9),
    sureness=st.sampled_from(Sureness),
    injection_suspected=st.booleans(),
)


def made(reading: float, stance: float, **more: Any) -> Operation:
    some = members(5, reading=reading, stance=stance, **more)
    links = [link("m0", "m1", thing("passage", Family.CONTENT))]
    places = {m.subject_id: Belonging(m.subject_id, Standing.CORE, 0.9) for m in some}
    return operation("OP-1", some, places, links, base=Base(0.0, {}), policy=POLICY)


@given(said=st.lists(opinions, max_size=3), reading=st.floats(-6, 6), stance=st.floats(-0.9, 0.5))
def test_confidence_with_a_judge_is_never_below_that_without(
    said: list[Opinion], reading: float, stance: float
) -> None:
    without = made(reading, stance)
    found = judged.operation(without, said, POLICY)
    assert found.confidence >= without.confidence
    assert not (without.verdict is Verdict.SUSPECTED and found.verdict is not Verdict.SUSPECTED)
    added = [e for e in found.ledger if e.name == judged.ENTRY]
    assert len(added) <= 1
    assert all(0 < e.log_odds <= POLICY.judge.cap for e in added)
    assert found.ledger[: len(without.ledger)] == without.ledger
    assert found.confidence == confidence(found.ledger)
    rest = [f for f in Operation.__slots__ if f not in ("ledger", "confidence", "verdict")]
    assert all(getattr(found, f) == getattr(without, f) for f in rest)


@given(said=opinions, reading=st.floats(-6, 20))
def test_a_lone_subject_never_exceeds_its_scale(said: Opinion, reading: float) -> None:
    facts = subject("m0", ledger=(entry("whole account", reading, "x"),), reading=reading)
    ledger = subjects.ledger(facts, POLICY.subject, 0.0)
    more = (*ledger, *judged.raised_by([said], reading, POLICY.judge))
    assert (
        subjects.score(ledger, POLICY.subject) <= subjects.score(more, POLICY.subject) <= POLICY.subject.max_confidence
    )


def test_a_clear_opinion_raises_and_says_so() -> None:
    added = judged.raised_by([opinion()], 0.0, POLICY.judge)
    assert [e.log_odds for e in added] == [POLICY.judge.cap]
    assert "SC-1 clear" in added[0].reason


def test_what_reading_said_already_does_not_count_again() -> None:
    assert judged.raised_by([opinion()], POLICY.judge.clear, POLICY.judge) == ()
    (less,) = judged.raised_by([opinion()], POLICY.judge.clear - 0.5, POLICY.judge)
    assert less.log_odds == 0.5


def test_without_a_true_quote_or_with_another_stance_it_is_worth_nothing() -> None:
    for said in (
        opinion(quotes=()),
        opinion(quotes=(Quote("against", "e", 1, 0, 4, "d"),)),
        opinion(stance="victim"),
        opinion(ratings={}),
    ):
        assert judged.raised_by([said], 0.0, POLICY.judge) == ()


def test_an_opinion_about_others_does_not_count() -> None:
    without = made(0.5, 0.0)
    assert judged.operation(without, [opinion()], POLICY).confidence > without.confidence
    assert judged.operation(without, [opinion(subjects=("m0", "q1", "q2"))], POLICY) is without


@given(st.lists(opinions, max_size=4), opinions, st.floats(-6, 6))
def test_a_later_opinion_never_takes_back_an_earlier_one(said: list[Opinion], later: Opinion, read: float) -> None:
    def added(some: list[Opinion]) -> float:
        return sum(e.log_odds for e in judged.raised_by(some, read, POLICY.judge))

    assert added([later, *said]) >= added(said)
