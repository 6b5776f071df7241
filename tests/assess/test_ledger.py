"""Belief adds up: what is listed is what is believed, and every consideration pulls to its own side."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import groups, subjects
from counterveil.assess.facts import GroupFacts, SubjectFacts
from counterveil.assess.ledger import confidence, entry, logit
from counterveil.model.operation import Entry
from counterveil.policy.assessment import assessment
from tests.assess.make import MACHINES, START, TEXT, group, members, subject, weights_of

GROUP, SUBJECT = assessment().group, assessment().subject
odds = st.floats(-9.0, 9.0, allow_nan=False)
own_ledger = st.lists(
    st.tuples(st.sampled_from(["doing share", "personas", "victim stance"]), st.integers(-5000, 5000)),
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: tuple(Entry(name, thousandths / 1000, "seen") for name, thousandths in pairs))

subject_facts = st.builds(
    SubjectFacts,
    subject_id=st.sampled_from([f"s{i}" for i in range(9)]),
    account_id=st.sampled_from(["a", "b", "c"]),
    n_read=st.integers(0, 30),
    n_disguises=st.integers(0, 2),
    reading=odds,
    stance=odds,
    ledger=own_ledger,
    first_seen=st.none() | st.just(START),
    created_at=st.none() | st.integers(0, 900).map(lambda days: START - timedelta(days=days)),
    org_id=st.sampled_from([None, "o1", "o2"]),
    payment=st.sampled_from([None, "p1", "p2"]),
    signup_ip=st.sampled_from([None, "i1", "i2"]),
    declared_use=st.sampled_from([None, "translation"]),
)
group_facts = st.builds(
    GroupFacts,
    members=st.lists(subject_facts, min_size=2, max_size=6, unique_by=lambda m: m.subject_id).map(tuple),
    n_links=st.integers(1, 9),
    families=st.dictionaries(
        st.sampled_from(["content", "artefact", "infrastructure", "identity", "timing"]), st.integers(1, 5), min_size=1
    ),
    n_private_things=st.integers(0, 9),
    n_working_passages=st.integers(0, 3),
    n_pasted_once=st.integers(0, 3),
)


def of_group(facts: GroupFacts, shift: float = 0.0) -> tuple[Entry, ...]:
    return groups.ledger(facts, GROUP, shift)


def belief(facts: GroupFacts) -> float:
    return confidence(of_group(facts))


@given(facts=group_facts, shift=odds)
def test_a_groups_ledger_sums_to_the_log_odds_of_its_confidence(facts: GroupFacts, shift: float) -> None:
    ledger = of_group(facts, shift)
    total = sum(e.log_odds for e in ledger)
    found = confidence(ledger)
    assert 0.0 <= found <= 1.0
    assert abs(found - 1 / (1 + math.exp(-total))) <= 5.1e-5
    if 0.01 < found < 0.99:
        assert math.isclose(logit(found), total, abs_tol=6e-3)
    assert all(e.log_odds == round(e.log_odds, 3) != 0 and e.reason for e in ledger)
    assert len({e.name for e in ledger}) == len(ledger)
    assert ledger[0].name == "prior"


@given(values=st.lists(st.floats(-4, 4, allow_nan=False), max_size=12))
def test_confidence_is_the_sum_of_what_is_shown(values: list[float]) -> None:
    ledger = [entry("x", value, "y") for value in values]
    assert abs(confidence(ledger) - 1 / (1 + math.exp(-sum(e.log_odds for e in ledger)))) <= 5.1e-5


def test_confidence_of_nothing_is_a_half_and_of_much_stays_inside() -> None:
    assert confidence([]) == 0.5
    assert confidence([Entry("x", 99.0, "")]) == 1.0
    assert confidence([Entry("x", -99.0, "")]) == 0.0


ORDINARY = group(n_private_things=1, n_working_passages=1)
FOR = {
    "reading": group(members(reading=1.0), n_private_things=1, n_working_passages=1),
    "private names": group(n_private_things=4, n_working_passages=1),
    "many families": group(
        families={"content": 1, "artefact": 1, "timing": 1}, n_private_things=1, n_working_passages=1
    ),
    "new accounts": group(members(created_at=START - timedelta(days=3)), n_private_things=1, n_working_passages=1),
    "disguises": group(members(n_disguises=1), n_private_things=1, n_working_passages=1),
    "stance": group(members(stance=0.5), n_private_things=1, n_working_passages=1),
}
LINKED = ("private names", "many families", "new accounts")
AGAINST = {
    "reading": group(members(reading=-2.0), n_private_things=1, n_working_passages=1),
    "stance": group(members(stance=-1.5), n_private_things=1, n_working_passages=1),
    "one organisation": group(members(org_id="o"), n_private_things=1, n_working_passages=1),
    "declared use": group(members(declared_use="a language school"), n_private_things=1, n_working_passages=1),
    "one household or office": group(members(signup_ip="198.18.0.1"), n_private_things=1, n_working_passages=1),
    "long history": group(members(created_at=START - timedelta(days=400)), n_private_things=1, n_working_passages=1),
}


@pytest.mark.parametrize("name", FOR)
def test_each_entry_for_raises(name: str) -> None:
    assert weights_of(of_group(FOR[name]))[name] > weights_of(of_group(ORDINARY)).get(name, 0.0) >= 0.0
    if name not in LINKED:
        assert belief(FOR[name]) > belief(ORDINARY)


def as_read(facts: GroupFacts) -> GroupFacts:
    """The same group, its texts read as abusive work."""
    return replace(facts, members=tuple(replace(m, reading=4.0, stance=0.3) for m in facts.members))


@pytest.mark.parametrize("name", LINKED)
def test_links_count_where_reading_bears_them_out_and_only_there(name: str) -> None:
    """A strong tie between people whose texts read like anybody's never makes a suspected operation."""
    assert belief(as_read(FOR[name])) > belief(as_read(ORDINARY))
    assert belief(FOR[name]) <= belief(ORDINARY)
    assert belief(FOR[name]) < 0.5


