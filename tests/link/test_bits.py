"""The arithmetic of a link, with bits computed by hand (the formula is in the docstring of ``link/statements.py``)."""

from __future__ import annotations

import pytest

from counterveil.engine.duck import Engine
from tests.link.incidence import Has, Kind, World, run, totals

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
    """8 + 8/2 + 8/4 = 14 bits of one kind; another kind of the same family starts anew."""
    rows = both("domain", "x") + both("domain", "y") + both("domain", "z")
    assert run(engine, WORLD, rows).links == {AB: 14_000}
    assert run(engine, WORLD.but(cap_mb=99_000), rows + both("name", "n")).links == {AB: 22_000}


def test_the_best_counts_whole_whatever_came_first(engine: Engine) -> None:
    """Four have x (7 bits), two have y (8): 8 + 7/2."""
    rows = both("domain", "x", "a", "b", "c", "d") + both("domain", "y")
    assert run(engine, WORLD, rows).links[AB] == 11_500


def test_a_family_is_capped(engine: Engine) -> None:
    rows = both("domain", "x") + both("name", "n") + both("device", "d")
    assert run(engine, WORLD.but(family_caps={"artefact": 9000}), rows).links == {AB: 9000 + 8000}


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
    rows = both("domain", "x") + both("domain", "y") + both("name", "n") + both("client_ip", "i") + both("device", "d")
    world = WORLD.but(family_caps={"artefact": 13_000})
    found = run(engine, world, rows)
    assert found.links == totals(world, found.ledger) == {AB: 13_000 + 8000 + 7000}
    assert found.n_things == {AB: 5}
    assert [row["mb"] for row in found.ledger] == [8000, 8000, 8000, 7000, 4000]
    assert [row["alone_mb"] for row in found.ledger] == [8000, 8000, 8000, 7000, 8000]


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
