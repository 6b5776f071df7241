"""What holds for every incidence table: equal to plain arithmetic, free of order, and never stronger for being commoner."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from counterveil.engine.duck import Engine
from tests.link.incidence import (
    Alike,
    Has,
    Kind,
    World,
    expected,
    expected_sure,
    expected_totals,
    key,
    links_of,
    numbers,
    run,
    sums,
)

KINDS = {
    "domain": Kind("artefact", a_max=3, b_max=4, hub=5, activity=True),
    "name": Kind("artefact", class_order=2, b_max=3, hub=5, m=0.3),
    "wallet": Kind("artefact", a_max=2, b_max=4, hub=6, cap_bits=7.25),
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


# Texts, by number: the first holds the passage x, the second y and z, the third none.
TEXTS = {1: (("passage", "x"),), 2: (("passage", "y"), ("passage", "z"))}


@st.composite
def in_texts(draw: st.DrawFn) -> list[Has]:
    """Things some of which stand in texts, and some of which only the model said."""
    rows = draw(incidences(WORLD))
    units = draw(st.lists(st.sampled_from([None, 1, 2, 3]), min_size=len(rows), max_size=len(rows)))
    owned = draw(st.lists(st.sampled_from([True, True, False]), min_size=len(rows), max_size=len(rows)))
    return [replace(row, unit=unit, own=own) for row, unit, own in zip(rows, units, owned, strict=True)]


def likenesses() -> st.SearchStrategy[tuple[Alike, ...]]:
    """Some pairs that are alike, in one kind or both."""
    pairs = st.tuples(st.sampled_from(list(combinations(SUBJECTS, 2))), st.sampled_from(["near_text", "same_meaning"]))
    weights = st.tuples(st.integers(0, 15_000), st.integers(1, 3), st.integers(1, 9))
    return st.dictionaries(pairs, weights, max_size=5).map(
        lambda found: tuple(
            Alike(*pair, mb=mb, kind=kind, evidence_class=order, n_things=n)
            for (pair, kind), (mb, order, n) in found.items()
        )
    )


measures = st.dictionaries(
    st.tuples(st.sampled_from(sorted(KINDS)), st.integers(1, 3)),
    st.floats(-2.0, 12.0).map(lambda bits: round(bits, 2) + 0.001),
    max_size=5,
)
thresholds = st.tuples(st.integers(7000, 14_000), st.integers(7000, 14_000)).map(lambda t: (max(t), min(t)))


@given(rows=in_texts(), alike=likenesses(), measured=measures, strata=st.tuples(thresholds, thresholds))
def test_one_table(
    engine: Engine,
    rows: list[Has],
    alike: tuple[Alike, ...],
    measured: dict[tuple[str, int], float],
    strata: tuple[tuple[int, int], tuple[int, int]],
) -> None:
    """Links equal plain arithmetic and the weighed rows after caps, keep the rule; crowds over the cap are listed as hubs."""
    world = WORLD.but(
        alike=alike,
        measured=measured,
        strata=strata,
        unit_passages=TEXTS,
        family_caps={"artefact": 10_000, "content": 18_000},
    )
    found = run(engine, world, rows)
    assert found.totals == expected_totals(world, rows)
    links = expected(world, rows)
    assert found.links == {pair: total.mb for pair, total in links.items()}
    assert found.own == {pair: total.own_mb for pair, total in links.items()}
    assert found.sure == expected_sure(world, rows)
    assert {pair: total.mb for pair, total in found.totals.items()} == sums(world, found.weighed)
    for pair in found.links:
        things = [row for row in found.ledger if (row["left_subject"], row["right_subject"]) == pair]
        strong = {row["family"] for row in things if row["evidence_class"] <= 2}
        assert pair[0] < pair[1]
        assert any(row["evidence_class"] == 1 for row in things) or len(strong) >= 2
        assert all(row["n_subjects"] <= world.kinds[row["kind"]].hub for row in things if row["kind"] in KINDS)
        assert [row["mb"] for row in things] == sorted((row["mb"] for row in things), reverse=True)
        assert (
            sum(a.n_things for a in alike if a.pair == pair) + sum(r["kind"] in KINDS for r in things)
            == found.n_things[pair]
        )
    holders = Counter((row.kind, row.thing) for row in rows)
    hubs = {(kind, key(kind, thing), n) for (kind, thing), n in holders.items() if n > world.kinds[kind].hub}
    assert set(found.hubs) == hubs


@few
@given(rows=in_texts(), alike=likenesses())
def test_numbered_subjects_give_the_links_of_named_ones(
    engine: Engine, rows: list[Has], alike: tuple[Alike, ...]
) -> None:
    world = WORLD.but(alike=alike, unit_passages=TEXTS)
    number = numbers(rows, alike)
    assert links_of(engine, world, rows, numbered=True) == {  # type: ignore[comparison-overlap]
        (number[left], number[right]): mb for (left, right), mb in links_of(engine, world, rows).items()
    }


@few
@given(rows=incidences(WORLD), kind=st.sampled_from(["domain", "device", "name"]))
def test_context_neither_makes_nor_breaks_a_link(engine: Engine, rows: list[Has], kind: str) -> None:
    """Class C evidence of any family and weight leaves what the threshold looks at as it is."""
    family = KINDS[kind].family
    world = WORLD.but(kinds=KINDS | {"context": Kind(family, class_order=3, m=0.99)})
    before = run(engine, world, rows)
    after = run(engine, world, [*rows, *(Has(s, "context", "c", 3) for s in ("s0", "s1", "s2"))])
    assert after.own == before.own
    assert all(after.links[pair] >= mb for pair, mb in before.links.items())


@few
@given(rows=in_texts(), alike=likenesses(), seed=st.integers(0, 999))
def test_order_of_rows_changes_nothing(engine: Engine, rows: list[Has], alike: tuple[Alike, ...], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    world = WORLD.but(alike=alike, unit_passages=TEXTS)
    assert run(engine, world, rows) == run(engine, world.but(alike=alike[::-1]), shuffled)


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
    assert sums(world, after)[pair] <= sums(world, before)[pair]