@given(facts=group_facts, shift=odds)
def test_links_add_at_most_a_little_to_what_was_read(facts: GroupFacts, shift: float) -> None:
    found = weights_of(of_group(facts, shift))
    read = max(0.0, found.get("reading", 0.0) + found.get("stance", 0.0))
    linked = sum(found.get(name, 0.0) for name in (*LINKED, "working template", "undisclosed", "links alone"))
    assert linked <= read + GROUP.links_beyond_reading + 1e-6


@pytest.mark.parametrize("name", AGAINST)
def test_each_entry_against_lowers(name: str) -> None:
    assert weights_of(of_group(AGAINST[name]))[name] < 0.0 == weights_of(of_group(ORDINARY)).get(name, 0.0)
    assert belief(AGAINST[name]) < belief(ORDINARY)


def test_a_working_template_speaks_for_and_a_passage_pasted_once_against() -> None:
    bare, working, pasted = group(), group(n_working_passages=2), group(n_pasted_once=2)
    assert weights_of(of_group(working))["working template"] > 0
    assert weights_of(of_group(pasted))["pasted once"] < 0
    assert belief(pasted) < belief(bare) <= belief(working)
    assert belief(as_read(bare)) < belief(as_read(working))


@pytest.mark.parametrize("more", [{"n_working_passages": 1}, {"n_private_things": 1}])
def test_pasted_once_is_no_excuse_beside_stronger_text(more: dict[str, Any]) -> None:
    assert "pasted once" not in weights_of(of_group(group(n_pasted_once=2, **more)))


def test_joined_by_machines_only_speaks_against() -> None:
    ledger = weights_of(of_group(group(families=MACHINES)))
    assert ledger["nothing in the texts"] < 0
    assert "undisclosed" not in ledger
    assert belief(group(families=MACHINES)) < belief(group(families=TEXT))


@pytest.mark.parametrize(
    ("facts", "disclosed"),
    [
        ({}, False),
        ({"org_id": "o"}, True),
        ({"payment": "p"}, True),
        ({"account_id": "shop"}, True),
        ({"signup_ip": "198.18.0.1"}, False),
    ],
)
def test_what_registration_discloses(facts: dict[str, Any], disclosed: bool) -> None:
    assert ("undisclosed" not in weights_of(of_group(group(members(**facts))))) is disclosed


@pytest.mark.parametrize(("n_same", "against"), [(3, False), (4, True), (5, True)])
def test_one_organisation_means_most_of_the_members(n_same: int, against: bool) -> None:
    mixed = [subject(f"m{i}", org_id="o" if i < n_same else f"other{i}") for i in range(5)]
    assert ("one organisation" in weights_of(of_group(group(mixed)))) is against


def test_declared_use_counts_by_its_share() -> None:
    def half(fits: bool | None) -> dict[str, float]:
        said = [subject(f"m{i}", declared_use="copywriting" if i < 2 else None, declared_fits=fits) for i in range(4)]
        return weights_of(of_group(group(said)))

    assert half(True)["declared use"] == pytest.approx(GROUP.declared_use / 2)
    assert half(None)["declared use"] == pytest.approx(GROUP.declared_use_unchecked / 2)
    assert "declared use" not in half(False)


