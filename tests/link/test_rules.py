"""What may make a link at all: classes, families, hubs (DESIGN.md §3.2 and §3.3)."""

from __future__ import annotations

import pytest

from counterveil.engine.duck import Engine
from counterveil.model.signal import EvidenceClass
from counterveil.pipeline.link import threshold_bits
from counterveil.policy.evidence import evidence, hub_keys
from tests.link.incidence import Has, Kind, World, key, run

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
    kinds = {**KINDS, "passage": Kind("content", B)}
    rows = shared("passage", "B1")
    assert run(engine, WORLD.but(kinds=kinds), rows).links == {AB: 16_000}
    found = run(engine, WORLD.but(kinds=kinds, embedded=(("B1", "x"),)), rows)
    assert found.links == {}
    assert {(row["family"], row["mb"]) for row in found.weighed} == {("content", 8000), ("content", 4000)}


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
