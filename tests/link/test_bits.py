"""The arithmetic of a link, with bits computed by hand (the formula is in the docstring of ``link/statements.py``)."""

from __future__ import annotations

import math

import pytest

from counterveil.engine.duck import Engine
from counterveil.link import statements
from tests.link.incidence import (
    Alike,
    Has,
    Kind,
    World,
    expected_totals,
    language_pairs,
    register,
    run,
    sums,
    totals_of,
    weigh,
)  # fmt: skip

KINDS = {
    "domain": Kind("artefact"),
    "name": Kind("artefact", class_order=2),
    "passage": Kind("content", a_min_turns=3, activity=True),
    "device": Kind("infrastructure", a_max=2),
    "signup_ip": Kind("identity", class_order=2),
    "client_ip": Kind("infrastructure", class_order=3, m=0.25),
}
WORLD = World(KINDS)
AB = ("a", "b")


def both(kind: str, thing: str, *subjects: str, **more: float) -> list[Has]:
    return [Has(subject, kind, thing, **more) for subject in subjects or AB]  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "mb"), [(2, 8000), (3, 7415), (4, 7000)])
def test_a_thing_counts_by_how_rare_it_is(engine: Engine, n: int, mb: int) -> None:
    """log2(0.5 · 1024 / n): 8, 7.415 and 7 bits."""
    subjects = [f"s{i}" for i in range(n)]
    found = run(engine, WORLD, both("domain", "x", *subjects))
    assert set(found.links.values()) == {mb}
    assert len(found.links) == n * (n - 1) // 2


def test_the_prior_keeps_a_small_log_from_seeing_rarity(engine: Engine) -> None:
    """Without pseudo-subjects two of 25 are log2(0.5 · 24 / 2) = 2.585 bits."""
    found = run(engine, WORLD.but(prior_subjects=0.0, threshold_mb=0), both("domain", "x"))
    assert found.links == {AB: 2585}


def test_a_cap_holds_for_one_thing(engine: Engine) -> None:
    world = World({"domain": Kind("artefact", cap_bits=7.25)})
    assert run(engine, world, both("domain", "x")).links == {AB: 7250}


def test_the_k_th_best_of_a_kind_is_damped(engine: Engine) -> None:
    """8 + 8/2 + 8/4 = 14 bits of one kind; another kind of another family starts anew."""
    rows = both("domain", "x") + both("domain", "y") + both("domain", "z")
    assert run(engine, WORLD, rows).links == {AB: 14_000}
    assert run(engine, WORLD.but(cap_mb=99_000), rows + both("device", "d")).links == {AB: 22_000}


def test_the_kinds_within_a_family_are_damped_too(engine: Engine) -> None:
    """14 bits of domains and half of 8 + 4 of names; what is alike is a kind beside the passages of its family."""
    world = WORLD.but(cap_mb=99_000)
    rows = [row for thing in "xyz" for row in both("domain", thing)]
    names = both("name", "n") + both("name", "o")
    assert run(engine, world, rows + names).links == {AB: 14_000 + 6000}
    passage = both("passage", "p", n_turns=3)
    alike = (Alike("a", "b", 9001), Alike("a", "b", 5000, "same_meaning", evidence_class=2))
    # 9.001 bits, half of the passage's 8, a quarter of 5.
    assert run(engine, world.but(alike=alike), passage).links == {AB: 9001 + 4000 + 1250}
    # Texts in the same words are damped with the passages, not with names in another family.
    assert run(engine, world.but(alike=alike[:1]), rows).links == {AB: 14_000 + 9001}


def test_the_heaviest_kind_of_a_family_counts_whole(engine: Engine) -> None:
    """Two names (12) before one domain (8): 12 + 8/2."""
    rows = both("name", "n") + both("name", "o") + both("domain", "x")
    assert run(engine, WORLD.but(cap_mb=99_000), rows).links == {AB: 16_000}


def test_the_best_counts_whole_whatever_came_first(engine: Engine) -> None:
    """Four have x (7 bits), two have y (8): 8 + 7/2."""
    rows = both("domain", "x", "a", "b", "c", "d") + both("domain", "y")
    assert run(engine, WORLD, rows).links[AB] == 11_500


def test_a_family_is_capped(engine: Engine) -> None:
    rows = both("domain", "x") + both("name", "n") + both("device", "d")
    assert run(engine, WORLD.but(cap_mb=12_001), rows).links == {AB: 12_000 + 8000}
    assert run(engine, WORLD.but(family_caps={"artefact": 9000}), rows).links == {AB: 9000 + 8000}


