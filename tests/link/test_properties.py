"""What holds for every incidence table: equal to plain arithmetic, free of order, and never stronger for being commoner."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from counterveil.engine.duck import Engine
from tests.link.incidence import Has, Kind, World, expected, key, links_of, run, totals

KINDS = {
    "domain": Kind("artefact", a_max=3, b_max=4, hub=5, activity=True),
    "name": Kind("artefact", class_order=2, b_max=3, hub=5, m=0.3),
    "passage": Kind("content", a_max=3, a_min_turns=3, b_max=4, hub=5),
    "device": Kind("infrastructure", a_max=2, b_max=3, hub=4, cap_bits=7.5),
    "signup_ip": Kind("identity", class_order=2, b_max=3, hub=5),
    "client_ip": Kind("infrastructure", class_order=3, m=0.1, hub=6),
}
WORLD = World(KINDS, family_caps={"artefact": 10_000}, threshold_mb=7500, min_family_mb=3000)
SUBJECTS = [f"s{i}" for i in range(7)]
ACTIVITY = dict(zip(SUBJECTS, (0.0, 0.0, 0.25, 0.5, 1.0, 2.0, 6.0), strict=True))


few = settings(max_examples=max(20, settings().max_examples // 3))


def incidences(world: World) -> st.SearchStrategy[list[Has]]:
    """Some things with their holders; a subject has one activity and uses what it has equally often."""
    things = st.tuples(st.sampled_from(sorted(world.kinds)), st.sampled_from(["x", "y", "z"]))
    holders = st.lists(st.sampled_from(SUBJECTS), min_size=2, max_size=6, unique=True)
    turns = st.lists(st.sampled_from([1, 3, 5]), min_size=len(SUBJECTS), max_size=len(SUBJECTS))
    return st.builds(_rows, st.dictionaries(things, holders, min_size=3, max_size=12), turns)


def _rows(things: dict[tuple[str, str], list[str]], turns: list[int]) -> list[Has]:
    n_turns = dict(zip(SUBJECTS, turns, strict=True))
    return [Has(s, kind, thing, n_turns[s], ACTIVITY[s]) for (kind, thing), held in things.items() for s in held]


@given(rows=incidences(WORLD), embedded=st.booleans())
def test_one_table(engine: Engine, rows: list[Has], embedded: bool) -> None:
    """Links equal plain arithmetic and the ledger after caps, keep the rule; crowds over the cap are listed as hubs."""
    world = WORLD.but(embedded=(("domain", "x"), ("name", "y")), family_caps={"content": 9000}) if embedded else WORLD
    found = run(engine, world, rows)
    assert found.links == expected(world, rows)
    assert found.links == totals(world, found.ledger)
    for pair in found.links:
        things = [row for row in found.ledger if (row["left_subject"], row["right_subject"]) == pair]
        strong = {row["family"] for row in things if row["evidence_class"] <= 2}
        assert pair[0] < pair[1]
        assert any(row["evidence_class"] == 1 for row in things) or len(strong) >= 2
        assert all(row["n_subjects"] <= world.kinds[row["kind"]].hub for row in things)
        assert [row["mb"] for row in things] == sorted((row["mb"] for row in things), reverse=True)
    holders = Counter((row.kind, row.thing) for row in rows)
    hubs = {(kind, key(kind, thing), n) for (kind, thing), n in holders.items() if n > world.kinds[kind].hub}
    assert set(found.hubs) == hubs


@few
@given(rows=incidences(WORLD), seed=st.integers(0, 999))
def test_order_of_rows_changes_nothing(engine: Engine, rows: list[Has], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    assert run(engine, WORLD, rows) == run(engine, WORLD, shuffled)


@few
@given(rows=incidences(WORLD), things=st.lists(st.sampled_from(sorted(KINDS)), max_size=4, unique=True))
def test_a_stranger_who_shares_nothing_changes_nothing(engine: Engine, rows: list[Has], things: list[str]) -> None:
    stranger = [Has("stranger", kind, "only here", 5) for kind in things]
    assert links_of(engine, WORLD, [*rows, *stranger]) == links_of(engine, WORLD, rows)


@few
@given(rows=incidences(WORLD), extra=incidences(WORLD))
def test_who_shares_things_too_never_strengthens_a_link_of_others(
    engine: Engine, rows: list[Has], extra: list[Has]
) -> None:
    """One more holder makes a thing commoner: links of others lose bits or go, none appears."""
    more = {(row.kind, row.thing): Has("newcomer", row.kind, row.thing, row.n_turns) for row in extra}
    before = links_of(engine, WORLD, rows)
    after = {
        pair: mb for pair, mb in links_of(engine, WORLD, [*rows, *more.values()]).items() if "newcomer" not in pair
    }
    assert after.keys() <= before.keys()
    assert all(mb <= before[pair] for pair, mb in after.items())


@few
@given(rows=incidences(WORLD), kind=st.sampled_from(sorted(KINDS)))
def test_one_more_shared_thing_never_weakens_a_link(engine: Engine, rows: list[Has], kind: str) -> None:
    pair = ("s0", "s1")
    more = [Has(subject, kind, "new", 3, ACTIVITY[subject]) for subject in pair]
    before, after = links_of(engine, WORLD, rows), links_of(engine, WORLD, [*rows, *more])
    assert before.get(pair, 0) <= after.get(pair, 0)
    assert {p: mb for p, mb in after.items() if p != pair} == {p: mb for p, mb in before.items() if p != pair}


def test_a_passage_that_grows_commoner_never_strengthens_a_link(engine: Engine) -> None:
    """a and b keep using p (7 bits, four have it, A) and each once pasted q (8 bits, B): 7 + 8/2; with one more holder of p, 8 + 6.68/2."""
    kinds = {"passage": Kind("content", a_max=4, a_min_turns=3, b_max=8)}
    world = World(kinds, threshold_mb=0, min_family_mb=0)
    rows = [Has(s, "passage", "p", 3) for s in "abcd"] + [Has(s, "passage", "q", 1) for s in "ab"]
    pair = ("a", "b")
    before = run(engine, world, rows).weighed
    after = run(engine, world, [*rows, Has("e", "passage", "p", 3)]).weighed
    assert totals(world, after)[pair] <= totals(world, before)[pair]
