"""What may make a link at all: classes, families, hubs (DESIGN.md §3.2 and §3.3)."""

from __future__ import annotations

import pytest

from counterveil.engine.duck import Engine
from counterveil.model.signal import EvidenceClass
from counterveil.pipeline.linking.link import threshold_bits
from counterveil.policy.evidence import evidence, hub_keys
from tests.link.incidence import Alike, Has, Kind, World, key, links_of, numbers, run

A, B, C = 1, 2, 3
KINDS = {
    "A1": Kind("artefact", A),
    "A2": Kind("artefact", A, activity=True),
    "B1": Kind("artefact", B),
    "B2": Kind("artefact", B),
    "B3": Kind("identity", B),
    "C1": Kind("infrastructure", C),
    "C2": Kind("timing", C),
}
# A threshold that every single thing (8 bits) passes: only the rule can refuse.
WORLD = World(KINDS, threshold_mb=7000)
AB = ("a", "b")


def shared(*kinds: str) -> list[Has]:
    return [Has(subject, kind, "x") for kind in kinds for subject in AB]


@pytest.mark.parametrize(
    ("kinds", "linked"),
    [
        (("A1",), True),
        (("A1", "C1"), True),
        (("B1",), False),
        (("B1", "B2"), False),
        (("B1", "B3"), True),
        (("B1", "C1"), False),
        (("B1", "C1", "C2"), False),
        (("C1",), False),
        (("C1", "C2"), False),
    ],
)
def test_one_strong_or_two_medium_of_different_families(engine: Engine, kinds: tuple[str, ...], linked: bool) -> None:
    assert bool(run(engine, WORLD, shared(*kinds)).links) is linked


def test_a_family_below_its_least_weight_is_no_second_family(engine: Engine) -> None:
    """B3 has eight holders: 6 bits."""
    rows = shared("B1") + [Has(s, "B3", "x") for s in (*AB, "c", "d", "e", "f", "g", "h")]
    assert AB in run(engine, WORLD.but(min_family_mb=6000), rows).links
    assert AB not in run(engine, WORLD.but(min_family_mb=6001), rows).links


def test_a_strong_thing_that_is_too_common_is_context(engine: Engine) -> None:
    crowd = [f"s{i}" for i in range(9)]
    rows = [Has(s, "A1", "x") for s in crowd] + [Has(s, "C2", "y") for s in crowd]
    assert run(engine, WORLD.but(threshold_mb=0), rows).links == {}


def test_evidence_without_weight_is_none(engine: Engine) -> None:
    """The correction for activity took all of A2; what is left is context of another family."""
    rows = [Has(s, "A2", "x", log2_activity=9.0) for s in AB] + shared("C1", "C2")
    assert run(engine, WORLD, rows).links == {}


def test_evidence_without_weight_is_none_beside_context_of_its_family(engine: Engine) -> None:
    kinds = {**KINDS, "C3": Kind("artefact", C)}
    rows = [Has(s, "A2", "x", log2_activity=9.0) for s in AB] + shared("C3")
    assert run(engine, WORLD.but(kinds=kinds), rows).links == {}


def test_context_does_not_lift_a_pair_over_the_threshold(engine: Engine) -> None:
    """One A of 8 bits is refused at 10; one address that both have must not change that."""
    world = WORLD.but(threshold_mb=10_000)
    assert run(engine, world, shared("A1")).links == {}
    assert run(engine, world, shared("A1", "C1")).links == {}


def test_context_makes_a_link_heavier(engine: Engine) -> None:
    assert run(engine, WORLD, shared("A1", "C1")).links[AB] > run(engine, WORLD, shared("A1")).links[AB]


def test_hubs_never_link_and_are_listed(engine: Engine) -> None:
    crowd = [f"s{i:02d}" for i in range(17)]
    rows = [Has(s, "A1", "campus") for s in crowd] + shared("B1", "B3")
    found = run(engine, WORLD, rows)
    assert set(found.links) == {AB}
    assert found.hubs == [("A1", key("A1", "campus"), 17)]
    assert all(row["thing_key"] != key("A1", "campus") for row in found.ledger)


def test_the_largest_crowd_that_is_no_hub(engine: Engine) -> None:
    kinds = {"A1": Kind("artefact", A, a_max=99, hub=6)}
    for n, links in ((6, 15), (7, 0)):
        found = run(engine, World(kinds, threshold_mb=1), [Has(f"s{i}", "A1", "x") for i in range(n)])
        assert len(found.links) == links


def test_a_public_thing_never_links_however_rare(engine: Engine) -> None:
    found = run(engine, WORLD.but(public=(("A1", "x"),)), shared("A1"))
    assert found.links == {}
    assert found.hubs == [("A1", key("A1", "x"), 2)]
    # The list names a kind and a value: the same value of another kind is another thing.
    assert AB in run(engine, WORLD.but(public=(("B1", "x"),)), shared("A1")).links


def test_a_thing_of_one_subject_links_nobody(engine: Engine) -> None:
    found = run(engine, WORLD, [Has("a", "A1", "x"), Has("b", "A1", "y")])
    assert (found.links, found.hubs, found.funnel["n_pairs"]) == ({}, [], 0)


def test_no_incidence_at_all(engine: Engine) -> None:
    found = run(engine, WORLD, [])
    assert (found.links, found.hubs, found.ledger) == ({}, [], [])