def test_what_strangers_are_measured_to_share_weighs_no_more_than_that(engine: Engine) -> None:
    """A thing of five (6.678 bits) is in the bin of up to eight; a measure above the rarity or of another bin changes nothing."""
    rows = both("domain", "x", *"abcde")
    world = WORLD.but(threshold_mb=0, kinds={"domain": Kind("artefact", a_max=5)})
    for measured, mb in (
        ({("domain", 3): 2.5}, 2500),
        ({("domain", 3): 6.5}, 6500),
        ({("domain", 3): 7.0}, 6678),
        ({("domain", 2): 2.5, ("domain", 4): 1.0, ("name", 3): 1.0}, 6678),
        ({("domain", 3): -3.0}, 0),
    ):
        found = run(engine, world.but(measured=measured), rows)
        assert {row["alone_mb"] for row in found.weighed} == {mb}


def test_how_often_strangers_share_is_counted_by_pairs(engine: Engine) -> None:
    """Linked pairs are left out; a pair that shares two names of one bin counts once; nothing is said of what nobody shares."""
    rows = [
        *both("device", "d"),  # 8 bits, A: a and b are linked
        *(row for thing in ("n1", "n2", "n3") for row in both("name", thing)),
        *both("name", "n4", "a", "c"), *both("name", "n5", "a", "c"), *both("name", "n6", "d", "e"),
        *both("name", "n7", "f", "g", "h"),
    ]  # fmt: skip
    found = run(engine, WORLD, rows)
    assert set(found.links) == {AB}
    language_pairs(engine, {})
    priors = {"n_population": 25, "prior_subjects": 1000.0, "prior_count": 1.0, "like_all": 300.0}
    engine.run(statements.MEASURED, priors)
    bits = {(r["kind"], r["size_bin"]): r["bits"] for r in engine.rows("select * from measured")}
    # log2(0.5 · (300 + 1000) / (2 + 1)) for names that two have (a–c, d–e), / (3 + 1) for those of three (f–g, f–h, g–h).
    assert bits == {("name", 1): pytest.approx(7.759, abs=1e-3), ("name", 2): pytest.approx(7.344, abs=1e-3)}


def test_how_often_strangers_share_is_counted_among_those_of_the_language(engine: Engine) -> None:
    """Three of 45 pairs in the one language, one of 1,225 in the other; a thing in both, and one of no text, among all pairs."""
    rows = [
        *(Has(s, "name", thing, lang=1) for thing, pair in (("n1", "ab"), ("n2", "cd"), ("n3", "ef")) for s in pair),
        *(Has(s, "name", "n4", lang=2) for s in "gh"), Has("a", "name", "n5", lang=1), Has("h", "name", "n5", lang=2),
        *both("device", "d", "i", "j"),
    ]  # fmt: skip
    assert run(engine, WORLD.but(threshold_mb=99_000), rows).links == {}
    language_pairs(engine, {1: 45.0, 2: 1225.0})
    priors = {"n_population": 101, "prior_subjects": 1000.0, "prior_count": 0.5, "like_all": 300.0}
    engine.run(statements.MEASURED, priors)
    bits = {(r["kind"], r["lang"]): r["bits"] for r in engine.rows("select * from measured")}
    in_one = 4 / (45 + 1225 + 1000)
    assert bits == {
        ("name", 1): pytest.approx(math.log2(0.5 * 345 / (3 + 300 * in_one))),
        ("name", 2): pytest.approx(math.log2(0.5 * 1525 / (1 + 300 * in_one))),
        ("name", -2): pytest.approx(math.log2(0.5 * 6050 / 5.5)),
        ("device", -1): pytest.approx(math.log2(0.5 * 6050 / 1.5)),
    }


def test_the_null_world_goes_through_the_same_arithmetic(engine: Engine) -> None:
    """The same rows give the same totals; in each other's places others are linked, with how common things are in the log."""
    rows = both("domain", "x", *"abcd") + both("device", "d") + [Has("e", "name", "n"), Has("f", "name", "n")]
    world = WORLD.but(alike=(Alike("a", "b", 9001),), measured={("domain", 2): 6.5})
    run(engine, world, rows)
    register(engine, world, rows, null=True)
    weigh(engine, world, "_null")
    assert totals_of(engine, "_null") == totals_of(engine) == expected_totals(world, rows)
    # Two of the four who have the domain fall together: what two have by chance still counts as what four have.
    moved = [Has("a", "domain", "x"), Has("e", "domain", "x"), Has("b", "device", "d"), Has("e", "device", "d")]
    register(engine, world.but(alike=()), moved, null=True)
    weigh(engine, world, "_null")
    assert {pair: total.mb for pair, total in totals_of(engine, "_null").items()} == {
        ("a", "e"): 6500,
        ("b", "e"): 8000,
    }


