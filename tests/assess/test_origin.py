"""Where an operation works from: only outside statements about what its members share, in fixed words."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterveil.assess.origin import LIKELIHOOD, origin, word
from counterveil.model.hypothesis import Anchor, Origin
from counterveil.model.signal import EvidenceClass, Family
from tests.assess.make import link, thing
from tests.assess.test_operations import made

OPERATION = made(reading=2.5)
DOMAIN = Anchor("A1", "domain", "outlet.example", "Freedonia", "peer report", "A", 1)
WORDS = [w for _, w in LIKELIHOOD]
any_anchor = st.builds(
    Anchor,
    anchor_id=st.integers(0, 10**6).map(lambda n: f"A{n}"),
    kind=st.sampled_from(["domain", "passage", "account", "device"]),
    value=st.sampled_from(["outlet.example", "the brief", "m0", "elsewhere"]),
    origin=st.sampled_from(["Freedonia", "Sylvania"]),
    source=st.sampled_from(["peer report", "press", "partner"]),
    reliability=st.sampled_from("ABCDEF"),
    credibility=st.integers(1, 6),
)


def test_without_a_word_from_outside_there_is_no_origin() -> None:
    assert origin(OPERATION, []) == Origin()
    assert origin(OPERATION, []).sentences == ("No origin is assessed: there is nothing but context.",)


@pytest.mark.parametrize("change", [{"value": "other.example"}, {"kind": "email"}, {"kind": "account"}])
def test_a_statement_about_something_else_says_nothing(change: dict[str, Any]) -> None:
    assert origin(OPERATION, [replace(DOMAIN, **change)]) == Origin()


def test_a_statement_about_context_says_nothing() -> None:
    exit_node = thing("client_ip", Family.INFRASTRUCTURE, EvidenceClass.C, value="198.18.0.1")
    operation = replace(OPERATION, links=(link("m0", "m1", exit_node),))
    assert origin(operation, [replace(DOMAIN, kind="client_ip", value="198.18.0.1")]) == Origin()


def test_a_statement_about_a_thing_of_a_contact_says_nothing() -> None:
    operation = replace(
        OPERATION, links=(link("m0", "reader", thing("domain", Family.ARTEFACT, value="outlet.example")),)
    )
    assert origin(operation, [DOMAIN]) == Origin()


def test_one_confirmed_statement_is_very_likely_with_low_confidence() -> None:
    found = origin(OPERATION, [DOMAIN])
    assert (found.place, found.likelihood, found.confidence) == ("Freedonia", "very likely", "low")
    assert found.anchors == ("A1",)


def test_more_sources_make_more_confidence_and_one_source_counts_once() -> None:
    again = replace(DOMAIN, anchor_id="A2")
    press = replace(DOMAIN, anchor_id="A3", source="press", reliability="C", credibility=2)
    partner = replace(DOMAIN, anchor_id="A4", source="partner", reliability="B")
    once, twice = origin(OPERATION, [DOMAIN]), origin(OPERATION, [DOMAIN, again])
    assert (twice.likelihood, twice.confidence) == (once.likelihood, "low")
    assert origin(OPERATION, [DOMAIN, press]).confidence == "moderate"
    assert origin(OPERATION, [DOMAIN, partner]).confidence == "high"


def test_statements_that_differ_make_each_other_less_likely() -> None:
    other = replace(DOMAIN, anchor_id="A2", origin="Sylvania", source="press", reliability="B")
    found = origin(OPERATION, [DOMAIN, other])
    assert (found.place, found.alternatives) == ("Freedonia", ("Sylvania",))
    assert WORDS.index(found.likelihood) < WORDS.index(origin(OPERATION, [DOMAIN]).likelihood)


@pytest.mark.parametrize("change", [{"reliability": "E"}, {"reliability": "F"}, {"credibility": 4}, {"credibility": 6}])
def test_what_cannot_be_trusted_says_nothing(change: dict[str, Any]) -> None:
    assert origin(OPERATION, [replace(DOMAIN, **change)]) == Origin()


@given(said=st.lists(any_anchor, max_size=6, unique_by=lambda a: a.anchor_id), seed=st.integers(0, 99))
def test_words_are_fixed_never_in_one_sentence_and_order_does_not_matter(said: list[Anchor], seed: int) -> None:
    found = origin(OPERATION, said)
    assert origin(OPERATION, random.Random(seed).sample(said, len(said))) == found
    if found.place:
        assert found.likelihood in WORDS
        assert found.confidence in ("low", "moderate", "high")
        assert found.anchors
        for sentence in found.sentences:
            assert not (found.likelihood in sentence and "onfidence" in sentence)


def test_the_table_of_words() -> None:
    assert [word(p)[0] for p in (0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)] == WORDS


def test_a_thing_that_two_members_have_counts_though_no_link_lists_it() -> None:
    elsewhere = replace(DOMAIN, value="unlisted.example")
    two = {"A1": (frozenset({"m0", "m1"}), EvidenceClass.A)}
    assert origin(OPERATION, [elsewhere], two).place == "Freedonia"
    assert origin(OPERATION, [elsewhere], {"A1": (frozenset({"m0", "stranger"}), EvidenceClass.A)}) == Origin()
    assert origin(OPERATION, [elsewhere], {"A1": (frozenset({"m0", "m1"}), EvidenceClass.C)}) == Origin()
