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
from tests.assess.make import BASE_DOING, BASE_INNOCENT, MACHINES, START, TEXT, group, members, subject, weights_of

GROUP, SUBJECT = assessment().group, assessment().subject
share = st.floats(0.0, 1.0, allow_nan=False)

subject_facts = st.builds(
    SubjectFacts,
    subject_id=st.sampled_from([f"s{i}" for i in range(9)]),
    account_id=st.sampled_from(["a", "b", "c"]),
    n_read=st.integers(0, 30),
    n_disguises=st.integers(0, 2),
    doing=share,
    innocent=share,
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


def of_group(facts: GroupFacts, **base: float) -> tuple[Entry, ...]:
    return groups.ledger(facts, GROUP, base.get("doing", BASE_DOING), base.get("innocent", BASE_INNOCENT))


def belief(facts: GroupFacts) -> float:
    return confidence(of_group(facts))


@given(facts=group_facts, doing=share, innocent=share)
def test_a_groups_ledger_sums_to_the_log_odds_of_its_confidence(
    facts: GroupFacts, doing: float, innocent: float
) -> None:
    ledger = of_group(facts, doing=doing, innocent=innocent)
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
    "reading": group(members(doing=0.6), n_private_things=1, n_working_passages=1),
    "private names": group(n_private_things=4, n_working_passages=1),
    "many families": group(
        families={"content": 1, "artefact": 1, "timing": 1}, n_private_things=1, n_working_passages=1
    ),
    "new accounts": group(members(created_at=START - timedelta(days=3)), n_private_things=1, n_working_passages=1),
    "disguises": group(members(n_disguises=1), n_private_things=1, n_working_passages=1),
    "stance": group(members(innocent=0.1), n_private_things=1, n_working_passages=1),
}
LINKED = ("private names", "many families", "new accounts")
AGAINST = {
    "reading": group(members(doing=0.05), n_private_things=1, n_working_passages=1),
    "stance": group(members(innocent=0.8), n_private_things=1, n_working_passages=1),
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
    return replace(facts, members=tuple(replace(m, doing=0.8, innocent=0.05) for m in facts.members))


@pytest.mark.parametrize("name", LINKED)
def test_links_count_where_reading_bears_them_out_and_only_there(name: str) -> None:
    """A strong tie between people whose texts read like anybody's never makes a suspected operation."""
    assert belief(as_read(FOR[name])) > belief(as_read(ORDINARY))
    assert belief(FOR[name]) <= belief(ORDINARY)
    assert belief(FOR[name]) < 0.5


@given(facts=group_facts, doing=share, innocent=share)
def test_links_add_at_most_a_little_to_what_was_read(facts: GroupFacts, doing: float, innocent: float) -> None:
    found = weights_of(of_group(facts, doing=doing, innocent=innocent))
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
    half = [subject(f"m{i}", declared_use="copywriting" if i < 2 else None) for i in range(4)]
    assert weights_of(of_group(group(half)))["declared use"] == pytest.approx(GROUP.declared_use / 2)


@pytest.mark.parametrize("short", [{"n_read": 1}, {"n_read": 0}])
def test_too_few_texts_add_nothing(short: dict[str, Any]) -> None:
    """Five members with one text each are below the minimum, however bad the texts look."""
    loud = members(doing=0.99, innocent=0.01, **short)
    assert GROUP.min_read_texts > 5
    assert {"reading", "stance"}.isdisjoint(weights_of(of_group(group(loud))))
    assert belief(group(loud)) == belief(group(members(n_read=0)))


def test_texts_of_one_member_say_nothing_about_a_group() -> None:
    one = [subject("m0", doing=0.99), *[subject(f"m{i}", n_read=0) for i in range(1, 5)]]
    assert "reading" not in weights_of(of_group(group(one)))


def test_reading_counts_against_the_logs_own_rate() -> None:
    """A service whose users all write about politics does not look guilty."""
    usual = group(members(doing=0.7))
    assert "reading" not in weights_of(of_group(usual, doing=0.7))
    assert weights_of(of_group(usual, doing=0.1))["reading"] > 0


@given(doing=share, innocent=share, base_doing=share, base_innocent=share)
def test_no_reading_goes_beyond_its_cap(doing: float, innocent: float, base_doing: float, base_innocent: float) -> None:
    ledger = weights_of(
        of_group(group(members(doing=doing, innocent=innocent)), doing=base_doing, innocent=base_innocent)
    )
    assert abs(ledger.get("reading", 0.0)) <= GROUP.reading_cap
    assert abs(ledger.get("stance", 0.0)) <= GROUP.innocent_cap


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
@given(doing=st.floats(0.05, 0.3), innocent=st.floats(0.25, 0.8), n=st.integers(2, 30))
def test_cohorts_stay_below_the_middle(name: str, doing: float, innocent: float, n: int) -> None:
    """Up to 1.5 times the log's score for abusive work and about its stance: firms, families, classes, shared machines."""
    case = dict(COHORTS[name])
    facts = case.pop("facts")
    assert belief(group(members(n, doing=doing, innocent=innocent, **facts), **case)) < 0.5


def test_a_working_operation_is_above_the_middle() -> None:
    """The other side of the cohorts: the same weights do not excuse everything."""
    facts = group(members(doing=0.7, innocent=0.1), n_private_things=4, n_working_passages=3)
    assert belief(facts) > 0.9


@given(facts=subject_facts, doing=share, innocent=share)
def test_a_lone_subject_never_exceeds_its_maximum(facts: SubjectFacts, doing: float, innocent: float) -> None:
    ledger = subjects.ledger(facts, SUBJECT, doing, innocent)
    score = subjects.score(ledger, SUBJECT)
    assert 0.0 <= score <= SUBJECT.max_confidence < 0.5
    assert abs(score - SUBJECT.max_confidence * confidence(ledger) if ledger else score) <= 5.1e-5
    assert bool(ledger) is (facts.n_read >= SUBJECT.min_read_texts)


def test_a_lone_subjects_considerations_pull_to_their_sides() -> None:
    def score(**facts: Any) -> float:
        return subjects.score(subjects.ledger(subject("s", **facts), SUBJECT, BASE_DOING, BASE_INNOCENT), SUBJECT)

    usual = score(doing=0.6)
    assert score(doing=0.8) > usual
    assert score(doing=0.6, n_disguises=3) > usual
    assert score(doing=0.6, innocent=0.1) > usual
    assert score(doing=0.6, innocent=0.6) < usual
    assert score(doing=0.6, declared_use="penetration tests") < usual
    assert score(doing=1.0, n_read=SUBJECT.min_read_texts - 1) == 0.0
    assert score() < SUBJECT.min_confidence


def test_being_like_everybody_opens_no_lead() -> None:
    ledger = subjects.ledger(subject("s"), SUBJECT, BASE_DOING, BASE_INNOCENT)
    assert {e.name: e.log_odds for e in ledger} == {"prior": SUBJECT.prior, "reading": 0.0, "stance": 0.0}