def test_bits_that_pairs_reach_are_counted_in_quarters(engine: Engine) -> None:
    """By stratum, from the least on, only what the rule admits."""
    alike = (
        Alike("a", "b", 7999), Alike("a", "c", 8000), Alike("c", "d", 8249), Alike("e", "f", 9000, evidence_class=2),
        Alike("e", "g", 2999), Alike("e", "h", 3000),
    )  # fmt: skip
    world = WORLD.but(alike=alike, min_family_mb=1000)
    run(engine, world, both("device", "d", "x", "y"))
    found = engine.rows(statements.REACHED.format(w=""), {"least_mb": 3000})
    assert found == [
        {"stratum": 0, "quarters": 12, "n": 1},
        {"stratum": 0, "quarters": 31, "n": 1},
        {"stratum": 0, "quarters": 32, "n": 2},
        {"stratum": 1, "quarters": 32, "n": 1},
    ]


def test_busy_subjects_meet_things_by_chance(engine: Engine) -> None:
    """Each is four times busier than the mean: 8 − 2 − 2 = 4 bits of a passage; a device does not care."""
    busy = both("passage", "p", n_turns=3, log2_activity=2.0)
    assert run(engine, WORLD.but(threshold_mb=0), busy).links == {AB: 4000}
    device = both("device", "d", log2_activity=2.0)
    assert run(engine, WORLD, device).links == {AB: 8000}


def test_no_thing_weighs_less_than_nothing(engine: Engine) -> None:
    """A correction of 20 bits does not eat what other things give."""
    rows = both("passage", "p", n_turns=3, log2_activity=10.0) + both("domain", "x")
    found = run(engine, WORLD, rows)
    assert found.links == {AB: 8000}
    assert sorted(row["mb"] for row in found.ledger) == [0, 8000]


@pytest.mark.parametrize(("turns", "order"), [((1, 9), 2), ((2, 2), 2), ((3, 2), 2), ((3, 3), 1)])
def test_a_passage_is_strong_only_where_both_keep_using_it(engine: Engine, turns: tuple[int, int], order: int) -> None:
    rows = [Has(s, "passage", "p", n_turns=n) for s, n in zip(AB, turns, strict=True)]
    found = run(engine, WORLD, rows)
    assert [row["evidence_class"] for row in found.weighed] == [order]
    assert bool(found.links) == (order == 1)


@pytest.mark.parametrize(("n", "order"), [(4, 1), (5, 2), (8, 2), (9, 3)])
def test_classes_end_where_a_thing_is_common(engine: Engine, n: int, order: int) -> None:
    found = run(engine, WORLD, both("domain", "x", *(f"s{i}" for i in range(n))))
    assert {row["evidence_class"] for row in found.weighed} == {order}


def test_the_ledger_lists_what_the_total_sums(engine: Engine) -> None:
    """Artefacts 12 + 8/2, at most 13; infrastructure 8 + 7/2; content 9."""
    rows = both("domain", "x") + both("domain", "y") + both("name", "n") + both("client_ip", "i") + both("device", "d")
    world = WORLD.but(family_caps={"artefact": 13_000}, alike=(Alike("a", "b", 9000, n_things=4),))
    found = run(engine, world, rows)
    assert found.links == sums(world, found.weighed) == {AB: 13_000 + 11_500 + 9000}
    assert found.own == {AB: 13_000 + 8000 + 9000}
    assert found.n_things == {AB: 9}
    assert [row["mb"] for row in found.ledger] == [9000, 8000, 8000, 8000, 7000, 4000]
    assert [row["alone_mb"] for row in found.ledger] == [9000, 8000, 8000, 8000, 7000, 8000]


def test_a_long_ledger_is_cut_to_its_strongest_lines(engine: Engine) -> None:
    rows = [row for i in range(9) for row in both("domain", f"x{i}")]
    found = run(engine, WORLD, rows, listed=3)
    assert [row["mb"] for row in found.ledger] == [8000, 4000, 2000]
    assert found.n_things == {AB: 9}


def test_the_funnel_counts(engine: Engine) -> None:
    crowd = [f"s{i}" for i in range(17)]
    rows = both("domain", "x") + both("domain", "hub", *crowd) + [Has("c", "name", "alone")]
    found = run(engine, WORLD, rows)
    assert found.funnel == {"n_incidences": 20, "n_shared_things": 1, "n_hubs": 1, "n_pairs": 1, "n_links": 1}
