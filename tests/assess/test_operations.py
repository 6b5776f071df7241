"""From a linked group to an operation and its place in the queue."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess import groups, innocent, leads, subjects
from counterveil.assess.facts import GroupFacts, SubjectFacts
from counterveil.assess.ledger import confidence
from counterveil.assess.operations import Base, group_facts, operation, role
from counterveil.link.groups import belongings
from counterveil.model.operation import Belonging, Entry, Operation, Standing, Verdict
from counterveil.model.signal import EvidenceClass, Family
from counterveil.pipeline.assess import _lone_leads, _new_id, _scores
from counterveil.policy.assessment import assessment
from counterveil.policy.taxonomy import taxonomy
from tests.assess.make import START, group, link, members, subject, thing
from tests.assess.test_ledger import AGAINST, COHORTS, of_group
from tests.assess.test_ledger import group_facts as any_group

BASE = Base(0.0, {"IO-1": 0.1, "SC-1": 0.1, "CY-2": 0.1})
POLICY = assessment()
CONTENT, ARTEFACT, MACHINE = Family.CONTENT, Family.ARTEFACT, Family.INFRASTRUCTURE
PASSAGE = thing("passage", CONTENT, value="the brief")
DOMAIN = thing("domain", ARTEFACT, value="outlet.example", n_subjects=3)


def made(**facts: object) -> Operation:
    """An operation of three, all linked by a working passage and a private domain."""
    of = members(3, behaviours={"IO-1": 0.5, "SC-1": 0.12, "CY-2": 0.02}, **facts)
    links = [link(a, b, PASSAGE, DOMAIN) for a, b in (("m0", "m1"), ("m0", "m2"), ("m1", "m2"))]
    bits = {(found.left, found.right): found.bits for found in links}
    place = {b.subject: b for b in belongings([m.subject_id for m in of], bits, bits.keys(), threshold_bits=8.0)}
    return operation("OP-1", of, place, links, base=BASE, policy=POLICY)


def test_an_operation_carries_its_ledger_and_its_verdict() -> None:
    found = made(reading=2.5)
    assert found.confidence == confidence(found.ledger) >= POLICY.verdict.suspected
    assert found.verdict is Verdict.SUSPECTED
    assert (found.n_turns, len(found.members), len(found.links)) == (60, 3, 3)
    assert (found.first_seen, found.last_seen) == (START, START + timedelta(days=5))
    assert found.innocent_explanation
    assert found.would_change


def test_a_cohort_is_below_the_verdict() -> None:
    found = made(org_id="university")
    assert found.confidence < POLICY.verdict.suspected
    assert found.verdict is Verdict.COHORT
    assert found.innocent_explanation == "Colleagues of one organisation doing its work"


def test_severity_is_harm_not_belief() -> None:
    assert made(reading=2.5).severity == made(org_id="university").severity == taxonomy()["IO-1"].severity


def test_behaviours_are_those_above_the_log_the_most_telling_first() -> None:
    assert made().behaviours == (("IO-1", 0.5, 0.1), ("SC-1", 0.12, 0.1))
    assert groups.behaviours(members(n_read=0), BASE.behaviours) == ()
    # Rare beats loud: from 0.001 to 0.05 is more than from 0.5 to 0.6.
    both = groups.behaviours(members(behaviours={"IO-1": 0.6, "SC-1": 0.05}), {"IO-1": 0.5, "SC-1": 0.001})
    assert [name for name, _, _ in both] == ["SC-1", "IO-1"]


def test_roles_name_the_work() -> None:
    assert (
        role(subject("a", behaviours={"IO-1": 0.2, "SC-1": 0.6, "CY-2": 0.1}), BASE)
        == "SC-1 Romance and investment fraud"
    )
    assert role(subject("a", n_read=0), BASE) == "not read"


def test_a_new_operation_is_named_after_its_first_member() -> None:
    """So that it keeps its id as it grows; with a name of its own where that one is taken."""
    facts = {f"m{i}": subject(f"m{i}", first_seen=START + timedelta(hours=i)) for i in range(4)}
    names = list(facts)
    assert _new_id(names[:2], facts) == _new_id(names, facts) == _new_id(names[::-1], facts)
    assert _new_id(names, facts) != _new_id(names[1:], facts)
    assert _new_id([*names, _new_id(names, facts)], facts) != _new_id(names, facts)


STANDINGS = {"m0": Standing.CORE, "m1": Standing.LIKELY, "m2": Standing.CONTACT, "m3": Standing.CORE}


def with_standings(standings: dict[str, Standing], **facts: object) -> Operation:
    of = members(len(standings), behaviours={"IO-1": 0.5}, **facts)
    place = {name: Belonging(name, standing, 0.9) for name, standing in standings.items()}
    links = [link(a, b, PASSAGE, DOMAIN) for a, b in pairwise(sorted(standings))]
    return operation("OP-1", of, place, links, base=BASE, policy=POLICY)


def test_contacts_are_no_members_and_say_nothing_of_the_operation() -> None:
    found = with_standings(STANDINGS)
    assert found.operation_id == "OP-1"
    assert [m.subject_id for m in found.members] == ["m0", "m1", "m3"]
    assert [m.subject_id for m in found.contacts] == ["m2"]
    assert found.n_turns == 60
    assert len(found.links) == 3, "links to contacts are shown"
    without = with_standings({s: standing for s, standing in STANDINGS.items() if s != "m3"})
    assert [m.subject_id for m in without.members] == ["m0", "m1"]


def test_where_all_but_one_are_contacts_all_are_members() -> None:
    found = with_standings({"m0": Standing.CORE, "m1": Standing.CONTACT, "m2": Standing.CONTACT})
    assert (len(found.members), found.contacts) == (3, ())


@pytest.mark.parametrize(
    ("standing", "stance", "n_read", "is_contact"),
    [
        (Standing.LIKELY, POLICY.contact.stance, 99, True),
        (Standing.LIKELY, POLICY.contact.stance + 0.01, 99, False),
        (Standing.CORE, POLICY.contact.core_stance, 99, True),
        (Standing.CORE, POLICY.contact.core_stance + 0.01, 99, False),
        (Standing.LIKELY, -9.0, POLICY.contact.min_read_texts, True),
        (Standing.LIKELY, -9.0, POLICY.contact.min_read_texts - 1, False),
    ],
)
def test_who_speaks_as_a_victim_or_an_analyst_is_a_contact(
    standing: Standing, stance: float, n_read: int, is_contact: bool
) -> None:
    of = [*members(3), subject("victim", stance=stance, n_read=n_read)]
    place = {m.subject_id: Belonging(m.subject_id, Standing.CORE, 0.9) for m in of[:3]}
    place["victim"] = Belonging("victim", standing, 0.9)
    found = operation("OP-1", of, place, [link("m0", "victim", PASSAGE)], base=BASE, policy=POLICY)
    assert ([m.subject_id for m in found.contacts] == ["victim"]) is is_contact


LOUD: dict[str, object] = {"reading": 2.5, "behaviours": {"IO-1": 0.5}}


def with_victim(**facts: object) -> tuple[list[SubjectFacts], Operation]:
    """Three operators and one more, all linked to all."""
    of = [*members(3, **LOUD), subject("victim", **LOUD | {"stance": -5.0} | facts)]
    place = {m.subject_id: Belonging(m.subject_id, Standing.LIKELY, 0.9) for m in of}
    links = [link(a.subject_id, b.subject_id, PASSAGE, DOMAIN) for i, a in enumerate(of) for b in of[i + 1 :]]
    return of, operation("OP-1", of, place, links, base=BASE, policy=POLICY)


def test_the_limits_of_contacts_as_shipped() -> None:
    limits = POLICY.contact
    assert (limits.stance, limits.core_stance, limits.min_read_texts) == (-1.0, -2.0, 3)


def test_a_contact_by_its_texts_is_listed_and_moves_nothing() -> None:
    behaviours = {"CY-2": 0.9}
    _, found = with_victim(behaviours=behaviours, n_user_turns=900, last_seen=START + timedelta(days=99))
    _, plain = with_victim()
    assert [(m.subject_id, m.standing, m.confidence) for m in found.contacts] == [("victim", Standing.CONTACT, 0.9)]
    assert found.contacts[0].role.startswith("CY-2 ")
    assert {m.subject_id for m in found.members} == {"m0", "m1", "m2"}
    assert (found.ledger, found.behaviours) == (plain.ledger, plain.behaviours)
    assert (found.n_turns, found.last_seen) == (60, START + timedelta(days=5))
    assert len(found.links) == 6


def test_who_was_not_read_stays_a_member() -> None:
    _, found = with_victim(n_read=0)
    assert (len(found.members), found.contacts) == (4, ())


@pytest.mark.parametrize("standing", [Standing.CORE, Standing.LIKELY])
def test_members_of_whom_too_few_would_be_left_keep_their_standing(standing: Standing) -> None:
    of = [subject("m0"), subject("m1", stance=-5.0), subject("m2", stance=-5.0)]
    place = {m.subject_id: Belonging(m.subject_id, standing, 0.9) for m in of}
    found = operation("OP-1", of, place, [link("m0", "m1", PASSAGE)], base=BASE, policy=POLICY)
    assert ({m.subject_id for m in found.members}, found.contacts) == ({"m0", "m1", "m2"}, ())
    assert found.n_turns == 60
    assert {m.standing for m in found.members} == {standing}


def test_a_contact_has_the_score_of_its_own_texts_and_may_be_a_lead_of_its_own() -> None:
    of, found = with_victim(ledger=(Entry("doing share", 6.0, "seen"),))
    facts = {m.subject_id: m for m in of}
    ledgers = {m.subject_id: subjects.ledger(m, POLICY.subject, 0.0) for m in of}
    own = {name: subjects.score(ledger, POLICY.subject) for name, ledger in ledgers.items()}
    rows = {row["subject_id"]: row for row in _scores(facts, [found], ledgers, BASE, POLICY).to_pylist()}
    assert {row["operation_id"] for row in rows.values()} == {"OP-1"}
    assert (rows["victim"]["standing"], rows["victim"]["score"]) == ("contact", own["victim"])
    assert 0.0 < own["victim"] != round(found.confidence * 0.9, 4)
    assert rows["m0"]["score"] == max(own["m0"], round(found.confidence * 0.9, 4)) > own["m0"]
    lone = _lone_leads(facts, {m.subject_id for m in found.members}, ledgers, BASE, POLICY)
    assert [lead.about for lead in lone] == ["victim"]


def test_likeness_counts_once_for_a_group() -> None:
    """What is alike is told pair by pair, in words of its own."""
    links = [
        link(a, b, thing("near_text", CONTENT, value=f"{n} texts"), thing("same_meaning", CONTENT, EvidenceClass.B, value=f"{n}"))
        for n, (a, b) in enumerate((("m0", "m1"), ("m0", "m2"), ("m1", "m2")))
    ]  # fmt: skip
    facts = group_facts(members(3), links)
    assert (facts.n_working_passages, facts.n_pasted_once) == (1, 1)


def test_what_links_consist_of() -> None:
    of = members(4)
    links = [
        link("m0", "m1", PASSAGE, DOMAIN, thing("client_ip", MACHINE, EvidenceClass.C)),
        link("m1", "m2", DOMAIN, thing("passage", CONTENT, EvidenceClass.B, value="the brief")),
        link(
            "m2",
            "m3",
            thing("passage", CONTENT, EvidenceClass.B, value="a poem"),
            thing("domain", ARTEFACT, value="known.example", n_subjects=6),
        ),
    ]
    facts = group_facts(of, links)
    assert set(facts.families) == {CONTENT, ARTEFACT}, "context joins no family"
    assert facts.n_private_things == 1, "six of the log have known.example: not private to four"
    assert facts.n_working_passages == 1
    assert facts.n_pasted_once == 1, "a passage that some pairs keep reusing is not pasted once"


def test_a_thing_without_weight_joins_no_family() -> None:
    assert group_facts(members(2), [link("m0", "m1", thing("device", MACHINE, bits=0.0))]).families == {}


@given(facts=any_group)
def test_the_innocent_explanation_is_that_of_the_heaviest_entry_against(facts: GroupFacts) -> None:
    ledger = of_group(facts)
    chosen = innocent.explanation(ledger)
    against = {e.name: e.log_odds for e in ledger if e.log_odds < 0 and e.name != "prior"}
    if against and min(against.values()) <= -0.3:
        heaviest = [name for name, value in against.items() if value == min(against.values())]
        alone = [innocent.explanation([Entry(name, -9.0, "")]) for name in heaviest]
        assert chosen in alone
    else:
        assert chosen == innocent.explanation([])


@pytest.mark.parametrize(
    "name",
    [
        "one organisation",
        "one household or office",
        "nothing in the texts",
        "pasted once",
        "stance",
        "declared use",
        "reading",
        "long history",
    ],
)
def test_every_entry_against_has_an_explanation_of_its_own(name: str) -> None:
    reading, settles = innocent.explanation([Entry(name, -5.0, ""), Entry("prior", -9.0, "")])
    assert (reading, settles) != innocent.explanation([])
    assert reading
    assert settles


def test_the_parametrised_names_are_those_of_the_ledger() -> None:
    emitted = {e.name for case in AGAINST.values() for e in of_group(case) if e.log_odds < 0}
    for cohort in COHORTS.values():
        facts = {k: v for k, v in cohort.items() if k != "facts"}
        emitted |= {e.name for e in of_group(group(members(**cohort["facts"]), **facts)) if e.log_odds < 0}
    assert emitted - {"prior"} == {
        "one organisation", "one household or office", "nothing in the texts", "pasted once", "stance", "declared use", "reading", "long history",
        "links alone",
    }  # fmt: skip


def test_a_light_entry_explains_nothing() -> None:
    assert innocent.explanation([Entry("stance", -0.2, "")]) == innocent.explanation([])


severities, confidences, sizes = st.integers(1, 4), st.floats(0.01, 1.0), st.integers(1, 200)


@given(
    severity=severities,
    belief=confidences,
    n=sizes,
    more=st.tuples(st.integers(0, 3), st.floats(0, 1), st.integers(0, 99)),
)
def test_rank_rises_with_severity_confidence_and_reach(
    severity: int, belief: float, n: int, more: tuple[int, float, int]
) -> None:
    here = leads.rank(severity, belief, n)
    assert 0.0 <= here <= 1.0
    assert leads.rank(min(4, severity + more[0]), belief, n) >= here
    assert leads.rank(severity, min(1.0, belief + more[1]), n) >= here
    assert leads.rank(severity, belief, n + more[2]) >= here


def test_rank_tells_neighbours_apart() -> None:
    here = leads.rank(3, 0.6, 4)
    assert here < leads.rank(4, 0.6, 4)
    assert here < leads.rank(3, 0.61, 4)
    assert here < leads.rank(3, 0.6, 5)


def test_leads_point_at_what_they_are_about() -> None:
    found = made(reading=2.5)
    lead = leads.of_operation(found)
    assert (lead.about, lead.n_subjects, lead.confidence) == (found.operation_id, 3, found.confidence)
    assert lead.rank_score == leads.rank(found.severity, found.confidence, 3)
    lone = leads.of_subject(subject("s"), behaviours=["SC-1"], severity=3, confidence=0.4, ledger=())
    assert (lone.about, lone.n_subjects) == ("s", 1)
    assert lone.lead_id != lead.lead_id
    assert "one subject" in lone.title


@pytest.mark.parametrize("behaviour", taxonomy())
def test_every_behaviour_has_a_name_and_a_severity(behaviour: str) -> None:
    assert taxonomy()[behaviour].name
    assert groups.severity([(behaviour, 0.5, 0.1)]) == taxonomy()[behaviour].severity in (1, 2, 3, 4)


def test_nothing_read_is_the_least_severity() -> None:
    assert groups.severity(()) == 1