@pytest.mark.parametrize("short", [{"n_read": 1}, {"n_read": 0}])
def test_too_few_texts_add_nothing(short: dict[str, Any]) -> None:
    """Five members with one text each are below the minimum, however bad the texts look."""
    loud = members(reading=9.0, stance=1.0, **short)
    assert GROUP.min_read_texts > 5
    assert {"reading", "stance"}.isdisjoint(weights_of(of_group(group(loud))))
    assert belief(group(loud)) == belief(group(members(n_read=0)))


def test_texts_of_one_member_say_nothing_about_a_group() -> None:
    one = [subject("m0", reading=9.0), *[subject(f"m{i}", n_read=0) for i in range(1, 5)]]
    assert "reading" not in weights_of(of_group(group(one)))


def test_reading_counts_against_the_logs_own_shift() -> None:
    """A service whose users all write about politics does not look guilty."""
    usual = group(members(reading=1.5))
    assert "reading" not in weights_of(of_group(usual, 1.5))
    assert weights_of(of_group(usual))["reading"] > 0
    assert weights_of(of_group(usual, 2.5))["reading"] < 0


@given(facts=group_facts, shift=st.floats(0.0, 3.0))
def test_a_shift_is_taken_off_the_mean_and_touches_nothing_else_that_was_read(facts: GroupFacts, shift: float) -> None:
    plain, shifted = weights_of(of_group(facts)), weights_of(of_group(facts, shift))
    assert plain.get("stance") == shifted.get("stance")
    assert shifted.get("reading", 0.0) <= plain.get("reading", 0.0)
    assert confidence(of_group(facts, shift)) <= confidence(of_group(facts))
    n = groups.n_independent(sum(m.n_read > 0 for m in facts.members), GROUP.member_correlation)
    taken = GROUP.reading_slope * n * shift
    if "reading" in plain and abs(plain["reading"]) < GROUP.reading_cap - taken:
        assert math.isclose(plain["reading"] - shifted.get("reading", 0.0), taken, abs_tol=2e-3)


@given(n=st.integers(1, 500), correlation=st.floats(0.0, 1.0))
def test_more_members_tell_more_but_never_as_much_as_strangers(n: int, correlation: float) -> None:
    worth = groups.n_independent(n, correlation)
    assert 1.0 - 1e-9 <= worth <= n + 1e-9
    assert worth <= groups.n_independent(n + 1, correlation) + 1e-9
    assert correlation == 0.0 or worth <= 1 / correlation + 1e-9


@pytest.mark.parametrize(
    ("shift", "said"), [(0.0, "3 read more like"), (1.0, "1 read more like"), (9.0, "0 read more like")]
)
def test_the_reason_counts_the_members_above_the_shift(shift: float, said: str) -> None:
    mixed = group([subject(f"m{i}", reading=r, stance=-0.5) for i, r in enumerate((-2.0, 0.4, 0.7, 1.4, 1.8))])
    (reading,) = [e for e in of_group(mixed, shift) if e.name == "reading"]
    assert said in reading.reason


def test_texts_in_languages_not_covered_are_named_and_not_weighed() -> None:
    some = group(members(reading=1.0, n_not_covered=7))
    assert weights_of(of_group(some)) == weights_of(of_group(group(members(reading=1.0))))
    (reading,) = [e for e in of_group(some) if e.name == "reading"]
    assert "35 texts in languages not covered" in reading.reason
    unread = group(members(n_read=0, n_not_covered=20, reading=9.0))
    assert {"reading", "stance"}.isdisjoint(weights_of(of_group(unread)))


@given(reading=odds, stance=odds, shift=odds)
def test_no_reading_goes_beyond_its_cap(reading: float, stance: float, shift: float) -> None:
    ledger = weights_of(of_group(group(members(reading=reading, stance=stance)), shift))
    assert abs(ledger.get("reading", 0.0)) <= GROUP.reading_cap
    assert abs(ledger.get("stance", 0.0)) <= GROUP.stance_cap


@pytest.mark.parametrize("facts", [{"payment": "p"}, {"signup_ip": "198.18.0.1"}])
def test_one_card_of_many_is_an_office_and_excuses_less_than_a_household(facts: dict[str, Any]) -> None:
    def excuse(n: int) -> float:
        return weights_of(of_group(group(members(n, **facts))))["one household or office"]

    assert {excuse(n) for n in range(2, GROUP.household_members + 1)} == {GROUP.one_household}
    assert {excuse(n) for n in range(GROUP.household_members + 1, 30)} == {GROUP.one_office}
    assert GROUP.one_household < GROUP.one_office < 0.0


