"""A link in a sentence: every number is told beside how common it is, and beside its best innocent reading."""

from __future__ import annotations

from typing import Any

import pytest

from counterveil.link.explain import Explanation, explain
from counterveil.model.link import Link, SharedThing
from counterveil.model.signal import EvidenceClass, Family

LABELS = {"domain": "site", "device": "device", "passage": "passage", "payment": "card", "near_text": "like texts"}
CONTENT, ARTEFACT, MACHINE, IDENTITY = Family.CONTENT, Family.ARTEFACT, Family.INFRASTRUCTURE, Family.IDENTITY
HOUSEHOLD = "One household, shared flat or office"
CLASS = "A class with one assignment, or a text that went round"
MATTER = "Two people who follow the same public matter, or colleagues in one project"
NOTHING = "Nothing that the two share speaks against it"


def thing(kind: str, family: Family, bits: float = 8.0, **more: Any) -> SharedThing:
    usual: dict[str, Any] = {
        "value": f"the {kind}",
        "evidence_class": EvidenceClass.A,
        "n_subjects": 2,
        "n_population": 4200,
        "bits_alone": bits,
    }
    return SharedThing(kind=kind, family=family, bits=bits, **(usual | more))


def told(*shared: SharedThing, sure: bool = True) -> Explanation:
    return explain(Link("a", "b", sum(t.bits for t in shared), shared, sure), LABELS)


@pytest.mark.parametrize(
    ("n_subjects", "others"), [(2, "nobody else"), (3, "1 other"), (4, "2 others"), (1502, "1,500 others")]
)
def test_a_thing_is_told_with_how_many_others_have_it(n_subjects: int, others: str) -> None:
    said = told(thing("domain", ARTEFACT, 7.25, value="outlet.example", n_subjects=n_subjects)).sentence
    assert f"site “outlet.example” ({others} of 4,200, 7.2 bits)" in said
    assert said.startswith("Both share ")
    assert said.endswith(": 7.2 bits together.")


def test_probable_links_say_so() -> None:
    shared = thing("domain", ARTEFACT)
    assert "probable only" not in told(shared).sentence
    assert told(shared, sure=False).sentence.endswith(": 8.0 bits together, probable only.")


def test_likeness_is_told_in_its_own_words_and_a_passage_in_quotation_marks() -> None:
    said = told(
        thing("near_text", CONTENT, value="3 texts in nearly the same words"),
        thing("passage", CONTENT, value="the brief"),
    ).sentence
    assert "Both share 3 texts in nearly the same words (nobody else" in said
    assert "passage “the brief” (nobody else" in said
    assert "like texts" not in said


def test_a_kind_without_label_keeps_its_name() -> None:
    assert "judgement “by hand”" in told(thing("judgement", Family.EXTERNAL, value="by hand")).sentence


def test_only_three_things_are_told_and_the_others_counted() -> None:
    said = told(*(thing("domain", ARTEFACT, value=f"{n}.example") for n in range(5))).sentence
    assert all(f"“{n}.example”" in said for n in range(3))
    assert "“3.example”" not in said
    assert "; and 2 more: 40.0 bits together." in said
    assert "more" not in told(*(thing("domain", ARTEFACT) for _ in range(3))).sentence


def test_context_and_what_weighs_nothing_is_not_told() -> None:
    context = thing("client_ip", MACHINE, 2.0, evidence_class=EvidenceClass.C)
    damped = thing("device", MACHINE, 0.0)
    found = told(thing("domain", ARTEFACT), context, damped)
    assert "client_ip" not in found.sentence
    assert "device" not in found.sentence
    assert "10.0 bits together" in found.sentence
    assert told(context).sentence == "Both share context only: 2.0 bits together."


@pytest.mark.parametrize(
    ("shared", "innocent"),
    [
        ([thing("device", MACHINE)], HOUSEHOLD),
        ([thing("payment", IDENTITY)], HOUSEHOLD),
        ([thing("device", MACHINE, 5.0), thing("payment", IDENTITY, 5.0), thing("passage", CONTENT, 8.0)], HOUSEHOLD),
        ([thing("passage", CONTENT)], CLASS),
        ([thing("passage", CONTENT, 9.0), thing("device", MACHINE, 8.0)], CLASS),
        ([thing("domain", ARTEFACT)], MATTER),
        ([thing("domain", ARTEFACT, 2.0), thing("passage", CONTENT, 9.0)], MATTER),
        ([thing("domain", ARTEFACT, 9.0), thing("device", MACHINE, 8.0)], MATTER),
    ],
)
def test_the_innocent_reading_accounts_for_most_of_the_bits(shared: list[SharedThing], innocent: str) -> None:
    assert told(*shared).innocent == told(*shared[::-1]).innocent == innocent


@pytest.mark.parametrize(("bits", "speaks"), [(3.9, False), (4.0, True), (8.0, True)])
def test_other_families_set_a_reading_aside_from_four_bits_on(bits: float, speaks: bool) -> None:
    found = told(thing("device", MACHINE, 9.0), thing("domain", ARTEFACT, bits))
    assert found.innocent == HOUSEHOLD
    if speaks:
        assert found.answer == f"It does not account for site ({bits:.1f} bits)."
    else:
        assert found.answer.startswith(NOTHING)


def test_what_is_not_accounted_for_is_named_once_a_kind_and_summed() -> None:
    rest = [thing("domain", ARTEFACT, 2.0), thing("passage", CONTENT, 1.5), thing("domain", ARTEFACT, 1.0)]
    assert told(thing("device", MACHINE, 9.0), *rest).answer == "It does not account for site, passage (4.5 bits)."


def test_where_all_is_accounted_for_nothing_speaks_against_the_innocent_reading() -> None:
    for shared in ([thing("device", MACHINE), thing("payment", IDENTITY)], [thing("domain", ARTEFACT)], []):
        assert told(*shared).answer.startswith(NOTHING)
        assert "not that they do wrong" in told(*shared).answer


def test_context_does_not_speak_against_an_innocent_reading() -> None:
    context = thing("hand_over", Family.TIMING, 6.0, evidence_class=EvidenceClass.C)
    assert told(thing("domain", ARTEFACT), context).answer.startswith(NOTHING)