def test_embedded_artefacts_are_no_second_family(engine: Engine) -> None:
    """A name inside a copied sentence (B) counts with the sentence, damped: 8 + 4 bits of one family, and no link."""
    world = WORLD.but(kinds={**KINDS, "passage": Kind("content", B)}, unit_passages={7: (("passage", "x"),)})
    rows = shared("passage", "B1")
    assert run(engine, world, rows).links == {AB: 16_000}
    inside = [Has(s, kind, "x", unit=7) for kind in ("passage", "B1") for s in AB]
    found = run(engine, world, inside)
    assert found.links == {}
    assert {(row["family"], row["mb"]) for row in found.weighed} == {("content", 8000), ("content", 4000)}


def test_context_of_the_same_family_neither_makes_nor_breaks_a_link(engine: Engine) -> None:
    """A device of 7.5 bits and an address that as few share (8 bits, context): the threshold looks at the device alone."""
    kinds = {"device": Kind("infrastructure", A, cap_bits=7.5), "client_ip": Kind("infrastructure", C)}
    world = World(kinds, threshold_mb=7000)
    alone = run(engine, world, shared("device"))
    assert alone.own == {AB: 7500}
    assert run(engine, world, shared("device", "client_ip")).own == alone.own


def test_alike_texts_keep_the_rule(engine: Engine) -> None:
    """Strong by themselves; of class B they need a second family; as context they only add."""
    for order, linked in ((A, True), (B, False), (C, False)):
        world = WORLD.but(alike=(Alike("a", "b", 9000, evidence_class=order),))
        assert (AB in run(engine, world, []).links) is linked
    medium = WORLD.but(alike=(Alike("a", "b", 9000, evidence_class=B),))
    assert run(engine, medium, shared("B1")).links == {AB: 17_000}
    context = WORLD.but(alike=(Alike("a", "b", 9000, evidence_class=C),))
    found = run(engine, context, shared("A1"))
    assert (found.links, found.own) == ({AB: 17_000}, {AB: 8000})


@pytest.mark.parametrize(
    ("kinds", "stratum"),
    [
        (("A1",), 0),
        (("A1", "C1"), 0),  # context of infrastructure is no evidence of it
        (("A1", "B3"), 1),
        (("B1", "B3"), 1),
        (("A1", "D1"), 1),
    ],
)
def test_each_stratum_has_its_own_thresholds(engine: Engine, kinds: tuple[str, ...], stratum: int) -> None:
    """From ``least`` on a link, from ``sure`` on one by itself; the thresholds of the other stratum do not matter."""
    world = WORLD.but(kinds={**KINDS, "D1": Kind("infrastructure", A)})
    rows = shared(*kinds)
    own = run(engine, world, rows).own[AB]
    assert run(engine, world, rows).totals[AB].stratum == stratum
    for sure, least, linked, is_sure in (
        (own, own, True, True),
        (own + 1, own, True, False),
        (own + 1, own + 1, False, False),
        (10 * own, own - 1, True, False),
    ):
        for other in (0, 99_000):
            at = ((sure, least), (other, other))
            found = run(engine, world.but(strata=at if stratum == 0 else at[::-1]), rows)
            assert (AB in found.links, AB in found.sure) == (linked, is_sure)


def test_numbers_and_names_of_subjects_give_the_same_links(engine: Engine) -> None:
    names = ["b", "a", "c", "zeta", "aa"]
    rows = [Has(s, "A1", "x") for s in names[:4]] + [Has(s, "B1", "y") for s in names] + [Has("aa", "B3", "z")]
    world = WORLD.but(alike=(Alike("aa", "zeta", 9000), Alike("a", "zeta", 8001)), threshold_mb=1)
    number = numbers(rows, world.alike)
    by_name = links_of(engine, world, rows)
    assert len(by_name) == 7
    assert links_of(engine, world, rows, numbered=True) == {  # type: ignore[comparison-overlap]
        (number[left], number[right]): mb for (left, right), mb in by_name.items()
    }


def test_what_only_the_model_said_to_both_is_no_evidence(engine: Engine) -> None:
    for own, linked in (((False, False), False), ((True, False), True), ((True, True), True)):
        rows = [Has(s, "A1", "x", own=o) for s, o in zip(AB, own, strict=True)]
        assert bool(run(engine, WORLD, rows).links) is linked


def test_a_larger_log_asks_for_more_bits() -> None:
    policy = evidence()
    asked = [threshold_bits(policy, n) for n in (0, 1, 20, 40, 1000, 1_000_000)]
    assert asked == sorted(asked)
    assert asked[0] == asked[2] == pytest.approx(1 + policy.decision.posterior_bits)
    assert asked[3] - asked[2] == pytest.approx(1.0)  # twice the subjects, one bit


def test_shipped_policy_keeps_its_own_rules() -> None:
    policy = evidence()
    for name, kind in policy.kinds.items():
        assert (kind.a_max > 0) == (kind.best is EvidenceClass.A), name
        assert kind.a_max <= kind.b_max <= kind.hub, name
        assert (kind.b_max > 0) == (kind.best is not EvidenceClass.C), name
        assert kind.family in policy.family_caps, name
    assert policy.kinds["passage"].a_min_turns > 1
    context = [kind for kind in policy.kinds.values() if kind.best is EvidenceClass.C]
    assert all(kind.cap_bits < policy.decision.posterior_bits for kind in context)


def test_shipped_hubs_are_of_known_kinds() -> None:
    kinds = evidence().kinds
    assert {"domain", "name"} <= kinds.keys()
    assert key("domain", "gmail.com") in hub_keys()
    assert key("name", "gmail.com") not in hub_keys()
