"""Competing explanations: what fits all tells nothing, numbers add up, and order does not matter."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import account, items
from counterveil.assess.groups import ledger as group_ledger
from counterveil.assess.hypotheses import board, diagnosticity, rating
from counterveil.detectors.activity import ACTIVITY
from counterveil.model.hypothesis import Board, Item, Rating
from counterveil.model.operation import Operation
from counterveil.model.signal import Bearing, EvidenceClass, Family, Signal
from counterveil.policy.assessment import assessment
from counterveil.policy.hypotheses import HypothesisRule, hypotheses
from counterveil.policy.taxonomy import taxonomy
from tests.assess.make import START, group, link, members, thing
from tests.assess.test_operations import made

POLICY = hypotheses()
SIGNALS = {d.info.name for d in ACTIVITY}
NAMED = {key for rule in POLICY.hypothesis for key in (*rule.fits, *rule.against)}
KEYS = sorted(NAMED | taxonomy().keys())
C, I, N = Rating.CONSISTENT, Rating.INCONSISTENT, Rating.NEUTRAL  # noqa: E741
some_items = st.lists(
    st.builds(
        Item,
        key=st.sampled_from(KEYS),
        label=st.just("seen"),
        family=st.sampled_from([Family.CONTENT, Family.IDENTITY]),
        evidence_class=st.sampled_from([EvidenceClass.A, EvidenceClass.B]),
        weight=st.integers(1, 1000).map(lambda n: n / 1000),
    ),
    max_size=12,
    unique_by=lambda item: item.key,
)


def of(*keys: str, weight: float = 1.0) -> Board:
    return board([Item(key, key, Family.CONTENT, EvidenceClass.B, weight) for key in keys], POLICY)


def test_every_piece_of_evidence_that_the_policy_names_can_exist() -> None:
    assert SIGNALS | items.CONSIDERATIONS.keys() | set(items.OTHERS) >= NAMED


def test_every_consideration_is_written_as_the_ledger_writes_it() -> None:
    """A name that the ledger never uses would be evidence that never comes."""
    weights = assessment().group
    said = {
        e.name
        for facts in (
            group(members(org_id="o", payment="p", declared_use="x"), n_private_things=9, n_working_passages=1),
            group(members(created_at=START - timedelta(days=400)), n_pasted_once=1),
            group(members(created_at=START), n_private_things=9, n_working_passages=1),
            group(families={"infrastructure": 1}),
        )
        for e in group_ledger(facts, weights, 0.0)
    }
    assert items.CONSIDERATIONS.keys() <= said


@given(found=some_items)
def test_two_explanations_of_abuse_compete_and_one_is_innocent(found: list[Item]) -> None:
    kinds = [h.innocent for h in board(found, POLICY).hypotheses]
    assert kinds.count(False) >= 2
    assert kinds.count(True) >= 1


@given(found=some_items)
def test_the_numbers_of_the_board_add_up(found: list[Item]) -> None:
    shown = board(found, POLICY)
    assert {w.item for w in shown.evidence} == set(found)
    for at, hypothesis in enumerate(shown.hypotheses):
        for wanted, total in ((I, hypothesis.inconsistency), (C, hypothesis.consistency)):
            points = sum(round(1000 * w.points) for w in shown.evidence if w.ratings[at] is wanted)
            assert round(1000 * total) == points
    step = round(1000 * POLICY.weights.step)
    ranks = [(round(1000 * h.inconsistency) // step, -h.consistency) for h in shown.hypotheses]
    assert ranks == sorted(ranks)


@given(found=some_items, seed=st.integers(0, 99))
def test_order_does_not_matter(found: list[Item], seed: int) -> None:
    mixed = random.Random(seed).sample(found, len(found))
    assert board(mixed, POLICY) == board(found, POLICY)


@given(ratings=st.lists(st.sampled_from([C, I, N]), min_size=2, max_size=7))
def test_diagnosticity_is_nothing_exactly_where_all_are_alike(ratings: list[Rating]) -> None:
    told = diagnosticity(ratings)
    assert 0.0 <= told <= 1.0
    assert (told == 0.0) is (len(set(ratings)) == 1)
    assert diagnosticity(ratings[::-1]) == told


def test_evidence_that_fits_all_counts_nothing() -> None:
    shown = of("SC-1", "romance_of_no_kind")
    (row,) = [w for w in shown.evidence if w.item.key == "romance_of_no_kind"]
    assert set(row.ratings) == {N}
    assert (row.diagnosticity, row.points) == (0.0, 0.0)


@pytest.mark.parametrize("rule", [r for r in POLICY.hypothesis if not r.innocent], ids=lambda r: r.hypothesis_id)
def test_what_an_explanation_expects_makes_it_lead_or_stay_level(rule: HypothesisRule) -> None:
    """Its own behaviours and what goes with them: nothing of abuse stands better."""
    found = [h for h in of(*rule.behaviours, *rule.fits).hypotheses if not h.innocent]
    assert rule.hypothesis_id in {h.hypothesis_id for h in found}
    own = next(h for h in found if h.hypothesis_id == rule.hypothesis_id)
    assert own.inconsistency == 0.0
    assert found[0].inconsistency < POLICY.weights.step


@pytest.mark.parametrize("rule", [r for r in POLICY.hypothesis if r.innocent], ids=lambda r: r.hypothesis_id)
def test_an_innocent_reading_leads_over_what_it_expects(rule: HypothesisRule) -> None:
    shown = of(*rule.behaviours, *rule.fits)
    assert shown.hypotheses[0].inconsistency < POLICY.weights.step
    assert rule.hypothesis_id in {h.hypothesis_id for h in shown.hypotheses if h.inconsistency == 0.0}


def test_a_behaviour_of_another_kind_speaks_against() -> None:
    rules = {r.hypothesis_id: r for r in POLICY.hypothesis}
    assert rating(rules["influence"], "IO-2") is C
    assert rating(rules["influence"], "PE-1") is N
    assert rating(rules["influence"], "SC-1") is I
    assert rating(rules["victims"], "SC-1") is C
    assert rating(rules["victims"], "batches") is I


def of_operation(operation: Operation, signals: dict[str, list[Signal]] | None = None) -> dict[str, Item]:
    facts = members(3)
    found = items.items(operation, facts, signals or {}, usual={"personas": 0.2}, policy=POLICY)
    return {item.key: item for item in found}


def test_items_of_an_operation_name_their_class_and_never_context() -> None:
    found = of_operation(made(reading=2.5))
    assert found["IO-1"].evidence_class is EvidenceClass.B
    assert {"private names", "working template", "undisclosed"} <= found.keys()
    assert all(0.0 < item.weight <= 1.0 for item in found.values())
    context = thing("client_ip", Family.INFRASTRUCTURE, EvidenceClass.C)
    device = thing("device", Family.INFRASTRUCTURE)
    plain = made(reading=2.5)
    assert of_operation(replace(plain, links=(*plain.links, link("m0", "m1", context)))) == found
    assert "link infrastructure" in of_operation(replace(plain, links=(*plain.links, link("m0", "m1", device))))


def signal(score: float, order: EvidenceClass = EvidenceClass.B, name: str = "personas") -> Signal:
    return Signal("s", name, 1, score, order, Family.CONTENT, Bearing.FOR, "seen")


def test_signals_count_above_what_is_usual_and_context_signals_never() -> None:
    plain = made(reading=2.5)
    every = [m.subject_id for m in plain.members]
    assert "personas" in of_operation(plain, {m: [signal(0.6)] for m in every})
    assert "personas" not in of_operation(plain, {m: [signal(0.25)] for m in every})
    assert "personas" not in of_operation(plain, {m: [signal(0.9, EvidenceClass.C)] for m in every})
    assert of_operation(plain, {m: [signal(0.9, name="nobody_names_it")] for m in every}) == of_operation(plain)


def test_members_opened_together_are_evidence() -> None:
    plain = made()
    together = members(4, created_at=START)
    apart = [replace(m, created_at=START - timedelta(days=100 * i)) for i, m in enumerate(together)]
    for facts, seen in ((together, True), (apart, False)):
        found = items.items(plain, facts, {}, usual={}, policy=POLICY)
        assert ("opened together" in {i.key for i in found}) is seen


def test_base_is_no_signal() -> None:
    assert account.BASE not in NAMED