@given(n=st.integers(0, 50))
def test_private_names_are_capped(n: int) -> None:
    assert weights_of(of_group(group(n_private_things=n))).get("private names", 0.0) <= GROUP.private_cap


COHORTS: dict[str, dict[str, Any]] = {
    "one organisation": {"facts": {"org_id": "o"}, "n_private_things": 5, "n_working_passages": 3},
    "one household": {"facts": {"payment": "p", "signup_ip": "198.18.0.1"}, "n_private_things": 2},
    "pasted once": {"facts": {}, "n_pasted_once": 6},
    "infrastructure only": {"facts": {}, "families": {"infrastructure": 3, "identity": 2, "timing": 1}},
}


@pytest.mark.parametrize("name", COHORTS)
@given(reading=st.floats(-4.0, 1.5), stance=st.floats(-3.0, 0.3), shift=st.floats(0.0, 3.0), n=st.integers(2, 30))
def test_cohorts_stay_below_the_middle(name: str, reading: float, stance: float, shift: float, n: int) -> None:
    """Although their texts, taken together, read four to one like operators': firms, families, classes, shared machines."""
    case = dict(COHORTS[name])
    facts = case.pop("facts")
    worth = groups.n_independent(n, GROUP.member_correlation)
    read = members(n, reading=reading / worth, stance=stance / worth, **facts)
    assert confidence(of_group(group(read, **case), shift / worth)) < 0.5


def test_a_working_operation_is_above_the_middle() -> None:
    """The other side of the cohorts: the same weights do not excuse everything."""
    facts = group(members(reading=2.5), n_private_things=4, n_working_passages=3)
    assert belief(facts) > 0.9


@given(facts=subject_facts, shift=odds)
def test_a_lone_subject_never_exceeds_its_maximum(facts: SubjectFacts, shift: float) -> None:
    ledger = subjects.ledger(facts, SUBJECT, shift)
    score = subjects.score(ledger, SUBJECT)
    assert 0.0 <= score <= SUBJECT.max_confidence < 0.5
    assert abs(score - SUBJECT.max_confidence * confidence(ledger) if ledger else score) <= 5.1e-5
    assert bool(ledger) is (facts.n_read >= SUBJECT.min_read_texts)


@given(facts=subject_facts, shift=odds)
def test_a_lone_subjects_ledger_is_its_account_score_the_prior_and_the_shift(facts: SubjectFacts, shift: float) -> None:
    found = weights_of(subjects.ledger(facts, SUBJECT, shift))
    if facts.n_read < SUBJECT.min_read_texts:
        assert found == {}
        return
    own = {e.name: e.log_odds for e in facts.ledger if e.log_odds}
    declared = {"declared use": SUBJECT.declared_use_unchecked} if facts.declared_use else {}
    shifted = {"usual in this log": round(-shift, 3)} if round(shift, 3) else {}
    assert found == {"prior": SUBJECT.prior, **own, **declared, **shifted}


def test_a_lone_subjects_considerations_pull_to_their_sides() -> None:
    def score(log_odds: float = 3.0, shift: float = 0.0, **facts: Any) -> float:
        known = subject("s", ledger=(entry("doing share", log_odds, "seen"),), **facts)
        return subjects.score(subjects.ledger(known, SUBJECT, shift), SUBJECT)

    usual = score()
    assert score(4.0) > usual
    assert score(2.0) < usual
    assert score(shift=1.0) == score(2.0) < usual < score(shift=-1.0) == score(4.0)
    assert score(declared_use="penetration tests") < usual
    assert score(9.0, n_read=SUBJECT.min_read_texts - 1) == 0.0
    assert score(9.0) > SUBJECT.min_confidence > score(0.0)


@pytest.mark.parametrize(("shift", "said"), [(0.7, "score more than"), (-0.7, "score less than")])
def test_the_reason_says_which_way_the_log_differs(shift: float, said: str) -> None:
    (found,) = [e for e in subjects.ledger(subject("s"), SUBJECT, shift) if e.name == "usual in this log"]
    assert (found.log_odds, said in found.reason) == (-shift, True)


def test_being_like_everybody_opens_no_lead() -> None:
    ledger = subjects.ledger(subject("s"), SUBJECT, 0.0)
    assert weights_of(ledger) == {"prior": SUBJECT.prior}
    assert subjects.score(ledger, SUBJECT) < SUBJECT.min_confidence
